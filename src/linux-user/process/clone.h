/* What clone and clone3 ask for, in one form. */
#ifndef LINUX_USER_CLONE_H
#define LINUX_USER_CLONE_H

#include "linux-user/task/process.h"

enum { CLONE_NB_TIDS = 32 };   /* MAX_PID_NS_LEVEL */

/* Addresses are the guest's; 0: not given. */
typedef struct CloneArgs {
    uint64_t flags;            /* CLONE_*, without the signal */
    int exit_signal;
    uint64_t stack;            /* its top; 0: the parent's */
    uint64_t tls, parent_tid, child_tid, pidfd;
    int32_t set_tid[CLONE_NB_TIDS];    /* the ids that it is to have, */
    uint32_t nb_set_tid;       /* from the innermost namespace outwards */
    int32_t cgroup;            /* CLONE_INTO_CGROUP */
} CloneArgs;

/* What the arguments change in the child's registers. */
void clone_start_child(Task *t, const CloneArgs *c);

/* Writes a thread's id where the arguments say; flag: one of CLONE_*TID. */
void clone_give_tid(Task *t, const CloneArgs *c, uint64_t flag, long tid);
/* The flags and the exit signal for the host's call. */
long clone_host_flags(const CloneArgs *c);
/* A new thread's own, to whom CLONE_PIDFD says; false: the host cannot. */
bool clone_give_thread_pidfd(Task *t, const CloneArgs *c);
void clone_give_pidfd(Task *t, const CloneArgs *c, int32_t pidfd);

#endif
