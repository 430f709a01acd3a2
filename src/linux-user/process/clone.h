/* What clone and clone3 ask for, done. */
#ifndef LINUX_USER_CLONE_H
#define LINUX_USER_CLONE_H

#include "linux-user/task/clone_args.h"
#include "linux-user/task/process.h"

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
