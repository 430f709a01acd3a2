/*
 * kicked: 400 signals to one of two threads that run the same loop, each some
 * time after the handler of the last.  cli.sh counts what it takes.
 */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

enum { SIGNALS = 400 };

static volatile int stop;
static timer_t timer;
static int hits;

static void next(void)
{
    struct itimerspec soon = { .it_value = { 0, 300000 } };

    timer_settime(timer, 0, &soon, NULL);
}

static void hit(int signo)
{
    (void)signo;
    if (++hits < SIGNALS) {
        next();
    } else {
        stop = 1;
    }
}

__attribute__((noinline)) static uint64_t spin(uint64_t x)
{
    while (!stop) {
        x = x * 3 + 1;
    }
    return x;
}

static void *other(void *arg)
{
    return (void *)spin((uintptr_t)arg);
}

int main(void)
{
    struct sigaction sa = { .sa_handler = hit };
    struct sigevent ev = { .sigev_notify = SIGEV_THREAD_ID,
                           .sigev_signo = SIGUSR1 };
    pthread_t thread;

    sigaction(SIGUSR1, &sa, NULL);
    ev._sigev_un._tid = (int)syscall(SYS_gettid);
    pthread_create(&thread, NULL, other, NULL);
    timer_create(CLOCK_MONOTONIC, &ev, &timer);
    next();
    spin(1);
    pthread_join(thread, NULL);
    printf("hits %d\n", hits);
    return 0;
}
