/*
 * ptrace: what becomes of the host's stops of those that a thread traces
 * (ptrace.h).
 */
#include "linux-user/ptrace/internal.h"

#include <errno.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/task/remote.h"
#include "util/check.h"

/* --- the list --- */

Tracee *tracee_find(Task *t, int tid)
{
    Tracee *e = t->tracees;

    while (e && e->tid != tid) {
        e = e->next;
    }
    return e;
}

bool trace_knows(Task *t, int pid, Remote *r)
{
    const Tracee *e = tracee_find(t, pid);

    if (!e || !e->stopped || !e->block) {
        return false;
    }
    *r = e->where;
    return true;
}

Tracee *tracee_add(Task *t, int tid)
{
    Tracee *e = calloc(1, sizeof(*e));
    long tgid = remote_status(tid, "Tgid");

    if (e) {
        e->tid = tid;
        e->tgid = tgid > 0 ? (int32_t)tgid : tid;
        e->next = t->tracees;
        t->tracees = e;
        t->proc->tracing = true;
    }
    return e;
}

void tracee_remove(Task *t, Tracee *e)
{
    Tracee **p = &t->tracees;

    while (*p != e) {
        check(*p, "%d is not traced", e->tid);
        p = &(*p)->next;
    }
    *p = e->next;
    free(e);
}

void trace_forget_all(Task *t)
{
    while (t->tracees) {
        tracee_remove(t, t->tracees);
    }
}

uint64_t tracee_host_options(uint32_t options)
{
    return PTRACE_O_TRACEEXEC |
           (options &
            (PTRACE_O_TRACEFORK | PTRACE_O_TRACEVFORK | PTRACE_O_TRACECLONE |
             PTRACE_O_TRACEEXIT | PTRACE_O_EXITKILL));
}

/* --- its block --- */

bool tracee_poke(const Tracee *e, size_t offset, const volatile void *from,
                 size_t n)
{
    return remote_write(e->tid, e->block + offset, (const void *)from, n);
}

/* A vfork child and its parent have one Task, and a block each. */
static void find_block(Tracee *e)
{
    enum { DEPTH = 64 }; /* of vfork children that vfork */
    uint64_t task = host_task_of(e->tid), block = 0, proc;

    if (!task ||
        !remote_read(e->tid, &block, task + offsetof(Task, trace),
                     sizeof(block)) ||
        !remote_read(e->tid, &proc, task + offsetof(Task, proc),
                     sizeof(proc)) ||
        !remote_place(&e->where, e->tid, proc)) {
        return;
    }
    for (int i = 0; i < DEPTH && block; i++) {
        if (!remote_read(e->tid, &e->b, block, sizeof(e->b))) {
            return;
        }
        if (e->b.tid == e->tid) {
            e->block = block;
            e->where.pid = e->tid;
            e->where.proc = proc;
            return;
        }
        block = (uintptr_t)e->b.outer;
    }
}

/* False: none, e->b is nothing. */
static bool read_block(Tracee *e)
{
    if (e->block && remote_read(e->tid, &e->b, e->block, sizeof(e->b)) &&
        e->b.tid == e->tid) {
        return true;
    }
    e->block = 0;
    find_block(e);
    return e->block != 0;
}

/*
 * What PTRACE_ATTACH and SEIZE have to tell it, which may just be going on
 * from a stop of an earlier tracer's: that one's orders stay.
 */
static void set_up(Tracee *e)
{
    TraceBlock *b = &e->b;

    b->on = 1;
    b->seized = e->seized;
    b->options = e->options;
    b->tracer = getpid();
    b->want = (TraceWants){.stop = e->stop_wanted};
    memset(&b->stop_info, 0, sizeof(b->stop_info));
    b->stop_info.si_signo = SIGSTOP;
    b->stop_info.si_code = SI_KERNEL;
    b->in_call = b->passing = 0;
    b->orders.mode = TRACE_CONT;
    if (b->orders.parked != TRACE_RUNNING) {
        b->orders = (TraceOrders){.resumed = 1};
    }
    e->set_up = tracee_poke(e, 0, b, sizeof(*b));
}

/* --- internal stops --- */

static bool go_on(Tracee *e, int signo)
{
    host_ptrace(PTRACE_CONT, e->tid, 0, (uint64_t)signo);
    return false;
}

static bool kick_on(Tracee *e)
{
    remote_kick(e->tgid, e->tid);
    return go_on(e, 0);
}

static bool see(Tracee *e, uint32_t status)
{
    check(!e->stopped, "%d is stopped twice", e->tid);
    e->stopped = true;
    e->listening = false;
    e->status = status;
    e->changed = 0;
    return true;
}

static bool let_go(Task *t, Tracee *e)
{
    host_ptrace(PTRACE_DETACH, e->tid, 0, 0);
    tracee_remove(t, e);
    return false;
}

static int host_message(const Tracee *e)
{
    unsigned long message = 0;

    host_ptrace(PTRACE_GETEVENTMSG, e->tid, 0, (uintptr_t)&message);
    return (int)message;
}

/* The kernel has attached a new child of e's. */
static void note_child(Task *t, const Tracee *parent)
{
    int tid = host_message(parent);
    Tracee *e = tid > 0 ? tracee_find(t, tid) : NULL;

    if (!e && tid > 0 && (e = tracee_add(t, tid))) {
        e->fresh = true;
        e->set_up = true; /* it does so by itself */
        e->seized = parent->seized;
        e->options = parent->options;
    }
    if (e) {
        e->unwanted = parent->b.own_thread;
    }
}

static bool on_clone(Task *t, Tracee *e, int code)
{
    bool known = read_block(e);

    note_child(t, e);
    if (known && code >> 8 == PTRACE_EVENT_VFORK &&
        e->b.orders.parked == TRACE_IN_VFORK) {
        e->b.message = (uint64_t)host_message(e);
        return see(e, (uint32_t)code);
    }
    return go_on(e, 0);
}

/* A thread that is not its process's first takes that one's id. */
static bool on_exec(Task *t, Tracee *e, int code)
{
    siginfo_t info;
    Tracee *old = NULL;
    int former;

    (void)code;
    /* Until it is taken, a new id counts as unknown (kernel/ptrace.c). */
    raw_syscall(SYS_waitid, P_PID, e->tid, (long)&info,
                WSTOPPED | WNOHANG | __WALL, 0, 0);
    former = host_message(e);
    if (former != e->tid) {
        old = tracee_find(t, former);
    }
    if (old) {
        e->seized = old->seized;
        e->options = old->options;
        tracee_remove(t, old);
    }
    e->former = former;
    e->block = 0;
    e->set_up = true; /* by what it has inherited */
    if (remote_is_ours(e->tid) < 0) {
        return let_go(t, e); /* a program of the host's */
    }
    return go_on(e, 0);
}

static bool on_ending(Task *t, Tracee *e, int code)
{
    (void)t;
    if (e->exit_seen) {
        return go_on(e, 0);
    }
    e->exit_seen = e->ending = true;
    read_block(e);
    e->b.message = (uint64_t)(unsigned)host_message(e);
    return see(e, (uint32_t)code);
}

/* A group stop, its end, or the first stop of a child. */
static bool on_event_stop(Task *t, Tracee *e, int code)
{
    uint32_t signo = (uint32_t)code & 0xff;

    (void)t;
    if (e->fresh) {
        e->fresh = false;
        return go_on(e, 0);
    }
    if (!read_block(e)) {
        return go_on(e, 0);
    }
    if (!e->set_up) {
        set_up(e);
    }
    if (e->b.orders.parked != TRACE_RUNNING) {
        e->b.has_info = 1;
        e->b.info.si_signo = (int)signo;
        e->b.info.si_code = code;
        return see(e, (uint32_t)code);
    }
    if (signo != SIGTRAP) {
        e->b.want.group = signo;
        tracee_poke_field(e, want.group);
    }
    return kick_on(e);
}

/* --- signals of the host --- */

/* The signal arrives as a SIGBUS that tells where it is. */
static bool inject(Tracee *e, const siginfo_t *info)
{
    int slot = info->si_signo != SIGSTOP;
    siginfo_t carrier;

    memset(&carrier, 0, sizeof(carrier));
    carrier.si_signo = SIGBUS;
    carrier.si_code = TRACE_SI_SIGNAL;
    carrier.si_status = slot;
    tracee_poke(e, offsetof(TraceBlock, signal) + (size_t)slot * sizeof(*info),
                info, sizeof(*info));
    host_ptrace(PTRACE_SETSIGINFO, e->tid, 0, (uintptr_t)&carrier);
    return go_on(e, SIGBUS);
}

/* Before the emulator knows of its thread. */
static bool early_signal(Tracee *e, int signo)
{
    bool ours = signo == SIGTRAP; /* the host's, for execve */

    e->late_stop |= signo == SIGSTOP;
    return go_on(e, ours || signo == SIGSTOP ? 0 : signo);
}

/* A group stop of one that is attached but not seized: no siginfo. */
static bool plain_group_stop(Tracee *e, int signo)
{
    if (e->b.orders.parked != TRACE_RUNNING) {
        return see(e, (uint32_t)signo);
    }
    e->b.want.group = (uint32_t)signo;
    tracee_poke_field(e, want.group);
    return kick_on(e);
}

/* At its safe point: the guest's tracer sees it. */
static bool parked(Tracee *e)
{
    e->seized = e->b.seized;
    e->options = e->b.options;
    e->set_up = true;
    host_ptrace(PTRACE_SETOPTIONS, e->tid, 0, tracee_host_options(e->options));
    if (e->late_stop) {
        e->late_stop = false;
        raw_syscall(SYS_tgkill, e->tgid, e->tid, SIGSTOP, 0, 0, 0);
    }
    if (e->b.status >> 8 == PTRACE_EVENT_EXEC) {
        e->b.message = (uint64_t)e->former;
    }
    if (e->b.tracer != getpid()) {
        e->b.tracer = getpid();
        tracee_poke_field(e, tracer);
    }
    return see(e, e->b.status);
}

static bool passes(Tracee *e, int signo)
{
    if (e->b.passing != (uint32_t)signo) {
        return false;
    }
    e->b.passing = 0;
    tracee_poke_field(e, passing);
    return true;
}

static bool on_signal(Task *t, Tracee *e, int signo)
{
    siginfo_t info;
    long ret = host_ptrace(PTRACE_GETSIGINFO, e->tid, 0, (uintptr_t)&info);

    (void)t;
    if (e->fresh && signo == SIGSTOP) {
        e->fresh = false;
        return go_on(e, 0);
    }
    if (!read_block(e)) {
        return early_signal(e, signo);
    }
    if (!e->set_up) {
        set_up(e);
    }
    if (ret == -EINVAL) {
        return plain_group_stop(e, signo);
    }
    if (signo == SIGBUS && e->b.orders.parked == TRACE_PARKED) {
        return parked(e);
    }
    if (signo == SIGSEGV || signo == SIGBUS || !e->b.on || passes(e, signo)) {
        return go_on(e, signo);
    }
    return inject(e, &info);
}

/* --- all stops --- */

typedef bool StopFn(Task *t, Tracee *e, int code);

static StopFn *const on_event[] = {
    [0] = on_signal,
    [PTRACE_EVENT_FORK] = on_clone,
    [PTRACE_EVENT_VFORK] = on_clone,
    [PTRACE_EVENT_CLONE] = on_clone,
    [PTRACE_EVENT_EXEC] = on_exec,
    [PTRACE_EVENT_EXIT] = on_ending,
};

bool tracee_take_stop(Task *t, Tracee *e, int code)
{
    unsigned event = (unsigned)code >> 8;
    StopFn *fn = event == PTRACE_EVENT_STOP ? on_event_stop
                 : event < sizeof(on_event) / sizeof(on_event[0])
                     ? on_event[event]
                     : NULL;

    if (e->stopped) {
        return true;
    }
    if (e->unwanted) {
        return let_go(t, e);
    }
    return fn ? fn(t, e, code) : go_on(e, 0);
}

/* The first stop of a child whose parent's event is still to come, or of one
 * that has asked for us. */
Tracee *tracee_adopt(Task *t, int tid, int code)
{
    siginfo_t info;
    long ret = host_ptrace(PTRACE_GETSIGINFO, tid, 0, (uintptr_t)&info);
    Tracee *e = ret == -ESRCH ? NULL : tracee_add(t, tid);

    if (e) {
        e->set_up = true;
        e->seized = code >> 8 == PTRACE_EVENT_STOP;
        e->fresh = e->seized || (ret == 0 && code == SIGSTOP &&
                                 info.si_code == SI_USER && !info.si_pid);
    }
    return e;
}

int tracee_peek(int tid)
{
    siginfo_t info;

    info.si_pid = 0;
    raw_syscall(SYS_waitid, P_PID, tid, (long)&info,
                WSTOPPED | WNOHANG | WNOWAIT | __WALL, 0, 0);
    return info.si_pid && info.si_code == CLD_TRAPPED ? info.si_status : 0;
}

void tracee_pump(Task *t, Tracee *e)
{
    int code, tid = e->tid;

    while (e && !e->stopped && (code = tracee_peek(tid)) != 0 &&
           !tracee_take_stop(t, e, code)) {
        e = tracee_find(t, tid);
    }
}

/* Any of them may go meanwhile: `round` says which were looked at. */
void tracer_pump(Task *t)
{
    uint32_t round = ++t->trace_round;
    Tracee *e = t->tracees;

    while (e) {
        if (e->round == round) {
            e = e->next;
        } else {
            e->round = round;
            tracee_pump(t, e);
            e = t->tracees;
        }
    }
}

void tracee_settle(Task *t, Tracee *e, bool set_up)
{
    enum { FIRST_NS = 20000, LAST_NS = 1000000, TRIES = 400, AGAIN = 16 };
    struct timespec ts = {0, FIRST_NS};
    int tid = e->tid;

    for (int i = 1; i < TRIES; i++) {
        tracer_pump(t);
        e = tracee_find(t, tid);
        if (!e || e->stopped || (set_up && e->set_up)) {
            return;
        }
        if (i % AGAIN == 0) {
            remote_kick(e->tgid, tid);
        }
        raw_syscall(SYS_nanosleep, (long)&ts, 0, 0, 0, 0, 0);
        ts.tv_nsec = ts.tv_nsec < LAST_NS ? ts.tv_nsec * 2 : LAST_NS;
    }
}
