/*
 * What the host's kernel calls: handlers of the guest's signals and of our
 * own, the kicks by which a thread leaves generated code, and the dispositions
 * of the host.
 */
#include "linux-user/signal/internal.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "linux-user/debug/profile.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/signal/core.h"
#include "linux-user/task/current.h"
#include "linux-user/usercopy.h"
#include "util/check.h"

enum {
    HOST_STACK_BYTES = 64 << 10,
    KICK_AGAIN_NS = 200000,
};

/* What the value of a signal points to that only asks a thread to stop. */
static const char kick_mark;

long host_sigaction(int signo, const HostSigaction *act, HostSigaction *old)
{
    return raw_syscall(SYS_rt_sigaction, signo, (long)act, (long)old, 8, 0, 0);
}

/* These stay blocked, too, after the handler has returned. */
static void hold_signals(void *ucontext, uint64_t set)
{
    sigset_t *mask = &((ucontext_t *)ucontext)->uc_sigmask;
    uint64_t host;

    memcpy(&host, mask, sizeof(host));
    host |= set;
    memcpy(mask, &host, sizeof(host));
}

/*
 * A SIGBUS to ourselves after a short while.  The kernel's own calls: this
 * runs in signal handlers.
 */
static void arm_timer(Task *t)
{
    struct itimerspec soon = { .it_value = { 0, KICK_AGAIN_NS } };

    if (!t->has_timer) {
        struct sigevent ev;

        memset(&ev, 0, sizeof(ev));
        ev.sigev_notify = SIGEV_THREAD_ID;
        ev.sigev_signo = SIGBUS;
        ev.sigev_value.sival_ptr = t;
        ev._sigev_un._tid = (int)own_tid();
        t->has_timer = raw_syscall(SYS_timer_create, CLOCK_MONOTONIC,
                                   (long)&ev, (long)&t->timer, 0, 0, 0) == 0;
    }
    t->timer_armed = t->has_timer;
    raw_syscall(SYS_timer_settime, t->timer, 0, (long)&soon, 0, 0, 0);
}

void signal_disarm_timer(Task *t)
{
    struct itimerspec never = { 0 };

    if (t->timer_armed) {
        t->timer_armed = false;
        raw_syscall(SYS_timer_settime, t->timer, 0, (long)&never, 0, 0, 0);
    }
}

void signal_new_process(Task *t)
{
    t->has_timer = t->timer_armed = false;
    t->tgid = getpid();
    t->tid = (int32_t)own_tid();
}

/*
 * Makes the cpu leave generated code soon.  A kick may meet it just as it has
 * decided where to go next; so there is always a second one, unless the
 * signal is delivered before.
 */
static void kick(Task *t, void *ucontext)
{
    __atomic_store_n(&t->cpu->exit_request, 1, __ATOMIC_RELAXED);
    exec_kick(t->cpu, ucontext);
    arm_timer(t);
}

/*
 * A second signal, through a handler that was itself interrupted: back to the
 * kernel's queue, where it is now blocked.
 */
static void requeue(Task *t, int signo, siginfo_t *info)
{
    if (EXECS_OWN & signal_bit(signo)) {
        held_put(held_by_process(info) ? signal_process_held(t) : &t->held,
                 info);
    } else {
        signal_set_host_mask(~EXECS_OWN);
        raw_syscall(SYS_rt_tgsigqueueinfo, getpid(), own_tid(), signo,
                    (long)info, 0, 0);
    }
}

/*
 * Back to the process, for another thread.  If the kernel lets this thread
 * not say that another process sent it, it is as if this one had.
 */
static void pass_on(int signo, siginfo_t *info)
{
    if (raw_syscall(SYS_rt_sigqueueinfo, getpid(), signo, (long)info, 0, 0,
                    0) < 0) {
        raw_syscall(SYS_kill, getpid(), signo, 0, 0, 0, 0);
    }
}

/* In a thread that is no task, or not yet: libc lets signal 32 in. */
static void without_task(int signo, siginfo_t *info, void *ucontext)
{
    if (EXECS_OWN & signal_bit(signo)) {       /* never blocked */
        raw_syscall(SYS_tgkill, getpid(), getpid(), signo, 0, 0, 0);
    } else {
        hold_signals(ucontext, signal_bit(signo));
        pass_on(signo, info);
    }
}

static void async_handler(int signo, siginfo_t *info, void *ucontext)
{
    Task *t = task_current();

    if (!t) {
        without_task(signo, info, ucontext);
        return;
    }
    safe_syscall_fixup(ucontext);
    hold_signals(ucontext, ~EXECS_OWN);
    if (t->pending) {
        requeue(t, signo, info);
        return;
    }
    t->info = *info;
    signal_unforge(&t->info);
    t->pending = 1;
    kick(t, ucontext);
}

bool signal_is_kick(int signo, const siginfo_t *info)
{
    return signo == SIGBUS &&
           ((info->si_code == SI_TIMER &&
             info->si_value.sival_ptr == task_current()) ||
            (info->si_code == SI_QUEUE && info->si_pid == getpid() &&
             info->si_value.sival_ptr == &kick_mark));
}

static void send_kick(int tgid, int tid)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = SIGBUS;
    info.si_code = SI_QUEUE;
    info.si_pid = tgid;
    info.si_value.sival_ptr = (void *)&kick_mark;
    raw_syscall(SYS_rt_tgsigqueueinfo, tgid, tid, SIGBUS, (long)&info, 0, 0);
}

/* Another thread may let in what waits for the process: all have a look. */
static void kick_others(const Task *t)
{
    char buf[2048];
    long n, dir = raw_syscall(SYS_open, (long)"/proc/self/task",
                              O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0, 0, 0, 0);

    while ((n = raw_syscall(SYS_getdents64, dir, (long)buf, sizeof(buf), 0, 0,
                            0)) > 0) {
        const struct dirent64 *d;

        for (long at = 0; at < n; at += d->d_reclen) {
            int tid;

            d = (const void *)(buf + at);
            tid = atoi(d->d_name);
            if (tid > 0 && tid != t->tid) {
                send_kick(t->tgid, tid);
            }
        }
    }
    raw_syscall(SYS_close, dir, 0, 0, 0, 0, 0);
}

/* A SIGSEGV or SIGBUS from outside that the guest's thread blocks. */
static void hold(Task *t, const siginfo_t *info)
{
    if (t->vfork || !held_by_process(info)) {
        held_put(&t->held, info);
        return;
    }
    held_put(&t->proc->held, info);
    if (t->proc->nb_tasks > 1) {
        kick_others(t);
    }
}

static void on_kick(Task *t, void *ucontext)
{
    siginfo_t held;

    t->kicked = true;
    if (t->break_call) {
        safe_syscall_fixup(ucontext);
    }
    if (held_take(signal_process_held(t), ~t->sigmask, &held)) {
        async_handler(held.si_signo, &held, ucontext);
    } else if (__atomic_load_n(&t->cpu->exit_request, __ATOMIC_RELAXED)) {
        kick(t, ucontext);
    }
}

/* A SIGBUS that stands for a signal of a traced thread, or only a kick. */
static void on_trace(Task *t, siginfo_t *info, void *ucontext)
{
    safe_syscall_fixup(ucontext);
    if (trace_takes(t, info)) {
        async_handler(info->si_signo, info, ucontext);
    } else {
        t->kicked = true;
        kick(t, ucontext);
    }
}

static void sent_fault(Task *t, int signo, siginfo_t *info, void *ucontext)
{
    if (signo == SIGBUS && (info->si_code == TRACE_SI_KICK ||
                            info->si_code == TRACE_SI_SIGNAL)) {
        on_trace(t, info, ucontext);
        return;
    }
    if (safe_syscall_was_entered(ucontext)) {
        t->cut_short = true;
    }
    if (profile_tick(t, signo, info, ucontext)) {
        t->kicked = true;
        return;
    }
    if (signal_is_kick(signo, info)) {
        on_kick(t, ucontext);
    } else if (t->actions->at[signo].handler == (uintptr_t)SIG_IGN &&
               !t->trace->on) {
        return;
    } else if (t->sigmask & signal_bit(signo)) {
        hold(t, info);
    } else {
        async_handler(signo, info, ucontext);
    }
}

/* SIGSEGV and SIGBUS that do not come from generated code. */
static void other_fault(int signo, siginfo_t *info, void *ucontext)
{
    HostSigaction dfl = { 0 };

    if (info->si_code <= 0 && task_current()) {
        sent_fault(task_current(), signo, info, ucontext);
    } else if (info->si_code <= 0) {
        without_task(signo, info, ucontext);
    } else if (!usercopy_fixup(ucontext)) {
        host_sigaction(signo, &dfl, NULL);       /* our bug: again, fatally */
    }
}

bool signal_fatal_by_default(int signo)
{
    const uint64_t others =
        signal_bit(SIGCHLD) | signal_bit(SIGURG) | signal_bit(SIGWINCH) |
        signal_bit(SIGCONT) | signal_bit(SIGSTOP) | signal_bit(SIGTSTP) |
        signal_bit(SIGTTIN) | signal_bit(SIGTTOU);

    return !(others & signal_bit(signo));
}

bool signal_stops_by_default(int signo)
{
    return signo == SIGSTOP || signo == SIGTSTP || signo == SIGTTIN ||
           signo == SIGTTOU;
}

bool signal_catch_default(const Actions *actions, int signo)
{
    return (actions->catch_fatal && signal_fatal_by_default(signo)) ||
           (actions->catch_core && core_signal(signo));
}

void signal_install(const Actions *actions, int signo)
{
    const TargetSigaction *act = &actions->at[signo];
    uint64_t same = SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT;
    HostSigaction host = {
        .flags = (act->flags & same) | HOST_SA_RESTORER,
        .restorer = signal_restorer,
    };

    check(signo > 0 && signo <= GUEST_NSIG, "signal %d", signo);
    if (EXECS_OWN & signal_bit(signo)) {
        return;
    }
    if (act->handler <= (uintptr_t)SIG_IGN &&
        !(act->handler == (uintptr_t)SIG_DFL &&
          signal_catch_default(actions, signo))) {
        host.handler = (void *)(uintptr_t)act->handler;
    } else {
        host.handler = (void *)(uintptr_t)async_handler;
        host.flags |= SA_SIGINFO | SA_ONSTACK;
        host.mask = ~0ull;     /* the kernel's first is noted first */
    }
    host_sigaction(signo, &host, NULL);
}

void signal_install_own(void)
{
    exec_install_handlers(other_fault);
}

/* Generated code has no C stack in rsp: handlers need one of their own. */
static int make_host_stack(Task *t)
{
    stack_t st = { .ss_size = HOST_STACK_BYTES };

    st.ss_sp = mmap(NULL, st.ss_size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (st.ss_sp == MAP_FAILED) {
        return -1;
    }
    t->host_stack = st.ss_sp;
    return sigaltstack(&st, NULL);
}

static void free_host_stack(Task *t)
{
    stack_t off = { .ss_flags = SS_DISABLE };

    if (t->host_stack) {
        sigaltstack(&off, NULL);
        munmap(t->host_stack, HOST_STACK_BYTES);
        t->host_stack = NULL;
    }
}

int signal_init(Task *t)
{
    const uint64_t all = ~0ull;

    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all,
                (long)&t->sigmask, 8, 0, 0);
    if (make_host_stack(t) < 0) {
        free_host_stack(t);
        return -1;
    }
    signal_new_process(t);
    t->altstack.flags = SS_DISABLE;
    __atomic_store_n(&t->cpu->user, t, __ATOMIC_RELEASE);
    task_set_current(t);
    signal_install_own();
    signal_block(t);
    return 0;
}

/* What was noted too late for this thread. */
static void give_up_pending(Task *t)
{
    if (t->pending && held_by_process(&t->info)) {
        pass_on(t->info.si_signo, &t->info);
    }
}

void signal_end(Task *t)
{
    signal_set_host_mask(~0ull);
    task_set_current(NULL);
    give_up_pending(t);
    if (t->has_timer) {
        raw_syscall(SYS_timer_delete, t->timer, 0, 0, 0, 0, 0);
    }
    free_host_stack(t);
}

/* The thread may be of another process: a vfork child, or its parent. */
void signal_stop_thread(CPUState *cpu)
{
    const Task *t = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);

    __atomic_store_n(&cpu->exit_request, 1, __ATOMIC_RELAXED);
    if (t) {
        send_kick(t->tgid, t->tid);
    }
}
