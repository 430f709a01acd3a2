#include "host/ptrace.h"

#include <sys/syscall.h>
#include "host/usercopy.h"

long host_ptrace(int request, int tid, uint64_t addr, uint64_t data)
{
    return raw_syscall(SYS_ptrace, request, tid, (long)addr, (long)data, 0, 0);
}
