/*
 * generations: a process makes threads and forks while they wait; its child
 * does the same, and so on.
 */
#include <pthread.h>
#include <stdio.h>
#include <sys/wait.h>
#include <unistd.h>

enum { GENERATIONS = 10, THREADS = 3 };

/* A function that no other thread runs, so that each has code to translate. */
#define MAKE(n) \
    static __attribute__((noinline)) int own_##n(int x) { return x ^ n; }
#define TEN(m, t) \
    m(t##0) m(t##1) m(t##2) m(t##3) m(t##4) m(t##5) m(t##6) m(t##7) m(t##8) \
    m(t##9)
#define NAME(n) own_##n,

TEN(MAKE, 1) TEN(MAKE, 2) TEN(MAKE, 3)

static int (*const own[])(int) = { TEN(NAME, 1) TEN(NAME, 2) TEN(NAME, 3) };
static int started;
static pthread_barrier_t barrier;

static void *wait_for_ever(void *arg)
{
    *(volatile int *)&started = own[(long)arg]((int)(long)arg);
    pthread_barrier_wait(&barrier);
    for (;;) {
        pause();
    }
}

int main(void)
{
    int generation = 0;
    pid_t pid = 0;

    for (; generation < GENERATIONS && pid == 0; generation++) {
        pthread_t thread;

        pthread_barrier_init(&barrier, NULL, THREADS + 1);
        for (int i = 0; i < THREADS; i++) {
            pthread_create(&thread, NULL, wait_for_ever,
                           (void *)(long)(generation * THREADS + i));
        }
        pthread_barrier_wait(&barrier);
        printf("%d\n", generation);
        fflush(stdout);
        pid = fork();
    }
    if (pid > 0) {
        waitpid(pid, NULL, 0);
    }
    return 0;
}
