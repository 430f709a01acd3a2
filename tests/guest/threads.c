/*
 * threads CASE: what pthreads promise, one case a run.  Each prints sums that
 * are right only if nothing was lost.
 */
#include <errno.h>
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <semaphore.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))
enum { THREADS = 8 };

typedef void *Body(void *);

static pthread_t threads[THREADS];

static void start(Body *body)
{
    for (long i = 0; i < THREADS; i++) {
        if (pthread_create(&threads[i], NULL, body, (void *)i)) {
            puts("cannot create a thread");
            exit(1);
        }
    }
}

static long join(void)
{
    long sum = 0;

    for (int i = 0; i < THREADS; i++) {
        void *result;

        pthread_join(threads[i], &result);
        sum += (long)result;
    }
    return sum;
}

/* --- create, join, thread-local data --- */

static void *square(void *arg)
{
    return (void *)((long)arg * (long)arg);
}

static void create(void)
{
    long sum = 0;

    for (int i = 0; i < 25; i++) {
        start(square);
        sum += join();
    }
    SHOW(sum);
}

static __thread long own = 5;
static __thread char zeros[3000];

static void *use_own(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        own += (long)arg;
        zeros[i % sizeof(zeros)]++;
        if (i % 1000 == 0) {
            sched_yield();
        }
    }
    return (void *)(own + zeros[0]);
}

static void tls(void)
{
    start(use_own);
    SHOW(join());
    SHOW(own);
}

/* --- locks --- */

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t cond = PTHREAD_COND_INITIALIZER;
static pthread_barrier_t barrier;
static pthread_rwlock_t rwlock = PTHREAD_RWLOCK_INITIALIZER;
static long counter, turn, wrong;

static void *count(void *arg)
{
    for (int i = 0; i < 20000; i++) {
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return arg;
}

static void mutex(void)
{
    start(count);
    SHOW(join());
    SHOW(counter);
}

static void *take_turns(void *arg)
{
    for (int round = 0; round < 50; round++) {
        pthread_mutex_lock(&lock);
        while (turn != (long)arg) {
            pthread_cond_wait(&cond, &lock);
        }
        turn = (turn + 1) % THREADS;
        counter = counter * 3 % 1000003 + (long)arg;
        pthread_cond_broadcast(&cond);
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void condition(void)
{
    start(take_turns);
    join();
    SHOW(counter);
}

static void *meet(void *arg)
{
    static atomic_long arrived;
    long serial = 0;

    for (long round = 1; round <= 60; round++) {
        arrived++;
        serial += pthread_barrier_wait(&barrier) ==
                  PTHREAD_BARRIER_SERIAL_THREAD;
        if (arrived != round * THREADS) {
            wrong++;
        }
        pthread_barrier_wait(&barrier);
    }
    (void)arg;
    return (void *)serial;
}

static void meeting(void)
{
    pthread_barrier_init(&barrier, NULL, THREADS);
    start(meet);
    SHOW(join());
    SHOW(wrong);
}

static void *read_or_write(void *arg)
{
    static long a, b;

    for (int i = 0; i < 3000; i++) {
        if (i % 8 == (long)arg) {
            pthread_rwlock_wrlock(&rwlock);
            a++;
            b--;
            pthread_rwlock_unlock(&rwlock);
        } else {
            pthread_rwlock_rdlock(&rwlock);
            wrong += a + b != 0;
            pthread_rwlock_unlock(&rwlock);
        }
    }
    return NULL;
}

static void readers(void)
{
    start(read_or_write);
    join();
    SHOW(wrong);
}

static sem_t semaphores[2];

static void *ping(void *arg)
{
    for (int i = 0; i < 3000; i++) {
        sem_wait(&semaphores[(long)arg]);
        counter++;
        sem_post(&semaphores[!arg]);
    }
    return NULL;
}

static void semaphore(void)
{
    pthread_t other;

    sem_init(&semaphores[0], 0, 1);
    sem_init(&semaphores[1], 0, 0);
    pthread_create(&other, NULL, ping, (void *)1);
    ping((void *)0);
    pthread_join(other, NULL);
    SHOW(counter);
}

/* --- futex, robust and inherited mutexes --- */

static long futex(_Atomic int *at, int op, int value)
{
    return syscall(SYS_futex, at, op, value, NULL, NULL, 0);
}

static _Atomic int word;

static void *wait_word(void *arg)
{
    while (word == 0) {
        futex(&word, FUTEX_WAIT_PRIVATE, 0);
    }
    return (void *)1;
}

static void futexes(void)
{
    start(wait_word);
    usleep(5000);
    word = 1;
    futex(&word, FUTEX_WAKE_PRIVATE, INT_MAX);
    SHOW(join());
    SHOW(futex(&word, FUTEX_WAIT_PRIVATE, 0));
    SHOW(errno == EAGAIN);
    SHOW(futex((_Atomic int *)8, FUTEX_WAIT_PRIVATE, 0));
    SHOW(errno == EFAULT);
}

static void *lock_and_end(void *arg)
{
    pthread_mutex_lock(arg);
    return NULL;
}

static void robust(void)
{
    pthread_mutexattr_t attr;
    pthread_mutex_t *m = mmap(NULL, 4096, PROT_READ | PROT_WRITE,
                              MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    pthread_t t;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setrobust(&attr, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setpshared(&attr, PTHREAD_PROCESS_SHARED);
    pthread_mutex_init(m, &attr);
    pthread_create(&t, NULL, lock_and_end, m);
    pthread_join(t, NULL);
    SHOW(pthread_mutex_lock(m) == EOWNERDEAD);
    SHOW(pthread_mutex_consistent(m));
    SHOW(pthread_mutex_unlock(m));
    if (fork() == 0) {
        pthread_mutex_lock(m);
        _exit(0);
    }
    wait(NULL);
    SHOW(pthread_mutex_lock(m) == EOWNERDEAD);
    SHOW(pthread_mutex_unlock(m));
    SHOW(pthread_mutex_lock(m) == ENOTRECOVERABLE);
}

static void inherit(void)
{
    pthread_mutexattr_t attr;

    pthread_mutexattr_init(&attr);
    pthread_mutexattr_setprotocol(&attr, PTHREAD_PRIO_INHERIT);
    SHOW(pthread_mutex_init(&lock, &attr));
    start(count);
    join();
    SHOW(counter);
}

/* --- cancel, kill, the end --- */

static void clean(void *arg)
{
    *(atomic_long *)arg += 1;
}

static atomic_long cleaned;

static void *sleep_forever(void *arg)
{
    pthread_cleanup_push(clean, &cleaned);
    if ((long)arg % 2) {
        for (;;) {
            pause();
        }
    }
    pthread_setcanceltype(PTHREAD_CANCEL_ASYNCHRONOUS, NULL);
    for (;;) {
    }
    pthread_cleanup_pop(0);
}

static void cancel(void)
{
    long cancelled = 0;

    start(sleep_forever);
    usleep(5000);
    for (int i = 0; i < THREADS; i++) {
        void *result;

        pthread_cancel(threads[i]);
        pthread_join(threads[i], &result);
        cancelled += result == PTHREAD_CANCELED;
    }
    SHOW(cancelled);
    SHOW(cleaned);
}

static __thread volatile sig_atomic_t hits;
static atomic_long ready;

static void hit(int signo)
{
    hits++;
}

static void *be_hit(void *arg)
{
    sigset_t all, none;

    sigfillset(&all);
    sigemptyset(&none);
    pthread_sigmask(SIG_BLOCK, &all, NULL);
    ready++;
    while (hits == 0) {
        sigsuspend(&none);
    }
    return (void *)(long)hits;
}

static void send(void)
{
    signal(SIGUSR1, hit);
    start(be_hit);
    while (ready < THREADS) {
        sched_yield();
    }
    for (int i = 0; i < THREADS; i++) {
        pthread_kill(threads[i], SIGUSR1);
    }
    SHOW(join());
    SHOW(hits);
}

static void *spin_or_wait(void *arg)
{
    switch ((long)arg % 4) {
    case 0: for (;;) { }
    case 1: for (;;) { pause(); }
    case 2: for (;;) { getppid(); }
    default: futex(&word, FUTEX_WAIT_PRIVATE, 0);
    }
    return NULL;
}

static void *end_all(void *arg)
{
    usleep(3000);
    _exit(23);
}

/* exit_group by the first thread, and by another, while others run. */
static void ends(void)
{
    for (int i = 0; i < 20; i++) {
        pthread_t t;
        int status;

        fflush(stdout);
        if (fork() == 0) {
            start(spin_or_wait);
            if (i % 2) {
                pthread_create(&t, NULL, end_all, NULL);
                pthread_exit(NULL);
            }
            end_all(NULL);
        }
        wait(&status);
        counter += WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
    }
    SHOW(counter);
}

static void *say_last(void *arg)
{
    usleep(5000);
    puts("the last thread");
    return NULL;
}

/* The process ends with its last thread, with status 0. */
static void outlived(void)
{
    pthread_t t;

    pthread_create(&t, NULL, say_last, NULL);
    pthread_exit(NULL);
}

/* --- fork with threads --- */

static atomic_int stop;

static void *allocate(void *arg)
{
    while (!stop) {
        free(malloc(1 + rand() % 5000));
        pthread_mutex_lock(&lock);
        counter++;
        pthread_mutex_unlock(&lock);
    }
    return NULL;
}

static void *nothing(void *arg)
{
    return arg;
}

static int child(void)
{
    pthread_t t;
    void *result;

    free(malloc(100000));
    pthread_create(&t, NULL, nothing, (void *)9);
    pthread_join(t, &result);
    return (int)(long)result;
}

static void forks(void)
{
    long sum = 0;

    start(allocate);
    for (int i = 0; i < 30; i++) {
        int status;
        pid_t pid = fork();

        if (pid == 0) {
            _exit(child());
        }
        waitpid(pid, &status, 0);
        sum += WIFEXITED(status) ? WEXITSTATUS(status) : 1000;
        if (i % 10 == 0) {
            sum += system("exit 2") >> 8;
        }
    }
    stop = 1;
    join();
    SHOW(sum);
}

static void *exec_self(void *arg)
{
    execl("/proc/self/exe", "threads", "create", NULL);
    return NULL;
}

/* execve by a thread ends the others. */
static void exec(void)
{
    pthread_t t;

    start(spin_or_wait);
    pthread_create(&t, NULL, exec_self, NULL);
    pause();
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "create", create }, { "tls", tls }, { "mutex", mutex },
    { "condition", condition }, { "barrier", meeting },
    { "readers", readers }, { "semaphore", semaphore },
    { "futex", futexes }, { "robust", robust }, { "inherit", inherit },
    { "cancel", cancel }, { "kill", send }, { "ends", ends },
    { "outlived", outlived }, { "forks", forks }, { "exec", exec },
};

int main(int argc, char **argv)
{
    setvbuf(stdout, NULL, _IOLBF, 0);
    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        if (argc > 1 && strcmp(argv[1], cases[i].name) == 0) {
            cases[i].run();
            return 0;
        }
    }
    return 1;
}
