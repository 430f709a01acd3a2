/* What processes are told of the system, and of themselves. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/seccomp/seccomp.h"
#include "linux-user/task/call.h"
#include "util/check.h"

long sys_set_tid_address(Task *t, const uint64_t *a)
{
    t->clear_tid = a[0];
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* --- the system --- */

long sys_uname(Task *t, const uint64_t *a)
{
    const char *release = t->proc->options->release;
    struct utsname name;

    if (uname(&name) < 0) {
        return -errno;
    }
    memset(name.machine, 0, sizeof(name.machine));
    strcpy(name.machine, task_abi(t)->machine);
    if (release) {
        memset(name.release, 0, sizeof(name.release));
        strncpy(name.release, release, sizeof(name.release) - 1);
    }
    return mm_write(task_mm(t), a[0], &name, sizeof(name)) ? 0 : -EFAULT;
}

/* READ_IMPLIES_EXEC would make the emulator's own memory executable. */
long sys_personality(Task *t, const uint64_t *a)
{
    uint32_t p = (uint32_t)a[0];

    (void)t;
    if (p != 0xffffffff) {
        p &= ~(uint32_t)READ_IMPLIES_EXEC;
    }
    return raw_syscall(SYS_personality, (long)p, 0, 0, 0, 0, 0);
}

/* Numbers that older headers lack. */
enum {
    GET_AUXV = 0x41555856,
    SET_VMA = 0x53564d41,
    SET_MDWE = 65,
    GET_MDWE = 66,
    SET_MEMORY_MERGE = 67,
    GET_MEMORY_MERGE = 68,
};

/* Bits: which arguments are pointers; -1: not what all guests have. */
static int prctl_pointers(int option)
{
    switch (option) {
    case PR_SET_NAME:
    case PR_GET_NAME:
    case PR_GET_PDEATHSIG:
    case PR_GET_CHILD_SUBREAPER: return 1 << 1;
    case PR_SET_PDEATHSIG:
    case PR_GET_DUMPABLE:
    case PR_SET_DUMPABLE:
    case PR_GET_KEEPCAPS:
    case PR_SET_KEEPCAPS:
    case PR_GET_SECUREBITS:
    case PR_SET_SECUREBITS:
    case PR_CAPBSET_READ:
    case PR_CAPBSET_DROP:
    case PR_SET_TIMERSLACK:
    case PR_GET_TIMERSLACK:
    case PR_SET_CHILD_SUBREAPER:
    case PR_SET_NO_NEW_PRIVS:
    case PR_GET_NO_NEW_PRIVS:
    case PR_SET_THP_DISABLE:
    case PR_GET_THP_DISABLE:
    case PR_CAP_AMBIENT:
    case PR_SET_PTRACER:
    case PR_GET_TIMING:
    case PR_SET_TIMING:
    case PR_MCE_KILL:
    case PR_MCE_KILL_GET:
    case PR_TASK_PERF_EVENTS_DISABLE:
    case PR_TASK_PERF_EVENTS_ENABLE:
    case PR_SET_IO_FLUSHER:
    case PR_GET_IO_FLUSHER:
    case SET_MEMORY_MERGE:
    case GET_MEMORY_MERGE: return 0;
    case SET_VMA: /* what, start, length, name */ return 1 << 2 | 1 << 4;
    default: return -1;
    }
}

/* As much as there is room for; the size of all. */
static long get_auxv(Task *t, uint64_t addr, uint64_t room, uint64_t rest)
{
    const Placed *p = &t->proc->placed;
    uint64_t at = p->auxv, size = p->auxv_end - at, pair[2];

    if (rest) {
        return -EINVAL;
    }
    room = room < size ? room : size;
    for (uint64_t n, done = 0; done < room; done += n) {
        n = room - done < sizeof(pair) ? room - done : sizeof(pair);
        if (!mm_read(task_mm(t), pair, at + done, n) ||
            !mm_write(task_mm(t), addr + done, pair, n)) {
            return -EFAULT;
        }
    }
    return (long)size;
}

/* What only the guest's Linux has. */
static long own_prctl(Task *t, const uint64_t *a)
{
    const AbiPrctl *own = task_abi(t)->prctls;

    while (own->fn && own->option != (int)a[0]) {
        own++;
    }
    return own->fn ? own->fn(t, a) : -EINVAL;
}

long sys_prctl(Task *t, const uint64_t *a)
{
    int option = (int)a[0], pointers = prctl_pointers(option);

    switch (option) {
    case PR_GET_TID_ADDRESS: /* the kernel has our own */
        return mm_write(task_mm(t), a[1], &t->clear_tid, 8) ? 0 : -EFAULT;
    case PR_SET_SECCOMP: return seccomp_prctl_set(t, a[1], a[2]);
    case PR_GET_SECCOMP: return seccomp_mode(t);
    case GET_AUXV: return get_auxv(t, a[1], a[2], a[3] | a[4]);
    case SET_MDWE:
        return a[2] | a[3] | a[4] ? -EINVAL : mm_set_mdwe(task_mm(t), a[1]);
    case GET_MDWE:
        return a[1] | a[2] | a[3] | a[4] ? -EINVAL : (long)task_mm(t)->mdwe;
    default:
        return pointers < 0 ? own_prctl(t, a)
                            : pass_call(t, SYS_prctl, (unsigned)pointers, a);
    }
}

/* The kernel restarts its calls by itself: no frame ever asks for this. */
long sys_restart_syscall(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return -EINTR;
}
