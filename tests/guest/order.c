/*
 * order [ROUNDS]: which of several signals that wait comes first, and what
 * forced ones do that are blocked or ignored; or how often others come than at
 * first, in so many rounds.
 */
#include <errno.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const int set[] = { SIGUSR2, SIGSEGV, SIGHUP, SIGBUS, SIGFPE, SIGTERM,
                           SIGILL, SIGSYS, SIGTRAP, SIGUSR1, 40, 33, 35 };
enum { N = sizeof(set) / sizeof(set[0]) };

static int began[200], nb_began;

/* Each handler notes when it begins, and what it has interrupted, it ends. */
static void note(int signo, siginfo_t *info, void *context)
{
    began[nb_began++] = signo;
    began[nb_began++] = info->si_code;
    for (volatile int i = 0; i < 100; i++) {
    }
    began[nb_began++] = -signo;
}

static void show(const char *what)
{
    printf("%s:", what);
    for (int i = 0; i < nb_began; i++) {
        printf(" %d", began[i]);
    }
    printf("\n");
    fflush(stdout);
    nb_began = 0;
}

/* libc refuses 33. */
static void install_all(int flags, uint64_t mask)
{
    for (int i = 0; i < N; i++) {
        struct sigaction sa = { .sa_flags = SA_SIGINFO | flags };

        sa.sa_sigaction = note;
        memcpy(&sa.sa_mask, &mask, sizeof(mask));
        sigaction(set[i], &sa, NULL);
    }
}

static void block(int how, uint64_t mask)
{
    syscall(SYS_rt_sigprocmask, how, &mask, NULL, 8);
}

static uint64_t bit(int signo)
{
    return 1ull << (signo - 1);
}

enum { TO_THREAD, TO_PROCESS, TO_BOTH, TO_HALF };

static void send(int signo, int to, int turn)
{
    if (signo == 33) {
        return;
    }
    if (to == TO_THREAD || to == TO_BOTH || (to == TO_HALF && turn % 2)) {
        syscall(SYS_tgkill, getpid(), (int)syscall(SYS_gettid), signo);
    }
    if (to == TO_PROCESS || to == TO_BOTH || (to == TO_HALF && turn % 2 == 0)) {
        kill(getpid(), signo);
    }
}

static void send_all(int to)
{
    block(SIG_SETMASK, ~0ull);
    for (int i = 0; i < N; i++) {
        send(set[i], to, i);
    }
}

static void by_mask(int to, uint64_t some)
{
    send_all(to);
    block(SIG_UNBLOCK, some);
    show("some");
    block(SIG_SETMASK, 0);
    show("all");
}

static void by_suspend(int to)
{
    uint64_t none = 0;

    send_all(to);
    syscall(SYS_rt_sigsuspend, &none, 8);
    show("suspend");
    block(SIG_SETMASK, 0);
    show("rest");
}

/* The handler's return lets the others in. */
static void in_handler(int signo, siginfo_t *info, void *context)
{
    send_all(TO_HALF);
}

static void by_return(void)
{
    struct sigaction sa = { .sa_flags = SA_SIGINFO };

    sa.sa_sigaction = in_handler;
    sigaction(SIGCHLD, &sa, NULL);
    raise(SIGCHLD);
    show("return");
    signal(SIGCHLD, SIG_DFL);
}

static void by_wait(int to)
{
    struct timespec no_time = { 0, 0 };
    uint64_t all = ~0ull;
    siginfo_t info;
    int signo;

    send_all(to);
    printf("wait:");
    while ((signo = syscall(SYS_rt_sigtimedwait, &all, &info, &no_time, 8)) >
           0) {
        printf(" %d %d", signo, info.si_code);
    }
    printf("\n");
    block(SIG_SETMASK, 0);
    show("rest");
}

static void orders(int flags, uint64_t mask)
{
    install_all(flags, mask);
    for (int to = TO_THREAD; to <= TO_HALF; to++) {
        by_mask(to, bit(SIGSEGV) | bit(SIGHUP) | bit(SIGTERM) | bit(SIGFPE));
        by_mask(to, bit(SIGBUS) | bit(SIGUSR1) | bit(SIGTRAP) | bit(40));
        by_suspend(to);
        by_wait(to);
    }
    by_return();
}

/* --- forced --- */

static volatile int *volatile nowhere;

static void fault(void)
{
    *nowhere = 1;
}

static void illegal(void)
{
#ifdef __riscv
    asm volatile(".word 0");
#else
    asm volatile("ud2");
#endif
}

static void breakpoint(void)
{
#ifdef __riscv
    asm volatile("ebreak");
#else
    asm volatile("int3");
#endif
}

static void beyond_file(void)
{
    FILE *f = tmpfile();
    volatile char *p = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED,
                            fileno(f), 0);

    *p = 1;
}

static void fault_again(int signo, siginfo_t *info, void *context)
{
    printf("in the handler of %d\n", signo);
    fflush(stdout);
    fault();
}

static void child(const char *what, int signo, void (*act)(void), int how)
{
    int status = 0;

    if (fork() == 0) {
        if (how == 1) {
            block(SIG_BLOCK, bit(signo));
        } else if (how == 2) {
            signal(signo, SIG_IGN);
        } else if (how == 3) {
            struct sigaction sa = { .sa_flags = SA_SIGINFO };

            sa.sa_sigaction = fault_again;
            sigaction(signo, &sa, NULL);
        } else if (how == 4) {
            signal(signo, SIG_IGN);
            raise(signo);
            kill(getpid(), signo);
            _exit(3);
        } else if (how == 5) {
            block(SIG_BLOCK, bit(signo));
            raise(signo);
            kill(getpid(), signo);
            _exit(4);
        }
        act();
        _exit(0);
    }
    wait(&status);
    printf("%s %d: %d %d\n", what, how, WIFSIGNALED(status) ? WTERMSIG(status)
                                                            : 0,
           WIFEXITED(status) ? WEXITSTATUS(status) : -1);
    fflush(stdout);
}

/* Forged: a code above 0 a thread may give its own signals only. */
static void forged(int signo)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = signo;
    info.si_code = 1;
    info.si_addr = (void *)0x1234;
    printf("forged: %ld\n", syscall(SYS_rt_tgsigqueueinfo, getpid(),
                                    (int)syscall(SYS_gettid), signo, &info));
    show("forged");
    printf("forged: %ld\n", syscall(SYS_rt_sigqueueinfo, getpid(), signo,
                                    &info));
    show("forged");
    block(SIG_BLOCK, bit(signo) | bit(SIGHUP));
    syscall(SYS_rt_sigqueueinfo, getpid(), SIGHUP, &info);
    syscall(SYS_rt_sigqueueinfo, getpid(), signo, &info);
    block(SIG_SETMASK, 0);
    show("forged");
}

static int another_order(void)
{
    static int first[sizeof(began) / sizeof(began[0])];
    int nb = nb_began, differs;

    differs = first[0] && memcmp(first, began, sizeof(first)) != 0;
    memcpy(first, began, sizeof(first));
    nb_began = 0;
    memset(began, 0, sizeof(began));
    return nb == 0 || differs;
}

static int rounds(int n)
{
    int bad = 0;

    install_all(0, 0);
    while (n-- > 0) {
        send_all(TO_BOTH);
        block(SIG_SETMASK, 0);
        bad += another_order();
    }
    printf("another order: %d\n", bad);
    return 0;
}

int main(int argc, char **argv)
{
    struct {
        int signo;
        void (*act)(void);
        const char *name;
    } acts[] = {
        { SIGSEGV, fault, "fault" }, { SIGILL, illegal, "illegal" },
        { SIGTRAP, breakpoint, "breakpoint" }, { SIGBUS, beyond_file, "bus" },
    };

    if (argc > 1) {
        return rounds(atoi(argv[1]));
    }
    orders(0, 0);
    orders(0, ~0ull);
    orders(SA_NODEFER, 0);
    orders(0, bit(SIGHUP) | bit(SIGSEGV));
    for (int i = 0; i < 4; i++) {
        signal(acts[i].signo, SIG_DFL);
        for (int how = 0; how <= 5; how++) {
            child(acts[i].name, acts[i].signo, acts[i].act, how);
        }
    }
    install_all(0, 0);
    forged(SIGFPE);
    forged(SIGSEGV);
    forged(SIGBUS);
    return 0;
}
