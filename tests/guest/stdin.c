/* Reads a pipe: sorts its lines and counts its characters. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static int compare(const void *a, const void *b)
{
    return strcmp(*(char *const *)a, *(char *const *)b);
}

int main(void)
{
    static char *lines[1000];
    size_t n = 0, size = 0, total = 0;
    char *line = NULL;
    ssize_t len;
    while (n < 1000 && (len = getline(&line, &size, stdin)) > 0) {
        total += len;
        lines[n++] = strdup(line);
    }
    qsort(lines, n, sizeof(*lines), compare);
    for (size_t i = 0; i < n; i++)
        fputs(lines[i], stdout);
    printf("%zu lines, %zu bytes, tty %d\n", n, total, isatty(0));
    return 0;
}
