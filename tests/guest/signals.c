/* Signals to ourselves: handlers, masks, stacks, restarts. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <ucontext.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))

static volatile sig_atomic_t count, last, code, nested;
static void *volatile stack_at;

static void plain(int sig)
{
    count++;
    last = sig;
}

static void info(int sig, siginfo_t *si, void *context)
{
    int local;
    (void)context;
    count++;
    last = sig;
    code = si->si_code;
    stack_at = &local;
}

static void again(int sig)
{
    if (nested < 5) {
        nested++;
        raise(sig);
    }
}

static void install(int sig, void *handler, int flags)
{
    struct sigaction sa = { .sa_flags = flags };
    if (flags & SA_SIGINFO)
        sa.sa_sigaction = (void (*)(int, siginfo_t *, void *))handler;
    else
        sa.sa_handler = (void (*)(int))handler;
    sigaction(sig, &sa, NULL);
}

static void handlers(void)
{
    install(SIGUSR1, plain, 0);
    for (int i = 0; i < 1000; i++)
        raise(SIGUSR1);
    SHOW(count);
    install(SIGUSR2, info, SA_SIGINFO | SA_RESETHAND);
    SHOW(kill(getpid(), SIGUSR2));
    printf("%d %d\n", last == SIGUSR2, code == SI_USER);
    struct sigaction old;
    sigaction(SIGUSR2, NULL, &old);
    SHOW(old.sa_handler == SIG_DFL);
    install(SIGUSR1, again, SA_NODEFER);
    raise(SIGUSR1);
    SHOW(nested);
    SHOW(sigaction(SIGKILL, &old, NULL));
    SHOW(errno);
}

static void masks(void)
{
    sigset_t set, old, pending;
    install(SIGUSR1, plain, 0);
    count = 0;
    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    SHOW(sigprocmask(SIG_BLOCK, &set, &old));
    raise(SIGUSR1);
    raise(SIGUSR1);
    SHOW(count);
    sigpending(&pending);
    SHOW(sigismember(&pending, SIGUSR1));
    SHOW(sigsuspend(&old));
    printf("%d %d\n", errno == EINTR, count);
    raise(SIGUSR1);
    siginfo_t si;
    SHOW(sigwaitinfo(&set, &si) == SIGUSR1);
    SHOW(sigprocmask(SIG_SETMASK, &old, NULL));
    SHOW(count);
}

static void alternate(void)
{
    static char stack[65536];
    stack_t ss = { .ss_sp = stack, .ss_size = sizeof(stack) }, now;
    SHOW(sigaltstack(&ss, NULL));
    install(SIGUSR1, info, SA_SIGINFO | SA_ONSTACK);
    raise(SIGUSR1);
    SHOW((char *)stack_at > stack && (char *)stack_at < stack + sizeof(stack));
    SHOW(sigaltstack(NULL, &now));
    SHOW(now.ss_sp == stack && now.ss_flags == 0);
}

static sigjmp_buf back;
static void leave(int sig)
{
    siglongjmp(back, sig);
}

static int __attribute__((noinline)) overflow(volatile int *p)
{
    volatile int frame[100];
    frame[0] = *p;
    return overflow(frame) + frame[1];
}

static void jumps(void)
{
    long sum = 0;
    install(SIGSEGV, leave, SA_ONSTACK);
    for (volatile int i = 0; i < 200; i++) {
        int r = sigsetjmp(back, 1);
        if (r == 0)
            *(volatile int *)(uintptr_t)(i + 1) = 1;
        sum += r;
    }
    SHOW(sum);
    int zero = 0;
    if (sigsetjmp(back, 1) == 0)
        overflow(&zero);
    else
        puts("stack overflow caught on the alternate stack");
}

static void interrupted(void)
{
    int p[2];
    char c;
    if (pipe(p))
        return;
    install(SIGALRM, plain, 0);
    ualarm(20000, 20000);      /* the first may come before the read waits */
    SHOW(read(p[0], &c, 1));
    SHOW(errno == EINTR);
    ualarm(0, 0);
    install(SIGALRM, plain, SA_RESTART);
    pid_t pid = fork();
    if (pid == 0) {
        usleep(100000);
        _exit(write(p[1], "y", 1) != 1);
    }
    ualarm(20000, 0);
    SHOW(read(p[0], &c, 1));
    SHOW(waitpid(pid, NULL, 0) == pid);
    install(SIGCHLD, plain, 0);
    last = 0;
    pid = fork();
    if (pid == 0)
        _exit(0);
    while (last != SIGCHLD)
        usleep(1000);
    SHOW(waitpid(pid, NULL, 0) == pid);
}

int main(void)
{
    handlers();
    masks();
    alternate();
    jumps();
    interrupted();
    install(SIGPIPE, (void *)SIG_IGN, 0);
    int p[2];
    if (pipe(p) == 0)
        close(p[0]);
    SHOW(write(p[1], "x", 1));
    SHOW(errno == EPIPE);
    return 0;
}
