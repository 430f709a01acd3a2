/* The table of system calls and the way through it. */
#include "linux-user/syscall.h"

#include <errno.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/calls.h"
#include "host/usercopy.h"
#include "linux-user/debug/page_log.h"
#include "linux-user/abi/layout.h"
#include "linux-user/files/paths.h"
#include "linux-user/judge.h"
#include "linux-user/proc/program.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/seccomp/seccomp.h"
#include "linux-user/signal/signal.h"
#include "linux-user/strace/strace.h"
#include "linux-user/task/call.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/sys.h"
#include "util/check.h"

const Syscall syscalls[NB_CALLS] = {
#define ROW(name, arguments, ...)                                              \
    SYSCALL_ROW(name, arguments, .call = CALL_##name, __VA_ARGS__)
#define PASS(name, arguments) ROW(name, arguments, .host = SYS_##name)
#define CALL(name, arguments, function)                                        \
    ROW(name, arguments, .handler = function, .host = -1)
#define LAID(name, arguments, layout, function)                                \
    ROW(name, arguments, .handler = function, .host = SYS_##name,              \
        .structure = LAYOUT_##layout)
#define GIVES(name, arguments, layout, i)                                      \
    ROW(name, arguments, .host = SYS_##name, .structure = LAYOUT_##layout,     \
        .given = i)
#include "linux-user/task/calls.def"
};

static long unknown_call(Task *t, unsigned nr)
{
    const LinuxUserOptions *o = t->proc->options;

    if (o->strace) {
        strace_unknown(t, nr);
    }
    if (log_on(&o->log, LOG_unimp)) {
        FILE *f = log_begin(&o->log);

        fprintf(f, "-- unimp: system call %u\n", nr);
        log_end(f);
    }
    return -ENOSYS;
}

static long pass(Task *t, const Syscall *row, const uint64_t *a)
{
    return row->paths ? pass_paths(t, row, a)
                      : pass_call(t, row->host, row->pointers, a);
}

/* The host's call writes its own structure, which the guest gets as its. */
static long pass_given(Task *t, const Syscall *row, const uint64_t *a)
{
    _Alignas(8) char structure[LAYOUT_MAX_BYTES];
    Syscall host = *row;
    uint64_t v[6];
    long ret;

    host.pointers &= (uint8_t) ~(1u << row->given);
    memcpy(v, a, sizeof(v));
    v[row->given] = (uintptr_t)structure;
    ret = pass(t, &host, v);
    return ret < 0 ||
                   structure_write(t, row->structure, a[row->given], structure)
               ? ret
               : -EFAULT;
}

static long call_once(Task *t, const Syscall *row, unsigned nr,
                      const uint64_t *a)
{
    if (row->structure && !structure_same(t, row->structure)) {
        return row->handler ? row->handler(t, a) : pass_given(t, row, a);
    }
    if (row->handler && !row->structure) {
        return row->handler(t, a);
    }
    if (row->name) {
        return pass(t, row, a);
    }
    return unknown_call(t, nr);
}

/* A pointer may be below a stack that grows. */
static long call_grown(Task *t, const Syscall *row, unsigned nr,
                       const uint64_t *a)
{
    long ret = call_once(t, row, nr, a);
    bool grown = false;

    for (int i = 0; ret == -EFAULT && i < 6; i++) {
        grown |= (row->pointers >> i & 1) && mm_grow_for(task_mm(t), a[i]);
    }
    return grown ? call_once(t, row, nr, a) : ret;
}

/* Where guest and host have flags of open as other bits. */
static long call_with_host_flags(Task *t, const Syscall *row, unsigned nr,
                                 const uint64_t *a)
{
    uint64_t v[6];

    for (int i = 0; i < 6; i++) {
        v[i] = row->open_flags >> i & 1 ? flags_to_host(t, a[i]) : a[i];
    }
    return call_grown(t, row, nr, v);
}

static long call_row(Task *t, unsigned nr, const uint64_t *a)
{
    const Syscall *row = syscall_row(t, nr);

    return row->open_flags && !t->proc->same_open_flags
               ? call_with_host_flags(t, row, nr, a)
               : call_grown(t, row, nr, a);
}

/*
 * exec's own signals end a host's call that waits, and have SA_RESTART.  The
 * guest is to see no more than what its signal does.
 */
static long as_interrupted_by_guest(const Task *t, long ret)
{
    if (ret == -EINTR &&
        ((t->kicked && !t->pending) || signal_pending_unseen(t))) {
        return -RESTART_SYSCALL;
    }
    if (ret == -RESTART_SYSCALL && t->cut_short && t->pending &&
        !signal_pending_restarts(t)) {
        return -EINTR;
    }
    return ret;
}

/*
 * Is it one that a kernel's vDSO would have answered without a call?  Then
 * filters and tracers do not see it.
 */
static bool syscall_by_vdso(const Task *t, unsigned nr, const uint64_t *a)
{
    const AbiVdso *vdso = task_abi(t)->vdso;

    if (task_pc(t) - t->proc->placed.vdso >= vdso->bytes) {
        return false;
    }
    for (unsigned i = 0; i < vdso->nb_calls; i++) {
        if (vdso->calls[i].number == nr) {
            return vdso->calls[i].answers(a);
        }
    }
    return false;
}

static SeccompVerdict ask_seccomp(Task *t, unsigned *nr, const uint64_t *a,
                                  long *ret)
{
    return seccomp_active(t) && !syscall_by_vdso(t, *nr, a)
               ? judge_call(t, nr, a, ret)
               : SECCOMP_ALLOWED;
}

static long make_call(Task *t, unsigned nr, const uint64_t *a)
{
    unsigned called = nr;
    bool trace = t->proc->options->strace;
    SeccompVerdict verdict;
    long ret = 0;

    if (trace) {
        strace_enter(t, nr, a);
    }
    verdict = ask_seccomp(t, &called, a, &ret);
    if (verdict == SECCOMP_ALLOWED) {
        ret = call_row(t, called, a);
        if (ret == -EMFILE && program_give_way(t->proc)) {
            ret = call_row(t, called, a);
        }
    }
    if (trace && verdict != SECCOMP_ENDED) {
        strace_leave(t, nr, a, ret);
    }
    if (log_on(&t->proc->options->log, LOG_page)) {
        const char *name = syscall_row(t, nr)->name;

        page_log(t, name ? name : "system call");
    }
    return as_interrupted_by_guest(t, ret);
}

static void set_result(Task *t, long ret)
{
    check(ret != -EINTR || !t->has_saved_mask || t->pending,
          "a wait has ended, and its mask is kept, %ld", ret);
    check(ret != -RESTART_SYSCALL || !t->no_result,
          "a call is made again whose registers are set");
    if (ret == -RESTART_SYSCALL) {
        task_call_again(t);
    } else if (!t->no_result) {
        *task_result(t) = (uint64_t)ret;
    }
}

/* The child of a fork may have no debugger any more. */
static void debugged_call(Task *t, unsigned nr, const uint64_t *a)
{
    long ret = -RESTART_SYSCALL;

    t->break_call = false;
    if (syscall_row(t, nr)->handler == sys_rt_sigreturn) {
        set_result(t, make_call(t, nr, a));
        return;
    }
    if (!gdb_call_begin(t->debug, nr, &ret)) {
        set_result(t, ret);
        return;
    }
    task_get_args(t, t->args);
    ret = make_call(t, nr, a);
    if (t->debug && !gdb_call_end(t->debug, ret != -RESTART_SYSCALL, ret)) {
        return;
    }
    set_result(t, ret);
    if (t->debug && ret != -RESTART_SYSCALL) {
        gdb_call_returned(t->debug, nr);
    }
}

static void traced_call(Task *t, unsigned nr, const uint64_t *a)
{
    long ret = 0;

    if (syscall_by_vdso(t, nr, a)) {
        set_result(t, make_call(t, nr, a));
        return;
    }
    if (trace_call_begin(t, &nr)) {
        ret = make_call(t, nr, a);
        set_result(t, ret);
    }
    if (t->trace->on) {
        trace_call_end(t, ret == -RESTART_SYSCALL);
    }
}

static TcgSyscall describe(const Task *t)
{
    TcgSyscall call = {
        .number = *task_call_number(t),
        .name = syscall_row(t, task_call(t))->name,
    };

    task_get_args(t, call.args);
    return call;
}

static void run(Task *t)
{
    const uint64_t *a = t->args;
    unsigned nr = task_call(t);

    task_get_args(t, t->args);
    t->no_result = t->kicked = t->cut_short = false;
    if (t->debug) {
        debugged_call(t, nr, a);
    } else if (t->trace->on) {
        traced_call(t, nr, a);
    } else {
        set_result(t, make_call(t, nr, a));
    }
}

/* A call that a signal interrupts is made again: only then does it return. */
void syscall_run(Task *t)
{
    Plugins *plugins = t->proc->options->plugins;
    uint64_t pc = task_pc(t);
    TcgSyscall call;

    if (!plugins) {
        run(t);
        return;
    }
    call = describe(t);
    plugins_syscall(plugins, t->cpu, &call);
    run(t);
    if (!t->exited && task_pc(t) != pc - task_abi(t)->syscall_bytes) {
        call.result = (int64_t)*task_result(t);
        plugins_syscall_return(plugins, t->cpu, &call);
    }
}

long sys_enosys(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return -ENOSYS;
}

long sys_eperm(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return -EPERM;
}

long sys_eacces(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return -EACCES;
}
