/*
 * owned: all 64 signals are the program's, 32 and 33 too, which a C library
 * (the emulator's own, for one) takes for itself when it makes threads.  Their
 * actions are set and asked by the kernel's calls, as the library refuses.
 */
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { STACK_BYTES = 64 << 10 };

/* struct sigaction of the kernel: x86-64 has a restorer, which libc gives. */
typedef struct Action {
    void (*handler)(int);
    unsigned long flags;
#ifdef __x86_64__
    void (*restorer)(void);
#endif
    uint64_t mask;
} Action;

static char stack[STACK_BYTES] __attribute__((aligned(16)));
static _Atomic int done;
static _Atomic int hits[65];

static void count(int signo)
{
    hits[signo]++;
}

#ifdef __x86_64__
asm("back:\n mov $15, %eax\n syscall\n");
void back(void);
#endif

static void set(int signo, void (*handler)(int))
{
    Action act = { .handler = handler };

#ifdef __x86_64__
    act.restorer = back;
    act.flags = 0x04000000;
#endif
    syscall(SYS_rt_sigaction, signo, &act, NULL, 8);
}

static void (*get(int signo))(int)
{
    Action act;

    syscall(SYS_rt_sigaction, signo, NULL, &act, 8);
    return act.handler;
}

static void mask(int how, uint64_t set)
{
    syscall(SYS_rt_sigprocmask, how, &set, NULL, 8);
}

static uint64_t pending(void)
{
    uint64_t set = 0;

    syscall(SYS_rt_sigpending, &set, 8);
    return set;
}

static uint64_t bit(int signo)
{
    return 1ull << (signo - 1);
}

/* A thread without libc, which would take its signals. */
static int thread(void *arg)
{
    syscall(SYS_exit, 0);
    return 0;
}

static void make_thread(void)
{
    _Atomic int tid = 1;

    clone(thread, stack + STACK_BYTES,
          CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND | CLONE_THREAD |
          CLONE_CHILD_CLEARTID, NULL, NULL, NULL, &tid);
    while (tid) {
        sched_yield();
    }
}

static void send(int signo)
{
    syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), signo);
}

/* How many have the handler that was set, and how many run it. */
static void show(const char *when)
{
    int set_so = 0, ran = 0;

    for (int i = 1; i <= 64; i++) {
        if (i == SIGKILL || i == SIGSTOP) {
            continue;
        }
        hits[i] = 0;
        set_so += get(i) == count;
        send(i);
        ran += hits[i] == 1;
    }
    printf("%s: %d set, %d ran\n", when, set_so, ran);
    fflush(stdout);
}

static void in_child(pid_t pid, const char *when)
{
    if (pid == 0) {
        make_thread();
        show(when);
        _exit(0);
    }
    waitpid(pid, NULL, 0);
}

/* One each waits, and still does when a thread has been made. */
static void waiting(void)
{
    uint64_t both = bit(32) | bit(33);

    mask(SIG_BLOCK, both);
    kill(getpid(), 33);
    send(32);
    make_thread();
    hits[32] = hits[33] = 0;
    printf("wait: %d\n", (int)(pending() == both));
    fflush(stdout);
    in_child(fork(), "fork");
    mask(SIG_UNBLOCK, both);
    printf("came: %d %d\n", hits[32], hits[33]);
}

static void *pause_for_ever(void *arg)
{
    sigset_t all;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, NULL);
    done = 1;
    for (;;) {
        pause();
    }
}

/* The library tells the other threads by signal 33. */
static void set_ids(void)
{
    gid_t group = getgid();
    pthread_t t;

    done = 0;
    pthread_create(&t, NULL, pause_for_ever, NULL);
    while (!done) {
        sched_yield();
    }
    for (int i = 0; i < 20; i++) {
        setgroups(1, &group);
        initgroups("nobody", group);
    }
    printf("ids: %d %d %d\n", setgid(getgid()), setuid(getuid()),
           setresuid(-1, getuid(), -1));
    pthread_cancel(t);
    fflush(stdout);
}

/* The kernel's call is of one thread. */
static void *only_this_one(void *arg)
{
    syscall(SYS_setfsuid, 4321);
    return (void *)syscall(SYS_setfsuid, -1);
}

static void one_thread(void)
{
    pthread_t t;
    void *its;

    pthread_create(&t, NULL, only_this_one, NULL);
    pthread_join(t, &its);
    printf("its own: %d\n", (int)(syscall(SYS_setfsuid, -1) == geteuid()));
}

/* What execve leaves: the ignored one, and those that wait. */
static void after_exec(void)
{
    printf("after exec: %d %d, %d\n", get(32) == SIG_DFL, get(33) == SIG_IGN,
           (int)(pending() == (bit(32) | bit(33))));
    make_thread();
    set(32, count);
    set(33, count);
    mask(SIG_SETMASK, 0);
    printf("came: %d %d\n", hits[32], hits[33]);
}

/* Signals to the process that come while threads begin and end. */
static void during_threads(void)
{
    pid_t self = getpid(), sender;
    int n = 500;

    hits[32] = 0;
    sender = fork();
    if (sender == 0) {
        for (int i = 0; i < n; i++) {
            while (syscall(SYS_rt_sigqueueinfo, self, 32,
                           &(siginfo_t){ .si_signo = 32, .si_code = SI_QUEUE })
                   < 0) {
            }
            nanosleep(&(struct timespec){ 0, 10000 }, NULL);
        }
        _exit(0);
    }
    while (waitpid(sender, NULL, WNOHANG) == 0) {
        make_thread();
    }
    for (int i = 0; hits[32] < n && i < 10000; i++) {
        usleep(1000);
    }
    printf("of %d: %d\n", n, hits[32]);
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        after_exec();
        return 0;
    }
    for (int i = 1; i <= 64; i++) {
        set(i, count);
    }
    show("first");
    waiting();
    show("thread");
    in_child(fork(), "fork");
    in_child(vfork(), "vfork");
    during_threads();
    set(SIGCHLD, SIG_DFL);
    set_ids();
    one_thread();
    mask(SIG_BLOCK, bit(32) | bit(33));
    set(33, count);
    send(32);
    kill(getpid(), 33);
    set(33, SIG_IGN);
    set(33, count);
    kill(getpid(), 33);
    fflush(stdout);
    if (fork() == 0) {
        set(32, count);
        send(32);
        send(33);
        signal(SIGCHLD, SIG_IGN);
        execv("/proc/self/exe", (char *[]){ argv[0], "again", NULL });
        _exit(1);
    }
    wait(NULL);
    return 0;
}
