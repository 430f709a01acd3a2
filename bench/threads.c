/*
 * threads WHAT: the programs that threads.sh times.
 *   one, two        one or two threads that compute
 *   translate N     N threads, each with much code that nobody has run yet
 *   create          10,000 threads one after the other, each does nothing
 *   getppid, read, clock     nanoseconds a call
 */
#include <fcntl.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

static double now(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}

static void *compute(void *arg)
{
    uint64_t x = 1;

    for (long i = 0; i < 150000000; i++) {
        x = x * 6364136223846793005u + 1;
        x ^= x >> 29;
    }
    return (void *)x;
}

static double time_compute(int n)
{
    pthread_t t[2];
    double start = now();

    for (int i = 0; i < n; i++) {
        pthread_create(&t[i], NULL, compute, NULL);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
    return (now() - start) * 1000;
}

/* Blocks of eight instructions, each with a branch to the next. */
enum { BLOCKS = 6000, BLOCK_INSNS = 8 };

static uint32_t *make_code(void)
{
    size_t words = BLOCKS * BLOCK_INSNS + 1;
    uint32_t *p = mmap(NULL, words * 4, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (size_t i = 0; i < BLOCKS * BLOCK_INSNS; i++) {
        p[i] = i % BLOCK_INSNS == BLOCK_INSNS - 1
                   ? 0x00b50263u             /* beq a0, a1, the next */
                   : 0x00150513u + ((uint32_t)(i % 7) << 20);  /* addi */
    }
    p[words - 1] = 0x00008067u;              /* ret */
    __builtin___clear_cache((char *)p, (char *)(p + words));
    return p;
}

static void *run_code(void *code)
{
    return (void *)((long (*)(long, long))code)(1, 0);
}

static double time_translate(int n)
{
    pthread_t t[64];
    uint32_t *code[64];
    double start;

    for (int i = 0; i < n; i++) {
        code[i] = make_code();
    }
    start = now();
    for (int i = 0; i < n; i++) {
        pthread_create(&t[i], NULL, run_code, code[i]);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
    return (now() - start) * 1000;
}

enum { CALLS = 300000 };

static double time_calls(const char *what)
{
    int fd = open("/dev/zero", O_RDONLY);
    struct timespec ts;
    double start = now();
    char c;

    for (int i = 0; i < CALLS; i++) {
        if (what[0] == 'g') {
            getppid();
        } else if (what[0] == 'r') {
            read(fd, &c, 1);
        } else {
            clock_gettime(CLOCK_MONOTONIC, &ts);
        }
    }
    return (now() - start) / CALLS * 1e9;
}

static void *nothing(void *arg)
{
    return arg;
}

static double time_create(void)
{
    enum { THREADS = 10000 };
    double start = now();

    for (int i = 0; i < THREADS; i++) {
        pthread_t t;

        pthread_create(&t, NULL, nothing, NULL);
        pthread_join(t, NULL);
    }
    return (now() - start) * 1000;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    double result;

    if (strcmp(what, "one") == 0 || strcmp(what, "two") == 0) {
        result = time_compute(what[0] == 'o' ? 1 : 2);
    } else if (strcmp(what, "translate") == 0 && argc > 2) {
        result = time_translate(atoi(argv[2]));
    } else if (strcmp(what, "create") == 0) {
        result = time_create();
    } else {
        result = time_calls(what);
    }
    printf("%.1f\n", result);
}
