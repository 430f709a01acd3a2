/* setjmp and longjmp, out of many frames and often. */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>

static jmp_buf here;

static int __attribute__((noinline)) dive(int depth, int value)
{
    volatile char frame[64];
    frame[depth & 63] = 1;
    if (depth == 0)
        longjmp(here, value);
    return dive(depth - 1, value) + frame[depth & 63];
}

static long many(int rounds, int depth)
{
    volatile long sum = 0;
    for (volatile int i = 0; i < rounds; i++) {
        int r = setjmp(here);
        if (r == 0)
            dive(depth, i + 1);
        sum += r;
    }
    return sum;
}

static int nested(void)
{
    jmp_buf outer, inner;
    volatile int path = 0;
    if (setjmp(outer) == 0) {
        if (setjmp(inner) == 0) {
            path += 1;
            longjmp(inner, 1);
        }
        path += 10;
        longjmp(outer, 0); /* returns 1 all the same */
    }
    return path + 100;
}

static double saved_registers(void)
{
    volatile double a = 1.5, b = 2.25;
    double x = a * b, y = a + b, z = a - b;
    int r = setjmp(here);
    if (r < 3)
        dive(r, r + 1);
    return x * 100 + y * 10 + z + r;
}

int main(void)
{
    printf("%ld\n", many(20000, 3));
    printf("%ld\n", many(50, 5000));
    printf("%ld\n", many(1000, 0));
    printf("%d\n", nested());
    printf("%g\n", saved_registers());
    return 0;
}
