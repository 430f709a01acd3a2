/* Default actions, and what becomes of a pending signal. */
#include "linux-user/signal/internal.h"

#include <sys/resource.h>

bool signal_fatal_by_default(int signo)
{
    const uint64_t others = signal_bit(SIGCHLD) | signal_bit(SIGURG) |
                            signal_bit(SIGWINCH) | signal_bit(SIGCONT) |
                            signal_bit(SIGSTOP) | signal_bit(SIGTSTP) |
                            signal_bit(SIGTTIN) | signal_bit(SIGTTOU);

    return !(others & signal_bit(signo));
}

bool signal_stops_by_default(int signo)
{
    return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN ||
           signo == SIGTTOU;
}

bool signal_core_by_default(int signo)
{
    switch (signo) {
    case SIGQUIT:
    case SIGILL:
    case SIGTRAP:
    case SIGABRT:
    case SIGBUS:
    case SIGFPE:
    case SIGSEGV:
    case SIGXCPU:
    case SIGXFSZ:
    case SIGSYS: return true;
    default: return false;
    }
}

bool signal_catch_default(const Actions *actions, int signo)
{
    return (actions->catch_fatal && signal_fatal_by_default(signo)) ||
           (actions->catch_core && signal_core_by_default(signo));
}

void signal_host_default(int signo)
{
    HostSigaction dfl = {0};

    host_sigaction(signo, &dfl, NULL);
}

bool signal_core_wanted(void)
{
    struct rlimit lim;

    return getrlimit(RLIMIT_CORE, &lim) == 0 && lim.rlim_cur > 0;
}

bool signal_pending_unseen(const Task *t)
{
    int signo = t->info.si_signo;

    return t->trace->on && t->pending &&
           t->actions->at[signo].handler <= (uintptr_t)SIG_IGN &&
           (t->actions->at[signo].handler || !signal_fatal_by_default(signo));
}

bool signal_pending_restarts(const Task *t)
{
    return t->actions->at[t->info.si_signo].flags & SA_RESTART;
}
