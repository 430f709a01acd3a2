/*
 * seccomp: the guest's filters, run on the guest's system calls.
 *
 * Filters are never changed and never freed: threads and children share
 * their chain.  execve of a guest program hands the chain on
 * (process/inherit.h); a host's program runs without.
 *
 * Who listens to a filter (SECCOMP_RET_USER_NOTIF) does so through the host's
 * kernel: see notify.c.
 */
#ifndef LINUX_USER_SECCOMP_H
#define LINUX_USER_SECCOMP_H

#include <linux/filter.h>
#include "linux-user/task/process.h"

typedef struct SeccompFilter {
    const struct SeccompFilter *prev; /* the older ones */
    uint32_t n;
    bool has_listener;
    struct sock_filter insn[];
} SeccompFilter;

/* What becomes of a call. */
typedef enum SeccompVerdict {
    SECCOMP_ALLOWED,
    SECCOMP_ANSWERED, /* not made: there is a result */
    SECCOMP_ENDED,    /* not made, and -strace knows: the thread has
                         ended, or a signal been delivered */
} SeccompVerdict;

/* Must the thread's calls be looked at? */
static inline bool seccomp_active(const Task *t)
{
    return t->seccomp.filter || t->seccomp.strict;
}

/*
 * The most restrictive action of all filters, and whose it is; the newest of
 * equals.
 */
struct seccomp_data;
uint32_t seccomp_run(const SeccompFilter *f, const struct seccomp_data *data,
                     const SeccompFilter **match);

/*
 * A copy in front of prev, of a valid program; NULL: no memory, or the chain
 * would be too long.
 */
SeccompFilter *seccomp_add(const SeccompFilter *prev,
                           const struct sock_filter *insn, uint32_t n);

/* A new thread's are its parent's; a process of one thread. */
void seccomp_copy(Task *t, const Task *parent);
void seccomp_new_process(Task *t);

/* prctl(PR_SET_SECCOMP) and PR_GET_SECCOMP; how many filters there are. */
long seccomp_prctl_set(Task *t, uint64_t mode, uint64_t program);
long seccomp_mode(const Task *t);
uint32_t seccomp_count(const SeccompFilter *f);

/*
 * Makes the host's kernel have a listener for the calling thread; flags are
 * SECCOMP_FILTER_FLAG_*.  Its descriptor or -errno.
 */
long seccomp_listen(uint64_t flags);
/* Asks who listens. */
SeccompVerdict seccomp_notify(Task *t, unsigned nr, const uint64_t *a,
                              long *ret);
/* SECCOMP_IOCTL_NOTIF_RECV and _SEND. */
long seccomp_receive(Task *t, const uint64_t *a);
long seccomp_respond(Task *t, const uint64_t *a);

#endif
