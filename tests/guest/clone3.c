/* clone3, futexes of every kind, and what happens when their owners die. */
#include <errno.h>
#include <linux/futex.h>
#include <linux/sched.h>
#include <poll.h>
#include <pthread.h>
#include <sched.h>
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

static char *read_only;

/* As a child that ends at once, or an error; no child must be left behind. */
static void try(const char *what, struct clone_args c, size_t size)
{
    long pid = syscall(SYS_clone3, &c, size);

    if (pid == 0) {
        _exit(0);
    }
    printf("%s: %s", what, pid < 0 ? strerror(errno) : "made");
    printf(", child %d\n", waitpid(-1, NULL, __WALL) > 0);
}

#define TRY(what, ...)                                                      \
    try(what, (struct clone_args){ .exit_signal = SIGCHLD, __VA_ARGS__ },   \
        sizeof(struct clone_args))

static void bad_fields(void)
{
    enum { FREE_ID = 12345 };
    struct clone_args c = { .exit_signal = SIGCHLD };
    int ids[40] = { FREE_ID };

    read_only = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                     0);
    TRY("pidfd nowhere", .flags = CLONE_PIDFD);
    TRY("pidfd at 8", .flags = CLONE_PIDFD, .pidfd = 8);
    TRY("pidfd beyond all", .flags = CLONE_PIDFD, .pidfd = ~7ull);
    TRY("pidfd read-only", .flags = CLONE_PIDFD,
        .pidfd = (uintptr_t)read_only);
    TRY("pidfd is parent_tid", .flags = CLONE_PIDFD | CLONE_PARENT_SETTID,
        .pidfd = (uintptr_t)ids, .parent_tid = (uintptr_t)ids);
    TRY("vfork, pidfd nowhere", .flags = CLONE_PIDFD | CLONE_VM | CLONE_VFORK,
        .pidfd = 8);
    TRY("parent_tid nowhere", .flags = CLONE_PARENT_SETTID, .parent_tid = 8);
    TRY("child_tid nowhere", .flags = CLONE_CHILD_SETTID, .child_tid = 8);
    TRY("detached", .flags = CLONE_DETACHED);
    TRY("a signal in flags", .flags = SIGCHLD);
    TRY("unknown flag", .flags = 1ull << 40);
    TRY("a thread with a signal",
        .flags = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD);
    TRY("handlers two ways",
        .flags = CLONE_VM | CLONE_SIGHAND | CLONE_CLEAR_SIGHAND);
    TRY("stack beyond all", .stack = 1ull << 62, .stack_size = 4096);
    TRY("no stack", .stack_size = 4096);
    TRY("namespace and folder", .flags = CLONE_NEWNS | CLONE_FS);
    TRY("large signal", .exit_signal = 65);
    TRY("larger signal", .exit_signal = 0x101);
    TRY("ids without a place", .set_tid_size = 1);
    TRY("ids without a number", .set_tid = (uintptr_t)ids);
    TRY("too many ids", .set_tid = (uintptr_t)ids, .set_tid_size = 33);
    TRY("ids nowhere", .set_tid = 8, .set_tid_size = 1);
    TRY("ids nowhere, unknown flag", .flags = 1ull << 40, .set_tid = 8,
        .set_tid_size = 1);
    TRY("id that is used", .set_tid = (uintptr_t)(int[]){ getpid() },
        .set_tid_size = 1);
    TRY("bad id", .set_tid = (uintptr_t)(int[]){ -4 }, .set_tid_size = 1);
    TRY("no cgroup", .flags = CLONE_INTO_CGROUP, .cgroup = 999);
    TRY("no number of one", .flags = CLONE_INTO_CGROUP, .cgroup = 1ull << 33);
    c.flags = CLONE_INTO_CGROUP;
    try("cgroup in an old structure", c, 80);
    show("size 0", syscall(SYS_clone3, &c, 0));
    show("bad size, bad pointer", syscall(SYS_clone3, 8, 5));
    show("clone, pidfd nowhere", syscall(SYS_clone, CLONE_PIDFD | SIGCHLD, 0,
                                         8, 0, 0));
    show("clone, both", syscall(SYS_clone, CLONE_PIDFD | CLONE_PARENT_SETTID,
                                0, ids, 0, 0));
    show("clone, detached", syscall(SYS_clone, CLONE_PIDFD | CLONE_DETACHED,
                                    0, ids, 0, 0));
}

static int end_thread(void *arg)
{
    return (int)syscall(SYS_exit, 0);
}

static void thread_pidfd(void)
{
    static char stack[65536];
    int flags = CLONE_VM | CLONE_FS | CLONE_FILES | CLONE_SIGHAND |
                CLONE_THREAD | CLONE_SYSVSEM | CLONE_PIDFD, pidfd = -1;
    int tid = clone(end_thread, stack + sizeof(stack), flags, NULL, &pidfd);
    struct pollfd p = { pidfd, POLLIN, 0 };

    show("thread with a pidfd", tid > 0 && pidfd > 0);
    show("its end", poll(&p, 1, 10000));
    show("pidfd nowhere", clone(end_thread, stack + sizeof(stack), flags, NULL,
                                (void *)8));
}

static int set_id(void)
{
    int id = 30000, status;
    struct clone_args c = { .exit_signal = SIGCHLD,
                            .set_tid = (uintptr_t)&id, .set_tid_size = 1 };
    long pid;

    while (kill(id, 0) == 0) {
        id--;
    }
    do {                               /* others take ids meanwhile */
        pid = syscall(SYS_clone3, &c, sizeof(c));
    } while (pid < 0 && errno == EEXIST && --id > 0);
    if (pid == 0) {
        _exit(getpid() == id);
    }
    if (pid < 0) {
        return -errno;
    }
    status = wait_for((pid_t)pid);
    return (pid == id) + 2 * WEXITSTATUS(status);
}

/* --- robust lists --- */

static struct robust_list_head lists[2];
static int thread_id;

static void *with_list(void *arg)
{
    pthread_barrier_t *b = arg;

    syscall(SYS_set_robust_list, &lists[1], sizeof(lists[1]));
    thread_id = (int)syscall(SYS_gettid);
    pthread_barrier_wait(b);
    pthread_barrier_wait(b);
    return NULL;
}

static void robust_list_of(const char *what, int tid)
{
    struct robust_list_head *head = (void *)1;
    size_t len = 0;
    long ret = syscall(SYS_get_robust_list, tid, &head, &len);

    printf("list of %s: %ld %s %d %d\n", what, ret,
           ret < 0 ? strerror(errno) : "", (int)len,
           head == &lists[0] ? 0 : head == &lists[1] ? 1 : 2);
}

static void robust_lists(void)
{
    pthread_barrier_t b;
    pthread_t t;
    pid_t pid;
    size_t len;
    void *p;

    lists[0].list.next = &lists[0].list;
    lists[1].list.next = &lists[1].list;
    pthread_barrier_init(&b, NULL, 2);
    pthread_create(&t, NULL, with_list, &b);
    pthread_barrier_wait(&b);
    syscall(SYS_set_robust_list, &lists[0], sizeof(lists[0]));
    robust_list_of("this thread", 0);
    robust_list_of("this thread by number", getpid());
    robust_list_of("another", thread_id);
    robust_list_of("nobody", 999999999);
    robust_list_of("nobody", -5);
    show("nowhere", syscall(SYS_get_robust_list, 0, 8, &len));
    show("nowhere", syscall(SYS_get_robust_list, thread_id, &p, 8));
    show("nobody's, nowhere", syscall(SYS_get_robust_list, 999999999, 8, 8));
    show("bad size", syscall(SYS_set_robust_list, &lists[0], 8));
    show("beyond all", syscall(SYS_set_robust_list, 1ull << 62,
                               sizeof(lists[0])));
    show("read back", syscall(SYS_get_robust_list, 0, &p, &len));
    printf("%d\n", p == (void *)(1ull << 62));
    syscall(SYS_set_robust_list, &lists[0], sizeof(lists[0]));
    pthread_barrier_wait(&b);
    pthread_join(t, NULL);
    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        if (setuid(65534) < 0) {
            _exit(1);
        }
        robust_list_of("one of another user", getppid());
        robust_list_of("init", 1);
        _exit(0);
    }
    show("status", wait_for(pid));
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
    w[0].uaddr = 9;
    show("waitv odd address", syscall(SYS_futex_waitv, w, 3, 0, NULL, 0));
    w[0].uaddr = 0;
    show("waitv no address", syscall(SYS_futex_waitv, w, 3, 0, NULL, 0));
    w[0].reserved = 1;
    show("waitv reserved", syscall(SYS_futex_waitv, w, 3, 0, NULL, 0));
    show("waitv none", syscall(SYS_futex_waitv, NULL, 1, 0, NULL, 0));
    show("waitv nowhere", syscall(SYS_futex_waitv, 8, 1, 0, NULL, 0));
    show("waitv no number", syscall(SYS_futex_waitv, 8, 0, 0, NULL, 0));
    show("waitv too many", syscall(SYS_futex_waitv, 8, 129, 0, NULL, 0));
    show("waitv flags", syscall(SYS_futex_waitv, 8, 1, 1, NULL, 0));
    show("waitv clock", syscall(SYS_futex_waitv, 8, 1, 0, &past, 9));
    show("waitv time nowhere", syscall(SYS_futex_waitv, 8, 1, 0, 8, 1));
    past.tv_nsec = -1;
    show("waitv bad time", syscall(SYS_futex_waitv, 8, 1, 0, &past, 1));
    show("requeue none", syscall(456, NULL, 0, 1, 1));
    show("requeue nowhere", syscall(456, 8, 0, 1, 1));
    show("requeue flags", syscall(456, 8, 1, 1, 1));
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
    bad_fields();
    thread_pidfd();
    printf("id %d\n", set_id());
    robust_lists();
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
