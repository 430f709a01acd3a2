/* System V semaphores: semctl's argument depends on its command. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/task/call.h"

static long semctl_stat(Task *t, const uint64_t *a)
{
    struct semid_ds ds;
    long ret = raw_syscall(SYS_semctl, (long)a[0], (long)a[1], (long)a[2],
                           (long)&ds, 0, 0);

    if (ret < 0) {
        return ret;
    }
    return structure_write(t, LAYOUT_semid_ds, a[3], &ds) ? ret : -EFAULT;
}

static long semctl_set(Task *t, const uint64_t *a)
{
    struct semid_ds ds;

    if (!structure_read(t, LAYOUT_semid_ds, &ds, a[3])) {
        return -EFAULT;
    }
    return raw_syscall(SYS_semctl, (long)a[0], (long)a[1], (long)a[2],
                       (long)&ds, 0, 0);
}

long sys_semctl(Task *t, const uint64_t *a)
{
    switch ((int)a[2]) {
    case IPC_STAT:
    case SEM_STAT:
    case SEM_STAT_ANY: return semctl_stat(t, a);
    case IPC_SET: return semctl_set(t, a);
    case GETALL:
    case SETALL:
    case IPC_INFO:
    case SEM_INFO: return pass_call(t, SYS_semctl, 1u << 3, a);
    default: return pass_call(t, SYS_semctl, 0, a);
    }
}
