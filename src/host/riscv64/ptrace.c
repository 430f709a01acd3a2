#include "host/ptrace.h"

#include <elf.h>
#include <sys/ptrace.h>
#include <sys/uio.h>

enum { NB_REGS = 32, TP = 4 }; /* pc, x1 to x31 */

uint64_t host_thread_pointer_of(int tid)
{
    uint64_t regs[NB_REGS];
    struct iovec v = {regs, sizeof(regs)};
    return host_ptrace(PTRACE_GETREGSET, tid, NT_PRSTATUS, (uintptr_t)&v) < 0
               ? 0
               : regs[TP];
}
