/*
 * clone and clone3: processes with memory of their own here, with their
 * parent's in vfork.c, threads in thread.c.
 */
#include "linux-user/clone.h"

#include <errno.h>
#include <linux/sched.h>
#include <signal.h>
#include <stddef.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "linux-user/debug.h"
#include "linux-user/profile.h"
#include "linux-user/seccomp.h"
#include "linux-user/signal.h"
#include "linux-user/sys.h"
#include "linux-user/thread.h"
#include "linux-user/usercopy.h"
#include "linux-user/vfork.h"

/* --- the child's start --- */

void clone_start_child(Task *t, const CloneArgs *c)
{
    RVState *s = rv_state(t->cpu);

    if (c->stack) {
        s->gpr[RV_SP] = c->stack;
    }
    if (c->flags & CLONE_SETTLS) {
        s->gpr[RV_TP] = c->tls;
    }
    s->gpr[RV_A0] = 0;
    s->load_res = RV_NO_RESERVATION;
    t->clear_tid = c->flags & CLONE_CHILD_CLEARTID ? c->child_tid : 0;
    t->robust_list = 0;
}

void clone_give_tid(Task *t, const CloneArgs *c, uint64_t flag, long tid)
{
    int32_t value = (int32_t)tid;

    if (c->flags & flag) {
        mm_write(task_mm(t), flag == CLONE_PARENT_SETTID ? c->parent_tid
                                                         : c->child_tid,
                 &value, sizeof(value));
    }
}

static long own_tid(void)
{
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* --- fork --- */

/* What we see to, so that the host's call need not. */
enum {
    OURS = CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
           CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_UNTRACED |
           CLONE_PTRACE,
};

long clone_host_flags(const CloneArgs *c)
{
    return (long)(c->flags & ~(uint64_t)OURS & ~CLONE_CLEAR_SIGHAND) |
           c->exit_signal;
}

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

/*
 * libc's fork, which leaves malloc and stdio usable when other threads were
 * using them; or the host's clone, for namespaces and the like.
 */
static long host_fork(const CloneArgs *c, int32_t *pidfd)
{
    long flags = clone_host_flags(c), tid = libc_tid_address();

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
    t->proc->nb_tasks = 1;
    t->vfork = false;
    held_clear(&t->proc->held);
    held_clear(&t->held);
    signal_new_process(t);
}

static void start_process(Task *t, const CloneArgs *c)
{
    seccomp_new_process(t);
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

void clone_give_pidfd(Task *t, const CloneArgs *c, int32_t pidfd)
{
    if (c->flags & CLONE_PIDFD) {
        mm_write(task_mm(t), c->pidfd, &pidfd, sizeof(pidfd));
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

    fflush(t->proc->options->log.file);
    if (signal_block_all(t)) {
        ret = exec_fork_prepare(t->cpu) < 0 ? -EAGAIN
                                            : fork_locked(t, c, &pidfd);
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

/* A vfork that the debugger follows: see debug_vfork_begin(). */
static long followed_vfork(Task *t, const CloneArgs *c, int pipe_ends[2])
{
    CloneArgs own = *c;
    long ret;

    own.flags &= ~(uint64_t)(CLONE_VM | CLONE_VFORK);
    ret = fork_process(t, &own);
    debug_vfork_wait(t, pipe_ends, ret == 0);
    return ret;
}

/* --- the calls --- */

static bool flags_valid(const CloneArgs *c)
{
    uint64_t f = c->flags;

    return !((f & CLONE_THREAD) && !(f & CLONE_SIGHAND)) &&
           !((f & CLONE_SIGHAND) && !(f & CLONE_VM)) &&
           !((f & CLONE_SIGHAND) && (f & CLONE_CLEAR_SIGHAND)) &&
           !((f & CLONE_FS) && (f & (CLONE_NEWNS | CLONE_NEWUSER)));
}

static long run_clone(Task *t, const CloneArgs *c)
{
    int pipe_ends[2];

    if (!flags_valid(c)) {
        return -EINVAL;
    }
    if (!(c->flags & CLONE_VM)) {
        return fork_process(t, c);
    }
    if (c->flags & CLONE_THREAD) {
        return thread_clone(t, c);
    }
    if ((c->flags & CLONE_VFORK) && t->debug &&
        debug_vfork_begin(t, pipe_ends)) {
        return followed_vfork(t, c, pipe_ends);
    }
    return c->flags & CLONE_VFORK ? vfork_process(t, c)
                                  : shared_process(t, c);
}

/* clone(flags and signal, stack, parent_tid or pidfd, tls, child_tid) */
long sys_clone(Task *t, const uint64_t *a)
{
    CloneArgs c = {
        .flags = a[0] & 0xffffffff & ~(uint64_t)CSIGNAL,
        .exit_signal = (int)(a[0] & CSIGNAL),
        .stack = a[1], .parent_tid = a[2], .pidfd = a[2], .tls = a[3],
        .child_tid = a[4],
    };

    if ((c.flags & CLONE_PIDFD) &&
        (c.flags & (CLONE_PARENT_SETTID | CLONE_DETACHED))) {
        return -EINVAL;
    }
    return run_clone(t, &c);
}

/* struct clone_args at addr, of any size that Linux takes. */
static long read_args(Task *t, struct clone_args *in, uint64_t addr,
                      uint64_t size)
{
    uint8_t rest[GUEST_PAGE];

    memset(in, 0, sizeof(*in));
    if (size < CLONE_ARGS_SIZE_VER0) {
        return -EINVAL;
    }
    if (size > GUEST_PAGE) {
        return -E2BIG;
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

/* Ids chosen by the caller and cgroups need privileges that no guest has. */
static long check_args(const struct clone_args *in)
{
    if ((in->flags & (CSIGNAL | CLONE_DETACHED)) ||
        (in->flags >> 34) || in->exit_signal > GUEST_NSIG ||
        ((in->flags & (CLONE_THREAD | CLONE_PARENT)) && in->exit_signal) ||
        !in->stack != !in->stack_size ||
        !guest_range_ok(in->stack, in->stack_size)) {
        return -EINVAL;
    }
    if (in->set_tid_size) {
        return -EPERM;
    }
    return in->flags & CLONE_INTO_CGROUP ? -EOPNOTSUPP : 0;
}

long sys_clone3(Task *t, const uint64_t *a)
{
    struct clone_args in;
    CloneArgs c;
    long ret = read_args(t, &in, a[0], a[1]);

    ret = ret < 0 ? ret : check_args(&in);
    if (ret < 0) {
        return ret;
    }
    c = (CloneArgs){
        .flags = in.flags, .exit_signal = (int)in.exit_signal,
        .stack = in.stack + in.stack_size, .tls = in.tls,
        .parent_tid = in.parent_tid, .child_tid = in.child_tid,
        .pidfd = in.pidfd,
    };
    return run_clone(t, &c);
}
