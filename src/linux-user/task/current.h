/*
 * The Task of the calling host thread, for those who are given nothing else:
 * the host's signal handlers, and what exec calls back.
 */
#ifndef LINUX_USER_CURRENT_H
#define LINUX_USER_CURRENT_H

#include "linux-user/task/process.h"

/* NULL: the thread is no task, or not yet, or no longer. */
Task *task_current(void);
void task_set_current(Task *t);
/* Where the calling thread has the address of its Task. */
const void *task_current_place(void);

#endif
