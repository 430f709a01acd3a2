/* What signal.c and the system calls of signals share. */
#ifndef LINUX_USER_SIGNAL_INT_H
#define LINUX_USER_SIGNAL_INT_H

#include "linux-user/signal.h"

static inline uint64_t signal_bit(int signo)
{
    return 1ull << (signo - 1);
}

#define NEVER_BLOCKED (signal_bit(SIGKILL) | signal_bit(SIGSTOP))
/* Never blocked in the host but around a single call: generated code faults. */
#define EXECS_OWN (signal_bit(SIGSEGV) | signal_bit(SIGBUS))

/* The guest's mask, and the host's to match. */
void signal_set_mask(Task *t, uint64_t mask);
/* Gives the host the disposition that the guest has for signo. */
void signal_install(const Actions *actions, int signo);
/* Takes one of the set `which` that waits for the thread. */
static inline bool signal_take_held(Task *t, uint64_t which, siginfo_t *info)
{
    return held_take(&t->held, which, info) ||
           held_take(&t->proc->held, which, info);
}

/* Is it a SIGBUS that we sent, by the timer or to stop this thread? */
bool signal_is_kick(int signo, const siginfo_t *info);

#endif
