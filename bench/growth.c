/*
 * Runs chain() of growth.S over and over. Prints nanoseconds of CPU time for
 * each of its instructions: in the first round, and in the later ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

void chain(unsigned long *memory);

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

int main(int argc, char **argv)
{
    static unsigned long memory[8];
    double insns = UNITS * (double)UNIT_INSNS;
    long rounds = argc > 1 ? atol(argv[1]) : 1;
    double start = seconds();
    chain(memory);
    double first = seconds();
    for (long i = 0; i < rounds; i++) {
        chain(memory);
    }
    double end = seconds();
    printf("%.3f %.3f\n", (first - start) / insns * 1e9,
           (end - first) / (rounds * insns) * 1e9);
    return 0;
}
