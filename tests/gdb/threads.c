/* Three threads that wait for each other, then work. */
#define _GNU_SOURCE
#include <pthread.h>
#include <stdio.h>
#include <unistd.h>

enum { WORKERS = 3, ROUNDS = 4 };

int hits, done[WORKERS];
volatile int idle_runs = 1;
static pthread_barrier_t ready, go, end;

void work(int id, int round)
{
    __atomic_fetch_add(&hits, 1, __ATOMIC_RELAXED);
    done[id] = round + 1;
}

static void *worker(void *p)
{
    int id = (int)(long)p;
    char name[16];

    snprintf(name, sizeof(name), "worker-%d", id);
    pthread_setname_np(pthread_self(), name);
    pthread_barrier_wait(&ready);
    pthread_barrier_wait(&go);
    for (int i = 0; i < ROUNDS; i++) {
        work(id, i);
    }
    pthread_barrier_wait(&end);
    return NULL;
}

void all_are_there(void)
{
}

void all_are_done(void)
{
}

int main(void)
{
    pthread_t thread[WORKERS];

    pthread_barrier_init(&ready, NULL, WORKERS + 1);
    pthread_barrier_init(&go, NULL, WORKERS + 1);
    pthread_barrier_init(&end, NULL, WORKERS + 1);
    for (long i = 0; i < WORKERS; i++) {
        pthread_create(&thread[i], NULL, worker, (void *)i);
    }
    pthread_barrier_wait(&ready);
    all_are_there();
    pthread_barrier_wait(&go);
    pthread_barrier_wait(&end);
    all_are_done();
    for (int i = 0; i < WORKERS; i++) {
        pthread_join(thread[i], NULL);
    }
    printf("hits %d\n", hits);
    return 0;
}
