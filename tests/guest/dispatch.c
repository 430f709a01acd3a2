/* Computed goto, tail calls, function pointers, variable arguments. */
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>

static long threaded(const unsigned char *code)
{
    static const void *const label[] = { &&inc, &&dbl, &&dec, &&loop, &&end };
    long acc = 0, count = 30000;
    const unsigned char *pc = code;
    goto *label[*pc++];
inc:
    acc += 3;
    goto *label[*pc++];
dbl:
    acc = (acc * 2) & 0xffffff;
    goto *label[*pc++];
dec:
    acc -= 1;
    goto *label[*pc++];
loop:
    if (--count)
        pc = code;
    goto *label[*pc++];
end:
    return acc;
}

typedef uint64_t Tail(uint64_t n, uint64_t acc);
static Tail tail_a, tail_b, tail_c;
static Tail *const tails[] = { tail_a, tail_b, tail_c };
#define TAIL(name, op)                                                        \
    static uint64_t __attribute__((noinline, optimize("O2")))                 \
    name(uint64_t n, uint64_t acc)                                            \
    {                                                                         \
        if (n == 0)                                                           \
            return acc;                                                       \
        acc = acc op n;                                                       \
        return tails[acc % 3](n - 1, acc);                                    \
    }
TAIL(tail_a, *3 +)
TAIL(tail_b, ^)
TAIL(tail_c, +77 *)

static double sum(const char *types, ...)
{
    va_list ap, copy;
    double total = 0;
    va_start(ap, types);
    va_copy(copy, ap);
    for (const char *t = types; *t; t++)
        total += *t == 'd' ? va_arg(ap, double)
                 : *t == 'l' ? va_arg(ap, long) : va_arg(ap, int);
    va_end(ap);
    total += *types == 'd' ? va_arg(copy, double) : va_arg(copy, int);
    va_end(copy);
    return total;
}

struct Big { long v[9]; double d; };
static struct Big __attribute__((noinline)) pass(struct Big b, float f, char c)
{
    for (int i = 0; i < 9; i++)
        b.v[i] += (long)f * c;
    b.d += f;
    return b;
}

static int add(int a, int b) { return a + b; }
static int sub(int a, int b) { return a - b; }
static int mul(int a, int b) { return (int)((unsigned)a * (unsigned)b); }
static int div_(int a, int b) { return b ? a / b : 0; }

int main(void)
{
    static const unsigned char code[] = { 0, 1, 0, 2, 1, 2, 2, 3, 4 };
    printf("%ld\n", threaded(code));
    printf("%016lx\n", (unsigned long)tail_a(100000, 1));
    printf("%g %g\n", sum("idlidlidlidl", 1, 2.5, 3L, 4, 5.5, 6L, 7, 8.25, 9L,
                          10, 11.0, 1L << 40), sum("ddd", 1.0, 2.0, 3.0));
    struct Big b = { { 1, 2, 3, 4, 5, 6, 7, 8, 9 }, 0.5 };
    for (int i = 0; i < 10; i++)
        b = pass(b, 2.5f, 'a');
    printf("%ld %ld %g\n", b.v[0], b.v[8], b.d);
    int (*ops[])(int, int) = { add, sub, mul, div_ };
    int acc = 1;
    for (int i = 1; i < 40000; i++)
        acc = ops[(acc ^ i) & 3](acc, i);
    printf("%d\n", acc);
    return 0;
}
