/* The system calls of signals, but for sigreturn (deliver/). */
#include "linux-user/signal/internal.h"

#include <errno.h>
#include <signal.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/signal/frame.h"
#include "linux-user/task/call.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/sys.h"

static bool uncatchable(int signo)
{
    return signo == SIGKILL || signo == SIGSTOP;
}

long sys_rt_sigaction(Task *t, const uint64_t *a)
{
    int signo = (int)a[0];
    GuestAction act = {0}, old;

    if (a[3] != 8) {
        return -EINVAL;
    }
    if (a[1] && !structure_read(t, LAYOUT_sigaction, &act, a[1])) {
        return -EFAULT;
    }
    if (signo < 1 || signo > GUEST_NSIG || (a[1] && uncatchable(signo))) {
        return -EINVAL;
    }
    act.mask &= ~NEVER_BLOCKED;
    signal_swap_action(t->actions, signo, a[1] ? &act : NULL, &old);
    if (a[2] && !structure_write(t, LAYOUT_sigaction, a[2], &old)) {
        return -EFAULT;
    }
    return 0;
}

static bool change_mask(uint64_t *mask, int how, uint64_t set)
{
    switch (how) {
    case SIG_BLOCK: *mask |= set; return true;
    case SIG_UNBLOCK: *mask &= ~set; return true;
    case SIG_SETMASK: *mask = set; return true;
    default: return false;
    }
}

long sys_rt_sigpending(Task *t, const uint64_t *a)
{
    uint64_t set = 0;
    long ret = a[1] > sizeof(set)
                   ? -EINVAL
                   : raw_syscall(SYS_rt_sigpending, (long)&set, 8, 0, 0, 0, 0);

    set |= signal_waiting(t) & t->sigmask;
    if (ret == 0 && a[1] && !mm_write(task_mm(t), a[0], &set, a[1])) {
        ret = -EFAULT;
    }
    return ret;
}

long sys_rt_sigprocmask(Task *t, const uint64_t *a)
{
    uint64_t mask = t->sigmask, old = mask, set;
    long ret;

    if (a[3] != 8) {
        return -EINVAL;
    }
    if (a[1]) {
        if (!mm_read(task_mm(t), &set, a[1], sizeof(set))) {
            return -EFAULT;
        }
        if (!change_mask(&mask, (int)a[0], set)) {
            return -EINVAL;
        }
        ret = signal_change_mask(t, mask & ~NEVER_BLOCKED);
        if (ret < 0) {
            return ret;
        }
    }
    if (a[2] && !mm_write(task_mm(t), a[2], &old, sizeof(old))) {
        return -EFAULT;
    }
    return 0;
}

long sys_rt_sigsuspend(Task *t, const uint64_t *a)
{
    uint64_t mask, host;

    if (a[1] != 8) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), &mask, a[0], sizeof(mask))) {
        return -EFAULT;
    }
    host = mask & ~EXECS_OWN;
    return signal_wait_end(t, !signal_wait_begin(t, mask)
                                  ? -RESTART_SYSCALL
                                  : safe_syscall(&t->pending, SYS_rt_sigsuspend,
                                                 (long)&host, 8, 0, 0, 0, 0));
}

/*
 * SIGSEGV and SIGBUS are blocked in the host during the call, which takes
 * them from the kernel's queue.
 */
static long wait_for_own(Task *t, uint64_t set, const uint64_t *a,
                         siginfo_t *info)
{
    long ret;

    signal_block_own(true);
    signal_give_held(t, set);
    ret = safe_syscall(&t->pending, SYS_rt_sigtimedwait, (long)&set, (long)info,
                       a[2] ? (long)g2h(task_mm(t), a[2]) : 0, 8, 0, 0);
    signal_block_own(false);
    return ret > 0 && signal_is_kick((int)ret, info) ? -RESTART_SYSCALL : ret;
}

long sys_rt_sigtimedwait(Task *t, const uint64_t *a)
{
    uint64_t set;
    siginfo_t info = {0};
    long ret;

    if (a[3] != 8 || !mm_addr_ok(task_mm(t), a[2]) ||
        !mm_read(task_mm(t), &set, a[0], sizeof(set)) || !(set & EXECS_OWN)) {
        return pass_call(t, SYS_rt_sigtimedwait, 1 << 0 | 1 << 1 | 1 << 2, a);
    }
    ret = wait_for_own(t, set, a, &info);
    signal_unforge(&info);
    if (ret > 0 && a[1] && !mm_write(task_mm(t), a[1], &info, sizeof(info))) {
        return -EFAULT;
    }
    return ret;
}

/* The kernel allows a code above 0 for the calling thread itself only. */
static bool forges_fault(Task *t, int tid, uint64_t signo, uint64_t addr,
                         siginfo_t *info)
{
    return tid == t->tid && (signo == SIGSEGV || signo == SIGBUS) &&
           mm_read(task_mm(t), info, addr, sizeof(*info)) && info->si_code > 0;
}

long sys_rt_sigqueueinfo(Task *t, const uint64_t *a)
{
    siginfo_t info;

    if (!forges_fault(t, (int)a[0], a[1], a[2], &info)) {
        return pass_call(t, SYS_rt_sigqueueinfo, 1 << 2, a);
    }
    signal_forge(&info);
    return raw_syscall(SYS_rt_sigqueueinfo, (int)a[0], (long)a[1], (long)&info,
                       0, 0, 0);
}

long sys_rt_tgsigqueueinfo(Task *t, const uint64_t *a)
{
    siginfo_t info;

    if (!forges_fault(t, (int)a[1], a[2], a[3], &info)) {
        return pass_call(t, SYS_rt_tgsigqueueinfo, 1 << 3, a);
    }
    signal_forge(&info);
    return raw_syscall(SYS_rt_tgsigqueueinfo, (int)a[0], (int)a[1], (long)a[2],
                       (long)&info, 0, 0);
}

static bool on_altstack_now(const Task *t)
{
    return on_altstack(t, task_sp(t));
}

static long set_altstack(Task *t, GuestStack st)
{
    int mode = st.flags & ~ALTSTACK_AUTODISARM;

    if (on_altstack_now(t)) {
        return -EPERM;
    }
    if (mode != SS_DISABLE && mode != SS_ONSTACK && mode != 0) {
        return -EINVAL;
    }
    if (mode == SS_DISABLE) {
        st.sp = st.size = 0;
    } else if (st.size < task_abi(t)->min_signal_stack) {
        return -ENOMEM;
    }
    st.flags &= ~SS_ONSTACK;
    t->altstack = st;
    return 0;
}

long sys_sigaltstack(Task *t, const uint64_t *a)
{
    GuestStack st, old = t->altstack;
    long ret = 0;

    if (on_altstack_now(t)) {
        old.flags |= SS_ONSTACK;
    }
    if (a[0]) {
        if (!mm_read(task_mm(t), &st, a[0], sizeof(st))) {
            return -EFAULT;
        }
        ret = set_altstack(t, st);
    }
    if (ret == 0 && a[1] && !mm_write(task_mm(t), a[1], &old, sizeof(old))) {
        return -EFAULT;
    }
    return ret;
}
