/*
 * threads WHAT: the programs that threads.sh times.
 *   one, two        one or two threads that compute
 *   translate N     N threads, each with much code that nobody has run yet
 *   new N           the same: nanoseconds of CPU time for an instruction
 *   hot N           the same when all run the same code, many times
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

static double clock_seconds(clockid_t clock)
{
    struct timespec ts;

    clock_gettime(clock, &ts);
    return ts.tv_sec + ts.tv_nsec / 1e9;
}

static double now(void)
{
    return clock_seconds(CLOCK_MONOTONIC);
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

enum { MAX_THREADS = 64 };

typedef struct Job {
    void *code;
    int rounds;
} Job;

static void *run_code(void *arg)
{
    const Job *job = arg;

    for (int i = 0; i < job->rounds; i++) {
        ((long (*)(long, long))job->code)(1, 0);
    }
    return NULL;
}

/* Seconds by the clock that n threads take for their jobs. */
static double time_jobs(int n, Job *job, clockid_t clock)
{
    pthread_t t[MAX_THREADS];
    double start = clock_seconds(clock);

    for (int i = 0; i < n; i++) {
        pthread_create(&t[i], NULL, run_code, &job[i]);
    }
    for (int i = 0; i < n; i++) {
        pthread_join(t[i], NULL);
    }
    return clock_seconds(clock) - start;
}

/* Each with code that nobody has run. */
static double time_translate(int n, clockid_t clock)
{
    Job job[MAX_THREADS];

    for (int i = 0; i < n; i++) {
        job[i] = (Job){make_code(), 1};
    }
    return time_jobs(n, job, clock);
}

/* The first of them translates the code. */
static double time_hot(int n)
{
    enum { ROUNDS = 1000 };
    Job job[MAX_THREADS] = {{make_code(), 1}};

    time_jobs(1, job, CLOCK_MONOTONIC);
    for (int i = 0; i < n; i++) {
        job[i] = (Job){job[0].code, ROUNDS};
    }
    return time_jobs(n, job, CLOCK_PROCESS_CPUTIME_ID) / ROUNDS;
}

/* Seconds of n threads, as nanoseconds for an instruction of one. */
static double for_insn(double seconds, int n)
{
    return seconds * 1e9 / n / (BLOCKS * BLOCK_INSNS);
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
    int n = argc > 2 ? atoi(argv[2]) : 0;
    double result;

    if (n < 0 || n > MAX_THREADS) {
        return 1;
    }
    if (strcmp(what, "one") == 0 || strcmp(what, "two") == 0) {
        result = time_compute(what[0] == 'o' ? 1 : 2);
    } else if (strcmp(what, "translate") == 0) {
        result = time_translate(n, CLOCK_MONOTONIC) * 1000;
    } else if (strcmp(what, "new") == 0) {
        result = for_insn(time_translate(n, CLOCK_PROCESS_CPUTIME_ID), n);
    } else if (strcmp(what, "hot") == 0) {
        result = for_insn(time_hot(n), n);
    } else if (strcmp(what, "create") == 0) {
        result = time_create();
    } else {
        result = time_calls(what);
    }
    printf(result < 100 ? "%.3g\n" : "%.1f\n", result);
}
