/* The robust lists of those that end: they tell who waits for their futexes. */
#ifndef LINUX_USER_ROBUST_H
#define LINUX_USER_ROBUST_H

#include "linux-user/task/process.h"

/* A thread ends. */
void robust_exit(Task *t);
/* So does the process, by exit_group or a signal. */
void robust_process_end(Task *t);

#endif
