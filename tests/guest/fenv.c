/* Rounding modes and exception flags through <fenv.h>. */
#include <fenv.h>
#include <math.h>
#include <stdio.h>

#pragma STDC FENV_ACCESS ON

static const double values[] = { 1, -1, 3, 10, 1e-310, 1e308, 0.1, -2.5, 0,
                                 7.5e15 + 0.5, 1e-160, 4503599627370497.5 };
enum { N = sizeof(values) / sizeof(*values) };
static const int modes[] = { FE_TONEAREST, FE_DOWNWARD, FE_UPWARD,
                             FE_TOWARDZERO };

static const char *flags(void)
{
    static char text[6];
    int f = fetestexcept(FE_ALL_EXCEPT), n = 0;
    if (f & FE_INVALID) text[n++] = 'v';
    if (f & FE_DIVBYZERO) text[n++] = 'z';
    if (f & FE_OVERFLOW) text[n++] = 'o';
    if (f & FE_UNDERFLOW) text[n++] = 'u';
    if (f & FE_INEXACT) text[n++] = 'x';
    text[n] = 0;
    feclearexcept(FE_ALL_EXCEPT);
    return text;
}

#define OP(expression)                                                        \
    do {                                                                      \
        volatile double r_ = (expression);                                    \
        printf(" %a%s", isnan(r_) || r_ == 0 ? 0 : r_, flags());                         \
    } while (0)

static void pair(volatile double a, volatile double b)
{
    volatile float c = a, d = b;
    feclearexcept(FE_ALL_EXCEPT);
    OP(a + b);
    OP(a - b);
    OP(a * b);
    OP(a / b);
    OP(c * d);
    OP(c / d);
    putchar('\n');
}

int main(void)
{
    for (int m = 0; m < 4; m++) {
        fesetround(modes[m]);
        printf("mode %d\n", m);
        for (int i = 0; i < N; i++) {
            volatile double v = values[i];
            for (int j = 0; j < N; j++)
                pair(v, values[j]);
            OP(sqrt(v));
            OP(rint(v));
            OP((double)(float)v);
            OP(nearbyint(v * 1.5));
            if (fabs(v) < 1e15)
                OP((double)llrint(v));
            putchar('\n');
        }
    }
    fenv_t env;
    feholdexcept(&env);
    feraiseexcept(FE_INEXACT | FE_OVERFLOW);
    printf("%s", flags());
    fesetenv(&env);
    printf(" round %d\n", fegetround() == FE_TOWARDZERO);
    return 0;
}
