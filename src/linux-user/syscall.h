/* The way of a system call to its handler. */
#ifndef LINUX_USER_SYSCALL_H
#define LINUX_USER_SYSCALL_H

#include "linux-user/task/process.h"

/* Does the call that the guest's registers describe. */
void syscall_run(Task *t);

#endif
