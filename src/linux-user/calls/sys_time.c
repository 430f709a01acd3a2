/* Clocks, asked through the host's vDSO. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <sched.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include "linux-user/task/call.h"

long sys_clock_gettime(Task *t, const uint64_t *a)
{
    struct timespec ts;

    if (clock_gettime((clockid_t)a[0], &ts) < 0) {
        return -errno;
    }
    return mm_write(task_mm(t), a[1], &ts, sizeof(ts)) ? 0 : -EFAULT;
}

long sys_clock_getres(Task *t, const uint64_t *a)
{
    struct timespec ts;

    if (clock_getres((clockid_t)a[0], &ts) < 0) {
        return -errno;
    }
    return !a[1] || mm_write(task_mm(t), a[1], &ts, sizeof(ts)) ? 0 : -EFAULT;
}

long sys_gettimeofday(Task *t, const uint64_t *a)
{
    struct timeval tv;

    if (a[1]) { /* the zone: the kernel's */
        return pass_call(t, SYS_gettimeofday, 3, a);
    }
    gettimeofday(&tv, NULL);
    return !a[0] || mm_write(task_mm(t), a[0], &tv, sizeof(tv)) ? 0 : -EFAULT;
}

long sys_getcpu(Task *t, const uint64_t *a)
{
    unsigned cpu, node;

    if (getcpu(&cpu, &node) < 0) {
        return -errno;
    }
    if ((a[0] && !mm_write(task_mm(t), a[0], &cpu, sizeof(cpu))) ||
        (a[1] && !mm_write(task_mm(t), a[1], &node, sizeof(node)))) {
        return -EFAULT;
    }
    return 0;
}
