/* What the program inherits of signals, and what it hands on by execve. */
#include "linux-user/signal/internal.h"

#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "host/usercopy.h"

/* --- from the parent --- */

typedef struct Waiting {
    siginfo_t *info;
    size_t n;
} Waiting;

/* Takes the signals of the set that wait in the kernel. */
static Waiting take_waiting(uint64_t set)
{
    const struct timespec at_once = {0};
    Waiting w = {0};
    siginfo_t info;

    while (raw_syscall(SYS_rt_sigtimedwait, (long)&set, (long)&info,
                       (long)&at_once, 8, 0, 0) > 0) {
        siginfo_t *more = realloc(w.info, (w.n + 1) * sizeof(info));

        if (!more) {
            break;
        }
        w.info = more;
        w.info[w.n++] = info;
    }
    return w;
}

static void put_back(Waiting *w)
{
    for (size_t i = 0; i < w->n; i++) {
        int signo = w->info[i].si_signo;

        if (w->info[i].si_code == SI_TKILL) {
            raw_syscall(SYS_rt_tgsigqueueinfo, getpid(), own_tid(), signo,
                        (long)&w->info[i], 0, 0);
        } else {
            raw_syscall(SYS_rt_sigqueueinfo, getpid(), signo, (long)&w->info[i],
                        0, 0, 0);
        }
    }
    free(w->info);
}

static void *no_thread(void *opaque)
{
    return opaque;
}

/* libc gets ready for threads before it sees that there is no memory. */
static void fail_to_make_thread(void)
{
    pthread_attr_t attr;
    pthread_t thread;

    pthread_attr_init(&attr);
    pthread_attr_setstacksize(&attr, (size_t)1 << 48);
    pthread_create(&thread, &attr, no_thread, NULL);
    pthread_attr_destroy(&attr);
}

/*
 * For its first thread the host's libc gives signals 32 and 33 handlers of its
 * own and lets them in.  They are the guest's: libc does that here, and what
 * was inherited is put back, before there is a guest.
 */
static void take_from_libc(void)
{
    enum { FIRST = 32, N = 2 };
    const uint64_t set = signal_bit(FIRST) | signal_bit(FIRST + 1);
    HostSigaction act[N];
    uint64_t mask;
    Waiting w;

    raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, (long)&set, (long)&mask, 8, 0,
                0);
    for (int i = 0; i < N; i++) {
        host_sigaction(FIRST + i, NULL, &act[i]);
    }
    w = take_waiting(set);
    fail_to_make_thread();
    for (int i = 0; i < N; i++) {
        host_sigaction(FIRST + i, &act[i], NULL);
    }
    signal_set_host_mask(mask | set);
    put_back(&w);
    signal_set_host_mask(mask);
}

void signal_init_process(Process *proc)
{
    HostSigaction act;

    take_from_libc();
    pthread_mutex_init(&proc->actions.lock, NULL);
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (host_sigaction(i, NULL, &act) == 0 &&
            act.handler == (void *)(uintptr_t)SIG_IGN) {
            proc->actions.at[i].handler = (uintptr_t)SIG_IGN;
        }
    }
}

/* --- execve --- */

static void host_disposition(Task *t, int signo)
{
    HostSigaction act = {0};

    if (t->actions->at[signo].handler == (uintptr_t)SIG_IGN) {
        act.handler = (void *)(uintptr_t)SIG_IGN;
        host_sigaction(signo, &act, NULL);
    }
}

void signal_prepare_exec(Task *t)
{
    signal_block_all(t);
    host_disposition(t, SIGSEGV);
    host_disposition(t, SIGBUS);
    signal_give_held(t, t->sigmask & EXECS_OWN);
    signal_set_host_mask(t->sigmask);
}

void signal_exec_failed(Task *t)
{
    signal_install_own();
    signal_unblock(t);
}
