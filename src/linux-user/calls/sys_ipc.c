/* System V semaphores: semctl's argument depends on its command. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <string.h>
#include <sys/ipc.h>
#include <sys/sem.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/task/call.h"

_Static_assert(sizeof(struct ipc_perm) == 48, "as in TargetSemidDs");

static long semctl_stat(Task *t, const uint64_t *a)
{
    struct semid_ds ds;
    TargetSemidDs out = { 0 };
    long ret = raw_syscall(SYS_semctl, (long)a[0], (long)a[1], (long)a[2],
                           (long)&ds, 0, 0);

    if (ret < 0) {
        return ret;
    }
    memcpy(out.perm, &ds.sem_perm, sizeof(out.perm));
    out.otime = ds.sem_otime;
    out.ctime = ds.sem_ctime;
    out.nsems = ds.sem_nsems;
    return mm_write(task_mm(t), a[3], &out, sizeof(out)) ? ret : -EFAULT;
}

static long semctl_set(Task *t, const uint64_t *a)
{
    struct semid_ds ds;
    TargetSemidDs in;

    if (!mm_read(task_mm(t), &in, a[3], sizeof(in))) {
        return -EFAULT;
    }
    memset(&ds, 0, sizeof(ds));
    memcpy(&ds.sem_perm, in.perm, sizeof(in.perm));
    return raw_syscall(SYS_semctl, (long)a[0], (long)a[1], (long)a[2],
                       (long)&ds, 0, 0);
}

long sys_semctl(Task *t, const uint64_t *a)
{
    switch ((int)a[2]) {
    case IPC_STAT: case SEM_STAT: case SEM_STAT_ANY:
        return semctl_stat(t, a);
    case IPC_SET:
        return semctl_set(t, a);
    case GETALL: case SETALL: case IPC_INFO: case SEM_INFO:
        return pass_call(t, SYS_semctl, 1u << 3, a);
    default:
        return pass_call(t, SYS_semctl, 0, a);
    }
}
