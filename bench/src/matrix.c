/* Integer matrices: product, transposition, reduction. matrix [SCALE] */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

enum { N = 64 };

static void multiply(uint32_t out[N][N], uint32_t a[N][N], uint32_t b[N][N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            uint32_t sum = 0;
            for (int k = 0; k < N; k++)
                sum += a[i][k] * b[k][j];
            out[i][j] = sum ^ sum >> 15;
        }
}

static void transpose(uint32_t m[N][N])
{
    for (int i = 0; i < N; i++)
        for (int j = 0; j < i; j++) {
            uint32_t t = m[i][j];
            m[i][j] = m[j][i];
            m[j][i] = t;
        }
}

int main(int argc, char **argv)
{
    static uint32_t a[N][N], b[N][N], c[N][N];
    int scale = argc > 1 ? atoi(argv[1]) : 500;
    for (int i = 0; i < N; i++)
        for (int j = 0; j < N; j++) {
            a[i][j] = i * 31 + j * 17 + 1;
            b[i][j] = (i ^ j) + 1;
        }
    for (int s = 0; s < scale; s++) {
        multiply(c, a, b);
        transpose(c);
        multiply(a, c, b);
    }
    uint64_t trace = 0;
    for (int i = 0; i < N; i++)
        trace = trace * 31 + a[i][i];
    printf("%016llx\n", (unsigned long long)trace);
    return 0;
}
