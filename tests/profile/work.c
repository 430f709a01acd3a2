/*
 * work SECONDS [again]: CPU time in known places.  Of each round, `heavy` takes three
 * parts and `light` one, each called by two functions; `deep` calls itself 12
 * times down to `light`; a second thread does `heavy` alone; `copies` are
 * memcpy's, and `calls` system calls.  With `again` a child executes the same
 * program first.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <sys/syscall.h>
#include <sys/wait.h>

static volatile unsigned long sink;

__attribute__((noinline)) static void spin(long n)
{
    unsigned long x = 1;
    for (long i = 0; i < n; i++) {
        x = x * 6364136223846793005ul + 1442695040888963407ul;
    }
    sink += x;
}

__attribute__((noinline)) static void light(void)
{
    spin(100000);
    sink++;
}

__attribute__((noinline)) static void heavy(void)
{
    spin(300000);
    sink++;
}

__attribute__((noinline)) static void deep(int n)
{
    if (n == 0) {
        light();
    } else {
        deep(n - 1);
    }
    sink++;
}

__attribute__((noinline)) static void first(void)
{
    heavy();
    light();
    sink++;
}

__attribute__((noinline)) static void second(void)
{
    heavy();
    deep(12);
    sink++;
}

__attribute__((noinline)) static void copies(void)
{
    static char from[1 << 16], to[1 << 16];
    for (int i = 0; i < 20; i++) {
        memcpy(to, from, sizeof(to));
        sink += (unsigned long)to[i];
    }
}

__attribute__((noinline)) static void calls(void)
{
    for (int i = 0; i < 600; i++) {
        syscall(SYS_getppid);
    }
    sink++;
}

/* Or rounds and the kernel's ticks keep step. */
__attribute__((noinline)) static void jitter(void)
{
    spin(rand() % 300000);
    sink++;
}

static double now(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts);
    return (double)ts.tv_sec + 1e-9 * (double)ts.tv_nsec;
}

static volatile int done;

static void *thread_main(void *unused)
{
    while (!done) {
        heavy();
    }
    return unused;
}

int main(int argc, char **argv)
{
    double seconds = argc > 1 ? atof(argv[1]) : 1;
    pthread_t thread;
    if (argc > 2) {
        pid_t child = fork();
        if (child == 0) {
            execl(argv[0], argv[0], argv[1], NULL);
            _exit(127);
        }
        waitpid(child, NULL, 0);
    }
    pthread_create(&thread, NULL, thread_main, NULL);
    while (now() < seconds) {
        jitter();
        first();
        second();
        copies();
        calls();
    }
    done = 1;
    pthread_join(thread, NULL);
    return 0;
}
