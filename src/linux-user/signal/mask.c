/* Masks of the guest and the host, held signals, and waits with a mask. */
#include "linux-user/signal/internal.h"

#include <errno.h>
#include <unistd.h>
#include "linux-user/task/sys.h"
#include "util/check.h"

void signal_set_host_mask(uint64_t mask)
{
    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, 8, 0, 0);
}

void signal_set_mask(Task *t, uint64_t mask)
{
    t->sigmask = mask & ~NEVER_BLOCKED;
    signal_set_host_mask(t->sigmask & ~EXECS_OWN);
}

void signal_block_own(bool block)
{
    const uint64_t own = EXECS_OWN;

    raw_syscall(SYS_rt_sigprocmask, block ? SIG_BLOCK : SIG_UNBLOCK, (long)&own,
                0, 8, 0, 0);
}

bool signal_block_all(Task *t)
{
    signal_set_host_mask(~0ull);
    return !t->pending;
}

void signal_block(Task *t)
{
    (void)t;
    signal_set_host_mask(~EXECS_OWN);
}

void signal_unblock(Task *t)
{
    signal_block(t);
    if (!t->pending) {
        signal_set_mask(t, t->sigmask);
    }
}

/* --- held signals --- */

static bool give_to_thread(siginfo_t *info)
{
    return raw_syscall(SYS_rt_tgsigqueueinfo, getpid(), own_tid(),
                       info->si_signo, (long)info, 0, 0) == 0;
}

/* Only the first thread may say that another process has sent it. */
static bool give_to_process(siginfo_t *info)
{
    return raw_syscall(SYS_rt_sigqueueinfo, getpid(), info->si_signo,
                       (long)info, 0, 0, 0) == 0;
}

/* A tracer may have put one back that a fault made. */
static bool take_to_give(Held *held, uint64_t which, siginfo_t *info)
{
    if (!held_take(held, which, info)) {
        return false;
    }
    if (info->si_code > 0) {
        signal_forge(info);
    }
    return true;
}

void signal_give_held(Task *t, uint64_t which)
{
    siginfo_t info;

    while (take_to_give(&t->held, which, &info)) {
        give_to_thread(&info);
    }
    while (take_to_give(signal_process_held(t), which, &info)) {
        if (!give_to_process(&info)) {
            give_to_thread(&info);
        }
    }
}

/* What is held comes in order: a kick's handler must not take it before. */
static void open_mask(Task *t, uint64_t mask)
{
    if (signal_held(t)) {
        signal_disarm_timer(t);
    }
    t->sigmask = mask & ~NEVER_BLOCKED;
}

/* The kernel keeps one SIGBUS: the timer's would be taken for the guest's. */
static void block_to_give(Task *t, uint64_t host_mask)
{
    signal_disarm_timer(t);
    signal_set_host_mask(host_mask);
}

void signal_let_in(Task *t, uint64_t mask)
{
    check(!t->own_blocked, "thread %d still waits", t->tid);
    open_mask(t, mask);
    if (signal_held(t)) {
        block_to_give(t, ~0ull);
        signal_give_held(t, ~t->sigmask);
    }
    signal_set_host_mask(t->sigmask & ~EXECS_OWN);
}

/* --- waits with a mask --- */

/*
 * By a safe_syscall: a signal that arrived before is delivered before, not
 * after it was blocked.  Held ones are let in by the same call as others.
 */
long signal_change_mask(Task *t, uint64_t mask)
{
    uint64_t old = t->sigmask, host = mask & ~EXECS_OWN;
    bool own = (old ^ mask) & EXECS_OWN;
    long ret;

    check(!(mask & NEVER_BLOCKED), "mask %#lx", (long)mask);
    if (own) {
        signal_block_own(true);
        signal_give_held(t, ~mask);
    }
    t->sigmask = mask;
    ret = safe_syscall(&t->pending, SYS_rt_sigprocmask, SIG_SETMASK,
                       (long)&host, 0, 8, 0, 0);
    if (ret < 0) {
        t->sigmask = old;
    }
    if (own) {
        signal_block_own(false);
    }
    return ret;
}

bool signal_wait_begin(Task *t, uint64_t mask)
{
    check(!t->has_saved_mask && !t->own_blocked, "a wait in a wait, %d",
          t->own_blocked);
    t->saved_mask = t->sigmask;
    t->has_saved_mask = true;
    open_mask(t, mask);
    t->own_blocked = signal_held(t);
    if (t->own_blocked) {
        block_to_give(t, t->saved_mask | EXECS_OWN);
        signal_give_held(t, ~t->sigmask);
    }
    return !t->pending;
}

/* Has a signal come that only the mask of the wait lets in? */
static bool woken_by_held(const Task *t)
{
    return t->has_saved_mask && t->pending &&
           (t->saved_mask & EXECS_OWN & signal_bit(t->info.si_signo));
}

long signal_wait_end(Task *t, long ret)
{
    if (t->own_blocked) {
        t->own_blocked = false;
        signal_block_own(false);
    }
    if (ret == -RESTART_SYSCALL && woken_by_held(t)) {
        ret = -EINTR;
    }
    if (t->has_saved_mask && !(ret == -EINTR && t->pending)) {
        t->has_saved_mask = false;
        t->sigmask = t->saved_mask;
    }
    return ret;
}

long signal_wait_begin_at(Task *t, uint64_t addr, uint64_t size, uint64_t *host)
{
    uint64_t mask;

    if (!addr) {
        return 0;
    }
    if (size != sizeof(mask)) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), &mask, addr, sizeof(mask))) {
        return -EFAULT;
    }
    if (!signal_wait_begin(t, mask)) {
        return signal_wait_end(t, -RESTART_SYSCALL);
    }
    *host = mask & ~EXECS_OWN;
    return 1;
}
