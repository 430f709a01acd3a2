/* Much output, string functions of every length, wide characters, time. */
#include <ctype.h>
#include <locale.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <wchar.h>

static void strings(void)
{
    static char a[600], b[600];
    unsigned long h = 0;
    for (int len = 0; len < 300; len += len < 70 ? 1 : 13)
        for (int off = 0; off < 9; off++) {
            for (int i = 0; i < len; i++)
                a[off + i] = 'a' + (i * 7 + len) % 26;
            a[off + len] = 0;
            memset(b, '#', sizeof(b));
            memcpy(b + 3, a + off, len + 1);
            memmove(b + 5, b + 3, len + 1);
            char *z = memchr(a + off, 'z', len);
            h = h * 31 + strlen(b + 5) + (strcmp(a + off, b + 5) == 0);
            h = h * 31 + (strchr(b + 5, 'q') ? strchr(b + 5, 'q') - b : 99);
            h = h * 31 + (z ? z - a : 77) + strcspn(a + off, "xyz");
            h = h * 31 + (strstr(a + off, "hov") ? 1 : 0) + b[5 + len / 2];
        }
    printf("%lx\n", h);
}

int main(void)
{
    setlocale(LC_ALL, "C");
    for (int i = 0; i < 20000; i++)
        printf("%d %x %o %05d %-6u|%c %s %lld\n", i, i * 3, i, i % 7777, i,
               'a' + i % 26, i & 1 ? "odd" : "even", i * 1000003LL * i);
    strings();
    printf("%ls %d %d\n", L"wide", isalpha('x') != 0, toupper('y'));
    char s[] = "one,two;;three";
    for (char *t = strtok(s, ",;"); t; t = strtok(NULL, ",;"))
        puts(t);
    printf("%ld %lu %lld\n", strtol("-0x7f", NULL, 0), strtoul("777", NULL, 8),
           atoll("-9223372036854775808"));
    time_t t = 1700000000;
    char buf[64];
    strftime(buf, sizeof(buf), "%F %T %A %j", gmtime(&t));
    puts(buf);
    int a, b;
    float f;
    printf("%d ", sscanf("12 -7 3.5e1", "%d %d %f", &a, &b, &f));
    printf("%d %d %g\n", a, b, f);
    return 0;
}
