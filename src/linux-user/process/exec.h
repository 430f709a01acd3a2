/* execve. */
#ifndef LINUX_USER_EXEC_H
#define LINUX_USER_EXEC_H

#include "linux-user/task/process.h"

/* What a vfork child's execve left in our memory. */
void exec_scratch_free(Task *t);

#endif
