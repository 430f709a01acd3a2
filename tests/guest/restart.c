/*
 * System calls that wait, under signals: with SA_RESTART none ends with EINTR,
 * without it each one does, also where other threads fork and compute.
 */
#include <errno.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { READS = 60 };

static atomic_int stop, wanted;
static pthread_t waiter;

static void restarting(int signo)
{
    (void)signo;
}

static void interrupting(int signo)
{
    (void)signo;
    wanted++;
}

static void *rain(void *arg)
{
    while (!stop) {
        pthread_kill(waiter, SIGUSR1);
        for (volatile int i = 0; i < 1000; i++)
            ;
    }
    return arg;
}

/* Other threads must stop for it. */
static void *forks(void *arg)
{
    while (!stop) {
        pid_t pid = fork();
        if (pid == 0)
            _exit(0);
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            ;
    }
    return arg;
}

static void every_ms(int which)
{
    setitimer(which, &(struct itimerval){ { 0, 1000 }, { 0, 1000 } }, NULL);
}

/* How many of the waits for children end with EINTR. */
static int wait_for_children(time_t end)
{
    int interrupted = 0;
    every_ms(ITIMER_PROF);
    while (time(NULL) < end) {
        pid_t pid = fork();
        if (pid == 0) {
            usleep(500);
            _exit(0);
        }
        while (waitpid(pid, NULL, 0) < 0 && errno == EINTR)
            interrupted++;
    }
    setitimer(ITIMER_PROF, &(struct itimerval){ 0 }, NULL);
    return interrupted;
}

/* An alarm without SA_RESTART must end each read, and nothing else may. */
static void reads(void)
{
    int p[2], good = 0;
    char c;
    if (pipe(p))
        exit(1);
    every_ms(ITIMER_REAL);
    for (int i = 0; i < READS; i++) {
        wanted = 0;
        ssize_t n = read(p[0], &c, 1);
        good += n == -1 && errno == EINTR && wanted;
    }
    setitimer(ITIMER_REAL, &(struct itimerval){ 0 }, NULL);
    printf("reads interrupted: %d\n", good);
}

int main(void)
{
    struct sigaction again = { .sa_handler = restarting,
                               .sa_flags = SA_RESTART };
    struct sigaction once = { .sa_handler = interrupting };
    sigset_t only_here;
    pthread_t t[2];
    waiter = pthread_self();
    sigaction(SIGUSR1, &again, NULL);
    sigaction(SIGPROF, &again, NULL);
    sigaction(SIGALRM, &once, NULL);
    sigemptyset(&only_here);
    sigaddset(&only_here, SIGALRM);
    pthread_sigmask(SIG_BLOCK, &only_here, NULL);
    pthread_create(&t[0], NULL, rain, NULL);
    pthread_create(&t[1], NULL, forks, NULL);
    pthread_sigmask(SIG_UNBLOCK, &only_here, NULL);
    printf("waits interrupted: %d\n", wait_for_children(time(NULL) + 2));
    reads();
    stop = 1;
    pthread_join(t[0], NULL);
    pthread_join(t[1], NULL);
    return 0;
}
