/*
 * growth KB ROUNDS: runs so much code, made of growth.S, over and over. Prints
 * nanoseconds of CPU time for each instruction: in the first round, and in
 * ROUNDS later ones.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <time.h>

extern const char enter[], unit[], leave[], end[];

enum { UNIT_INSNS = 24 };

typedef void Chain(unsigned long *memory);

static double seconds(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return t.tv_sec + t.tv_nsec * 1e-9;
}

static char *copy(char *to, const char *from, const char *until)
{
    return (char *)memcpy(to, from, until - from) + (until - from);
}

static Chain *make_chain(long units)
{
    size_t size = (unit - enter) + units * (leave - unit) + (end - leave);
    char *code = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (code == MAP_FAILED) {
        perror("mmap");
        exit(1);
    }
    char *p = copy(code, enter, unit);
    for (long i = 0; i < units; i++) {
        p = copy(p, unit, leave);
    }
    copy(p, leave, end);
    mprotect(code, size, PROT_READ | PROT_EXEC);
    __builtin___clear_cache(code, code + size);
    return (Chain *)code;
}

int main(int argc, char **argv)
{
    unsigned long memory[8] = {0};
    long kbytes = argc > 1 ? atol(argv[1]) : 10;
    long rounds = argc > 2 ? atol(argv[2]) : 1;
    long units = kbytes * 1024 / (UNIT_INSNS * 4);
    double insns = units * (double)UNIT_INSNS;
    Chain *chain = make_chain(units);
    double start = seconds();
    chain(memory);
    double first = seconds();
    for (long i = 0; i < rounds; i++) {
        chain(memory);
    }
    double last = seconds();
    printf("%.3f %.3f\n", (first - start) / insns * 1e9,
           (last - first) / (rounds * insns) * 1e9);
    return 0;
}
