/*
 * A rounding mode is state of translation: it changes here in loops, in called
 * functions, before returns, by signals and by longjmp.  `rounding N` does the
 * loops N times.  Built natively the same sums are computed without it.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>

enum { RNE, RTZ, RDN, RUP, RMM };

static int mode; /* of the native twin */

#ifdef __riscv
static void set_mode(int m)
{
    __asm__ volatile("fsrm %0" : : "r"(m));
}

static long convert(double v)
{
    long result;
    __asm__ volatile("fcvt.l.d %0, %1, dyn" : "=r"(result) : "f"(v));
    return result;
}
#else
static void set_mode(int m)
{
    mode = m;
}

/* v is a multiple of 0.5, not negative. */
static long convert(double v)
{
    long down = (long)v;
    switch (v == (double)down ? RTZ : mode) {
    case RNE: return down + (down & 1);
    case RUP: case RMM: return down + 1;
    default: return down;
    }
}
#endif

__attribute__((noinline)) static long convert_in(int m, double v)
{
    set_mode(m);
    return convert(v);
}

/* Comes back with another mode than it was called with. */
__attribute__((noinline)) static long leave_in(int m, double v)
{
    long result = convert(v);
    set_mode(m);
    return result;
}

/* As deep as that, with a mode of its own on each level. */
__attribute__((noinline)) static long nested(int depth)
{
    set_mode(depth % 5);
    long here = convert(depth + 0.5);
    long below = depth ? nested(depth - 1) : 0;
    return here + 3 * below + convert(depth + 1.5);
}

static long there_and_back(long n)
{
    long sum = 0;
    for (long i = 0; i < n; i++) {
        set_mode(RMM);
        sum += convert((double)(i & 15) + 0.5);
        set_mode(RNE);
        sum -= convert((double)(i & 7) + 0.5);
    }
    return sum;
}

static long by_calls(long n)
{
    static long (*volatile const fn[2])(int, double) = {convert_in, leave_in};
    long sum = 0;
    set_mode(RTZ);
    for (long i = 0; i < n; i++) {
        double v = (double)(i & 15) + 0.5;
        sum += fn[i & 1](i % 5, v) + convert(v) * 2;
        sum += convert_in(i % 3 ? RMM : RUP, v) + leave_in(RNE, v);
    }
    return sum;
}

static jmp_buf back;

static void handler(int signal)
{
    (void)signal;
    set_mode(RMM); /* of the handler alone */
    if (convert(2.5) != 3) {
        puts("not to the nearest, away");
    }
}

static long by_signals(int n)
{
    long sum = 0;
    signal(SIGUSR1, handler);
    for (int i = 0; i < n; i++) {
        int m = i % 5;
        set_mode(m);
        raise(SIGUSR1);
        set_mode(m);
        sum += convert(i + 0.5);
        set_mode(RTZ);
        if (!setjmp(back)) {
            set_mode(RMM);
            longjmp(back, 1);
        }
        set_mode(m);
        sum += convert(i + 2.5);
    }
    return sum;
}

int main(int argc, char **argv)
{
    long n = argc > 1 ? atol(argv[1]) : 1000;
    printf("%ld\n", there_and_back(n));
    printf("%ld\n", by_calls(n));
    set_mode(RNE);
    printf("%ld\n", by_signals(50));
    for (int depth = 0; depth < 30; depth++) {
        printf("%ld\n", nested(depth));
        set_mode(RNE);
    }
    return 0;
}
