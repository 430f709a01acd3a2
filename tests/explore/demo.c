/* What the explorer's tests look at: loops over bytes, integers, doubles. */
#include <stdio.h>

static int total(const int *a, int n)
{
    int sum = 0;
    for (int i = 0; i < n; i++) {
        if (a[i] > 0) {
            sum += a[i];
        }
    }
    return sum;
}

__attribute__((noinline)) unsigned hash(const char *s)
{
    unsigned h = 5381;
    while (*s) {
        h = h * 33 ^ (unsigned char)*s++;
    }
    return h;
}

__attribute__((noinline)) double norm(const double *v, int n)
{
    double s = 0;
    for (int i = 0; i < n; i++) {
        s += v[i] * v[i];
    }
    return s;
}

int main(int argc, char **argv)
{
    int a[] = {3, -1, 4, 1, -5, 9};
    double v[] = {1, 2, 2};
    const char *text = argc > 1 ? argv[1] : "tcg";
    printf("%d %u %g\n", total(a, 6), hash(text), norm(v, 3));
    return 0;
}
