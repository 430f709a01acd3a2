/*
 * The debugger's part in tasks (gdbstub/gdbstub.h).  Task.debug is NULL
 * without -g, and in processes that the debugger has left alone; then none of
 * these is called.
 */
#ifndef LINUX_USER_DEBUG_H
#define LINUX_USER_DEBUG_H

#include "linux-user/task/process.h"

/* Before the first instruction; -1 with errno: cannot listen. */
int debug_start(Task *t);
/* The same for a program that execve has started, with gdb_save()'s bytes. */
void debug_resume(Task *t, const void *saved, size_t size);

/* Where the program stands still if it is to, before it runs. */
void debug_first_stop(Task *t);

void debug_thread_start(Task *t);

/* exec_run(), as the debugger wants it. */
Event debug_run(Task *t);
/* Is the signal to be delivered?  It may have become another. */
bool debug_signal(Task *t, siginfo_t *info);

/* In the child, when it is complete. */
void debug_fork_child(Task *t);
/* For execve; see gdb_save(). */
size_t debug_save(Task *t, void *saved);

#endif
