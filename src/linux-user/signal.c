/* Host handlers, delivery to the guest, and the end by a signal. */
#include "linux-user/signal_int.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>
#include "linux-user/core.h"
#include "linux-user/debug.h"
#include "linux-user/profile.h"
#include "linux-user/riscv64/frame.h"
#include "linux-user/sys.h"
#include "linux-user/thread.h"
#include "linux-user/usercopy.h"

enum {
    HOST_STACK_BYTES = 64 << 10,
    HOST_SA_RESTORER = 0x04000000,
    KICK_AGAIN_NS = 200000,
};

/* struct sigaction of the x86-64 kernel. */
typedef struct HostSigaction {
    void *handler;
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
} HostSigaction;

/*
 * The one global of linux-user: the task of this thread, for host signal
 * handlers and what exec calls back, which are given nothing else.  Set by
 * signal_init() only.
 */
static __thread Task *this_task;

/* What the value of a signal points to that only asks a thread to stop. */
static const char kick_mark;

static void set_host_mask(uint64_t mask)
{
    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&mask, 0, 8, 0, 0);
}

void signal_set_mask(Task *t, uint64_t mask)
{
    t->sigmask = mask & ~NEVER_BLOCKED;
    set_host_mask(t->sigmask & ~EXECS_OWN);
}

static long own_tid(void)
{
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

static void raise_host(int signo)
{
    raw_syscall(SYS_tgkill, getpid(), own_tid(), signo, 0, 0, 0);
}

static long host_sigaction(int signo, const HostSigaction *act,
                           HostSigaction *old)
{
    return raw_syscall(SYS_rt_sigaction, signo, (long)act, (long)old, 8, 0, 0);
}

/* --- host handlers --- */

/* All but exec's own stay blocked after the handler has returned. */
static void hold_signals(void *ucontext)
{
    uint64_t all = ~EXECS_OWN;

    memcpy(&((ucontext_t *)ucontext)->uc_sigmask, &all, sizeof(all));
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

static void disarm_timer(Task *t)
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
        held_put(&t->held, info);
    } else {
        set_host_mask(~EXECS_OWN);
        raw_syscall(SYS_rt_tgsigqueueinfo, getpid(), own_tid(), signo,
                    (long)info, 0, 0);
    }
}

static void async_handler(int signo, siginfo_t *info, void *ucontext)
{
    Task *t = this_task;

    safe_syscall_fixup(ucontext);
    hold_signals(ucontext);
    if (t->pending) {
        requeue(t, signo, info);
        return;
    }
    t->info = *info;
    t->pending = 1;
    kick(t, ucontext);
}

/* Is it a SIGBUS that we sent, by the timer or to stop this thread? */
bool signal_is_kick(int signo, const siginfo_t *info)
{
    return signo == SIGBUS &&
           ((info->si_code == SI_TIMER &&
             info->si_value.sival_ptr == this_task) ||
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
    if (held_take(&t->proc->held, ~t->sigmask, &held)) {
        async_handler(held.si_signo, &held, ucontext);
    } else if (__atomic_load_n(&t->cpu->exit_request, __ATOMIC_RELAXED)) {
        kick(t, ucontext);
    }
}

static void sent_fault(Task *t, int signo, siginfo_t *info, void *ucontext)
{
    if (safe_syscall_was_entered(ucontext)) {
        t->cut_short = true;
    }
    if (profile_tick(t, signo, info, ucontext)) {
        t->kicked = true;
        return;
    }
    if (signal_is_kick(signo, info)) {
        on_kick(t, ucontext);
    } else if (t->actions->at[signo].handler == (uintptr_t)SIG_IGN) {
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

    if (info->si_code <= 0) {
        if (this_task) {       /* else the thread begins or ends */
            sent_fault(this_task, signo, info, ucontext);
        }
    } else if (!usercopy_fixup(ucontext)) {
        host_sigaction(signo, &dfl, NULL);       /* our bug: again, fatally */
    }
}

/* Does SIG_DFL end the process? */
static bool fatal_by_default(int signo)
{
    const uint64_t others = signal_bit(SIGCHLD) | signal_bit(SIGURG) | signal_bit(SIGWINCH) |
                            signal_bit(SIGCONT) | signal_bit(SIGSTOP) | signal_bit(SIGTSTP) |
                            signal_bit(SIGTTIN) | signal_bit(SIGTTOU);

    return !(others & signal_bit(signo));
}

/* Is the default action ours to take, at a safe point? */
static bool catch_default(const Actions *actions, int signo)
{
    return (actions->catch_fatal && fatal_by_default(signo)) ||
           (actions->catch_core && core_signal(signo));
}

/* Gives the host the disposition that the guest has for signo. */
void signal_install(const Actions *actions, int signo)
{
    const TargetSigaction *act = &actions->at[signo];
    uint64_t same = SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT;
    HostSigaction host = {
        .flags = (act->flags & same) | HOST_SA_RESTORER,
        .restorer = signal_restorer,
    };

    if (EXECS_OWN & signal_bit(signo)) {
        return;
    }
    if (act->handler <= (uintptr_t)SIG_IGN &&
        !(act->handler == (uintptr_t)SIG_DFL &&
          catch_default(actions, signo))) {
        host.handler = (void *)(uintptr_t)act->handler;
    } else {
        host.handler = (void *)(uintptr_t)async_handler;
        host.flags |= SA_SIGINFO | SA_ONSTACK;
        host.mask = ~EXECS_OWN;
    }
    host_sigaction(signo, &host, NULL);
}

/* Generated code has no C stack in rsp: handlers need one of their own. */
static void make_host_stack(Task *t)
{
    stack_t st = { .ss_size = HOST_STACK_BYTES };

    st.ss_sp = mmap(NULL, st.ss_size, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (st.ss_sp != MAP_FAILED) {
        t->host_stack = st.ss_sp;
        sigaltstack(&st, NULL);
    }
}

void signal_init_process(Process *proc)
{
    HostSigaction act;

    pthread_mutex_init(&proc->actions.lock, NULL);
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (host_sigaction(i, NULL, &act) == 0 &&
            act.handler == (void *)(uintptr_t)SIG_IGN) {
            proc->actions.at[i].handler = (uintptr_t)SIG_IGN;
        }
    }
}

void signal_init(Task *t)
{
    this_task = t;
    signal_new_process(t);
    __atomic_store_n(&t->cpu->user, t, __ATOMIC_RELEASE);
    t->altstack.flags = SS_DISABLE;
    raw_syscall(SYS_rt_sigprocmask, SIG_BLOCK, 0, (long)&t->sigmask, 8, 0, 0);
    make_host_stack(t);
    exec_install_handlers(other_fault);
}

void signal_end(Task *t)
{
    stack_t off = { .ss_flags = SS_DISABLE };

    this_task = NULL;
    set_host_mask(~EXECS_OWN);
    if (t->has_timer) {
        raw_syscall(SYS_timer_delete, t->timer, 0, 0, 0, 0, 0);
    }
    sigaltstack(&off, NULL);
    munmap(t->host_stack, HOST_STACK_BYTES);
}

Task *task_current(void)
{
    return this_task;
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

/* --- delivery --- */

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

    strace_killed(t, signo);
    if (t->debug) {
        gdb_killed(t->debug, signo);
    }
    process_end(t);
    if (core_signal(signo)) {
        dump_core(t, signo);
    }
    host_sigaction(signo, &dfl, NULL);
    set_host_mask(~signal_bit(signo));
    raise_host(signo);
    _exit(128 + signo);
}

/* The handler went away between arrival and delivery: the host's turn. */
static void default_action(Task *t, int signo)
{
    if ((EXECS_OWN & signal_bit(signo)) || catch_default(t->actions, signo)) {
        signal_die(t, signo);
    }
    raise_host(signo);
}

/* The action for signo now; SA_RESETHAND resets it. */
static TargetSigaction take_action(Actions *actions, int signo)
{
    TargetSigaction *act = &actions->at[signo], taken;

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
}

/* What was held becomes the pending signal, if there is none. */
static void take_held(Task *t)
{
    set_host_mask(~0ull);
    if (!t->pending && signal_take_held(t, ~t->sigmask, &t->info)) {
        t->pending = 1;
    }
    set_host_mask(~EXECS_OWN);
}

void signal_deliver(Task *t)
{
    disarm_timer(t);
    if (signal_held(t)) {
        take_held(t);
    }
    while (t->pending) {
        siginfo_t info = t->info;

        t->pending = 0;
        if (!t->debug || debug_signal(t, &info)) {
            deliver(t, &info);
        }
        signal_set_mask(t, t->sigmask);   /* may let the next one in */
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
        t->info = *info;
        signal_die(t, signo);
    }
    deliver(t, info);
    if (!t->pending) {
        signal_set_mask(t, t->sigmask);
    }
}

void signal_force_info(Task *t, const siginfo_t *info)
{
    siginfo_t copy = *info;

    if (!t->debug || debug_signal(t, &copy)) {
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

bool signal_pending_restarts(const Task *t)
{
    return t->actions->at[t->info.si_signo].flags & SA_RESTART;
}

bool signal_wait_begin(Task *t, uint64_t mask)
{
    t->saved_mask = t->sigmask;
    t->has_saved_mask = true;
    t->sigmask = mask & ~NEVER_BLOCKED;
    if (signal_held(t)) {
        take_held(t);
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
    if (ret == -RESTART_SYSCALL && woken_by_held(t)) {
        ret = -EINTR;
    }
    if (t->has_saved_mask && !(ret == -EINTR && t->pending)) {
        t->has_saved_mask = false;
        t->sigmask = t->saved_mask;
    }
    return ret;
}

void signal_block(Task *t)
{
    (void)t;
    set_host_mask(~EXECS_OWN);
}

void signal_unblock(Task *t)
{
    if (!t->pending) {
        signal_set_mask(t, t->sigmask);
    }
}

/* --- children --- */

static void reset_handlers(Actions *actions)
{
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (actions->at[i].handler > (uintptr_t)SIG_IGN) {
            actions->at[i] = (TargetSigaction){ 0 };
            signal_install(actions, i);
        }
    }
}

void signal_reset_handlers(Task *t)
{
    reset_handlers(t->actions);
}

/* After a change of catch_*. */
static void install_defaults(Actions *actions)
{
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (actions->at[i].handler == (uintptr_t)SIG_DFL &&
            fatal_by_default(i) && i != SIGKILL) {
            signal_install(actions, i);
        }
    }
}

void signal_core_limit_changed(Task *t)
{
    pthread_mutex_lock(&t->actions->lock);
    t->actions->catch_core = core_wanted();
    install_defaults(t->actions);
    pthread_mutex_unlock(&t->actions->lock);
}

void signal_catch_fatal(Task *t)
{
    pthread_mutex_lock(&t->actions->lock);
    t->actions->catch_fatal = true;
    install_defaults(t->actions);
    pthread_mutex_unlock(&t->actions->lock);
}

void signal_start_vfork(Task *t, bool reset)
{
    if (t->actions == &t->proc->actions) {
        return;                /* shared: what it changes, the parent has */
    }
    if (reset) {
        reset_handlers(t->actions);
    }
    t->actions->catch_fatal = true;
    install_defaults(t->actions);
}

/* --- execve --- */

static void host_disposition(Task *t, int signo)
{
    HostSigaction act = { .flags = HOST_SA_RESTORER,
                          .restorer = signal_restorer };

    if (t->actions->at[signo].handler == (uintptr_t)SIG_IGN) {
        act.handler = (void *)(uintptr_t)SIG_IGN;
        host_sigaction(signo, &act, NULL);
    }
}

/* What waits here goes on to wait in the kernel, where it is now blocked. */
static void give_held(Task *t)
{
    siginfo_t info;

    while (signal_take_held(t, t->sigmask & EXECS_OWN, &info)) {
        raw_syscall(SYS_rt_tgsigqueueinfo, getpid(), own_tid(),
                    info.si_signo, (long)&info, 0, 0);
    }
}

void signal_prepare_exec(Task *t)
{
    host_disposition(t, SIGSEGV);
    host_disposition(t, SIGBUS);
    set_host_mask(t->sigmask);
    give_held(t);
}

void signal_exec_failed(Task *t)
{
    exec_install_handlers(other_fault);
    signal_set_mask(t, t->sigmask);
}
