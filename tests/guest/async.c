/*
 * async CASE: signals from outside and from faults, one case a run: sets of
 * them, queues, timers, changed contexts, and loops that never call.
 */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/signalfd.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <time.h>
#include <ucontext.h>
#include <unistd.h>

#define SHOW(e) printf("%s = %ld\n", #e, (long)(e))

typedef void Handler(int, siginfo_t *, void *);

static volatile sig_atomic_t hits, last;

static void install(int signo, Handler *handler, int flags)
{
    struct sigaction sa = { .sa_flags = flags | SA_SIGINFO };

    sa.sa_sigaction = handler;
    sigaction(signo, &sa, NULL);
}

static void count(int signo, siginfo_t *info, void *context)
{
    hits++;
    last = signo;
}

static void set_timer(int which, long first, long then)
{
    struct itimerval it = { { 0, then }, { 0, first } };

    setitimer(which, &it, NULL);
}

static long now_ms(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

/* --- all of them --- */

/* SIGKILL and SIGSTOP aside; 32 and 33 are the C library's. */
static void all(void)
{
    long usable = 0;

    for (int i = 1; i <= 64; i++) {
        struct sigaction sa = { .sa_handler = SIG_DFL };

        if (i == SIGKILL || i == SIGSTOP || i == 32 || i == 33) {
            continue;
        }
        install(i, count, 0);
        hits = 0;
        usable += raise(i) == 0 && hits == 1 && last == i;
        sigaction(i, &sa, NULL);
    }
    SHOW(usable);
}

static int order[64], nb_order;

static void note(int signo, siginfo_t *info, void *context)
{
    order[nb_order++] = signo * 1000 + info->si_value.sival_int;
}

/* Queued ones all come, the lowest number first, each in order of sending. */
static void queued(void)
{
    sigset_t set, old;

    sigemptyset(&set);
    for (int i = 0; i < 4; i++) {
        sigaddset(&set, SIGRTMIN + i);
        install(SIGRTMIN + i, note, 0);
    }
    sigprocmask(SIG_BLOCK, &set, &old);
    for (int i = 0; i < 20; i++) {
        sigqueue(getpid(), SIGRTMIN + 3 - i % 4,
                 (union sigval){ .sival_int = i });
    }
    SHOW(nb_order);
    for (int i = 0; i < 4; i++) {      /* each may interrupt the one before */
        sigset_t one;

        sigemptyset(&one);
        sigaddset(&one, SIGRTMIN + i);
        sigprocmask(SIG_UNBLOCK, &one, NULL);
    }
    for (int i = 0; i < nb_order; i++) {
        printf("%d ", order[i] - 34000);
    }
    puts("");
    SHOW(nb_order);
}

/* --- nesting --- */

static char trail[64];
static int nb_trail;

static void nest(int signo, siginfo_t *info, void *context)
{
    trail[nb_trail++] = signo == SIGUSR1 ? '(' : '[';
    if (signo == SIGUSR1) {
        raise(SIGUSR2);
        raise(SIGUSR1);                /* blocked until we are done */
    }
    trail[nb_trail++] = signo == SIGUSR1 ? ')' : ']';
    if (nb_trail > 20) {
        signal(SIGUSR1, SIG_IGN);
    }
}

static void nested(void)
{
    install(SIGUSR1, nest, 0);
    install(SIGUSR2, nest, 0);
    raise(SIGUSR1);
    puts(trail);
}

static void mask_in_handler(int signo, siginfo_t *info, void *context)
{
    sigset_t now;

    sigprocmask(SIG_SETMASK, NULL, &now);
    printf("%d%d%d ", sigismember(&now, SIGUSR1),
           sigismember(&now, SIGUSR2), sigismember(&now, SIGHUP));
}

static void masks(void)
{
    struct sigaction sa = { .sa_sigaction = mask_in_handler,
                            .sa_flags = SA_SIGINFO };

    sigaddset(&sa.sa_mask, SIGHUP);
    sigaction(SIGUSR1, &sa, NULL);
    raise(SIGUSR1);
    sa.sa_flags |= SA_NODEFER;
    sigaction(SIGUSR2, &sa, NULL);
    raise(SIGUSR2);
    mask_in_handler(0, NULL, NULL);
    puts("");
}

/* --- siginfo --- */

static siginfo_t seen;

static void keep(int signo, siginfo_t *info, void *context)
{
    seen = *info;
    hits++;
}

static void fields(void)
{
    int status;
    pid_t pid;

    install(SIGUSR1, keep, 0);
    kill(getpid(), SIGUSR1);
    SHOW(seen.si_code == SI_USER && seen.si_pid == getpid() &&
         seen.si_uid == getuid());
    pthread_kill(pthread_self(), SIGUSR1);
    SHOW(seen.si_code == SI_TKILL && seen.si_pid == getpid());
    sigqueue(getpid(), SIGUSR1, (union sigval){ .sival_ptr = &seen });
    SHOW(seen.si_code == SI_QUEUE && seen.si_value.sival_ptr == &seen);
    install(SIGCHLD, keep, SA_RESTART);
    if ((pid = fork()) == 0) {
        _exit(9);
    }
    waitpid(pid, &status, 0);
    SHOW(seen.si_code == CLD_EXITED && seen.si_pid == pid &&
         seen.si_status == 9);
    if ((pid = fork()) == 0) {
        raise(SIGKILL);
    }
    waitpid(pid, &status, 0);
    SHOW(seen.si_code == CLD_KILLED && seen.si_status == SIGKILL);
}

/* --- faults --- */

static char *page;

static void unprotect(int signo, siginfo_t *info, void *context)
{
    uintptr_t at = (uintptr_t)info->si_addr & ~4095ul;

    hits++;
    mprotect((void *)at, 4096, PROT_READ | PROT_WRITE);
}

/* A handler that lets the access pass: it is done again, once. */
static void retry(void)
{
    long sum = 0;

    page = mmap(NULL, 64 * 4096, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1,
                0);
    install(SIGSEGV, unprotect, 0);
    for (int i = 0; i < 64; i++) {
        volatile long *p = (volatile long *)(page + i * 4096) + i;

        sum = sum * 31 + (*p += i);
        sum += *p++;
    }
    SHOW(hits);
    SHOW(sum);
}

static sigjmp_buf back;

static void jump(int signo, siginfo_t *info, void *context)
{
    hits++;
    siglongjmp(back, signo);
}

static void jumps(void)
{
    install(SIGSEGV, jump, 0);
    install(SIGALRM, jump, 0);
    for (volatile int i = 0; i < 2000; i++) {
        if (!sigsetjmp(back, 1)) {
            *(volatile int *)16 = 1;
        }
    }
    SHOW(hits);
    if (!sigsetjmp(back, 1)) {
        set_timer(ITIMER_REAL, 2000, 0);
        for (;;) {
        }
    }
    SHOW(hits);
}

/* --- a changed context --- */

static void elsewhere(void)
{
    puts("elsewhere");
    fflush(stdout);
    _exit(5);
}

static void redirect(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;

#ifdef __riscv
    uc->uc_mcontext.__gregs[REG_PC] = (unsigned long)elsewhere;
#else
    uc->uc_mcontext.gregs[REG_RIP] = (unsigned long)elsewhere;
    uc->uc_mcontext.gregs[REG_RSP] = uc->uc_mcontext.gregs[REG_RSP] / 16 * 16
                                     - 264;
#endif
}

static void context(void)
{
    install(SIGUSR1, redirect, 0);
    raise(SIGUSR1);
    puts("not here");
}

static void block_hup(int signo, siginfo_t *info, void *context)
{
    sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGHUP);
}

static void changed_mask(void)
{
    sigset_t now;

    install(SIGUSR1, block_hup, 0);
    raise(SIGUSR1);
    sigprocmask(SIG_SETMASK, NULL, &now);
    SHOW(sigismember(&now, SIGHUP));
    SHOW(sigismember(&now, SIGUSR1));
}

/* --- loops that make no call --- */

static volatile long spins;

static __attribute__((noinline)) long even(long n);
static __attribute__((noinline)) long odd(long n)
{
    return n == 0 ? 0 : even(n - 1);
}
static __attribute__((noinline)) long even(long n)
{
    return n == 0 ? 1 : odd(n - 1);
}

/* 50 ticks a millisecond apart are seen by loops of several shapes. */
static void loops(void)
{
    long start = now_ms();

    install(SIGALRM, count, 0);
    set_timer(ITIMER_REAL, 1000, 1000);
    while (hits < 50) {
    }
    while (hits < 100) {
        spins++;
    }
    while (hits < 150) {
        even(100);
    }
    set_timer(ITIMER_REAL, 0, 0);
    SHOW(hits >= 150);
    SHOW(now_ms() - start < 5000);
}

/* Interrupted anywhere, registers of both kinds stay. */
static void registers(void)
{
    uint64_t a = 1, b = 2, c = 3, d = 4;
    double f = 1, g = 2;
    long i;

    install(SIGALRM, count, 0);
    set_timer(ITIMER_REAL, 200, 200);
    for (i = 0; i < 3000000; i++) {
        a = a * 6364136223846793005u + b;
        b ^= a >> 7;
        c += b * d;
        d = d << 3 | d >> 61;
        f = f * 0.999 + (double)(c & 255);
        g = g * 0.5 + f;
    }
    set_timer(ITIMER_REAL, 0, 0);
    printf("%lx %lx %lx %lx %.17g %.17g\n", a, b, c, d, f, g);
    SHOW(hits > 0);
}

/* --- waiting for them --- */

static void waits(void)
{
    struct timespec soon = { 0, 1000000 };
    struct signalfd_siginfo got;
    siginfo_t info;
    sigset_t set;
    int signo, fd;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR1);
    sigaddset(&set, SIGRTMIN);
    sigprocmask(SIG_BLOCK, &set, NULL);
    raise(SIGUSR1);
    SHOW(sigwait(&set, &signo));
    SHOW(signo == SIGUSR1);
    SHOW(sigtimedwait(&set, &info, &soon));
    SHOW(errno == EAGAIN);
    sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 77 });
    SHOW(sigwaitinfo(&set, &info) == SIGRTMIN);
    SHOW(info.si_value.sival_int);
    fd = signalfd(-1, &set, SFD_NONBLOCK);
    SHOW(read(fd, &got, sizeof(got)));
    sigqueue(getpid(), SIGRTMIN, (union sigval){ .sival_int = 78 });
    SHOW(read(fd, &got, sizeof(got)));
    SHOW(got.ssi_signo == SIGRTMIN && got.ssi_int == 78);
}

static void profile(void)
{
    install(SIGPROF, count, SA_RESTART);
    set_timer(ITIMER_PROF, 1000, 1000);
    while (hits < 10) {
        spins++;
    }
    set_timer(ITIMER_PROF, 0, 0);
    SHOW(last == SIGPROF);
    hits = 0;
    install(SIGVTALRM, count, SA_RESTART);
    set_timer(ITIMER_VIRTUAL, 1000, 1000);
    while (hits < 10) {
        spins++;
    }
    SHOW(last == SIGVTALRM);
}

static volatile sig_atomic_t called;

static void on_thread(union sigval v)
{
    called = v.sival_int;
}

static void timers(void)
{
    struct sigevent ev = { .sigev_notify = SIGEV_SIGNAL,
                           .sigev_signo = SIGRTMIN,
                           .sigev_value = { .sival_int = 31 } };
    struct itimerspec soon = { .it_value = { 0, 1000000 } };
    timer_t id;

    install(SIGRTMIN, keep, 0);
    SHOW(timer_create(CLOCK_MONOTONIC, &ev, &id));
    SHOW(timer_settime(id, 0, &soon, NULL));
    while (!hits) {
        usleep(100);
    }
    SHOW(seen.si_code == SI_TIMER && seen.si_value.sival_int == 31);
    SHOW(timer_delete(id));
    ev.sigev_notify = SIGEV_THREAD;
    ev.sigev_notify_function = on_thread;
    SHOW(timer_create(CLOCK_MONOTONIC, &ev, &id));
    SHOW(timer_settime(id, 0, &soon, NULL));
    while (!called) {
        usleep(100);
    }
    SHOW(called);
}

/* --- calls that are interrupted --- */

static void *poke(void *arg)
{
    for (int i = 0; i < 300; i++) {
        usleep(100 + i % 7 * 50);
        pthread_kill(*(pthread_t *)arg, SIGUSR1);
    }
    return NULL;
}

/* Bytes are neither lost nor doubled however often the calls start again. */
static void restarts(void)
{
    pthread_t self = pthread_self(), t;
    int p[2], n = 0;
    long sum = 0;
    unsigned char c;

    install(SIGUSR1, count, SA_RESTART);
    pipe(p);
    if (fork() == 0) {
        for (int i = 0; i < 400; i++) {
            usleep(200);
            c = (unsigned char)i;
            write(p[1], &c, 1);
        }
        _exit(0);
    }
    close(p[1]);
    pthread_create(&t, NULL, poke, &self);
    while (read(p[0], &c, 1) == 1) {
        sum = (sum * 7 + c) % 1000003;
        n++;
    }
    pthread_join(t, NULL);
    SHOW(n);
    SHOW(sum);
    SHOW(hits > 0);
}

static void interrupted(void)
{
    struct timespec left = { 0, 0 };
    struct timespec ten = { 10, 0 };
    long fine = 0;

    install(SIGALRM, count, SA_RESTART);
    for (int i = 0; i < 100; i++) {
        set_timer(ITIMER_REAL, 300 + i * 3, 50000);
        if (i % 2) {
            fine += poll(NULL, 0, 10000) == -1 && errno == EINTR;
        } else {
            fine += nanosleep(&ten, &left) == -1 && errno == EINTR &&
                    left.tv_sec == 9;
        }
    }
    set_timer(ITIMER_REAL, 0, 0);
    SHOW(fine);
    SHOW(hits >= 100);
}

/* --- stacks --- */

static char *alternate_stack;

static void where(int signo, siginfo_t *info, void *context)
{
    char here;
    stack_t st;

    hits += &here > alternate_stack && &here < alternate_stack + 65536;
    sigaltstack(NULL, &st);
    hits += st.ss_flags == SS_ONSTACK;
    if (signo == SIGSEGV) {
        siglongjmp(back, 1);
    }
}

static __attribute__((noinline)) int deep(int n)
{
    volatile char room[4096];

    room[n & 4095] = 1;
    return deep(n + 1) + room[n & 4095];
}

static void *overflow(void *arg)
{
    stack_t st = { .ss_sp = malloc(65536), .ss_size = 65536 };

    alternate_stack = st.ss_sp;
    sigaltstack(&st, NULL);
    install(SIGSEGV, where, SA_ONSTACK);
    install(SIGUSR1, where, SA_ONSTACK);
    for (int i = 0; i < 3; i++) {
        if (!sigsetjmp(back, 1)) {
            deep(0);
        }
    }
    raise(SIGUSR1);
    return NULL;
}

static void stacks(void)
{
    pthread_t t;

    pthread_create(&t, NULL, overflow, NULL);
    pthread_join(t, NULL);
    SHOW(hits);
}

/* --- signals that come while a handler returns --- */

static volatile sig_atomic_t nb_late, nb_sent, done;

/* What it interrupts has it blocked: it comes after the handler's end. */
static void come(int signo, siginfo_t *info, void *context)
{
    nb_late += sigismember(&((ucontext_t *)context)->uc_sigmask, SIGUSR2);
    hits++;
}

/* Only this handler lets SIGUSR2 in, the end of it blocks that again. */
static void let_in(int signo, siginfo_t *info, void *context)
{
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    pthread_sigmask(SIG_UNBLOCK, &set, NULL);
    sigaddset(&((ucontext_t *)context)->uc_sigmask, SIGUSR2);
}

static void *send_all(void *thread)
{
    while (!done) {
        pthread_kill(*(pthread_t *)thread, SIGUSR2);
        nb_sent++;
        for (volatile int i = 0; i < nb_sent % 512; i++) {
        }
    }
    return NULL;
}

static void returning(void)
{
    pthread_t self = pthread_self(), sender;
    sigset_t set;

    sigemptyset(&set);
    sigaddset(&set, SIGUSR2);
    install(SIGUSR1, let_in, 0);
    install(SIGUSR2, come, 0);
    pthread_sigmask(SIG_BLOCK, &set, NULL);
    pthread_create(&sender, NULL, send_all, &self);
    for (int i = 0; i < 20000; i++) {
        raise(SIGUSR1);
    }
    done = 1;
    pthread_join(sender, NULL);
    printf("come %d, late %d\n", hits > 0, nb_late);
}

static const struct {
    const char *name;
    void (*run)(void);
} cases[] = {
    { "all", all }, { "queued", queued }, { "nested", nested },
    { "masks", masks }, { "fields", fields }, { "retry", retry },
    { "jumps", jumps }, { "context", context },
    { "changed-mask", changed_mask }, { "loops", loops },
    { "registers", registers }, { "waits", waits }, { "profile", profile },
    { "timers", timers }, { "restarts", restarts },
    { "interrupted", interrupted }, { "stacks", stacks },
    { "returning", returning },
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
