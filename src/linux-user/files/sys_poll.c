/* Waiting: poll, select, epoll, futex. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <linux/futex.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/syscall.h>
#include "host/calls.h"
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/call.h"

enum { SIGSET_BYTES = 8 };

/* Of what signal_wait_begin_at() gave: not a mask, where one should be. */
static bool bad_mask(long masked)
{
    return masked == -EINVAL || masked == -EFAULT;
}

/*
 * A call that waits with a mask, which is its last two arguments (i: which).
 * A bad mask is the kernel's to refuse, when it comes to it.
 */
static long wait_with_mask(Task *t, int host, long v[6], int i, uint64_t addr,
                           uint64_t size)
{
    uint64_t mask;
    long masked = signal_wait_begin_at(t, addr, size, &mask), ret;

    if (masked < 0 && !bad_mask(masked)) {
        return masked;
    }
    v[i] = masked < 0 ? bad_pointer() : masked ? (long)&mask : 0;
    v[i + 1] = masked < 0 ? (long)size : SIGSET_BYTES;
    ret = safe_syscall(&t->pending, host, v[0], v[1], v[2], v[3], v[4], v[5]);
    return masked < 0 ? ret : signal_wait_end(t, ret);
}

long sys_ppoll(Task *t, const uint64_t *a)
{
    long v[6] = {host_pointer(t, a[0]), (long)a[1], host_pointer(t, a[2])};

    return wait_with_mask(t, SYS_ppoll, v, 3, a[3], a[4]);
}

long sys_pselect6(Task *t, const uint64_t *a)
{
    uint64_t arg[2] = {0, 0}, mask, host[2] = {0, SIGSET_BYTES};
    long masked = 0, ret;

    if (a[5] && !mm_read(task_mm(t), arg, a[5], sizeof(arg))) {
        return -EFAULT;
    }
    masked = signal_wait_begin_at(t, arg[0], arg[1], &mask);
    if (masked < 0 && !bad_mask(masked)) {
        return masked;
    }
    if (masked < 0) {
        host[0] = (uint64_t)bad_pointer();
        host[1] = arg[1];
    } else if (masked) {
        host[0] = (uintptr_t)&mask;
    }
    ret =
        safe_syscall(&t->pending, SYS_pselect6, (long)a[0],
                     host_pointer(t, a[1]), host_pointer(t, a[2]),
                     host_pointer(t, a[3]), host_pointer(t, a[4]), (long)host);
    return masked < 0 ? ret : signal_wait_end(t, ret);
}

/* --- epoll --- */

long sys_epoll_ctl(Task *t, const uint64_t *a)
{
    struct epoll_event host = {0};

    if (a[1] != EPOLL_CTL_DEL &&
        !structure_read(t, LAYOUT_epoll_event, &host, a[3])) {
        return -EFAULT;
    }
    return raw_syscall(SYS_epoll_ctl, (long)a[0], (long)a[1], (long)a[2],
                       (long)&host, 0, 0);
}

static long give_events(Task *t, uint64_t addr, const struct epoll_event *ev,
                        long n)
{
    uint64_t bytes = structure_bytes(t, LAYOUT_epoll_event);

    for (long i = 0; i < n; i++) {
        if (!structure_write(t, LAYOUT_epoll_event, addr + (uint64_t)i * bytes,
                             &ev[i])) {
            return -EFAULT;
        }
    }
    return n;
}

static long epoll_wait_for(Task *t, int host, const uint64_t *a, long timeout)
{
    enum { FEW = 128, MANY = 1 << 16 };
    uint64_t bytes = structure_bytes(t, LAYOUT_epoll_event);
    struct epoll_event few[FEW], *ev = few;
    int max = (int)a[2] < MANY ? (int)a[2] : MANY;
    long v[6] = {(long)a[0], 0, max, timeout}, ret;

    if (max > FEW && !(ev = malloc((size_t)max * sizeof(*ev)))) {
        return -ENOMEM;
    }
    v[1] = max <= 0 || mm_range_ok(task_mm(t), a[1], (uint64_t)max * bytes)
               ? (long)ev
               : bad_pointer();
    ret = give_events(t, a[1], ev, wait_with_mask(t, host, v, 4, a[4], a[5]));
    if (ev != few) {
        free(ev);
    }
    return ret;
}

long sys_epoll_pwait(Task *t, const uint64_t *a)
{
    return epoll_wait_for(t, SYS_epoll_pwait, a, (int)a[3]);
}

long sys_epoll_pwait2(Task *t, const uint64_t *a)
{
    return epoll_wait_for(t, SYS_epoll_pwait2, a, host_pointer(t, a[3]));
}

/* --- futex --- */

/* Argument 3 is a timeout for these, else a number. */
static bool futex_has_timeout(int op)
{
    switch (op & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2:
    case FUTEX_WAIT_REQUEUE_PI: return true;
    default: return false;
    }
}

long sys_futex(Task *t, const uint64_t *a)
{
    long third =
        futex_has_timeout((int)a[1]) ? host_pointer(t, a[3]) : (long)a[3];

    return safe_syscall(&t->pending, SYS_futex, host_pointer(t, a[0]),
                        (long)a[1], (long)a[2], third, host_pointer(t, a[4]),
                        (long)a[5]);
}

/*
 * n of struct futex_waitv at addr, for the host's call.  What cannot be read,
 * is not there or is too much, the kernel refuses, in its order of errors.
 */
static long waiters(Task *t, struct futex_waitv *w, uint64_t addr, uint64_t n)
{
    if (!addr || n > FUTEX_WAITV_MAX ||
        !mm_read(task_mm(t), w, addr, n * sizeof(*w))) {
        return host_pointer(t, addr);
    }
    for (uint64_t i = 0; i < n; i++) {
        w[i].uaddr = (uint64_t)host_pointer(t, w[i].uaddr);
    }
    return (long)w;
}

/* futex_requeue(two waiters, flags, how many to wake, to move) */
long sys_futex_requeue(Task *t, const uint64_t *a)
{
    struct futex_waitv w[2];

    return raw_syscall(SYS_futex_requeue, waiters(t, w, a[0], 2), (long)a[1],
                       (long)a[2], (long)a[3], 0, 0);
}

/* futex_waitv(waiters, number, flags, timeout, clock) */
long sys_futex_waitv(Task *t, const uint64_t *a)
{
    struct futex_waitv w[FUTEX_WAITV_MAX];

    return safe_syscall(&t->pending, SYS_futex_waitv,
                        waiters(t, w, a[0], (uint32_t)a[1]), (long)a[1],
                        (long)a[2], host_pointer(t, a[3]), (long)a[4], 0);
}
