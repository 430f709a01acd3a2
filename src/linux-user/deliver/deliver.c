#include "linux-user/deliver/deliver.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/signal/frame.h"
#include "linux-user/debug/debug.h"
#include "linux-user/deliver/core.h"
#include "linux-user/process/end.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/signal/signal.h"
#include "linux-user/strace/strace.h"
#include "linux-user/task/regs.h"
#include "util/check.h"

static void raise_host(int signo)
{
    raw_syscall(SYS_tgkill, getpid(), gettid(), signo, 0, 0, 0);
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

_Noreturn void deliver_fatal(Task *t, int signo)
{
    check(signo > 0 && signo <= GUEST_NSIG, "killed by %d", signo);
    t->pending = 1;
    strace_killed(t, signo);
    if (t->debug) {
        gdb_killed(t->debug, signo);
    }
    process_end(t);
    if (signal_core_by_default(signo)) {
        dump_core(t, signo);
    }
    signal_host_default(signo);
    t->trace->passing = (uint32_t)signo;
    signal_set_host_mask(~signal_bit(signo));
    raise_host(signo);
    _exit(128 + signo);
}

/* The handler went away between arrival and delivery: the host's turn. */
static void default_action(Task *t, int signo)
{
    if ((EXECS_OWN & signal_bit(signo)) ||
        signal_catch_default(t->actions, signo) ||
        (t->trace->on && signal_fatal_by_default(signo))) {
        deliver_fatal(t, signo);
    }
    if (t->trace->on) {
        if (signal_stops_by_default(signo)) {
            trace_default_stop(t, signo);
        }
        return;
    }
    raise_host(signo);
}

static void start_action(Task *t, const siginfo_t *info)
{
    int signo = info->si_signo;
    GuestAction taken = signal_take_action(t->actions, signo), *act = &taken;
    uint64_t mask = t->has_saved_mask ? t->saved_mask : t->sigmask;

    check(!(mask & NEVER_BLOCKED), "mask %#lx", (long)mask);
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
            deliver_fatal(t, SIGSEGV);
        }
        deliver_fault(t, SIGSEGV, SI_KERNEL, 0);
        return;
    }
    t->has_saved_mask = false;
    t->sigmask |= act->mask | (act->flags & SA_NODEFER ? 0 : signal_bit(signo));
    t->sigmask &= ~NEVER_BLOCKED;
    if (t->trace->on && t->trace->orders.mode == TRACE_STEP) {
        deliver_step(t); /* Linux's step ends where the handler begins */
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

void deliver_now(Task *t, const siginfo_t *info)
{
    start_action(t, info);
    if (!t->pending) {
        signal_set_mask(t, t->sigmask);
    }
}

void deliver_pending(Task *t)
{
    check(!t->exited, "thread %d has ended", t->tid);
    signal_disarm_timer(t);
    if (!t->pending && signal_held(t)) {
        signal_let_in(t, t->sigmask);
    }
    while (t->pending) {
        siginfo_t info = t->info;

        check(info.si_signo > 0 && info.si_signo <= GUEST_NSIG,
              "signal %d is noted", info.si_signo);
        t->pending = 0;
        signal_disarm_timer(t);
        if (let_in(t, &info)) {
            start_action(t, &info);
        }
        signal_let_in(t, t->sigmask); /* the next one */
    }
    if (t->has_saved_mask) {
        t->has_saved_mask = false; /* the signal was ignored after all */
        signal_set_mask(t, t->saved_mask);
    }
}

static void force_or_die(Task *t, const siginfo_t *info)
{
    int signo = info->si_signo;

    if ((t->sigmask & signal_bit(signo)) ||
        t->actions->at[signo].handler <= (uintptr_t)SIG_IGN) {
        strace_signal(t, info);
        t->pending = 1;
        t->info = *info;
        deliver_fatal(t, signo);
    }
    deliver_now(t, info);
}

void deliver_forced(Task *t, const siginfo_t *info)
{
    siginfo_t copy = *info;

    if (let_in(t, &copy)) {
        force_or_die(t, &copy);
    }
}

void deliver_fault(Task *t, int signo, int code, uint64_t addr)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = signo;
    info.si_code = code;
    info.si_addr = (void *)(uintptr_t)addr;
    deliver_forced(t, &info);
}

void deliver_step(Task *t)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = SIGTRAP;
    info.si_code = TRAP_TRACE;
    info.si_addr = (void *)(uintptr_t)task_pc(t);
    deliver_forced(t, &info);
}
