/* Delivery to the guest, the end by a signal, and waits with a mask. */
#include "linux-user/signal/internal.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "linux-user/debug/debug.h"
#include "linux-user/process/end.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/abi/riscv64/frame.h"
#include "linux-user/signal/core.h"
#include "linux-user/strace/strace.h"
#include "linux-user/usercopy.h"
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

static void raise_host(int signo)
{
    raw_syscall(SYS_tgkill, getpid(), own_tid(), signo, 0, 0, 0);
}

/* No more signal is noted: info stays. */
static void dump_core(Task *t, int signo)
{
    if (t->info.si_signo != signo) {
        memset(&t->info, 0, sizeof(t->info));
        t->info.si_signo = signo;
    }
    core_dump(t, &t->info);
}

_Noreturn void signal_die(Task *t, int signo)
{
    HostSigaction dfl = { 0 };

    t->pending = 1;
    strace_killed(t, signo);
    if (t->debug) {
        gdb_killed(t->debug, signo);
    }
    process_end(t);
    if (core_signal(signo)) {
        dump_core(t, signo);
    }
    host_sigaction(signo, &dfl, NULL);
    t->trace->passing = (uint32_t)signo;
    signal_set_host_mask(~signal_bit(signo));
    raise_host(signo);
    _exit(128 + signo);
}

void signal_block_own(Task *t, bool block)
{
    const uint64_t own = EXECS_OWN;

    (void)t;
    raw_syscall(SYS_rt_sigprocmask, block ? SIG_BLOCK : SIG_UNBLOCK,
                (long)&own, 0, 8, 0, 0);
}

/* The handler went away between arrival and delivery: the host's turn. */
static void default_action(Task *t, int signo)
{
    if ((EXECS_OWN & signal_bit(signo)) ||
        signal_catch_default(t->actions, signo) ||
        (t->trace->on && signal_fatal_by_default(signo))) {
        signal_die(t, signo);
    }
    if (t->trace->on) {
        if (signal_stops_by_default(signo)) {
            trace_default_stop(t, signo);
        }
        return;
    }
    raise_host(signo);
}

/* The action for signo now; SA_RESETHAND resets it. */
static TargetSigaction take_action(Actions *actions, int signo)
{
    TargetSigaction *act = &actions->at[signo], taken;

    check(signo > 0 && signo <= GUEST_NSIG, "signal %d", signo);
    pthread_mutex_lock(&actions->lock);
    taken = *act;
    if ((taken.flags & SA_RESETHAND) && taken.handler > (uintptr_t)SIG_IGN) {
        act->handler = (uintptr_t)SIG_DFL;
        signal_install(actions, signo);
    }
    pthread_mutex_unlock(&actions->lock);
    return taken;
}

static void deliver(Task *t, const siginfo_t *info)
{
    int signo = info->si_signo;
    TargetSigaction taken = take_action(t->actions, signo), *act = &taken;
    uint64_t mask = t->has_saved_mask ? t->saved_mask : t->sigmask;

    strace_signal(t, info);
    if (act->handler == (uintptr_t)SIG_IGN) {
        return;
    }
    if (act->handler == (uintptr_t)SIG_DFL) {
        default_action(t, signo);
        return;
    }
    if (!frame_push(t, info, act, mask)) {
        if (signo == SIGSEGV) {
            signal_die(t, SIGSEGV);
        }
        signal_force(t, SIGSEGV, SI_KERNEL, 0);
        return;
    }
    t->has_saved_mask = false;
    t->sigmask |= act->mask | (act->flags & SA_NODEFER ? 0 : signal_bit(signo));
    t->sigmask &= ~NEVER_BLOCKED;
    if (t->trace->on && t->trace->orders.mode == TRACE_STEP) {
        trace_stepped(t);      /* Linux's step ends where the handler begins */
    }
}

/* Do those who look over the thread let it have the signal? */
static bool let_in(Task *t, siginfo_t *info)
{
    if (info->si_signo == SIGCHLD && t->proc->tracing &&
        !trace_sees_child(t, info)) {
        return false;
    }
    return (!t->debug || debug_signal(t, info)) &&
           (!t->trace->on || trace_signal(t, info));
}

void signal_deliver_now(Task *t, const siginfo_t *info)
{
    deliver(t, info);
    if (!t->pending) {
        signal_set_mask(t, t->sigmask);
    }
}

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

void signal_let_in(Task *t, uint64_t mask)
{
    t->sigmask = mask & ~NEVER_BLOCKED;
    if (signal_held(t)) {
        signal_set_host_mask(~0ull);
        signal_give_held(t, ~t->sigmask);
    }
    signal_set_host_mask(t->sigmask & ~EXECS_OWN);
}

void signal_deliver(Task *t)
{
    signal_disarm_timer(t);
    if (!t->pending && signal_held(t)) {
        signal_let_in(t, t->sigmask);
    }
    while (t->pending) {
        siginfo_t info = t->info;

        t->pending = 0;
        if (let_in(t, &info)) {
            deliver(t, &info);
        }
        signal_let_in(t, t->sigmask);     /* the next one */
    }
    if (t->has_saved_mask) {
        t->has_saved_mask = false;   /* the signal was ignored after all */
        signal_set_mask(t, t->saved_mask);
    }
}

static void force(Task *t, const siginfo_t *info)
{
    int signo = info->si_signo;

    if ((t->sigmask & signal_bit(signo)) ||
        t->actions->at[signo].handler <= (uintptr_t)SIG_IGN) {
        strace_signal(t, info);
        t->pending = 1;
        t->info = *info;
        signal_die(t, signo);
    }
    signal_deliver_now(t, info);
}

void signal_force_info(Task *t, const siginfo_t *info)
{
    siginfo_t copy = *info;

    if (let_in(t, &copy)) {
        force(t, &copy);
    }
}

void signal_force(Task *t, int signo, int code, uint64_t addr)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = signo;
    info.si_code = code;
    info.si_addr = (void *)(uintptr_t)addr;
    signal_force_info(t, &info);
}

bool signal_pending_unseen(const Task *t)
{
    int signo = t->info.si_signo;

    return t->trace->on && t->pending &&
           t->actions->at[signo].handler <= (uintptr_t)SIG_IGN &&
           (t->actions->at[signo].handler || !signal_fatal_by_default(signo));
}

bool signal_pending_restarts(const Task *t)
{
    return t->actions->at[t->info.si_signo].flags & SA_RESTART;
}

bool signal_wait_begin(Task *t, uint64_t mask)
{
    t->saved_mask = t->sigmask;
    t->has_saved_mask = true;
    t->sigmask = mask & ~NEVER_BLOCKED;
    t->own_blocked = signal_held(t);
    if (t->own_blocked) {
        signal_set_host_mask(t->saved_mask | EXECS_OWN);
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
        signal_block_own(t, false);
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
