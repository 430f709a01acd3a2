/* Guest threads: one host thread each. */
#ifndef LINUX_USER_THREAD_H
#define LINUX_USER_THREAD_H

#include "linux-user/process/clone.h"

/*
 * A Task for the calling host thread, with a cpu of its own, its signals
 * handled.  NULL with errno.
 */
Task *task_new(Process *proc);
/* Of the calling thread. */
void task_free(Task *t);

/* A thread of the host, which ends when fn returns. */
bool thread_start_host(void *(*fn)(void *), void *arg);
/* The new thread's registers and mask, as clone(2) says. */
void thread_copy_state(Task *t, Task *parent, const CloneArgs *c);

/* clone(2) with CLONE_THREAD; the thread's id or -errno. */
long thread_clone(Task *t, const CloneArgs *c);

/* For a thread that ends: what CLONE_CHILD_CLEARTID asks for. */
void thread_clear_tid(Task *t);

#endif
