/* The run loop. */
#ifndef LINUX_USER_RUN_H
#define LINUX_USER_RUN_H

#include "linux-user/task/process.h"

/* Runs the guest until its thread ends. */
void task_loop(Task *t);

#endif
