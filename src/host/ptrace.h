/* The host's ptrace. */
#ifndef HOST_PTRACE_H
#define HOST_PTRACE_H

#include <stdbool.h>
#include <stdint.h>

/* Errors as -errno. */
long host_ptrace(int request, int tid, uint64_t addr, uint64_t data);
/* What __builtin_thread_pointer() is in a stopped thread; 0: unknown. */
uint64_t host_thread_pointer_of(int tid);

#endif
