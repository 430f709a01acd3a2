/*
 * wait4 and waitid.  Once a process has traced another, it looks first at
 * what it would be told (WNOWAIT): a stop of a tracee that the guest need not
 * see is gone on from, the others are told as the tracee's block has them.
 */
#include "linux-user/ptrace/internal.h"

#include <errno.h>
#include <limits.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include "host/usercopy.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/task/call.h"
#include "linux-user/task/sys.h"
#include "util/check.h"

typedef struct Wait {
    int type, id, options; /* waitid's, without WNOWAIT */
    bool keep;             /* the guest has given that */
    long usage;            /* host address of struct rusage, or 0 */
    siginfo_t info;        /* si_pid 0: nothing */
    int64_t sleep_ns;      /* next time */
} Wait;

static long host_wait(Task *t, int type, int id, siginfo_t *info, int options,
                      long usage)
{
    info->si_pid = 0;
    return safe_syscall(&t->pending, SYS_waitid, type, id, (long)info, options,
                        usage, 0);
}

/* Its tracees that it does not wait for need us as well. */
static bool must_poll(const Task *t, const Wait *w)
{
    const Tracee *e = t->tracees;

    return w->type != P_ALL && !(w->options & WNOHANG) && e &&
           (w->type != P_PID || e->next || e->tid != w->id);
}

static long sleep_a_little(Task *t, Wait *w)
{
    enum { FIRST_NS = 20000, LAST_NS = 2000000 };
    struct timespec ts = {0, w->sleep_ns ? w->sleep_ns : FIRST_NS};

    w->sleep_ns = ts.tv_nsec < LAST_NS ? ts.tv_nsec * 2 : ts.tv_nsec;
    return safe_syscall(&t->pending, SYS_nanosleep, (long)&ts, 0, 0, 0, 0, 0);
}

/* The next thing that it would be told; nothing is taken. */
static long look(Task *t, Wait *w)
{
    for (;;) {
        bool poll;
        long ret;

        if (t->tracees) {
            tracer_pump(t);
        }
        poll = must_poll(t, w);
        ret = host_wait(t, w->type, w->id, &w->info,
                        w->options | WNOWAIT | (poll ? WNOHANG : 0), 0);
        if (ret < 0 || w->info.si_pid || !poll) {
            return ret;
        }
        ret = sleep_a_little(t, w);
        if (ret < 0) {
            return ret;
        }
    }
}

/* Another thread of ours traces it: that one has to look at it. */
static long leave_to_others(Task *t, Wait *w)
{
    if (w->options & WNOHANG) {
        w->info.si_pid = 0;
        return 1;
    }
    return sleep_a_little(t, w);
}

static void forget_ended(Task *t, const siginfo_t *info)
{
    Tracee *e = tracee_find(t, info->si_pid);
    bool ended = info->si_code == CLD_EXITED || info->si_code == CLD_KILLED ||
                 info->si_code == CLD_DUMPED;

    if (e && ended) {
        tracee_remove(t, e);
    }
}

static void tell_stop(Wait *w, const Tracee *e)
{
    check(e->stopped, "%d is told of, and runs", e->tid);
    w->info.si_code = CLD_TRAPPED;
    w->info.si_status = (int)e->status;
}

/* Takes what look() has found, if it is still there. */
static long take(Task *t, Wait *w)
{
    long ret = host_wait(
        t, P_PID, w->info.si_pid, &w->info,
        w->options | WNOHANG | __WALL | (w->keep ? WNOWAIT : 0), w->usage);

    if (ret == 0 && w->info.si_pid && !w->keep) {
        forget_ended(t, &w->info);
    }
    return ret == -ECHILD ? 0 : ret;
}

/* 1: w->info is what to tell; 0: look again; or -errno. */
static long see_stop(Task *t, Wait *w)
{
    int tid = w->info.si_pid, code = w->info.si_status;
    Tracee *e = tracee_find(t, tid);
    long ret;

    e = e ? e : tracee_adopt(t, tid, code);
    if (!e) {
        return leave_to_others(t, w);
    }
    if (!tracee_take_stop(t, e, code)) {
        return 0;
    }
    ret = take(t, w);
    if (ret < 0 || !w->info.si_pid) {
        return ret;
    }
    tell_stop(w, e);
    return 1;
}

static long traced_wait(Task *t, Wait *w)
{
    for (;;) {
        long ret = look(t, w);

        if (ret < 0 || !w->info.si_pid) {
            return ret;
        }
        if (w->info.si_code == CLD_TRAPPED) {
            ret = see_stop(t, w);
            if (ret) {
                return ret < 0 ? ret : 0;
            }
            continue;
        }
        ret = take(t, w);
        if (ret < 0 || w->info.si_pid) {
            return ret;
        }
    }
}

/* A child may have asked to be traced, of which we know nothing. */
static long plain_wait(Task *t, Wait *w)
{
    long ret = host_wait(t, w->type, w->id, &w->info,
                         w->options | (w->keep ? WNOWAIT : 0), w->usage);
    Tracee *e;

    if (ret < 0 || !w->info.si_pid || w->info.si_code != CLD_TRAPPED) {
        return ret;
    }
    e = tracee_adopt(t, w->info.si_pid, w->info.si_status);
    if (e && !tracee_take_stop(t, e, w->info.si_status)) {
        return traced_wait(t, w);
    }
    if (e) {
        tell_stop(w, e);
    }
    return ret;
}

static long run_wait(Task *t, Wait *w)
{
    return t->proc->tracing ? traced_wait(t, w) : plain_wait(t, w);
}

/* --- the calls --- */

static int status_of(const siginfo_t *info)
{
    enum { STOPPED = 0x7f, DUMPED = 0x80, CONTINUED = 0xffff };

    switch (info->si_code) {
    case CLD_EXITED: return (info->si_status & 0xff) << 8;
    case CLD_KILLED: return info->si_status;
    case CLD_DUMPED: return info->si_status | DUMPED;
    case CLD_CONTINUED: return CONTINUED;
    default: return info->si_status << 8 | STOPPED;
    }
}

static bool set_target(Wait *w, int pid)
{
    w->type = pid == -1 ? P_ALL : pid > 0 ? P_PID : P_PGID;
    w->id = pid > 0 ? pid : pid < -1 ? -pid : 0;
    return pid != INT_MIN;
}

/* wait4(pid, status, options, rusage) */
long sys_wait4(Task *t, const uint64_t *a)
{
    const int known =
        WNOHANG | WUNTRACED | WCONTINUED | __WNOTHREAD | __WCLONE | __WALL;
    Wait w = {.options = (int)a[2] | WEXITED, .usage = host_pointer(t, a[3])};
    int status;
    long ret;

    if (a[2] & ~(uint64_t)(uint32_t)known & UINT32_MAX) {
        return -EINVAL;
    }
    if (!set_target(&w, (int)a[0])) {
        return -ESRCH;
    }
    ret = run_wait(t, &w);
    if (ret < 0) {
        return ret;
    }
    status = status_of(&w.info);
    if (w.info.si_pid && a[1] &&
        !mm_write(task_mm(t), a[1], &status, sizeof(status))) {
        return -EFAULT;
    }
    return w.info.si_pid;
}

/* waitid(type, id, siginfo, options, rusage) */
long sys_waitid(Task *t, const uint64_t *a)
{
    Wait w = {.type = (int)a[0],
              .id = (int)a[1],
              .options = (int)a[3] & ~WNOWAIT,
              .keep = a[3] & WNOWAIT,
              .usage = host_pointer(t, a[4])};
    long ret;

    memset(&w.info, 0, sizeof(w.info));
    ret = run_wait(t, &w);
    if (!a[2] || ret == -RESTART_SYSCALL || ret == -EINTR) {
        return ret;
    }
    if (ret < 0 || !w.info.si_pid) {
        memset(&w.info, 0, sizeof(w.info));
    }
    return mm_write(task_mm(t), a[2], &w.info, sizeof(w.info)) ? ret : -EFAULT;
}

/* It may stand for others that came while it waited in the kernel. */
bool trace_sees_child(Task *t, siginfo_t *info)
{
    const Tracee *e;
    siginfo_t other;

    if (info->si_code != CLD_TRAPPED) {
        return true;
    }
    tracer_pump(t);
    e = tracee_find(t, info->si_pid);
    if (e && e->stopped) {
        info->si_status = (int)e->status & 0x7f;
    }
    other.si_pid = 0;
    raw_syscall(SYS_waitid, P_ALL, 0, (long)&other,
                WEXITED | WSTOPPED | WCONTINUED | WNOHANG | WNOWAIT | __WALL, 0,
                0);
    return !e || other.si_pid;
}
