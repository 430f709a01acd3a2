/* What the guest's filters decide about a call, done. */
#include "linux-user/judge.h"

#include <errno.h>
#include <linux/seccomp.h>
#include <string.h>
#include <sys/prctl.h>
#include "linux-user/deliver/deliver.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/strace/strace.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/sys.h"

enum { SIGINFO_SECCOMP = 1 }; /* SYS_SECCOMP */

/* The call seems to return what its first argument was. */
static void send_trap(Task *t, unsigned nr, const uint64_t *a, uint32_t data)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = SIGSYS;
    info.si_code = SIGINFO_SECCOMP;
    info.si_errno = (int)data;
    info.si_call_addr = (void *)(uintptr_t)task_pc(t);
    info.si_syscall = (int)nr;
    info.si_arch = task_abi(t)->audit_arch;
    t->no_result = true;
    if (t->proc->options->strace) {
        strace_leave(t, nr, a, (long)a[0]);
    }
    deliver_forced(t, &info);
}

/* The thread alone, if there are others. */
static void kill_thread(Task *t, int signo)
{
    if (t->proc->nb_tasks == 1 || t->vfork) {
        deliver_fatal(t, signo);
    }
    strace_killed(t, signo);
    sys_exit(t, (const uint64_t[6]){0});
}

static long error_of(uint32_t decision)
{
    uint32_t data = decision & SECCOMP_RET_DATA;

    return -(long)(data < 4095 ? data : 4095);
}

static SeccompVerdict end_call(Task *t, unsigned nr, const uint64_t *a,
                               uint32_t decision)
{
    switch (decision & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_TRAP:
        send_trap(t, nr, a, decision & SECCOMP_RET_DATA);
        return SECCOMP_ENDED;
    case SECCOMP_RET_KILL_THREAD:
        strace_never_returns(t, nr, a);
        kill_thread(t, SIGSYS);
        return SECCOMP_ENDED;
    default: strace_never_returns(t, nr, a); deliver_fatal(t, SIGSYS);
    }
}

static bool strict_allows(const Task *t, unsigned nr)
{
    switch (syscall_row(t, nr)->call) {
    case CALL_read:
    case CALL_write:
    case CALL_exit:
    case CALL_rt_sigreturn: return true;
    default: return false;
    }
}

/* What another thread's TSYNC gave. */
static void take_up_privs(Task *t)
{
    if (t->seccomp.privs) {
        t->seccomp.privs = false;
        prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    }
}

static SeccompVerdict run_filters(Task *t, unsigned *call, const uint64_t *a,
                                  long *ret, bool asked);

/*
 * The tracer may let the call be made, make it another, which the filters
 * look at again but for a tracer, or answer it itself.
 */
static SeccompVerdict ask_tracer(Task *t, unsigned *nr, const uint64_t *a,
                                 long *ret, uint32_t data)
{
    if (!trace_seccomp(t, nr, data)) {
        *ret = -ENOSYS; /* nobody is there to ask */
        return SECCOMP_ANSWERED;
    }
    if (*nr == TRACE_NO_CALL) {
        *ret = (long)a[0];
        return SECCOMP_ANSWERED;
    }
    return run_filters(t, nr, a, ret, true);
}

static SeccompVerdict run_filters(Task *t, unsigned *call, const uint64_t *a,
                                  long *ret, bool asked)
{
    unsigned nr = *call;
    struct seccomp_data data = {
        .nr = (int)nr,
        .arch = task_abi(t)->audit_arch,
        .instruction_pointer = task_pc(t),
    };
    const SeccompFilter *match;
    uint32_t decision;

    memcpy(data.args, a, sizeof(data.args));
    decision = seccomp_run(t->seccomp.filter, &data, &match);
    switch (decision & SECCOMP_RET_ACTION_FULL) {
    case SECCOMP_RET_ALLOW:
    case SECCOMP_RET_LOG: return SECCOMP_ALLOWED;
    case SECCOMP_RET_ERRNO: *ret = error_of(decision); return SECCOMP_ANSWERED;
    case SECCOMP_RET_USER_NOTIF:
        if (match->has_listener) {
            return seccomp_notify(t, nr, a, ret);
        }
        *ret = -ENOSYS;
        return SECCOMP_ANSWERED;
    case SECCOMP_RET_TRACE:
        return asked ? SECCOMP_ALLOWED
                     : ask_tracer(t, call, a, ret, decision & SECCOMP_RET_DATA);
    default: return end_call(t, nr, a, decision);
    }
}

SeccompVerdict judge_call(Task *t, unsigned *nr, const uint64_t *a, long *ret)
{
    take_up_privs(t);
    if (t->seccomp.strict && !strict_allows(t, *nr)) {
        strace_never_returns(t, *nr, a);
        kill_thread(t, SIGKILL);
        return SECCOMP_ENDED;
    }
    return run_filters(t, nr, a, ret, false);
}
