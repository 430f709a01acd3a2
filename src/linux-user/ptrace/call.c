/* The system call ptrace. */
#include "linux-user/ptrace/internal.h"

#include <elf.h>
#include <errno.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/call.h"
#include "linux-user/task/remote.h"
#include "linux-user/task/sys.h"

enum {
    SYSGOOD_STOP = SIGTRAP | 0x80,
    SET_CALL_INFO = 0x4212, /* PTRACE_SET_SYSCALL_INFO */
};

#define OPTION_MASK (0xffu | PTRACE_O_EXITKILL)

/* --- beginning --- */

static long trace_me(Task *t)
{
    TraceBlock *b = t->trace;
    long ret = remote_is_ours(getppid());

    ret = ret < 0 ? -EPERM : host_ptrace(PTRACE_TRACEME, 0, 0, 0);
    if (ret == 0) {
        b->want = (TraceWants){0};
        b->orders = (TraceOrders){0};
        b->seized = b->options = b->in_call = 0;
        b->tracer = getppid();
        b->on = 1;
    }
    return ret;
}

static long attach(Task *t, int tid, bool seize, uint64_t options)
{
    long ret = remote_is_own_thread(tid) ? -ESRCH : remote_is_ours(tid);
    Tracee *e;

    if (seize && (options & ~(uint64_t)OPTION_MASK)) {
        return -EIO;
    }
    ret = ret < 0 ? ret
                  : host_ptrace(PTRACE_SEIZE, tid, 0,
                                tracee_host_options((uint32_t)options));
    if (ret < 0) {
        return ret;
    }
    e = tracee_find(t, tid);
    if (e) {
        tracee_remove(t, e);
    }
    e = tracee_add(t, tid);
    if (!e) {
        return -ENOMEM;
    }
    e->seized = seize;
    e->options = (uint32_t)options;
    e->stop_wanted = !seize;
    remote_kick(e->tgid, tid);
    tracee_settle(t, e, seize);
    return 0;
}

/* --- going on --- */

/* Everything that was changed in the copy, then how to go on. */
static void give_back(Tracee *e, int signo, TraceMode mode)
{
    TraceBlock *b = &e->b;

    if (e->changed) {
        tracee_poke_field(e, regs);
        tracee_poke_field(e, info);
        tracee_poke_field(e, sigmask);
        tracee_poke_field(e, call);
    }
    b->orders = (TraceOrders){
        .resumed = 1,
        .signo = signo,
        .mode = mode,
        .set = e->changed,
    };
    tracee_poke_field(e, orders);
}

/* SIGKILL is the host's to bring. */
static long go_on(Tracee *e, uint64_t signo, TraceMode mode)
{
    if (signo > GUEST_NSIG) {
        return -EIO;
    }
    if (!e->ending) {
        give_back(e, (int)signo, mode);
    }
    e->stopped = e->ending = false;
    if (signo == SIGKILL) {
        raw_syscall(SYS_kill, e->tgid, SIGKILL, 0, 0, 0, 0);
    }
    return host_ptrace(PTRACE_CONT, e->tid, 0, 0);
}

static long do_cont(Task *t, Tracee *e, const uint64_t *a)
{
    (void)t;
    return go_on(e, a[3], TRACE_CONT);
}

static long do_syscall(Task *t, Tracee *e, const uint64_t *a)
{
    (void)t;
    return go_on(e, a[3], TRACE_SYSCALL);
}

static long do_step(Task *t, Tracee *e, const uint64_t *a)
{
    (void)t;
    return go_on(e, a[3], TRACE_STEP);
}

static long do_detach(Task *t, Tracee *e, const uint64_t *a)
{
    long ret;

    if (a[3] > GUEST_NSIG) {
        return -EIO;
    }
    if (!e->ending) {
        give_back(e, (int)a[3], TRACE_CONT);
        e->b.on = 0;
        tracee_poke_field(e, on);
    }
    ret = host_ptrace(PTRACE_DETACH, e->tid, 0, 0);
    tracee_remove(t, e);
    return ret;
}

/*
 * The host's own stop in which it can listen: the thread is put there from
 * the stop at its safe point.  False: the group stop has ended since, which
 * that stop tells.
 */
static bool to_event_stop(Tracee *e)
{
    siginfo_t info;

    info.si_pid = 0;
    host_ptrace(PTRACE_INTERRUPT, e->tid, 0, 0);
    host_ptrace(PTRACE_CONT, e->tid, 0, 0);
    raw_syscall(SYS_waitid, P_PID, e->tid, (long)&info,
                WSTOPPED | WNOWAIT | __WALL, 0, 0);
    return info.si_pid && (uint32_t)info.si_status == e->status;
}

static long do_listen(Task *t, Tracee *e, const uint64_t *a)
{
    (void)t, (void)a;
    if (!e->seized || e->status >> 8 != PTRACE_EVENT_STOP) {
        return -EIO;
    }
    e->stopped = false;
    e->listening = true;
    if (host_ptrace(PTRACE_LISTEN, e->tid, 0, 0) < 0 && to_event_stop(e)) {
        host_ptrace(PTRACE_LISTEN, e->tid, 0, 0);
    }
    return 0;
}

static long interrupt(Task *t, Tracee *e)
{
    if (!e->seized) {
        return -EIO;
    }
    if (e->listening) {
        return host_ptrace(PTRACE_INTERRUPT, e->tid, 0, 0);
    }
    e->b.want.interrupt = 1;
    tracee_poke_field(e, want.interrupt);
    if (!e->stopped) {
        remote_kick(e->tgid, e->tid);
        tracee_settle(t, e, false);
    }
    return 0;
}

/* --- memory --- */

static bool has_word(const Tracee *e, uint64_t addr)
{
    return remote_has(&e->where, addr, sizeof(uint64_t)) &&
           remote_mapped(&e->where, addr, sizeof(uint64_t)) == sizeof(uint64_t);
}

static long do_peek(Task *t, Tracee *e, const uint64_t *a)
{
    uint64_t word;
    long ret = has_word(e, a[2])
                   ? host_ptrace(PTRACE_PEEKDATA, e->tid, a[2] + e->where.base,
                                 (uintptr_t)&word)
                   : -EIO;

    if (ret < 0) {
        return ret;
    }
    return mm_write(task_mm(t), a[3], &word, sizeof(word)) ? 0 : -EFAULT;
}

static long do_poke(Task *t, Tracee *e, const uint64_t *a)
{
    long ret = has_word(e, a[2]) ? host_ptrace(PTRACE_POKEDATA, e->tid,
                                               a[2] + e->where.base, a[3])
                                 : -EIO;

    (void)t;
    if (ret == 0) {
        remote_written(&e->where, a[2], sizeof(uint64_t));
    }
    return ret;
}

/* --- registers --- */

static long regset(Task *t, Tracee *e, const uint64_t *a, bool set)
{
    const GuestAbi *abi = task_abi(t);
    const AbiRegset *r;
    unsigned i = 0;
    struct iovec iov;
    void *place;

    while (i < abi->nb_regsets && abi->regsets[i].note != a[2]) {
        i++;
    }
    if (!mm_read(task_mm(t), &iov, a[3], sizeof(iov))) {
        return -EFAULT;
    }
    r = &abi->regsets[i];
    if (i == abi->nb_regsets || iov.iov_len % r->unit) {
        return -EINVAL;
    }
    place = e->b.regs + r->at;
    iov.iov_len = iov.iov_len < r->bytes ? iov.iov_len : r->bytes;
    if (set ? !mm_read(task_mm(t), place, (uintptr_t)iov.iov_base, iov.iov_len)
            : !mm_write(task_mm(t), (uintptr_t)iov.iov_base, place,
                        iov.iov_len)) {
        return -EFAULT;
    }
    e->changed |= set ? (uint32_t)TRACE_SET_REGSET << i : 0;
    return mm_write(task_mm(t), a[3] + offsetof(struct iovec, iov_len),
                    &iov.iov_len, sizeof(iov.iov_len))
               ? 0
               : -EFAULT;
}

static long do_getregset(Task *t, Tracee *e, const uint64_t *a)
{
    return regset(t, e, a, false);
}

static long do_setregset(Task *t, Tracee *e, const uint64_t *a)
{
    return regset(t, e, a, true);
}

/* --- signals --- */

static long do_getsiginfo(Task *t, Tracee *e, const uint64_t *a)
{
    if (!e->b.has_info && !e->ending) {
        return -EINVAL;
    }
    return mm_write(task_mm(t), a[3], &e->b.info, sizeof(e->b.info)) ? 0
                                                                     : -EFAULT;
}

static long do_setsiginfo(Task *t, Tracee *e, const uint64_t *a)
{
    siginfo_t info;

    if (!mm_read(task_mm(t), &info, a[3], sizeof(info))) {
        return -EFAULT;
    }
    if (!e->b.has_info) {
        return -EINVAL;
    }
    e->b.info = info;
    e->changed |= TRACE_SET_INFO;
    return 0;
}

static long do_getsigmask(Task *t, Tracee *e, const uint64_t *a)
{
    if (a[2] != sizeof(e->b.sigmask)) {
        return -EINVAL;
    }
    return mm_write(task_mm(t), a[3], &e->b.sigmask, sizeof(e->b.sigmask))
               ? 0
               : -EFAULT;
}

static long do_setsigmask(Task *t, Tracee *e, const uint64_t *a)
{
    uint64_t mask;

    if (a[2] != sizeof(mask)) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), &mask, a[3], sizeof(mask))) {
        return -EFAULT;
    }
    e->b.sigmask = mask & ~NEVER_BLOCKED;
    e->changed |= TRACE_SET_MASK;
    return 0;
}

/* They wait in the kernel; the arguments point to no pointers. */
static long do_peeksiginfo(Task *t, Tracee *e, const uint64_t *a)
{
    return host_ptrace(PTRACE_PEEKSIGINFO, e->tid,
                       (uint64_t)host_pointer(t, a[2]),
                       (uint64_t)host_pointer(t, a[3]));
}

/* --- the stop --- */

static long do_geteventmsg(Task *t, Tracee *e, const uint64_t *a)
{
    return mm_write(task_mm(t), a[3], &e->b.message, sizeof(e->b.message))
               ? 0
               : -EFAULT;
}

static long do_setoptions(Task *t, Tracee *e, const uint64_t *a)
{
    (void)t;
    if (a[3] & ~(uint64_t)OPTION_MASK) {
        return -EINVAL;
    }
    e->options = e->b.options = (uint32_t)a[3];
    tracee_poke_field(e, options);
    return host_ptrace(PTRACE_SETOPTIONS, e->tid, 0,
                       tracee_host_options(e->options));
}

/* struct ptrace_syscall_info */
typedef struct CallInfo {
    uint8_t op, reserved;
    uint16_t flags;
    uint32_t arch;
    uint64_t ip, sp;
    union {
        struct {
            uint64_t nr, args[6];
            uint32_t data, reserved2;
        } entry;
        struct {
            int64_t value;
            uint8_t is_error;
        } exit;
    };
} CallInfo;

_Static_assert(sizeof(CallInfo) == 88, "struct ptrace_syscall_info");

/* Fills the part that op has; its size. */
static size_t call_info(const Tracee *e, const GuestAbi *abi, CallInfo *i)
{
    const TraceCall *c = &e->b.call;

    *i = (CallInfo){.op = (uint8_t)c->op, .arch = abi->audit_arch};
    memcpy(&i->ip, e->b.regs + abi->regset_pc, sizeof(i->ip));
    memcpy(&i->sp, e->b.regs + abi->regset_sp, sizeof(i->sp));
    switch (c->op) {
    case PTRACE_SYSCALL_INFO_EXIT:
        i->exit.value = c->result;
        i->exit.is_error = c->result < 0 && c->result >= -4095;
        return offsetof(CallInfo, exit.is_error) + 1;
    case PTRACE_SYSCALL_INFO_ENTRY:
    case PTRACE_SYSCALL_INFO_SECCOMP:
        i->entry.nr = c->nr;
        memcpy(i->entry.args, c->args, sizeof(c->args));
        i->entry.data = (uint32_t)c->data;
        return c->op == PTRACE_SYSCALL_INFO_ENTRY
                   ? offsetof(CallInfo, entry.data)
                   : offsetof(CallInfo, entry.reserved2);
    default: return offsetof(CallInfo, entry);
    }
}

static long do_getcallinfo(Task *t, Tracee *e, const uint64_t *a)
{
    CallInfo i;
    size_t n = call_info(e, task_abi(t), &i), room = a[2] < n ? a[2] : n;

    return mm_write(task_mm(t), a[3], &i, room) ? (long)n : -EFAULT;
}

static long do_setcallinfo(Task *t, Tracee *e, const uint64_t *a)
{
    TraceCall *c = &e->b.call;
    CallInfo i;

    if (a[2] < sizeof(i)) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), &i, a[3], sizeof(i))) {
        return -EFAULT;
    }
    if (i.flags || i.reserved || i.op != c->op ||
        i.op == PTRACE_SYSCALL_INFO_NONE) {
        return -EINVAL;
    }
    if (i.op == PTRACE_SYSCALL_INFO_EXIT) {
        c->result = i.exit.value;
    } else {
        if ((int64_t)i.entry.nr != (int32_t)i.entry.nr) {
            return -ERANGE;
        }
        c->nr = i.entry.nr;
        memcpy(c->args, i.entry.args, sizeof(c->args));
    }
    e->changed |= TRACE_SET_CALL;
    return 0;
}

/* --- the call --- */

typedef long RequestFn(Task *t, Tracee *e, const uint64_t *a);

static const struct {
    int request;
    RequestFn *fn;
} requests[] = {
    {PTRACE_PEEKTEXT, do_peek},
    {PTRACE_PEEKDATA, do_peek},
    {PTRACE_POKETEXT, do_poke},
    {PTRACE_POKEDATA, do_poke},
    {PTRACE_CONT, do_cont},
    {PTRACE_SYSCALL, do_syscall},
    {PTRACE_SINGLESTEP, do_step},
    {PTRACE_DETACH, do_detach},
    {PTRACE_LISTEN, do_listen},
    {PTRACE_GETREGSET, do_getregset},
    {PTRACE_SETREGSET, do_setregset},
    {PTRACE_GETSIGINFO, do_getsiginfo},
    {PTRACE_SETSIGINFO, do_setsiginfo},
    {PTRACE_GETSIGMASK, do_getsigmask},
    {PTRACE_SETSIGMASK, do_setsigmask},
    {PTRACE_PEEKSIGINFO, do_peeksiginfo},
    {PTRACE_GETEVENTMSG, do_geteventmsg},
    {PTRACE_SETOPTIONS, do_setoptions},
    {PTRACE_GET_SYSCALL_INFO, do_getcallinfo},
    {SET_CALL_INFO, do_setcallinfo},
};

static long at_stop(Task *t, Tracee *e, const uint64_t *a)
{
    for (size_t i = 0; i < sizeof(requests) / sizeof(requests[0]); i++) {
        if (requests[i].request == (int)a[0]) {
            return requests[i].fn(t, e, a);
        }
    }
    return -EIO;
}

/* It may have stopped since, or be one that has asked for us. */
static Tracee *find_stopped(Task *t, int tid)
{
    Tracee *e = tracee_find(t, tid);

    int code = e ? 0 : tracee_peek(tid);

    if (code) {
        e = tracee_adopt(t, tid, code);
    }
    if (e && !e->stopped) {
        tracee_pump(t, e);
        e = tracee_find(t, tid);
    }
    return e;
}

/* ptrace(request, pid, address, data) */
long sys_ptrace(Task *t, const uint64_t *a)
{
    int request = (int)a[0], tid = (int)a[1];
    Tracee *e;

    switch (request) {
    case PTRACE_TRACEME: return trace_me(t);
    case PTRACE_ATTACH: return attach(t, tid, false, 0);
    case PTRACE_SEIZE: return a[2] ? -EIO : attach(t, tid, true, a[3]);
    }
    e = find_stopped(t, tid);
    if (!e) {
        return -ESRCH;
    }
    switch (request) {
    case PTRACE_INTERRUPT: return interrupt(t, e);
    case PTRACE_KILL: return host_ptrace(PTRACE_KILL, tid, 0, 0);
    }
    return e->stopped ? at_stop(t, e, a) : -ESRCH;
}
