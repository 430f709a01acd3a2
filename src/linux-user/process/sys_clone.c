/*
 * clone and clone3: processes with memory of their own here, with their
 * parent's in vfork.c, threads in thread.c.
 */
#include "linux-user/process/clone.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/debug/debug.h"
#include "linux-user/debug/profile.h"
#include "linux-user/process/thread.h"
#include "linux-user/process/vfork.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/seccomp/seccomp.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/current.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/sys.h"
#include "util/check.h"

static long own_tid(void)
{
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* --- fork --- */

/*
 * Where libc keeps this thread's id: the kernel clears it when the thread
 * ends.  Without it a process made by the host's clone would take its main
 * thread for the parent's when it wants to stop it.
 */
static long libc_tid_address(void)
{
    long addr = 0;

    raw_syscall(SYS_prctl, PR_GET_TID_ADDRESS, (long)&addr, 0, 0, 0, 0);
    return addr;
}

/* What clone(2) has no place for. */
static bool needs_clone3(const CloneArgs *c)
{
    return c->nb_set_tid || (c->flags & (CLONE_INTO_CGROUP | CLONE_NEWTIME));
}

static long host_clone3(const CloneArgs *c, int32_t *pidfd, long tid)
{
    struct clone_args args = {
        .flags = ((uint64_t)clone_host_flags(c) & ~(uint64_t)CSIGNAL) |
                 (tid ? CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID : 0),
        .exit_signal = (uint64_t)c->exit_signal,
        .pidfd = (uintptr_t)pidfd,
        .child_tid = (uint64_t)tid,
        .set_tid = c->nb_set_tid ? (uintptr_t)c->set_tid : 0,
        .set_tid_size = c->nb_set_tid,
        .cgroup = (uint64_t)c->cgroup,
    };

    return raw_syscall(SYS_clone3, (long)&args, sizeof(args), 0, 0, 0, 0);
}

/*
 * libc's fork, which leaves malloc and stdio usable when other threads were
 * using them; or the host's clone, for namespaces and the like.
 */
static long host_fork(const CloneArgs *c, int32_t *pidfd)
{
    long flags = clone_host_flags(c), tid = libc_tid_address();

    if (needs_clone3(c)) {
        return host_clone3(c, pidfd, tid);
    }
    if (flags == SIGCHLD) {
        long ret = fork();

        return ret < 0 ? -errno : ret;
    }
    if (tid) {
        flags |= CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID;
    }
    return raw_syscall(SYS_clone, flags, 0, (long)pidfd, tid, 0, 0);
}

/* Nothing has come for the child yet. */
static void forget_parent(Task *t)
{
    check(t == task_current(), "a process begins with another thread's task");
    t->proc->nb_tasks = 1;
    t->vfork = false;
    held_clear(&t->proc->held);
    held_clear(&t->held);
    signal_new_process(t);
}

static void start_process(Task *t, const CloneArgs *c)
{
    seccomp_new_process(t);
    t->tracees = NULL;
    t->proc->tracing = false;
    trace_clone_child(t, t->trace, c);
    clone_start_child(t, c);
    clone_give_tid(t, c, CLONE_CHILD_SETTID, own_tid());
    if (c->flags & CLONE_CLEAR_SIGHAND) {
        signal_reset_handlers(t);
    }
    if (t->debug) {
        debug_fork_child(t);
    }
    if (t->proc->options->profile) {
        profile_forked(t);
    }
}

static long fork_debugged(Task *t, const CloneArgs *c, int32_t *pidfd)
{
    long ret;

    if (t->debug) {
        gdb_fork_begin(t->debug);
    }
    ret = host_fork(c, pidfd);
    if (t->debug && ret != 0) {
        gdb_fork_parent(t->debug, (int)ret);
    }
    return ret;
}

/* The map's lock is held across the fork, so that it is free in the child. */
static long fork_locked(Task *t, const CloneArgs *c, int32_t *pidfd)
{
    Plugins *plugins = t->proc->options->plugins;
    Mm *mm = task_mm(t);
    long ret;

    if (plugins) {
        plugins_fork_begin(plugins);
    }
    pthread_mutex_lock(&t->actions->lock);
    pthread_mutex_lock(&mm->lock);
    exec_fork_hold(t->cpu);
    ret = fork_debugged(t, c, pidfd);
    if (ret == 0) {
        mm_forked(mm);
    }
    pthread_mutex_unlock(&mm->lock);
    pthread_mutex_unlock(&t->actions->lock);
    exec_fork_done(t->cpu, ret == 0);
    if (plugins) {
        plugins_fork_end(plugins, t->cpu, ret == 0);
    }
    return ret;
}

/* A process of its own. */
static long fork_process(Task *t, const CloneArgs *c)
{
    long ret = -RESTART_SYSCALL;
    int32_t pidfd = -1;

    trace_clone_begin(t, c);
    fflush(t->proc->options->log.file);
    if (signal_block_all(t)) {
        ret =
            exec_fork_prepare(t->cpu) < 0 ? -EAGAIN : fork_locked(t, c, &pidfd);
        if (ret == 0) {
            forget_parent(t);
        }
        signal_block(t);
        if (ret == 0) {
            start_process(t, c);
        } else if (ret > 0) {
            clone_give_tid(t, c, CLONE_PARENT_SETTID, ret);
            clone_give_pidfd(t, c, pidfd);
        }
    }
    signal_unblock(t);
    return ret;
}

/*
 * For the client's sake a vfork child that it wants to follow has memory of
 * its own; its parent waits all the same.
 */
static long followed_vfork(Task *t, const CloneArgs *c)
{
    CloneArgs own = *c;
    long ret;

    own.flags &= ~(uint64_t)(CLONE_VM | CLONE_VFORK);
    ret = fork_process(t, &own);
    if (ret != 0) {
        gdb_vfork_wait(t->debug);
    }
    return ret;
}

/* --- the calls --- */

static bool flags_valid(const CloneArgs *c)
{
    uint64_t f = c->flags;

    return !((f & CLONE_THREAD) && !(f & CLONE_SIGHAND)) &&
           !((f & CLONE_THREAD) && (f & (CLONE_NEWUSER | CLONE_NEWPID))) &&
           !((f & CLONE_SIGHAND) && !(f & CLONE_VM)) &&
           !((f & CLONE_SIGHAND) && (f & CLONE_CLEAR_SIGHAND)) &&
           !((f & CLONE_PIDFD) && (f & CLONE_DETACHED)) &&
           !((f & CLONE_PIDFD) && (f & CLONE_PARENT_SETTID) &&
             c->pidfd == c->parent_tid) &&
           !((f & CLONE_FS) && (f & (CLONE_NEWNS | CLONE_NEWUSER)));
}

/* A task is not made if its pidfd has no place to go to. */
static bool pidfd_writable(Task *t, const CloneArgs *c)
{
    uint32_t old;

    return mm_read(task_mm(t), &old, c->pidfd, sizeof(old)) &&
           ((c->pidfd & 3) ||
            user_cas(g2h(task_mm(t), c->pidfd), old, old) >= 0);
}

/* Why there is no such task; 0: there may be. */
static long refuse(Task *t, const CloneArgs *c)
{
    if (!flags_valid(c)) {
        return -EINVAL;
    }
    if ((c->flags & CLONE_VM) && c->nb_set_tid) {
        return -EPERM; /* libc makes it, which cannot */
    }
    if ((c->flags & CLONE_VM) && (c->flags & CLONE_INTO_CGROUP)) {
        return -EOPNOTSUPP;
    }
    return (c->flags & CLONE_PIDFD) && !pidfd_writable(t, c) ? -EFAULT : 0;
}

static long start_task(Task *t, const CloneArgs *c)
{
    long ret = refuse(t, c);

    if (ret < 0) {
        return ret;
    }
    if (!(c->flags & CLONE_VM)) {
        return fork_process(t, c);
    }
    if (c->flags & CLONE_THREAD) {
        return thread_clone(t, c);
    }
    if ((c->flags & CLONE_VFORK) && t->debug && gdb_vfork_begin(t->debug)) {
        return followed_vfork(t, c);
    }
    return c->flags & CLONE_VFORK ? vfork_process(t, c) : shared_process(t, c);
}

static long run_clone(Task *t, const CloneArgs *c)
{
    bool traced = t->trace->on;
    long ret = start_task(t, c);

    if (traced && ret > 0) {
        trace_clone_end(t, c, ret);
    }
    return ret;
}

/* clone(flags and signal, stack, parent_tid or pidfd, then tls and child_tid in
   the guest's order) */
long sys_clone(Task *t, const uint64_t *a)
{
    uint32_t tls = task_abi(t)->clone_tls;
    CloneArgs c = {
        .flags = a[0] & 0xffffffff & ~(uint64_t)CSIGNAL,
        .exit_signal = (int)(a[0] & CSIGNAL),
        .stack = a[1],
        .parent_tid = a[2],
        .pidfd = a[2],
        .tls = a[tls],
        .child_tid = a[7 - tls],
    };

    return run_clone(t, &c);
}

/* struct clone_args at addr, of any size that Linux takes. */
static long read_args(Task *t, struct clone_args *in, uint64_t addr,
                      uint64_t size)
{
    uint8_t rest[GUEST_PAGE];

    memset(in, 0, sizeof(*in));
    if (size > GUEST_PAGE) {
        return -E2BIG;
    }
    if (size < CLONE_ARGS_SIZE_VER0) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), rest, addr, size)) {
        return -EFAULT;
    }
    memcpy(in, rest, size < sizeof(*in) ? size : sizeof(*in));
    for (size_t i = sizeof(*in); i < size; i++) {
        if (rest[i]) {
            return -E2BIG;
        }
    }
    return 0;
}

/* What is wrong before the flags are looked at. */
static long check_fields(const struct clone_args *in, uint64_t size)
{
    if (in->set_tid_size > CLONE_NB_TIDS || !in->set_tid != !in->set_tid_size ||
        in->exit_signal > GUEST_NSIG) {
        return -EINVAL;
    }
    return (in->flags & CLONE_INTO_CGROUP) &&
                   (in->cgroup > INT_MAX || size < CLONE_ARGS_SIZE_VER2)
               ? -EINVAL
               : 0;
}

static long check_flags(const Mm *mm, const struct clone_args *in)
{
    const uint64_t known = UINT32_MAX | CLONE_CLEAR_SIGHAND | CLONE_INTO_CGROUP;
    const uint64_t not_here = CLONE_DETACHED | (CSIGNAL & ~CLONE_NEWTIME);

    return (in->flags & ~known) || (in->flags & not_here) ||
                   ((in->flags & (CLONE_THREAD | CLONE_PARENT)) &&
                    in->exit_signal) ||
                   !in->stack != !in->stack_size ||
                   !mm_range_ok(mm, in->stack, in->stack_size)
               ? -EINVAL
               : 0;
}

long sys_clone3(Task *t, const uint64_t *a)
{
    struct clone_args in;
    int32_t set_tid[CLONE_NB_TIDS] = {0};
    CloneArgs c;
    long ret = read_args(t, &in, a[0], a[1]);

    ret = ret < 0 ? ret : check_fields(&in, a[1]);
    if (ret == 0 && !mm_read(task_mm(t), set_tid, in.set_tid,
                             in.set_tid_size * sizeof(set_tid[0]))) {
        ret = -EFAULT;
    }
    ret = ret < 0 ? ret : check_flags(task_mm(t), &in);
    if (ret < 0) {
        return ret;
    }
    c = (CloneArgs){
        .flags = in.flags,
        .exit_signal = (int)in.exit_signal,
        .stack = in.stack + in.stack_size,
        .tls = in.tls,
        .parent_tid = in.parent_tid,
        .child_tid = in.child_tid,
        .pidfd = in.pidfd,
        .cgroup = (int32_t)in.cgroup,
        .nb_set_tid = (uint32_t)in.set_tid_size,
    };
    memcpy(c.set_tid, set_tid, sizeof(set_tid));
    return run_clone(t, &c);
}
