/* qsort, malloc, realloc, calloc, free with checked contents. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint64_t state = 88172645463325252u;

static uint64_t next(void)
{
    state ^= state << 13;
    state ^= state >> 7;
    return state ^= state << 17;
}

static int compare(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

static void sorting(void)
{
    enum { N = 20000 };
    int64_t *v = malloc(N * sizeof(*v));
    for (int i = 0; i < N; i++)
        v[i] = (int64_t)next() >> (i & 31);
    qsort(v, N, sizeof(*v), compare);
    uint64_t h = 0;
    for (int i = 0; i < N; i++) {
        if (i && v[i - 1] > v[i])
            printf("out of order at %d\n", i);
        h = h * 31 + v[i];
    }
    int64_t key = v[777];
    int64_t *found = bsearch(&key, v, N, sizeof(*v), compare);
    printf("%016lx %d\n", (unsigned long)h, found && *found == key);
    free(v);
}

static void allocation(void)
{
    static unsigned char *block[512];
    static size_t size[512];
    size_t errors = 0, total = 0;
    for (int i = 0; i < 40000; i++) {
        int k = next() % 512;
        for (size_t j = 0; j < size[k]; j += 97)
            errors += block[k][j] != (unsigned char)(k + j);
        size_t n = next() % (i % 100 == 0 ? 300000 : 2000) + 1;
        block[k] = i % 3 ? realloc(block[k], n) : (free(block[k]), malloc(n));
        for (size_t j = 0; j < n; j += 97)
            block[k][j] = k + j;
        size[k] = n;
        total += n;
    }
    char *zero = calloc(1000, 1000);
    for (int i = 0; i < 1000000; i += 1013)
        errors += zero[i] != 0;
    printf("%zu errors, %zu bytes\n", errors, total);
}

int main(void)
{
    sorting();
    allocation();
    return 0;
}
