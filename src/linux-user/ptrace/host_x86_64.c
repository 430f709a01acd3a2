#include "linux-user/ptrace/host.h"

#include <stddef.h>
#include <sys/ptrace.h>
#include <sys/user.h>
#include <sys/syscall.h>
#include "linux-user/task/current.h"
#include "linux-user/task/remote.h"
#include "linux-user/usercopy.h"

long host_ptrace(int request, int tid, uint64_t addr, uint64_t data)
{
    return raw_syscall(SYS_ptrace, request, tid, (long)addr, (long)data, 0, 0);
}

/* A thread's variables lie at the same distance from its fs everywhere. */
uint64_t host_task_of(int tid)
{
    uint64_t offset = (uintptr_t)task_current_place() -
                      (uintptr_t)__builtin_thread_pointer();
    struct user_regs_struct regs;
    uint64_t task;

    if (host_ptrace(PTRACE_GETREGS, tid, 0, (uintptr_t)&regs) < 0 ||
        !regs.fs_base ||
        !remote_read(tid, &task, regs.fs_base + offset, sizeof(task))) {
        return 0;
    }
    return task;
}
