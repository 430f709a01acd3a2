/* What the files of this room share. */
#ifndef LINUX_USER_SIGNAL_INTERNAL_H
#define LINUX_USER_SIGNAL_INTERNAL_H

#include <sys/syscall.h>
#include "host/signal.h"
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"

static inline long own_tid(void)
{
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* --- host.c --- */

/* Gives the host the disposition that the guest has for signo. */
void signal_install(const Actions *actions, int signo);
/* The handlers of SIGSEGV and SIGBUS. */
void signal_install_own(void);

/* --- kick.c --- */

/* In a handler: makes the cpu leave generated code soon. */
void signal_kick(Task *t, void *ucontext);
/* A thread of this process or another looks at what waits for it. */
void signal_send_kick(int tgid, int tid);
void signal_kick_others(const Task *t);
/* Is it a SIGBUS that we sent, by the timer or to stop this thread? */
bool signal_is_kick(int signo, const siginfo_t *info);

/* --- mask.c --- */

/* Blocks SIGSEGV and SIGBUS in the host, or lets them in again. */
void signal_block_own(bool block);
/*
 * Held signals of the set `which` wait in the kernel's queue, where the host
 * blocks them for the moment: only the kernel knows which one of all comes
 * first.  Those that are not taken come back when they are let in.
 */
void signal_give_held(Task *t, uint64_t which);

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

#endif
