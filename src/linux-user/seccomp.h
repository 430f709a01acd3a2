/*
 * seccomp: the guest's filters, run on the guest's system calls.
 *
 * Filters are never changed and never freed: threads and children share
 * their chain.  A filter set with TSYNC is the process's; a thread takes it
 * up at its next call.  execve of a guest program hands the chain on
 * (inherit.h); a host's program runs without.
 */
#ifndef LINUX_USER_SECCOMP_H
#define LINUX_USER_SECCOMP_H

#include <linux/filter.h>
#include "linux-user/process.h"

typedef struct SeccompFilter {
    const struct SeccompFilter *prev;   /* the older ones */
    uint32_t n;
    struct sock_filter insn[];
} SeccompFilter;

/* Must the thread's calls be looked at? */
static inline bool seccomp_active(const Task *t)
{
    return t->seccomp || t->seccomp_strict ||
           t->seccomp_seen != t->proc->seccomp_sync;
}

/* May call nr be made?  If not: *ret, or a signal has been delivered. */
bool seccomp_allows(Task *t, unsigned nr, const uint64_t *a, long *ret);

/* A copy in front of prev; NULL: not a valid program, or no memory. */
const SeccompFilter *seccomp_add(const SeccompFilter *prev,
                                 const struct sock_filter *insn, uint32_t n);

/* prctl(PR_SET_SECCOMP) and PR_GET_SECCOMP. */
long seccomp_prctl_set(Task *t, uint64_t mode, uint64_t program);
long seccomp_mode(const Task *t);

#endif
