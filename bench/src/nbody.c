/* Five bodies under gravitation, in double precision. nbody [SCALE] */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>

typedef struct { double x[3], v[3], mass; } Body;

static Body bodies[5] = {
    { { 0, 0, 0 }, { 0, 0, 0 }, 39.5 },
    { { 4.84, -1.16, -0.1 }, { 0.6, 2.8, -0.02 }, 0.0377 },
    { { 8.34, 4.12, -0.4 }, { -1.01, 1.82, 0.008 }, 0.0113 },
    { { 12.9, -15.1, -0.22 }, { 1.08, 0.87, -0.01 }, 0.0017 },
    { { 15.4, -25.9, 0.18 }, { 0.98, 0.59, -0.03 }, 0.002 },
};

static void advance(double dt)
{
    for (int i = 0; i < 5; i++)
        for (int j = i + 1; j < 5; j++) {
            Body *a = &bodies[i], *b = &bodies[j];
            double d[3], square = 0;
            for (int k = 0; k < 3; k++) {
                d[k] = a->x[k] - b->x[k];
                square += d[k] * d[k];
            }
            double scale = dt / (square * sqrt(square));
            for (int k = 0; k < 3; k++) {
                a->v[k] -= d[k] * b->mass * scale;
                b->v[k] += d[k] * a->mass * scale;
            }
        }
    for (int i = 0; i < 5; i++)
        for (int k = 0; k < 3; k++)
            bodies[i].x[k] += dt * bodies[i].v[k];
}

static double energy(void)
{
    double e = 0;
    for (int i = 0; i < 5; i++) {
        const Body *a = &bodies[i];
        for (int k = 0; k < 3; k++)
            e += 0.5 * a->mass * a->v[k] * a->v[k];
        for (int j = i + 1; j < 5; j++) {
            double square = 0;
            for (int k = 0; k < 3; k++)
                square += (a->x[k] - bodies[j].x[k]) *
                          (a->x[k] - bodies[j].x[k]);
            e -= a->mass * bodies[j].mass / sqrt(square);
        }
    }
    return e;
}

int main(int argc, char **argv)
{
    int scale = argc > 1 ? atoi(argv[1]) : 150;
    printf("%.15g\n", energy());
    for (int i = 0; i < scale * 10000; i++)
        advance(0.001);
    printf("%.15g %.15g\n", energy(), bodies[3].x[1]);
    return 0;
}
