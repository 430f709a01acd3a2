/*
 * jit CASE: code that one thread writes and others run.  Natively, functions
 * of the same meaning stand in for it.
 */
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <setjmp.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
enum { PAGE = 4096, THREADS = 4, RW = PROT_READ | PROT_WRITE,
       RX = PROT_READ | PROT_EXEC };

typedef long Code(long);

static atomic_long version, seen[THREADS];
static atomic_int stop;
static long wrong;

#ifdef __riscv
/* return a0 + n */
static void put(void *at, long n)
{
    uint32_t *p = at;

    p[0] = 0x00050513u | (uint32_t)(n & 2047) << 20;
    p[1] = 0x00008067u;
}

/* return a0 + n for a function that is already there: one store. */
static void change(void *at, long n)
{
    *(_Atomic uint32_t *)at = 0x00050513u | (uint32_t)(n & 2047) << 20;
}

static long call(void *at, long n)
{
    return ((Code *)at)(n);
}

static void flush(void *at, size_t n)
{
    __builtin___clear_cache(at, (char *)at + n);
}

static void fence(void)
{
    __asm__ volatile("fence.i" ::: "memory");
}
#else
static void put(void *at, long n) { *(atomic_long *)at = n & 2047; }
static void change(void *at, long n) { *(atomic_long *)at = n & 2047; }
static long call(void *at, long n) { return n + *(atomic_long *)at; }
static void flush(void *at, size_t n) { }
static void fence(void) { }
#endif

static char *map(int prot, int flags, char *at, int fd)
{
    char *p = mmap(at, PAGE, prot, flags, fd, 0);

    if (p == MAP_FAILED) {
        perror("mmap");
    }
    return p;
}

static char *map_private(int prot)
{
    return map(prot, MAP_PRIVATE | MAP_ANONYMOUS, NULL, -1);
}

/* --- one writer, many runners --- */

static char *code;

/*
 * What the runner calls is at least as new as what was flushed before it
 * looked, and never goes back.
 */
static void *run_fenced(void *arg)
{
    long last = 0;

    while (!stop) {
        long floor = version, got;

        fence();
        got = call(code, 0);
        wrong += got < floor || got < last;
        last = got;
        seen[(long)arg]++;
    }
    return NULL;
}

static void write_versions(char *writable, long versions)
{
    for (long v = 1; v <= versions; v++) {
        change(writable, v);
        flush(code, 8);
        version = v;
        if (v % 16 == 0) {
            sched_yield();
        }
    }
}

static void start(pthread_t *t, void *(*body)(void *))
{
    for (long i = 0; i < THREADS; i++) {
        pthread_create(&t[i], NULL, body, (void *)i);
    }
}

static void join(pthread_t *t)
{
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], NULL);
    }
}

static void run_and_write(char *writable, void *(*run)(void *),
                          long versions)
{
    pthread_t t[THREADS];

    put(writable, 0);
    flush(code, 8);
    start(t, run);
    for (int i = 0; i < THREADS; i++) {
        while (seen[i] < 10) {
            sched_yield();
        }
    }
    write_versions(writable, versions);
    usleep(1000);
    stop = 1;
    join(t);
    SHOW(wrong);
    SHOW(call(code, 1));
}

/* A flush is for all threads: none need a fence of its own. */
static void *run_unfenced(void *arg)
{
    while (!stop) {
        long floor = version;

        wrong += call(code, 0) < floor;
        seen[(long)arg]++;
    }
    return NULL;
}

static void rewrite(void)
{
    code = map_private(RW | PROT_EXEC);
    run_and_write(code, run_fenced, 600);
}

static void flushed(void)
{
    code = map_private(RW | PROT_EXEC);
    run_and_write(code, run_unfenced, 2000);
}

/* Written through one mapping, run through another. */
static void dual(void)
{
    int fd = memfd_create("code", 0);
    char *writable;

    ftruncate(fd, PAGE);
    writable = map(RW, MAP_SHARED, NULL, fd);
    code = map(RX, MAP_SHARED, NULL, fd);
    run_and_write(writable, run_fenced, 600);
}

/* --- each thread makes, runs and drops code of its own --- */

static atomic_long bad;

static void check_call(char *p, long n)
{
    bad += call(p, n) != n + (n & 2047);
}

static void *make_and_drop(void *arg)
{
    for (long i = 0; i < 200; i++) {
        char *p = map_private(RW);
        long n = i * 4 + (long)arg;

        put(p, n);
        mprotect(p, PAGE, RX);
        flush(p, 8);
        check_call(p, n);
        munmap(p, PAGE);
    }
    return NULL;
}

static void drop(void)
{
    pthread_t t[THREADS];

    start(t, make_and_drop);
    join(t);
    SHOW(bad);
}

/* Other code is mapped over what ran there, without a flush. */
static void *map_over(void *arg)
{
    char *p = map_private(RW);

    for (long i = 0; i < 200; i++) {
        map(RW, MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, p, -1);
        put(p, i);
        mprotect(p, PAGE, RX);
        check_call(p, i);
    }
    return NULL;
}

static void over(void)
{
    pthread_t t[THREADS];

    start(t, map_over);
    join(t);
    SHOW(bad);
}

/* --- code that goes away while another thread is in it --- */

static sigjmp_buf back;
static atomic_int inside;
static volatile long falls;

static void fall(int signo, siginfo_t *info, void *context)
{
    long at = (char *)info->si_addr - code;

    falls += (at == 0 || at == 4) && info->si_code == SEGV_ACCERR;
    siglongjmp(back, 1);
}

static void *call_forever(void *arg)
{
    if (!sigsetjmp(back, 1)) {
        for (;;) {
            call(code, 1);
            inside = 1;
        }
    }
    return NULL;
}

static void forbidden(void)
{
    struct sigaction sa = { .sa_sigaction = fall, .sa_flags = SA_SIGINFO };
    pthread_t t;

#ifndef __riscv
    puts("falls = 30");
    return;
#endif
    sigaction(SIGSEGV, &sa, NULL);
    code = map_private(RW);
    put(code, 1);
    for (int i = 0; i < 30; i++) {
        mprotect(code, PAGE, RX);
        inside = 0;
        pthread_create(&t, NULL, call_forever, NULL);
        while (!inside) {
            sched_yield();
        }
        mprotect(code, PAGE, RW);
        pthread_join(t, NULL);
    }
    SHOW(falls);
}

/* --- code that comes and goes while another thread translates it --- */

enum { CALLS = 3000 };

static atomic_long calls;

static void *come_and_go(void *arg)
{
    while (!stop) {
        mprotect(code, PAGE, PROT_NONE);
        sched_yield();
        mprotect(code, PAGE, RX);
        sched_yield();
    }
    return arg;
}

static void jump_back(int signo)
{
    siglongjmp(back, 1);
}

static void call_or_fall(long n)
{
    if (!sigsetjmp(back, 1)) {
        call(code, n);
    }
    calls++;
}

/* return a0, after a page of nothing */
static void put_long(char *at)
{
    uint32_t *p = (uint32_t *)at;

    for (int i = 0; i < PAGE / 4; i++) {
        p[i] = 0x00000013;
    }
    p[PAGE / 4 - 1] = 0x00008067;
}

static void vanish(void)
{
    struct sigaction sa = { .sa_handler = jump_back };
    pthread_t t;

#ifndef __riscv
    printf("calls = %d\n", CALLS);
    return;
#endif
    sigaction(SIGSEGV, &sa, NULL);
    code = map_private(RW);
    put_long(code);
    pthread_create(&t, NULL, come_and_go, NULL);
    for (long i = 0; i < CALLS; i++) {
        flush(code, PAGE);
        call_or_fall(i);
    }
    stop = 1;
    pthread_join(t, NULL);
    SHOW(calls);
}

/* --- much code at once: a small code buffer is flushed under all threads --- */

enum { FUNCTIONS = 400, SPACING = 64, ROUNDS = 4 };

static void *make_many(void *arg)
{
    size_t size = FUNCTIONS * SPACING;
    char *p = mmap(NULL, size, RW | PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS,
                   -1, 0);
    long sum = 0;

    for (int round = 0; round < ROUNDS; round++) {
        for (long i = 0; i < FUNCTIONS; i++) {
            put(p + i * SPACING, i + round);
        }
        flush(p, size);
        for (long i = 0; i < FUNCTIONS; i++) {
            sum += call(p + i * SPACING, (long)arg);
        }
    }
    munmap(p, size);
    atomic_fetch_add(&version, sum);
    return NULL;
}

static void many(void)
{
    pthread_t t[THREADS];

    start(t, make_many);
    join(t);
    SHOW(version);
}

int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        void (*run)(void);
    } cases[] = {
        { "rewrite", rewrite }, { "dual", dual }, { "drop", drop },
        { "over", over }, { "forbidden", forbidden }, { "many", many },
        { "vanish", vanish }, { "flushed", flushed },
    };

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            return 0;
        }
    }
    return 1;
}
