/*
 * SECCOMP_RET_USER_NOTIF: the host's kernel does it, so that a listener is one
 * of its descriptors, which can be waited for, sent, inherited and closed as
 * any other.
 *
 * A thread whose filter gets a listener is given a filter of the host that
 * hands to the listener calls of numbers that no host has: a guest's number
 * plus FIRST_NUMBER.  When the guest's filter decides to ask, the thread makes
 * that call, with the guest's arguments.  The ioctls through which the listener
 * is used turn numbers back into the guest's.  Both sides may be different
 * processes, and know nothing of each other but this.
 *
 * "Go on with the call" cannot be the kernel's answer, whose result could not
 * be told from ENOSYS; it is sent as a value that no call returns.
 */
#include "linux-user/seccomp/seccomp.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <sys/ioctl.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/task/call.h"

enum { FIRST_NUMBER = 0x10000 };

#define GO_ON 0x7f67b1d3a95ec842

long seccomp_listen(uint64_t flags)
{
    const uint64_t handed_on = SECCOMP_FILTER_FLAG_NEW_LISTENER |
                               SECCOMP_FILTER_FLAG_TSYNC |
                               SECCOMP_FILTER_FLAG_TSYNC_ESRCH |
                               SECCOMP_FILTER_FLAG_WAIT_KILLABLE_RECV;
    struct sock_filter insn[] = {
        BPF_STMT(BPF_LD | BPF_W | BPF_ABS, 0), /* nr */
        BPF_JUMP(BPF_JMP | BPF_JGE | BPF_K, FIRST_NUMBER, 0, 1),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF),
        BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
    };
    struct sock_fprog program = {sizeof(insn) / sizeof(insn[0]), insn};

    return raw_syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
                       (long)(flags & handed_on), (long)&program, 0, 0, 0);
}

SeccompVerdict seccomp_notify(Task *t, unsigned nr, const uint64_t *a,
                              long *ret)
{
    if (nr > INT32_MAX - FIRST_NUMBER) {
        *ret = -ENOSYS;
        return SECCOMP_ANSWERED;
    }
    *ret = safe_syscall(&t->pending, FIRST_NUMBER + (long)nr, (long)a[0],
                        (long)a[1], (long)a[2], (long)a[3], (long)a[4],
                        (long)a[5]);
    return *ret == GO_ON ? SECCOMP_ALLOWED : SECCOMP_ANSWERED;
}

/* struct seccomp_notif at a[2]; where the call was made from is not known. */
long seccomp_receive(Task *t, const uint64_t *a)
{
    long ret = pass_call(t, SYS_ioctl, 1u << 2, a);
    struct seccomp_notif n;

    if (ret < 0) {
        return ret;
    }
    if (!mm_read(task_mm(t), &n, a[2], sizeof(n))) {
        return -EFAULT;
    }
    n.data.nr -= FIRST_NUMBER;
    n.data.arch = task_abi(t)->audit_arch;
    n.data.instruction_pointer = 0;
    return mm_write(task_mm(t), a[2], &n, sizeof(n)) ? ret : -EFAULT;
}

/* struct seccomp_notif_resp; one that is wrong is the kernel's to refuse. */
long seccomp_respond(Task *t, const uint64_t *a)
{
    struct seccomp_notif_resp r;

    if (!mm_read(task_mm(t), &r, a[2], sizeof(r))) {
        return pass_call(t, SYS_ioctl, 1u << 2, a);
    }
    if (r.flags == SECCOMP_USER_NOTIF_FLAG_CONTINUE && !r.error && !r.val) {
        r.flags = 0;
        r.val = GO_ON;
    }
    return pass_call(t, SYS_ioctl, 0, (uint64_t[6]){a[0], a[1], (uintptr_t)&r});
}
