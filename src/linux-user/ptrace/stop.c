/* ptrace: stops of the thread that is traced (ptrace.h). */
#include "linux-user/ptrace/ptrace.h"

#include <errno.h>
#include <linux/ptrace.h>
#include <linux/sched.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/remote.h"
#include "util/check.h"

enum { SYSGOOD_BIT = 0x80 };

static uint32_t event_status(int signo, int event)
{
    return (uint32_t)(signo | event << 8);
}

void trace_init(Task *t)
{
    memset(&t->trace_own, 0, sizeof(t->trace_own));
    t->trace = &t->trace_own;
    t->tracees = NULL;
}

void trace_start(Task *t)
{
    __atomic_store_n(&t->trace->tid, t->tid, __ATOMIC_RELEASE);
}

/* --- stopping --- */

static void get_regs(Task *t)
{
    const GuestAbi *abi = task_abi(t);

    for (unsigned i = 0; i < abi->nb_regsets; i++) {
        abi->regsets[i].get(t->cpu, t->trace->regs + abi->regsets[i].at);
    }
}

/* Those that `set` names. */
static void set_regs(Task *t, uint32_t set)
{
    const GuestAbi *abi = task_abi(t);

    for (unsigned i = 0; i < abi->nb_regsets; i++) {
        if (set >> i & TRACE_SET_REGSET) {
            abi->regsets[i].set(t->cpu, t->trace->regs + abi->regsets[i].at);
        }
    }
}

static void fill(Task *t, uint32_t status, const siginfo_t *info)
{
    TraceBlock *b = t->trace;

    b->status = status;
    b->has_info = info != NULL;
    if (info) {
        b->info = *info;
    }
    b->sigmask = t->sigmask;
    check(!(t->sigmask & NEVER_BLOCKED), "mask %#lx", (long)t->sigmask);
    get_regs(t);
    b->orders = (TraceOrders){.mode = b->orders.mode};
}

/* What the tracer has changed while the thread stood still. */
static void take_orders(Task *t)
{
    TraceBlock *b = t->trace;
    uint32_t set = b->orders.set;

    b->orders.parked = TRACE_RUNNING;
    b->call.op = PTRACE_SYSCALL_INFO_NONE;
    set_regs(t, set);
    if (set & TRACE_SET_MASK) {
        t->sigmask = b->sigmask & ~NEVER_BLOCKED;
    }
    if (b->orders.resumed) {
        trace_take_written(t);
    }
}

/* Nobody has told the thread to go on: the tracer is gone. */
static void tracer_is_gone(TraceBlock *b)
{
    b->on = 0;
    b->orders.mode = TRACE_CONT;
    b->orders.signo = b->has_info && b->status <= GUEST_NSIG &&
                              b->info.si_signo == (int)b->status &&
                              b->info.si_code != (int)b->status
                          ? (int)b->status
                          : 0;
}

/* At a safe point.  The signal to go on with. */
static int stop(Task *t, uint32_t status, const siginfo_t *info)
{
    TraceBlock *b = t->trace;

    check(!t->exited && status, "thread %d stops with %#x", t->tid, status);
    signal_block(t);
    fill(t, status, info);
    __atomic_store_n(&b->orders.parked, TRACE_PARKED, __ATOMIC_RELEASE);
    remote_kick(t->tgid, t->tid); /* here it stands */
    if (!b->orders.resumed) {
        tracer_is_gone(b);
    }
    take_orders(t);
    signal_unblock(t);
    return b->orders.signo;
}

static siginfo_t notice(const Task *t, int code)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = code & 0x7f;
    info.si_code = code;
    info.si_pid = t->tid;
    info.si_uid = getuid();
    return info;
}

static void event_stop(Task *t, int event, uint64_t message)
{
    uint32_t status = event_status(SIGTRAP, event);
    siginfo_t info = notice(t, (int)status);

    t->trace->message = message;
    stop(t, status, &info);
}

/* --- signals --- */

static void send_again(Task *t, const siginfo_t *info)
{
    if (EXECS_OWN & signal_bit(info->si_signo)) {
        held_put(&t->held, info);
    } else {
        raw_syscall(SYS_rt_tgsigqueueinfo, t->tgid, t->tid, info->si_signo,
                    (long)info, 0, 0);
    }
}

static siginfo_t from_tracer(const Task *t, int signo)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = signo;
    info.si_code = SI_USER;
    info.si_pid = t->trace->tracer;
    info.si_uid = getuid();
    return info;
}

bool trace_signal(Task *t, siginfo_t *info)
{
    TraceBlock *b = t->trace;
    int signo;

    signo = stop(t, (uint32_t)info->si_signo, info);
    if (b->orders.set & TRACE_SET_INFO) {
        *info = b->info;
    }
    if (signo <= 0 || signo > GUEST_NSIG) {
        return false;
    }
    if (signo != info->si_signo) {
        *info = from_tracer(t, signo);
    }
    if (t->sigmask & signal_bit(signo)) {
        send_again(t, info);
        return false;
    }
    return true;
}

/* With a signal at a stop that is none of a signal's, it is sent. */
static void send_ordered(Task *t)
{
    int signo = t->trace->orders.signo;

    if (signo > 0 && signo <= GUEST_NSIG) {
        siginfo_t info = from_tracer(t, signo);

        send_again(t, &info);
    }
}

/*
 * The thread brings the process to a group stop of the host's, in which it is
 * stopped itself.  In an orphaned process group there is none.
 */
void trace_default_stop(Task *t, int signo)
{
    TraceBlock *b = t->trace;
    uint32_t status =
        b->seized ? event_status(signo, PTRACE_EVENT_STOP) : (uint32_t)signo;
    siginfo_t info = notice(t, (int)status);

    signal_block(t);
    fill(t, status, b->seized ? &info : NULL);
    b->passing = (uint32_t)signo;
    __atomic_store_n(&b->orders.parked, TRACE_GROUP_STOP, __ATOMIC_RELEASE);
    signal_set_host_mask(~(EXECS_OWN | signal_bit(signo)));
    raw_syscall(SYS_tgkill, t->tgid, t->tid, signo, 0, 0, 0);
    if (!b->orders.resumed && b->passing) {
        tracer_is_gone(b);
    }
    b->passing = 0;
    take_orders(t);
    signal_unblock(t);
}

/* --- stops that the tracer asks for --- */

/* Each is true if *info is then to be delivered. */
typedef bool StopFn(Task *t, siginfo_t *info);

static bool stop_signal(Task *t, siginfo_t *info)
{
    *info = t->trace->stop_info;
    t->trace->want.stop = 0;
    return trace_signal(t, info);
}

/* Another thread has brought the process to a group stop. */
static bool group_stop(Task *t, siginfo_t *info)
{
    TraceBlock *b = t->trace;
    int signo = (int)b->want.group;
    uint32_t status =
        b->seized ? event_status(signo, PTRACE_EVENT_STOP) : (uint32_t)signo;

    *info = notice(t, (int)status);
    b->want.group = 0;
    stop(t, status, b->seized ? info : NULL);
    return false;
}

static bool interrupt(Task *t, siginfo_t *info)
{
    (void)info;
    t->trace->want.interrupt = 0;
    event_stop(t, PTRACE_EVENT_STOP, 0);
    return false;
}

static void call_stop(Task *t, uint32_t op);

/* The first stops of a new program, in Linux's order. */
static bool exec_stops(Task *t, siginfo_t *info)
{
    TraceBlock *b = t->trace;

    b->want.exec = 0;
    if (b->options & PTRACE_O_TRACEEXEC) {
        event_stop(t, PTRACE_EVENT_EXEC, 0);
    }
    if (b->on && b->orders.mode == TRACE_SYSCALL) {
        b->call.result = 0;
        call_stop(t, PTRACE_SYSCALL_INFO_EXIT);
    }
    if (!b->on || b->seized || (b->options & PTRACE_O_TRACEEXEC)) {
        return false;
    }
    *info = from_tracer(t, SIGTRAP);
    info->si_pid = t->tgid;
    return trace_signal(t, info);
}

bool trace_point(Task *t, siginfo_t *info)
{
    static const struct {
        size_t want;
        StopFn *stop;
    } stops[] = {
        {offsetof(TraceWants, exec), exec_stops},
        {offsetof(TraceWants, stop), stop_signal},
        {offsetof(TraceWants, group), group_stop},
        {offsetof(TraceWants, interrupt), interrupt},
    };

    for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
        const volatile uint32_t *want =
            (const volatile void *)((const char *)&t->trace->want +
                                    stops[i].want);

        if (t->trace->on && *want && stops[i].stop(t, info)) {
            return true;
        }
    }
    return false;
}

static bool wanted(const TraceBlock *b)
{
    return b->want.stop || b->want.group || b->want.interrupt;
}

/* --- system calls --- */

static void call_stop(Task *t, uint32_t op)
{
    TraceBlock *b = t->trace;
    uint32_t status =
        SIGTRAP | (b->options & PTRACE_O_TRACESYSGOOD ? SYSGOOD_BIT : 0);
    siginfo_t info = notice(t, (int)status);

    info.si_signo = SIGTRAP;
    b->call.op =
        b->options & PTRACE_O_TRACESYSGOOD ? op : PTRACE_SYSCALL_INFO_NONE;
    b->message = op == PTRACE_SYSCALL_INFO_ENTRY ? PTRACE_EVENTMSG_SYSCALL_ENTRY
                                                 : PTRACE_EVENTMSG_SYSCALL_EXIT;
    stop(t, status, &info);
    send_ordered(t);
}

static void describe(Task *t, unsigned nr)
{
    TraceCall *c = &t->trace->call;

    c->nr = nr;
    task_get_args(t, c->args);
}

/* What the tracer has made of the call at its entry. */
static void take_call(Task *t)
{
    const TraceCall *c = &t->trace->call;

    if (t->trace->orders.set & TRACE_SET_CALL) {
        task_set_args(t, c->args);
        *task_call_number(t) = c->nr;
    }
    task_get_args(t, t->args);
}

/* The call's number may have become -1: then the result is there, if that
   register has changed. */
static bool not_skipped(Task *t, unsigned *nr, uint64_t before)
{
    *nr = task_call(t);
    if ((int64_t)*task_call_number(t) != -1) {
        return true;
    }
    if (*task_result(t) == before) {
        *task_result(t) = (uint64_t)-ENOSYS;
    }
    return false;
}

bool trace_call_begin(Task *t, unsigned *nr)
{
    TraceBlock *b = t->trace;
    uint64_t before = *task_result(t);

    if (b->orders.mode != TRACE_SYSCALL || b->in_call) {
        return true;
    }
    b->in_call = 1;
    describe(t, *nr);
    call_stop(t, PTRACE_SYSCALL_INFO_ENTRY);
    take_call(t);
    return not_skipped(t, nr, before);
}

/* Linux shows a call that a signal has ended so, before it begins again. */
static void ended_call(Task *t)
{
    enum { ERESTARTSYS = 512 };
    TraceBlock *b = t->trace;
    uint64_t before = *task_result(t);

    task_call_done(t);
    *task_result(t) = (uint64_t)-ERESTARTSYS;
    b->call.result = -ERESTARTSYS;
    call_stop(t, PTRACE_SYSCALL_INFO_EXIT);
    if (!(b->orders.set & TRACE_SET_REGSET)) {
        task_call_again(t);
        *task_result(t) = before;
    }
}

/* If only the emulator has ended the call, nothing is to be seen of that. */
void trace_call_end(Task *t, bool again)
{
    TraceBlock *b = t->trace;

    if (again && !t->pending && !wanted(b)) {
        return;
    }
    b->in_call = 0;
    if (b->orders.mode != TRACE_SYSCALL || t->exited) {
        return;
    }
    if (again) {
        ended_call(t);
        return;
    }
    b->call.result = (int64_t)*task_result(t);
    call_stop(t, PTRACE_SYSCALL_INFO_EXIT);
    if (b->orders.set & TRACE_SET_CALL) {
        *task_result(t) = (uint64_t)b->call.result;
    }
}

bool trace_seccomp(Task *t, unsigned *nr, uint32_t data)
{
    TraceBlock *b = t->trace;
    uint32_t status = event_status(SIGTRAP, PTRACE_EVENT_SECCOMP);
    uint64_t before = *task_result(t);
    siginfo_t info = notice(t, (int)status);

    if (!b->on || !(b->options & PTRACE_O_TRACESECCOMP)) {
        return false;
    }
    describe(t, *nr);
    b->call.op = PTRACE_SYSCALL_INFO_SECCOMP;
    b->call.data = b->message = data;
    stop(t, status, &info);
    send_ordered(t);
    take_call(t);
    if (!not_skipped(t, nr, before)) {
        t->no_result = true;
        *nr = TRACE_NO_CALL;
    }
    return true;
}

/* --- clone --- */

static int clone_event(const CloneArgs *c)
{
    return c->flags & CLONE_VFORK      ? PTRACE_EVENT_VFORK
           : c->exit_signal != SIGCHLD ? PTRACE_EVENT_CLONE
                                       : PTRACE_EVENT_FORK;
}

/* PTRACE_O_TRACE* of an event is the bit of its number. */
static bool has_event(const TraceBlock *b, const CloneArgs *c)
{
    return b->on && !(c->flags & CLONE_UNTRACED) &&
           (b->options >> clone_event(c) & 1);
}

static bool attached(const TraceBlock *parent, const CloneArgs *c)
{
    return has_event(parent, c) || (parent->on && (c->flags & CLONE_PTRACE) &&
                                    !(c->flags & CLONE_UNTRACED));
}

/* CLONE_VM without CLONE_VFORK: our thread starts it (process/vfork.c). */
void trace_clone_begin(Task *t, const CloneArgs *c)
{
    bool by_thread = (c->flags & CLONE_VM) && !(c->flags & CLONE_THREAD) &&
                     !(c->flags & CLONE_VFORK);

    t->trace->own_thread = by_thread || !has_event(t->trace, c);
}

void trace_clone_child(Task *t, const TraceBlock *parent, const CloneArgs *c)
{
    TraceBlock *b = t->trace;
    TraceBlock made = {
        .outer = b->outer,
        .on = attached(parent, c),
        .seized = parent->seized,
        .options = parent->options,
        .tracer = parent->tracer,
    };

    made.stop_info.si_signo = SIGSTOP;
    made.want.interrupt = made.on && made.seized;
    made.want.stop = made.on && !made.seized;
    *b = made;
    trace_start(t);
}

void trace_clone_end(Task *t, const CloneArgs *c, long child)
{
    TraceBlock *b = t->trace;
    int event = clone_event(c);

    if (child <= 0) {
        return;
    }
    if (has_event(b, c) &&
        !(event == PTRACE_EVENT_VFORK && (c->flags & CLONE_VM))) {
        event_stop(t, event, (uint64_t)child);
    }
    if (event == PTRACE_EVENT_VFORK && (b->options & PTRACE_O_TRACEVFORKDONE)) {
        event_stop(t, PTRACE_EVENT_VFORK_DONE, (uint64_t)child);
    }
}

/* The event comes while the parent is in the host's call. */
void trace_vfork_begin(Task *t, TraceBlock *own, const CloneArgs *c)
{
    TraceBlock *b = t->trace;
    uint32_t status = event_status(SIGTRAP, PTRACE_EVENT_VFORK);
    siginfo_t info = notice(t, (int)status);

    memset(own, 0, sizeof(*own));
    own->outer = b;
    if (has_event(b, c)) {
        fill(t, status, &info);
        b->orders.parked = TRACE_IN_VFORK;
    }
    t->trace = own;
}

void trace_vfork_end(Task *t, TraceBlock *own)
{
    check(own->outer, "the block of %d is lost", t->tid);
    t->trace = own->outer;
    if (t->trace->on && t->trace->orders.resumed) {
        take_orders(t);
    }
    t->trace->orders.parked = TRACE_RUNNING;
}

/* --- execve and the end --- */

void trace_save(const Task *t, TraceSaved *saved)
{
    const TraceBlock *b = t->trace;

    *saved =
        (TraceSaved){b->on, b->seized, b->options, b->orders.mode, b->tracer};
}

void trace_resume(Task *t, const TraceSaved *saved)
{
    TraceBlock *b = t->trace;

    b->seized = saved->seized;
    b->options = saved->options;
    b->orders.mode = saved->mode;
    b->tracer = saved->tracer;
    b->want.exec = b->on = saved->on;
}

/* For the event of the end, which is the host's. */
void trace_exiting(Task *t)
{
    get_regs(t);
    t->trace->sigmask = t->sigmask;
}

/* --- code --- */

/* Whoever finds nothing to do has waited for who did it. */
void trace_take_written(Task *t)
{
    Written *w = &t->proc->written;

    pthread_mutex_lock(&w->lock);
    if (w->end > w->start) {
        uint64_t start = w->start, end = w->end;

        w->start = w->end = 0;
        mm_code_poked(&t->proc->mm);
        exec_invalidate(t->cpu, start, end - start);
    }
    pthread_mutex_unlock(&w->lock);
}
