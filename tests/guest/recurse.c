/* Deep recursion: plain, mutual, through pointers. */
#include <stdio.h>

static unsigned long __attribute__((noinline)) depth(unsigned long n)
{
    return n == 0 ? 0 : depth(n - 1) + (n ^ 5);
}

static int odd(int n);
static int __attribute__((noinline)) even(int n)
{
    volatile int keep = n;
    return n == 0 ? 1 : odd(n - 1) + (keep - n);
}
static int __attribute__((noinline)) odd(int n)
{
    volatile int keep = n;
    return n == 0 ? 0 : even(n - 1) + (keep - n);
}

static int ackermann(int m, int n)
{
    if (m == 0)
        return n + 1;
    return ackermann(m - 1, n == 0 ? 1 : ackermann(m, n - 1));
}

typedef unsigned long Step(void *next, unsigned n);
static unsigned long step_a(void *next, unsigned n)
{
    return n == 0 ? 1 : ((Step *)next)((void *)step_a, n - 1) * 3 + 1;
}
static unsigned long step_b(void *next, unsigned n)
{
    return n == 0 ? 2 : ((Step *)next)((void *)step_b, n - 1) * 5 + 2;
}

static int hanoi(int n, int from, int to, int by)
{
    if (n == 0)
        return 0;
    return hanoi(n - 1, from, by, to) + 1 + hanoi(n - 1, by, to, from);
}

int main(void)
{
    printf("%lu\n", depth(100000));
    printf("%d %d\n", even(50000), odd(50001));
    printf("%d\n", ackermann(2, 300));
    printf("%lu\n", step_a((void *)step_b, 10001));
    printf("%d\n", hanoi(16, 0, 1, 2));
    return 0;
}
