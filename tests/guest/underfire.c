/*
 * underfire CASE: what a process does while another sends it signals: the
 * next as soon as the handler of the last has run, so that each must have run
 * once, and in the process that it was sent to.
 */
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

enum { ROUNDS = 300, STACK_BYTES = 64 << 10 };

typedef struct Shared {
    _Atomic long sent, taken, astray, faults;
    _Atomic int done;
} Shared;

static Shared *shared;
static pid_t target;

static void take(int signo)
{
    (void)signo;
    if (getpid() == target) {
        shared->taken++;
    } else {
        shared->astray++;
    }
}

static void wait_a_little(long ns)
{
    struct timespec ts = { 0, ns };

    nanosleep(&ts, NULL);
}

/* One that is not taken within two seconds is lost. */
static void wait_until_taken(void)
{
    for (int i = 0; shared->taken < shared->sent && i < 100000; i++) {
        wait_a_little(20000);
    }
}

static void send_all(const int *signo, long pause)
{
    for (int i = 0; !shared->done && getppid() == target; i++) {
        shared->sent++;
        kill(target, signo[i % 2]);
        wait_until_taken();
        wait_a_little(pause * (1 + i % 7));
    }
    _exit(0);
}

static pid_t start_sender(int first, int second, long pause)
{
    struct sigaction sa = { .sa_handler = take, .sa_flags = SA_RESTART };
    int signo[2] = { first, second };
    pid_t sender;

    shared = mmap(NULL, sizeof(*shared), PROT_READ | PROT_WRITE,
                  MAP_SHARED | MAP_ANONYMOUS, -1, 0);
    target = getpid();
    sigaction(first, &sa, NULL);
    sigaction(second, &sa, NULL);
    sender = fork();
    if (sender == 0) {
        send_all(signo, pause);
    }
    return sender;
}

static void stop_sender(pid_t sender)
{
    shared->done = 1;
    while (waitpid(sender, NULL, 0) < 0) {
    }
    printf("lost %ld, astray %ld\n", shared->sent - shared->taken,
           shared->astray);
}

/* --- processes --- */

static pid_t make_fork(void)
{
    pid_t pid = fork();

    if (pid == 0) {
        _exit(7);
    }
    return pid;
}

static pid_t make_vfork(void)
{
    pid_t pid = vfork();

    if (pid == 0) {
        _exit(7);
    }
    return pid;
}

static int child(void *arg)
{
    (void)arg;
    _exit(7);
}

static pid_t make_clone(void)
{
    static char stack[STACK_BYTES] __attribute__((aligned(16)));

    return clone(child, stack + STACK_BYTES, CLONE_VM | SIGCHLD, NULL);
}

static void make_processes(pid_t (*make)(void), int first, int second)
{
    pid_t sender = start_sender(first, second, 20000);
    int good = 0;

    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = make();
        int status = 0;

        while (waitpid(pid, &status, 0) < 0) {
        }
        good += WIFEXITED(status) && WEXITSTATUS(status) == 7;
    }
    stop_sender(sender);
    printf("%d of %d\n", good, ROUNDS);
}

/* --- aligned atomics, whose address is a register and a displacement --- */

static void bad(int signo)
{
    (void)signo;
    shared->faults++;
    _exit(1);
}

static void aligned(void)
{
    static uint64_t word[4] __attribute__((aligned(16)));
    uint64_t before_word = (uint64_t)&word[1] - 2, before_half = before_word - 2;
    pid_t sender = start_sender(SIGUSR1, SIGUSR2, 200000);

    signal(SIGBUS, bad);
    while (shared->taken < 4000) {
        for (int i = 0; i < 10000; i++) {
#ifdef __riscv
            asm volatile("addi t0, %0, 2\n amoadd.d zero, %2, (t0)\n"
                         "addi t0, %1, 4\n amoadd.w zero, %2, (t0)"
                         : : "r"(before_word), "r"(before_half), "r"(1ul)
                         : "t0", "memory");
#else
            word[1] += (before_half - before_word) / -2;
#endif
        }
    }
    printf("counted %d, faults %ld\n", word[1] > 0, shared->faults);
    stop_sender(sender);
}

int main(int argc, char **argv)
{
    const char *name = argc > 1 ? argv[1] : "";

    if (!strcmp(name, "fork")) {
        make_processes(make_fork, SIGSEGV, SIGBUS);
        make_processes(make_fork, SIGSEGV, SIGUSR1);
    } else if (!strcmp(name, "vfork")) {
        make_processes(make_vfork, SIGSEGV, SIGBUS);
        make_processes(make_vfork, SIGSEGV, SIGUSR1);
    } else if (!strcmp(name, "clone")) {
        make_processes(make_clone, SIGSEGV, SIGBUS);
    } else {
        aligned();
    }
    return 0;
}
