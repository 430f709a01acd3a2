/*
 * adds THREADS N: each thread adds 1 N times by amoadd.d, and so does a child
 * process, 7 times.
 */
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static long sum, count;

static void *add(void *unused)
{
    (void)unused;
    for (long i = 0; i < count; i++) {
        __asm__ volatile("amoadd.d zero, %1, (%0)"
                         : : "r"(&sum), "r"(1l) : "memory");
    }
    return NULL;
}

int main(int argc, char **argv)
{
    int threads = argc > 2 ? atoi(argv[1]) : 1;
    pthread_t id[64];
    count = argc > 2 ? atol(argv[2]) : 1;
    for (int i = 0; i < threads; i++) {
        pthread_create(&id[i], NULL, add, NULL);
    }
    for (int i = 0; i < threads; i++) {
        pthread_join(id[i], NULL);
    }
    if (fork() == 0) {
        count = 7;
        add(NULL);
        _exit(sum == (long)threads * atol(argv[2]) + 7 ? 0 : 1);
    }
    int status;
    wait(&status);
    return status != 0 || sum != threads * count;
}
