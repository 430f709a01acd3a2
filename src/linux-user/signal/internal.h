/* What the files of signals share: signal*.c and sys_signal.c. */
#ifndef LINUX_USER_SIGNAL_INT_H
#define LINUX_USER_SIGNAL_INT_H

#include <sys/syscall.h>
#include "linux-user/signal/signal.h"
#include "linux-user/usercopy.h"

static inline uint64_t signal_bit(int signo)
{
    return 1ull << (signo - 1);
}

#define NEVER_BLOCKED (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
/* Never blocked in the host but around a single call: generated code faults. */
#define EXECS_OWN (signal_bit(SIGSEGV) | signal_bit(SIGBUS))

enum { HOST_SA_RESTORER = 0x04000000 };

/* struct sigaction of the x86-64 kernel. */
typedef struct HostSigaction {
    void *handler;
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
} HostSigaction;

long host_sigaction(int signo, const HostSigaction *act, HostSigaction *old);

static inline long own_tid(void)
{
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* --- signal.c --- */

void signal_set_host_mask(uint64_t mask);
/* What its action says, whoever looks over the thread. */
void signal_deliver_now(Task *t, const siginfo_t *info);
/* The guest's mask, and the host's to match. */
void signal_set_mask(Task *t, uint64_t mask);
/* Blocks SIGSEGV and SIGBUS in the host, or lets them in again. */
void signal_block_own(Task *t, bool block);
/*
 * Held signals of the set `which` wait in the kernel's queue, where the host
 * blocks them for the moment: only the kernel knows which one of all comes
 * first.  Those that are not taken come back when they are let in.
 */
void signal_give_held(Task *t, uint64_t which);
/* signal_set_mask(); what was held and is let in comes in its order. */
void signal_let_in(Task *t, uint64_t mask);

/*
 * The code of a SIGSEGV or SIGBUS that a thread sends itself with that of a
 * fault (above 0), as the host has it: one of the kernel's would be a fault.
 */
enum { FORGED_CODE = -(1 << 24), FORGED_MASK = (1 << 24) - 1 };

static inline void signal_forge(siginfo_t *info)
{
    info->si_code = FORGED_CODE - (info->si_code & FORGED_MASK);
}

/* What the guest is to see. */
static inline void signal_unforge(siginfo_t *info)
{
    if (info->si_code < FORGED_CODE) {
        info->si_code = FORGED_CODE - info->si_code;
    }
}

/* --- host.c --- */

/* Gives the host the disposition that the guest has for signo. */
void signal_install(const Actions *actions, int signo);
/* Is it a SIGBUS that we sent, by the timer or to stop this thread? */
bool signal_is_kick(int signo, const siginfo_t *info);

/* The handlers of SIGSEGV and SIGBUS. */
void signal_install_own(void);
/* Does SIG_DFL end the process?  Stop it? */
bool signal_fatal_by_default(int signo);
bool signal_stops_by_default(int signo);
/* Is the default action ours to take, at a safe point? */
bool signal_catch_default(const Actions *actions, int signo);
/* The signal is about to be delivered: no second kick. */
void signal_disarm_timer(Task *t);

#endif
