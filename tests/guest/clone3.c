/* clone3, futexes of every kind, and what happens when their owners die. */
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <spawn.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_futex_waitv
#define SYS_futex_waitv 449
#endif
#ifndef CLONE_CLEAR_SIGHAND
#define CLONE_CLEAR_SIGHAND 0x100000000ull
#endif

static void show(const char *what, long ret)
{
    printf("%s: %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
    fflush(stdout);
}

static int wait_for(pid_t pid)
{
    int status = -1;

    waitpid(pid, &status, 0);
    return status;
}

/* --- clone3 --- */

static void fork_like(void)
{
    int pidfd = -1, parent_tid = 0, child_tid = 0;
    struct clone_args c = {
        .flags = CLONE_PIDFD | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID,
        .pidfd = (uintptr_t)&pidfd, .parent_tid = (uintptr_t)&parent_tid,
        .child_tid = (uintptr_t)&child_tid, .exit_signal = SIGCHLD,
    };
    struct pollfd p;
    long pid = syscall(SYS_clone3, &c, sizeof(c));

    if (pid == 0) {
        _exit(child_tid == getpid() ? 7 : 8);
    }
    p = (struct pollfd){ pidfd, POLLIN, 0 };
    show("poll on the pidfd", poll(&p, 1, 10000));
    show("parent_tid is right", parent_tid == pid);
    show("child_tid is untouched here", child_tid == 0);
    show("status", WEXITSTATUS(wait_for((pid_t)pid)));
}

static void on_usr1(int signo)
{
    (void)signo;
}

static void clear_handlers(void)
{
    struct clone_args c = { .flags = CLONE_CLEAR_SIGHAND,
                            .exit_signal = SIGCHLD };
    struct sigaction sa;
    long pid;

    signal(SIGUSR1, on_usr1);
    signal(SIGUSR2, SIG_IGN);
    pid = syscall(SYS_clone3, &c, sizeof(c));
    if (pid == 0) {
        int good;

        sigaction(SIGUSR1, NULL, &sa);
        good = sa.sa_handler == SIG_DFL;
        sigaction(SIGUSR2, NULL, &sa);
        _exit(good && sa.sa_handler == SIG_IGN);
    }
    show("handlers cleared", WEXITSTATUS(wait_for((pid_t)pid)));
}

static void refusals(void)
{
    struct { struct clone_args c; uint64_t more; } big = { 0 };
    struct clone_args c = { .exit_signal = SIGCHLD };

    show("too small", syscall(SYS_clone3, &c, 56));
    show("too big", syscall(SYS_clone3, &c, 5000));
    big.more = 1;
    show("unknown field", syscall(SYS_clone3, &big, sizeof(big)));
    c.stack = 4096;
    show("stack without size", syscall(SYS_clone3, &c, sizeof(c)));
    c.stack = 0;
    c.exit_signal = 99;
    show("bad signal", syscall(SYS_clone3, &c, sizeof(c)));
    c.exit_signal = 0;
    c.flags = CLONE_THREAD;
    show("thread without its friends", syscall(SYS_clone3, &c, sizeof(c)));
    show("bad pointer", syscall(SYS_clone3, (void *)8, sizeof(c)));
}

static volatile int stop;

/* Code that goes away makes other threads come to a halt. */
static void *drop_code(void *arg)
{
    for (int i = 0; i < 20; i++) {
        void *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                       MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

        mprotect(p, 4096, PROT_READ | PROT_EXEC);
        munmap(p, 4096);
    }
    stop = 1;
    return NULL;
}

/* A process that is no plain fork has threads of its own. */
static void threads_in_child(void)
{
    struct clone_args c = { .flags = CLONE_FILES, .exit_signal = SIGCHLD };
    long pid = syscall(SYS_clone3, &c, sizeof(c));
    pthread_t t;

    if (pid == 0) {
        pthread_create(&t, NULL, drop_code, NULL);
        while (!stop) {
        }
        pthread_join(t, NULL);
        _exit(9);
    }
    show("threads in a child", WEXITSTATUS(wait_for((pid_t)pid)));
}

/* --- vfork --- */

/* Killed by a signal in the midst of its work; the parent goes on. */
static void killed_vfork(int signo)
{
    pid_t pid = vfork();

    if (pid == 0) {
        kill(getpid(), signo);
        for (;;) {
        }
    }
    show("vfork child killed by", WTERMSIG(wait_for(pid)));
}

/* --- futexes --- */

static pthread_mutex_t robust, pi;

static void *die_owning(void *m)
{
    pthread_mutex_lock(m);
    return NULL;
}

static void init_mutex(pthread_mutex_t *m, int protocol)
{
    pthread_mutexattr_t a;

    pthread_mutexattr_init(&a);
    pthread_mutexattr_setrobust(&a, PTHREAD_MUTEX_ROBUST);
    pthread_mutexattr_setprotocol(&a, protocol);
    pthread_mutex_init(m, &a);
}

static void owner_dies(const char *what, pthread_mutex_t *m)
{
    pthread_t t;

    pthread_create(&t, NULL, die_owning, m);
    pthread_join(t, NULL);
    printf("%s: owner died %d\n", what, pthread_mutex_lock(m) == EOWNERDEAD);
    printf("consistent %d\n", pthread_mutex_consistent(m));
    printf("unlock %d\n", pthread_mutex_unlock(m));
}

static long pi_count;

static void *add_under_pi(void *m)
{
    for (int i = 0; i < 2000; i++) {
        pthread_mutex_lock(m);
        pi_count++;
        pthread_mutex_unlock(m);
    }
    return NULL;
}

static void pi_contended(void)
{
    pthread_t t[4];

    for (int i = 0; i < 4; i++) {
        pthread_create(&t[i], NULL, add_under_pi, &pi);
    }
    for (int i = 0; i < 4; i++) {
        pthread_join(t[i], NULL);
    }
    printf("PI mutex counted %ld\n", pi_count);
}

struct waitv { uint64_t val, uaddr; uint32_t flags, reserved; };
static uint32_t words[3];

static void *wake_second(void *arg)
{
    while (syscall(SYS_futex, &words[1], FUTEX_WAKE_PRIVATE, 1) == 0) {
        usleep(1000);
    }
    return arg;
}

static void waitv(void)
{
    enum { SIZE_U32_PRIVATE = 2 | 128 };
    struct waitv w[3] = { { 0 } };
    struct timespec past = { 1, 0 };
    pthread_t t;

    for (int i = 0; i < 3; i++) {
        w[i].uaddr = (uintptr_t)&words[i];
        w[i].flags = SIZE_U32_PRIVATE;
    }
    show("waitv timeout", syscall(SYS_futex_waitv, w, 3, 0, &past,
                                  CLOCK_MONOTONIC));
    pthread_create(&t, NULL, wake_second, NULL);
    show("waitv woken", syscall(SYS_futex_waitv, w, 3, 0, NULL, 0));
    pthread_join(t, NULL);
    words[1] = 1;
    show("waitv value differs", syscall(SYS_futex_waitv, w, 3, 0, NULL, 0));
    w[0].uaddr = 8;
    show("waitv bad address", syscall(SYS_futex_waitv, w, 3, 0, NULL, 0));
}

/* --- signals that the processor sends, sent by hand --- */

static volatile int got;

static void on_bus(int signo)
{
    got = signo;
}

static void held(int signo)
{
    sigset_t set, pending;

    got = 0;
    signal(signo, on_bus);
    sigemptyset(&set);
    sigaddset(&set, signo);
    sigprocmask(SIG_BLOCK, &set, NULL);
    kill(getpid(), signo);
    sigpending(&pending);
    printf("%d: pending %d, got %d\n", signo, sigismember(&pending, signo),
           got);
    sigprocmask(SIG_UNBLOCK, &set, NULL);
    printf("unblocked: got %d\n", got);
    fflush(stdout);
}

int main(void)
{
    setvbuf(stdout, NULL, _IONBF, 0);
    fork_like();
    clear_handlers();
    threads_in_child();
    refusals();
    killed_vfork(SIGTERM);
    killed_vfork(SIGUSR2 + 1);
    init_mutex(&robust, PTHREAD_PRIO_NONE);
    init_mutex(&pi, PTHREAD_PRIO_INHERIT);
    owner_dies("robust", &robust);
    owner_dies("robust PI", &pi);
    pi_contended();
    waitv();
    held(SIGSEGV);
    held(SIGBUS);
    printf("vDSO %d\n", getauxval(AT_SYSINFO_EHDR) != 0);
    return 0;
}
