/* Where a stopped thread of the emulator's has its Task. */
#ifndef LINUX_USER_PTRACE_HOST_H
#define LINUX_USER_PTRACE_HOST_H

#include "host/ptrace.h"

/* The host address of its Task; 0: none. */
uint64_t host_task_of(int tid);

#endif
