#include "linux-user/ptrace/host.h"

#include "linux-user/task/current.h"
#include "linux-user/task/remote.h"

/* A thread's variables lie at the same distance from its pointer everywhere. */
uint64_t host_task_of(int tid)
{
    uint64_t offset =
        (uintptr_t)task_current_place() - (uintptr_t)__builtin_thread_pointer();
    uint64_t task, pointer = host_thread_pointer_of(tid);

    return pointer && remote_read(tid, &task, pointer + offset, sizeof(task))
               ? task
               : 0;
}
