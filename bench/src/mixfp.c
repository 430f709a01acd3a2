/* Mixed FP: single and double, conversions, comparisons. mixfp [SCALE] */
#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 4096 };
static float signal_[N];
static double out[N];

static void filter(const float *k, int taps)
{
    for (int i = 0; i < N; i++) {
        float sum = 0;
        for (int t = 0; t < taps; t++)
            sum += signal_[(i + t) & (N - 1)] * k[t];
        out[i] = sum;
    }
}

static int64_t quantise(double step)
{
    int64_t total = 0;
    for (int i = 0; i < N; i++) {
        double v = out[i] / step;
        int32_t q = (int32_t)(v < 0 ? v - 0.5 : v + 0.5);
        total += q > 100 ? 100 : q < -100 ? -100 : q;
        signal_[i] = (float)(q * step) * 0.5f + signal_[i] * 0.5f;
    }
    return total;
}

static double newton(double x)
{
    double r = x > 1 ? x / 2 : 1;
    for (int i = 0; i < 40; i++) {
        double s = 0.5 * (r + x / r);
        if (fabs(s - r) < 1e-12 * s)
            break;
        r = s;
    }
    return r - sqrt(x);
}

static double horner(double x)
{
    static const double c[] = { 1.5, -0.25, 0.125, -0.7, 0.01, 2.5, -3.25 };
    double y = 0;
    for (int i = 0; i < 7; i++)
        y = y * x + c[i];
    return y;
}

int main(int argc, char **argv)
{
    static const float k[9] = { .02f, .05f, .12f, .2f, .22f, .2f, .12f, .05f,
                                .02f };
    int scale = argc > 1 ? atoi(argv[1]) : 2500;
    for (int i = 0; i < N; i++)
        signal_[i] = (float)((i * 7919 % 1000) - 500) / 16;
    uint64_t sum = 0;
    double d = 0;
    for (int s = 0; s < scale; s++) {
        filter(k, 9);
        sum = sum * 3 + quantise(0.01 + s % 7 * 0.005);
        for (int i = 1; i < 500; i++)
            d += newton(i + s * 0.25) * 1e12 + horner(i * 1e-3);
    }
    printf("%lld %.15g %.9g\n", (long long)sum, d, signal_[77]);
    return 0;
}
