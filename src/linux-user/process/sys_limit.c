/* Resource limits: those of memory are the guest's own (mm/limit.c). */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/call.h"

static long set_limit(Task *t, int index, uint64_t addr)
{
    MmLimit *old = &task_mm(t)->limit[index], new;

    if (!mm_read(task_mm(t), &new, addr, sizeof(new))) {
        return -EFAULT;
    }
    if (new.cur > new.max) {
        return -EINVAL;
    }
    if (new.max > old->max && geteuid() != 0) {
        return -EPERM;
    }
    pthread_mutex_lock(&task_mm(t)->lock);
    *old = new;
    pthread_mutex_unlock(&task_mm(t)->lock);
    return 0;
}

static long own_limit(Task *t, int index, uint64_t new, uint64_t old)
{
    MmLimit now = task_mm(t)->limit[index];
    long ret = new ? set_limit(t, index, new) : 0;

    if (ret == 0 && old && !mm_write(task_mm(t), old, &now, sizeof(now))) {
        ret = -EFAULT;
    }
    return ret;
}

static long core_limit(Task *t, int resource, long ret)
{
    if (resource == RLIMIT_CORE && ret == 0) {
        signal_core_limit_changed(t);
    }
    return ret;
}

long sys_getrlimit(Task *t, const uint64_t *a)
{
    int index = mm_limit_index((int)a[0]);

    if (index >= 0) {
        return a[1] ? own_limit(t, index, 0, a[1]) : -EFAULT;
    }
    return pass_call(t, SYS_getrlimit, 1u << 1, a);
}

long sys_setrlimit(Task *t, const uint64_t *a)
{
    int index = mm_limit_index((int)a[0]);

    if (index >= 0) {
        return a[1] ? own_limit(t, index, a[1], 0) : -EFAULT;
    }
    return core_limit(t, (int)a[0], pass_call(t, SYS_setrlimit, 1u << 1, a));
}

long sys_prlimit64(Task *t, const uint64_t *a)
{
    int index = mm_limit_index((int)a[1]);

    if (index >= 0 && ((int)a[0] == 0 || (int)a[0] == getpid())) {
        return own_limit(t, index, a[2], a[3]);
    }
    return core_limit(t, (int)a[1],
                      pass_call(t, SYS_prlimit64, 1u << 2 | 1u << 3, a));
}
