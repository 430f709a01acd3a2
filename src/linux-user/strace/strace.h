/* -strace: lines in strace's form.  Only _signal, _killed and _never_returns
   may be called without that option: then they do nothing. */
#ifndef LINUX_USER_STRACE_H
#define LINUX_USER_STRACE_H

#include "linux-user/task/process.h"

/* Before the call, and with its result after. */
void strace_enter(Task *t, unsigned nr, const uint64_t *a);
void strace_leave(Task *t, unsigned nr, const uint64_t *a, long ret);
/* A filter ends the thread or the process in place of the call. */
void strace_never_returns(Task *t, unsigned nr, const uint64_t *a);
void strace_unknown(Task *t, unsigned nr);
void strace_signal(Task *t, const siginfo_t *info);
void strace_killed(Task *t, int signo);

#endif
