#include "host/ptrace.h"

#include <sys/ptrace.h>
#include <sys/user.h>

uint64_t host_thread_pointer_of(int tid)
{
    struct user_regs_struct regs;
    return host_ptrace(PTRACE_GETREGS, tid, 0, (uintptr_t)&regs) < 0
               ? 0
               : regs.fs_base;
}
