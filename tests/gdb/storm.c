/*
 * storm ROUNDS: threads come and go, wait for each other, sleep, send each
 * other signals, map memory, make processes. Prints what must come of it.
 */
#define _GNU_SOURCE
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { THREADS = 4 };

static long locked, added, children, mapped;
static _Atomic long signals, short_lived;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static int rounds;

static void on_signal(int signo)
{
    (void)signo;
    signals++;
}

static void *short_life(void *p)
{
    short_lived += (long)p;
    return NULL;
}

static void start_and_join(void)
{
    pthread_t t;

    if (pthread_create(&t, NULL, short_life, (void *)1) == 0) {
        pthread_join(t, NULL);
    }
}

static void make_child(void)
{
    int status = 0;
    pid_t pid = fork();

    if (pid == 0) {
        _exit(7);
    }
    waitpid(pid, &status, 0);
    pthread_mutex_lock(&lock);
    children += WEXITSTATUS(status) == 7;
    pthread_mutex_unlock(&lock);
}

static void map_something(void)
{
    char *p = mmap(NULL, 8192, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    memset(p, 1, 8192);
    __atomic_fetch_add(&mapped, p[5000], __ATOMIC_RELAXED);
    munmap(p, 8192);
}

static void *worker(void *p)
{
    struct timespec little = { 0, 50000 };

    for (int i = 0; i < rounds; i++) {
        for (int k = 0; k < 2000; k++) {
            __atomic_fetch_add(&added, 1, __ATOMIC_RELAXED);
        }
        pthread_mutex_lock(&lock);
        locked++;
        pthread_mutex_unlock(&lock);
        switch ((i + (long)p) % 5) {
        case 0: start_and_join(); break;
        case 1: pthread_kill(pthread_self(), SIGUSR1); break;
        case 2: nanosleep(&little, NULL); break;
        case 3: map_something(); break;
        case 4:
            if (i % 4 == 0) {
                make_child();
            }
            break;
        }
    }
    return NULL;
}

int main(int argc, char **argv)
{
    pthread_t t[THREADS];

    rounds = argc > 1 ? atoi(argv[1]) : 20;
    signal(SIGUSR1, on_signal);
    for (long i = 0; i < THREADS; i++) {
        pthread_create(&t[i], NULL, worker, (void *)(i * 2));
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_join(t[i], NULL);
    }
    printf("%ld %ld %ld %ld %ld %ld\n", locked, added, (long)short_lived,
           (long)signals, mapped, children);
    return 0;
}
