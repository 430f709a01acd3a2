/*
 * atomics CASE: atomic operations of many widths between threads, and between
 * processes that share memory; litmus tests for what fences forbid.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
enum { WORKERS = 4, ROUNDS = 30000 };

typedef struct Shared {
    atomic_long add;
    atomic_uint word;
    atomic_uchar bytes[4];         /* in one word: LR/SC by the compiler */
    atomic_ushort half[2];
    atomic_long loop;              /* by compare and exchange */
    atomic_long xor;
    atomic_long max, min;
    long lrsc;
    atomic_int spin;
    long guarded;
    struct { atomic_long a, b; } pair;
} Shared;

static Shared *s;

#ifdef __riscv
static void lrsc_add(long *at, long n)
{
    long old, failed;

    __asm__ volatile("1: lr.d.aqrl %0, (%2)\n"
                     "   add %0, %0, %3\n"
                     "   sc.d.aqrl %1, %0, (%2)\n"
                     "   bnez %1, 1b"
                     : "=&r"(old), "=&r"(failed) : "r"(at), "r"(n)
                     : "memory");
}

static void atomic_max(atomic_long *at, long n)
{
    __asm__ volatile("amomax.d zero, %1, (%0)" :: "r"(at), "r"(n) : "memory");
}

static void atomic_min(atomic_long *at, long n)
{
    __asm__ volatile("amomin.d zero, %1, (%0)" :: "r"(at), "r"(n) : "memory");
}
#else
static void lrsc_add(long *at, long n)
{
    __atomic_fetch_add(at, n, __ATOMIC_SEQ_CST);
}

static void atomic_max(atomic_long *at, long n)
{
    long old = *at;
    while (old < n && !atomic_compare_exchange_weak(at, &old, n)) { }
}

static void atomic_min(atomic_long *at, long n)
{
    long old = *at;
    while (old > n && !atomic_compare_exchange_weak(at, &old, n)) { }
}
#endif

static void round_of(long me, long i)
{
    long old = s->loop;

    s->add += me;
    s->word++;
    s->bytes[me & 3]++;
    s->half[me & 1] += 3;
    while (!atomic_compare_exchange_weak(&s->loop, &old, old + 2)) {
    }
    atomic_fetch_xor(&s->xor, i * me);
    atomic_max(&s->max, i * me);
    atomic_min(&s->min, -i * me);
    lrsc_add(&s->lrsc, 5);
    while (atomic_exchange_explicit(&s->spin, 1, memory_order_acquire)) {
        sched_yield();
    }
    s->guarded++;
    atomic_store_explicit(&s->spin, 0, memory_order_release);
}

static void *work(void *arg)
{
    for (long i = 0; i < ROUNDS; i++) {
        round_of((long)arg + 1, i);
    }
    return NULL;
}

static void show(void)
{
    SHOW(s->add);
    SHOW(s->word);
    printf("%d %d %d %d\n", s->bytes[0], s->bytes[1], s->bytes[2],
           s->bytes[3]);
    printf("%d %d\n", s->half[0], s->half[1]);
    SHOW(s->loop);
    SHOW(s->xor);
    SHOW(s->max);
    SHOW(s->min);
    SHOW(s->lrsc);
    SHOW(s->guarded);
}

static void run_threads(void *(*a)(void *), void *(*b)(void *))
{
    pthread_t t[2];

    pthread_create(&t[0], NULL, a, NULL);
    pthread_create(&t[1], NULL, b, NULL);
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
}

static void between_threads(void)
{
    pthread_t t[WORKERS];

    for (long i = 0; i < WORKERS; i++) {
        pthread_create(&t[i], NULL, work, (void *)i);
    }
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(t[i], NULL);
    }
    show();
}

static void between_processes(void)
{
    for (long i = 0; i < WORKERS; i++) {
        if (fork() == 0) {
            work((void *)i);
            _exit(0);
        }
    }
    while (wait(NULL) > 0) {
    }
    show();
}

/* --- litmus tests: two threads in step, each round on fresh variables --- */

enum { LITMUS = 20000, STRIDE = 16 };
static atomic_long x[LITMUS * STRIDE / 8], y[LITMUS * STRIDE / 8];
static long r1[LITMUS], r2[LITMUS];
static atomic_long step[2];

/* Both threads reach round i before either goes on. */
static void in_step(int me, long i)
{
    step[me] = i + 1;
    while (step[!me] <= i) {
        sched_yield();
    }
}

#define AT(array, i) array[(i) * STRIDE / 8]

static void *dekker_1(void *arg)
{
    for (long i = 0; i < LITMUS; i++) {
        in_step(0, i);
        atomic_store_explicit(&AT(x, i), 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        r1[i] = atomic_load_explicit(&AT(y, i), memory_order_relaxed);
    }
    return NULL;
}

static void *dekker_2(void *arg)
{
    for (long i = 0; i < LITMUS; i++) {
        in_step(1, i);
        atomic_store_explicit(&AT(y, i), 1, memory_order_relaxed);
        atomic_thread_fence(memory_order_seq_cst);
        r2[i] = atomic_load_explicit(&AT(x, i), memory_order_relaxed);
    }
    return NULL;
}

/* Not both may miss the other's store. */
static void dekker(void)
{
    long both_missed = 0;

    run_threads(dekker_1, dekker_2);
    for (int i = 0; i < LITMUS; i++) {
        both_missed += !r1[i] && !r2[i];
    }
    SHOW(both_missed);
}

static void *send(void *arg)
{
    for (long i = 0; i < LITMUS; i++) {
        in_step(0, i);
        *(long *)&AT(x, i) = i + 1;
        atomic_thread_fence(memory_order_release);
        atomic_store_explicit(&AT(y, i), 1, memory_order_relaxed);
    }
    return NULL;
}

static void *receive(void *arg)
{
    for (long i = 0; i < LITMUS; i++) {
        in_step(1, i);
        r1[i] = atomic_load_explicit(&AT(y, i), memory_order_relaxed);
        atomic_thread_fence(memory_order_acquire);
        r2[i] = *(long *)&AT(x, i);
    }
    return NULL;
}

/* Who sees the flag sees the message. */
static void message(void)
{
    long flag_alone = 0;

    run_threads(send, receive);
    for (int i = 0; i < LITMUS; i++) {
        flag_alone += r1[i] && r2[i] != i + 1;
    }
    SHOW(flag_alone);
}

/* Plain stores of one thread are seen whole, and in order of coherence. */
static void *grow(void *arg)
{
    for (long i = 0; i < 300000; i++) {
        *(volatile uint64_t *)&s->add = (uint64_t)i << 32 | (uint32_t)i;
    }
    s->word = 1;
    return NULL;
}

static long torn;

static void *watch(void *arg)
{
    uint64_t last = 0;

    while (!s->word) {
        uint64_t v = *(volatile uint64_t *)&s->add;

        torn += v >> 32 != (uint32_t)v || v < last;
        last = v;
    }
    return NULL;
}

static void coherent(void)
{
    run_threads(grow, watch);
    SHOW(torn);
}

/* SC fails if the word was written in between, even with the same value. */
static void reservation(void)
{
#ifdef __riscv
    long value = 7, got, failed;

    __asm__ volatile("lr.d %0, (%2)\n sc.d %1, %0, (%2)"
                     : "=&r"(got), "=&r"(failed) : "r"(&value) : "memory");
    SHOW(failed);
    __asm__ volatile("sc.d %0, %1, (%2)"
                     : "=&r"(failed) : "r"(9L), "r"(&value) : "memory");
    failed = failed != 0;
    SHOW(failed);
    SHOW(value);
#else
    puts("failed = 0\nfailed = 1\nvalue = 7");
#endif
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    s = mmap(NULL, sizeof(*s), PROT_READ | PROT_WRITE,
             MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    if (strcmp(name, "threads") == 0) {
        between_threads();
    } else if (strcmp(name, "processes") == 0) {
        between_processes();
    } else if (strcmp(name, "dekker") == 0) {
        dekker();
    } else if (strcmp(name, "message") == 0) {
        message();
    } else if (strcmp(name, "coherent") == 0) {
        coherent();
    } else {
        reservation();
    }
}
