/*
 * soak [SECONDS]: threads that compute, map, rewrite code, wait, fork and
 * make threads, all under a rain of signals.  Prints how often something was
 * not as it should be: 0.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static atomic_int signals, stop, bad;
static atomic_long counter, expected;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static void handler(int signo)
{
    volatile double d = signo * 1.5;

    signals++;
    bad += d != signo * 1.5;
}

static volatile uint64_t multiplier = 6364136223846793005u;

/* Two ways to the same number. */
static void *compute(void *arg)
{
    uint64_t a = (uint64_t)arg + 1, b = a, m = multiplier;
    double f = 1;

    while (!stop) {
        for (int i = 0; i < 10000; i++) {
            a = a * 6364136223846793005u + 1;
            b = b * m + 1;
            f = f * 1.0000001 + 1e-9;
            f = f > 2 ? f - 1 : f;
        }
        bad += a != b || !(f >= 1 && f < 2.1);
    }
    return NULL;
}

static void *churn(void *arg)
{
    while (!stop) {
        char *p = mmap(NULL, 65536, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        memset(p, 1, 65536);
        mprotect(p + 4096, 4096, PROT_READ);
        bad += p[5000] != 1;
        munmap(p, 65536);
        free(malloc(200000));
    }
    return NULL;
}

static void *rewrite(void *arg)
{
#ifdef __riscv
    uint32_t *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    for (uint32_t n = 0; !stop; n = (n + 1) & 1023) {
        p[0] = 0x00000513 | n << 20;   /* li a0, n */
        p[1] = 0x00008067;             /* ret */
        __builtin___clear_cache((char *)p, (char *)(p + 2));
        bad += ((unsigned (*)(void))p)() != n;
    }
#endif
    return NULL;
}

static void *pass(void *arg)
{
    int p[2];

    pipe(p);
    while (!stop) {
        struct pollfd f = { p[0], POLLIN };
        char c = 'x';

        bad += write(p[1], &c, 1) != 1;
        poll(&f, 1, 10);
        bad += read(p[0], &c, 1) != 1 || c != 'x';
    }
    return NULL;
}

static void *spawn(void *arg)
{
    while (!stop) {
        int status;
        pid_t pid = fork();

        if (pid == 0) {
            _exit(5);
        }
        waitpid(pid, &status, 0);
        bad += !WIFEXITED(status) || WEXITSTATUS(status) != 5;
        usleep(1000);
    }
    return NULL;
}

static void *add(void *arg)
{
    for (int i = 0; i < 100; i++) {
        pthread_mutex_lock(&lock);
        counter += 1;
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

static void *thread(void *arg)
{
    while (!stop) {
        pthread_t t[2];
        void *result;

        for (int i = 0; i < 2; i++) {
            if (pthread_create(&t[i], NULL, add, (void *)7)) {
                bad++;
                return NULL;
            }
        }
        for (int i = 0; i < 2; i++) {
            pthread_join(t[i], &result);
            bad += result != (void *)7;
            expected += 100;
        }
    }
    return NULL;
}

static void *(*const bodies[])(void *) = {
    compute, compute, churn, rewrite, rewrite, pass, spawn, thread,
};

enum { BODIES = sizeof(bodies) / sizeof(bodies[0]) };

static void rain(pthread_t *t, int seconds)
{
    time_t end = time(NULL) + seconds;

    do {
        for (int i = 0; i < BODIES; i++) {
            pthread_kill(t[i], SIGUSR1);
        }
        usleep(2000);
    } while (time(NULL) < end);
}

int main(int argc, char **argv)
{
    struct sigaction sa = { .sa_handler = handler, .sa_flags = SA_RESTART };
    struct itimerval it = { { 0, 1000 }, { 0, 1000 } };
    pthread_t t[BODIES];

    sigaction(SIGALRM, &sa, NULL);
    sigaction(SIGPROF, &sa, NULL);
    sigaction(SIGUSR1, &sa, NULL);
    for (long i = 0; i < BODIES; i++) {
        pthread_create(&t[i], NULL, bodies[i], (void *)i);
    }
    setitimer(ITIMER_REAL, &it, NULL);
    setitimer(ITIMER_PROF, &it, NULL);
    rain(t, argc > 1 ? atoi(argv[1]) : 2);
    stop = 1;
    for (int i = 0; i < BODIES; i++) {
        pthread_join(t[i], NULL);
    }
    it = (struct itimerval){ 0 };
    setitimer(ITIMER_REAL, &it, NULL);
    setitimer(ITIMER_PROF, &it, NULL);
    printf("bad %d\n", bad + (counter != expected));
    printf("enough signals: %d\n", signals > 100);
}
