/* What is the same for threads and processes of all kinds. */
#include "linux-user/process/clone.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sys/syscall.h>
#include "host/usercopy.h"
#include "linux-user/task/regs.h"
#include "util/check.h"

void clone_start_child(Task *t, const CloneArgs *c)
{
    check(c->nb_set_tid <= CLONE_NB_TIDS, "%u ids", c->nb_set_tid);
    if (c->stack) {
        task_set_sp(t, c->stack);
    }
    if (c->flags & CLONE_SETTLS) {
        *task_reg(t, task_abi(t)->regs.tls) = c->tls;
    }
    *task_result(t) = 0;
    task_leave(t);
    t->clear_tid = c->flags & CLONE_CHILD_CLEARTID ? c->child_tid : 0;
    t->robust_list = 0;
}

void clone_give_tid(Task *t, const CloneArgs *c, uint64_t flag, long tid)
{
    int32_t value = (int32_t)tid;

    check(tid > 0, "a child has id %ld", tid);
    if (c->flags & flag) {
        mm_write(task_mm(t),
                 flag == CLONE_PARENT_SETTID ? c->parent_tid : c->child_tid,
                 &value, sizeof(value));
    }
}

/* What we see to, so that the host's call need not. */
enum {
    OURS = CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
           CLONE_CHILD_CLEARTID | CLONE_DETACHED,
};

long clone_host_flags(const CloneArgs *c)
{
    return (long)(c->flags & ~(uint64_t)OURS & ~CLONE_CLEAR_SIGHAND) |
           c->exit_signal;
}

bool clone_give_thread_pidfd(Task *t, const CloneArgs *c)
{
    enum { OF_THREAD = O_EXCL }; /* PIDFD_THREAD, Linux 6.9 */
    long fd = c->flags & CLONE_PIDFD
                  ? raw_syscall(SYS_pidfd_open, t->tid, OF_THREAD, 0, 0, 0, 0)
                  : 0;

    if (fd > 0) {
        clone_give_pidfd(t, c, (int32_t)fd);
    }
    return fd >= 0;
}

void clone_give_pidfd(Task *t, const CloneArgs *c, int32_t pidfd)
{
    if (c->flags & CLONE_PIDFD) {
        mm_write(task_mm(t), c->pidfd, &pidfd, sizeof(pidfd));
    }
}
