/* Longest Collatz chain: shifts, adds, unpredictable branches. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

static int length(uint64_t n)
{
    int steps = 0;
    for (; n != 1; steps++)
        n = n & 1 ? 3 * n + 1 : n >> 1;
    return steps;
}

int main(int argc, char **argv)
{
    int limit = (argc > 1 ? atoi(argv[1]) : 40) * 20000, best = 0, at = 0;
    uint64_t total = 0;
    for (int i = 1; i < limit; i++) {
        int n = length(i);
        total += n;
        if (n > best)
            best = n, at = i;
    }
    printf("%d at %d, %llu\n", best, at, (unsigned long long)total);
    return 0;
}
