/* What clone and clone3 ask for, in one form. */
#ifndef LINUX_USER_CLONE_ARGS_H
#define LINUX_USER_CLONE_ARGS_H

#include <stdint.h>

enum { CLONE_NB_TIDS = 32 }; /* MAX_PID_NS_LEVEL */

/* Addresses are the guest's; 0: not given. */
typedef struct CloneArgs {
    uint64_t flags; /* CLONE_*, without the signal */
    int exit_signal;
    uint64_t stack; /* its top; 0: the parent's */
    uint64_t tls, parent_tid, child_tid, pidfd;
    int32_t set_tid[CLONE_NB_TIDS]; /* the ids that it is to have, */
    uint32_t nb_set_tid;            /* from the innermost namespace outwards */
    int32_t cgroup;                 /* CLONE_INTO_CGROUP */
} CloneArgs;

#endif
