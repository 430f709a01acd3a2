/* 512 MiB at once, touched here and there, grown and shrunk. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int main(void)
{
    size_t size = 512ul << 20;
    unsigned char *p = malloc(size);
    if (!p)
        return puts("no memory"), 1;
    for (size_t i = 0; i < size; i += 65536)
        p[i] = i >> 16;
    p[size - 1] = 77;
    unsigned long sum = 0;
    for (size_t i = 0; i < size; i += 65536)
        sum += p[i] + p[i + 1];
    printf("%lu %d\n", sum, p[size - 1]);
    p = realloc(p, size + (64ul << 20));
    printf("%d %d\n", p != NULL, p[size - 1]);
    p[size + (64ul << 20) - 1] = 5;
    p = realloc(p, 100);
    printf("%d\n", p[0]);
    free(p);
    for (int i = 0; i < 20; i++) {
        p = malloc(size);
        memset(p + size - 4096, i, 4096);
        free(p);
    }
    puts("done");
    return 0;
}
