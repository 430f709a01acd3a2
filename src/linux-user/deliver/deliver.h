/*
 * Signals at a safe point: the guest's handler starts, or the default action
 * is taken.  Who looks over the thread (debugger, tracer) is asked before.
 */
#ifndef LINUX_USER_DELIVER_H
#define LINUX_USER_DELIVER_H

#include "linux-user/task/process.h"

/* Those that were noted or are let in; cheap if there are none. */
void deliver_pending(Task *t);
/* What its action says, whoever looks over the thread. */
void deliver_now(Task *t, const siginfo_t *info);

/* A signal for what the guest's own instruction did; may not return. */
void deliver_fault(Task *t, int signo, int code, uint64_t addr);
void deliver_forced(Task *t, const siginfo_t *info);
/* To a traced thread: one instruction has run, or a handler starts. */
void deliver_step(Task *t);

/* Ends the emulator by the default action of signo. */
_Noreturn void deliver_fatal(Task *t, int signo);

#endif
