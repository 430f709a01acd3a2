/*
 * What the host's kernel calls: handlers of the guest's signals and of our
 * own, of tracers and of -profile.
 */
#include "linux-user/signal/internal.h"

#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/task/current.h"
#include "util/check.h"

enum { HOST_STACK_BYTES = 64 << 10 };

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
    if (raw_syscall(SYS_rt_sigqueueinfo, getpid(), signo, (long)info, 0, 0, 0) <
        0) {
        raw_syscall(SYS_kill, getpid(), signo, 0, 0, 0, 0);
    }
}

/* In a thread that is no task, or not yet: libc lets signal 32 in. */
static void without_task(int signo, siginfo_t *info, void *ucontext)
{
    if (EXECS_OWN & signal_bit(signo)) { /* never blocked */
        raw_syscall(SYS_tgkill, getpid(), getpid(), signo, 0, 0, 0);
    } else {
        hold_signals(ucontext, signal_bit(signo));
        pass_on(signo, info);
    }
}

static void async_handler(int signo, siginfo_t *info, void *ucontext)
{
    Task *t = task_current();

    check(signo > 0 && signo <= GUEST_NSIG, "signal %d", signo);
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
    signal_kick(t, ucontext);
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
        signal_kick_others(t);
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
        signal_kick(t, ucontext);
    }
}

/*
 * Of a SIGBUS with a code of TRACE_SI_*: true, and *info is the signal that
 * has come; false: it is but a kick.
 */
static bool trace_takes(Task *t, siginfo_t *info)
{
    TraceBlock *b = t->trace;
    siginfo_t *from = &b->signal[info->si_status & 1];

    if (info->si_code == TRACE_SI_KICK || !b->on || from->si_signo < 1 ||
        from->si_signo > GUEST_NSIG) {
        return false;
    }
    *info = *from;
    from->si_signo = 0;
    if (info->si_signo == SIGSTOP) { /* which no mask keeps away */
        b->stop_info = *info;
        b->want.stop = 1;
        return false;
    }
    return true;
}

/* A SIGBUS that stands for a signal of a traced thread, or only a kick. */
static void on_trace(Task *t, siginfo_t *info, void *ucontext)
{
    check(t->trace, "thread %d has no block", t->tid);
    safe_syscall_fixup(ucontext);
    if (trace_takes(t, info)) {
        async_handler(info->si_signo, info, ucontext);
    } else {
        t->kicked = true;
        signal_kick(t, ucontext);
    }
}

/*
 * Was it the thread's timer for -profile?  A sample that has not been taken
 * yet becomes heavier.
 */
static bool is_tick(Task *t, int signo, const siginfo_t *info, void *ucontext)
{
    Tick *tick = &t->tick;

    if (signo != SIGBUS || info->si_code != SI_TIMER ||
        info->si_value.sival_ptr != tick) {
        return false;
    }
    if (!tick->weight) {
        tick->place = exec_place(t->cpu, ucontext, &tick->pc);
    }
    tick->weight += 1 + (uint32_t)info->si_overrun;
    __atomic_store_n(&t->cpu->exit_request, 1, __ATOMIC_RELAXED);
    exec_kick(t->cpu, ucontext);
    return true;
}

static void sent_fault(Task *t, int signo, siginfo_t *info, void *ucontext)
{
    if (signo == SIGBUS &&
        (info->si_code == TRACE_SI_KICK || info->si_code == TRACE_SI_SIGNAL)) {
        on_trace(t, info, ucontext);
        return;
    }
    if (safe_syscall_was_entered(ucontext)) {
        t->cut_short = true;
    }
    if (is_tick(t, signo, info, ucontext)) {
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
    if (info->si_code <= 0 && task_current()) {
        sent_fault(task_current(), signo, info, ucontext);
    } else if (info->si_code <= 0) {
        without_task(signo, info, ucontext);
    } else if (!usercopy_fixup(ucontext)) {
        signal_host_default(signo); /* our bug: again, fatally */
    }
}

void signal_install(const Actions *actions, int signo)
{
    const GuestAction *act = &actions->at[signo];
    uint64_t same = SA_RESTART | SA_NOCLDSTOP | SA_NOCLDWAIT;
    HostSigaction host = {
        .flags = act->flags & same,
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
        host.mask = ~0ull; /* the kernel's first is noted first */
    }
    host_sigaction(signo, &host, NULL);
}

void signal_install_own(void)
{
    exec_install_handlers(other_fault);
}

/* Generated code may have no C stack: handlers need one of their own. */
static int make_host_stack(Task *t)
{
    stack_t st = {.ss_size = HOST_STACK_BYTES};

    check(!t->host_stack, "thread %d has a stack for signals", t->tid);
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
    stack_t off = {.ss_flags = SS_DISABLE};

    if (t->host_stack) {
        sigaltstack(&off, NULL);
        munmap(t->host_stack, HOST_STACK_BYTES);
        t->host_stack = NULL;
    }
}

int signal_init(Task *t)
{
    const uint64_t all = ~0ull;

    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, (long)&t->sigmask,
                8, 0, 0);
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
    check(task_current() == t, "thread %d ends in another", t->tid);
    signal_set_host_mask(~0ull);
    task_set_current(NULL);
    give_up_pending(t);
    if (t->kick.has_timer) {
        raw_syscall(SYS_timer_delete, t->kick.timer, 0, 0, 0, 0, 0);
    }
    free_host_stack(t);
}
