/*
 * The host's ptrace, errors as -errno; and where a stopped thread of the
 * emulator's has its Task.
 */
#ifndef LINUX_USER_PTRACE_HOST_H
#define LINUX_USER_PTRACE_HOST_H

#include <stdint.h>

long host_ptrace(int request, int tid, uint64_t addr, uint64_t data);

/* The host address of its Task; 0: none. */
uint64_t host_task_of(int tid);

#endif
