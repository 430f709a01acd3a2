/* Formatting and reading of floating-point numbers, and the C library. */
#include <float.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

static const double values[] = {
    0.0, -0.0, 1.0, -1.5, 1e-5, 3.14159265358979, 1e100, -2.5e-300, DBL_MAX,
    DBL_MIN, 5e-324, 0.1, 1.0 / 3, 123456789.125, INFINITY, -INFINITY,
};

static void formats(void)
{
    for (size_t i = 0; i < sizeof(values) / sizeof(*values); i++) {
        double v = values[i];
        printf("%f %.0f %e %.17g %a %10.3g|%-12.2e|%+g\n", v, v, v, v, v, v,
               v, v);
        printf("%.9g %a\n", (float)v, (float)v);
    }
}

static void reading(void)
{
    const char *text[] = { "1e23", "0x1.8p3", "-inf", "nan", "2.2250738585072011e-308",
                           "179769313486231580793e289", "4.9e-324", ".5", "1e400" };
    for (size_t i = 0; i < sizeof(text) / sizeof(*text); i++) {
        char *end;
        double d = strtod(text[i], &end);
        printf("%s -> %.17g %a, %.9g, rest '%s'\n", text[i], d, d,
               strtof(text[i], NULL), end);
    }
}

static void functions(void)
{
    for (double x = -3.7; x < 4; x += 0.61) {
        printf("%.10g %.10g %.10g %.10g %.10g ", sin(x), cos(x), exp(x),
               atan2(x, 2), cbrt(x));
        printf("%.10g %.10g %.10g\n", pow(fabs(x), x), log1p(fabs(x)),
               tanh(x));
        printf("%g %g %g %g %ld %g %.10g\n", floor(x), ceil(x), trunc(x),
               rint(x), lround(x), fmod(x, 0.7), hypot(x, 1));
        printf("%g %g %g %d %d\n", fmin(x, NAN), fmax(x, 1), copysign(2, x),
               isnan(x), signbit(x) != 0);
    }
}

int main(void)
{
    formats();
    reading();
    functions();
    return 0;
}
