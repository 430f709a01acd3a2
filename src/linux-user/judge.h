/* seccomp: what becomes of a call. */
#ifndef LINUX_USER_JUDGE_H
#define LINUX_USER_JUDGE_H

#include "linux-user/seccomp/seccomp.h"

/*
 * For a thread of seccomp_active(), with the result if there is one.  A
 * tracer may make it another call.
 */
SeccompVerdict judge_call(Task *t, unsigned *nr, const uint64_t *a, long *ret);

#endif
