/* Processes: making them, ending them, and what they are told of the system. */
#include "linux-user/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/prctl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/syscall.h>
#include <sys/utsname.h>
#include <unistd.h>
#include "linux-user/signal.h"
#include "linux-user/thread.h"
#include "linux-user/usercopy.h"

/* --- the end --- */

long sys_exit_group(Task *t, const uint64_t *a)
{
    process_end(t);
    for (;;) {
        raw_syscall(SYS_exit_group, (int)a[0], 0, 0, 0, 0, 0);
    }
}

/* The last thread ends the process; another only itself. */
long sys_exit(Task *t, const uint64_t *a)
{
    if (t->vfork || --t->proc->nb_tasks == 0) {
        return sys_exit_group(t, a);
    }
    thread_clear_tid(t);
    t->exited = t->no_result = true;
    return 0;
}

long sys_set_tid_address(Task *t, const uint64_t *a)
{
    t->clear_tid = a[0];
    return raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);
}

/* --- clone --- */

void clone_start_child(Task *t, const uint64_t *a)
{
    RVState *s = rv_state(t->cpu);
    uint64_t stack = a[1], tls = a[3], flags = a[0];

    if (stack) {
        s->gpr[RV_SP] = stack;
    }
    if (flags & CLONE_SETTLS) {
        s->gpr[RV_TP] = tls;
    }
    s->gpr[RV_A0] = 0;
    s->load_res = RV_NO_RESERVATION;
}

static long host_pointer(Task *t, uint64_t addr)
{
    return addr && addr < TASK_SIZE ? (long)g2h(task_mm(t), addr) : 0;
}

/* What plain fork needs no more than, given that we see to the ids. */
enum { FORK_FLAGS = 0xff | CLONE_SETTLS | CLONE_PARENT_SETTID |
                    CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID };

/*
 * libc's fork, which leaves malloc and stdio usable when other threads were
 * using them; or the host's clone, for namespaces and the like.
 */
static long host_fork(Task *t, const uint64_t *a)
{
    long flags = (long)(a[0] & ~(uint64_t)CLONE_SETTLS), ret;
    int32_t tid;

    if ((a[0] & ~(uint64_t)FORK_FLAGS) || (a[0] & 0xff) != SIGCHLD) {
        return raw_syscall(SYS_clone, flags, 0, host_pointer(t, a[2]),
                           host_pointer(t, a[4]), 0, 0);
    }
    ret = fork();
    tid = (int32_t)(ret ? ret : getpid());
    if (ret < 0) {
        return -errno;
    }
    if (ret && (flags & CLONE_PARENT_SETTID)) {
        mm_write(task_mm(t), a[2], &tid, sizeof(tid));
    }
    if (!ret && (flags & CLONE_CHILD_SETTID)) {
        mm_write(task_mm(t), a[4], &tid, sizeof(tid));
    }
    return ret;
}

static void start_process(Task *t, const uint64_t *a)
{
    t->proc->nb_tasks = 1;
    t->vfork = false;
    t->clear_tid = a[0] & CLONE_CHILD_CLEARTID ? a[4] : 0;
    signal_forget_timer(t);
    clone_start_child(t, a);
}

/*
 * A process of its own.  The map's lock is held across the fork, so that it
 * is free in the child; signals are held, so that none is noted in both.
 */
static long fork_process(Task *t, const uint64_t *a)
{
    Mm *mm = task_mm(t);
    long ret = -RESTART_SYSCALL;

    fflush(t->proc->options->log.file);
    signal_block(t);
    if (!t->pending && exec_fork_prepare(t->cpu) < 0) {
        ret = -EAGAIN;
    } else if (!t->pending) {
        pthread_mutex_lock(&t->actions->lock);
        pthread_mutex_lock(&mm->lock);
        ret = host_fork(t, a);
        pthread_mutex_unlock(&mm->lock);
        pthread_mutex_unlock(&t->actions->lock);
        exec_fork_done(t->cpu, ret == 0);
        if (ret == 0) {
            start_process(t, a);
        }
    }
    signal_unblock(t);
    return ret;
}

enum { VFORK_STACK_BYTES = 1 << 20 };

static int vfork_child(void *opaque)
{
    Task *t = opaque;

    t->vfork = true;
    signal_forget_timer(t);
    signal_unblock(t);
    task_loop(t);
    return 0;
}

/*
 * vfork and posix_spawn: the child runs in our memory, emulator and all, on
 * a stack of its own, while the host keeps this thread waiting.  It uses this
 * very Task and cpu, which are put back as they were when it is gone; what it
 * did to the guest's memory stays, as it must.
 */
static long vfork_process(Task *t, const uint64_t *a)
{
    int flags = (int)(a[0] & ~(uint64_t)CLONE_SETTLS);
    Actions actions = { .lock = PTHREAD_MUTEX_INITIALIZER };
    RVState *s = rv_state(t->cpu), regs = *s;
    uint32_t mxcsr = t->cpu->guest_mxcsr;
    Task task;
    char *stack;
    long ret;

    stack = mmap(NULL, VFORK_STACK_BYTES, PROT_READ | PROT_WRITE,
                 MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (stack == MAP_FAILED) {
        return -EAGAIN;
    }
    signal_block(t);
    ret = -RESTART_SYSCALL;
    if (!t->pending) {
        task = *t;
        if (!(flags & CLONE_SIGHAND)) {
            memcpy(actions.at, t->actions->at, sizeof(actions.at));
            t->actions = &actions;
        }
        clone_start_child(t, a);
        ret = clone(vfork_child, stack + VFORK_STACK_BYTES, flags, t,
                    host_pointer(t, a[2]), NULL, host_pointer(t, a[4]));
        ret = ret < 0 ? -errno : ret;
        exec_scratch_free(t);
        *t = task;
        *s = regs;
        t->cpu->guest_mxcsr = mxcsr;
    }
    munmap(stack, VFORK_STACK_BYTES);
    signal_unblock(t);
    return ret;
}

long sys_clone(Task *t, const uint64_t *a)
{
    if (!(a[0] & CLONE_VM)) {
        return fork_process(t, a);
    }
    if (a[0] & CLONE_VFORK) {
        return vfork_process(t, a);
    }
    return thread_clone(t, a);
}

/* Programs fall back to clone. */
long sys_clone3(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return -ENOSYS;
}

/* --- the system --- */

long sys_uname(Task *t, const uint64_t *a)
{
    struct utsname name;

    if (uname(&name) < 0) {
        return -errno;
    }
    memset(name.machine, 0, sizeof(name.machine));
    strcpy(name.machine, TARGET_UNAME_MACHINE);
    return mm_write(task_mm(t), a[0], &name, sizeof(name)) ? 0 : -EFAULT;
}

/* READ_IMPLIES_EXEC would make the emulator's own memory executable. */
long sys_personality(Task *t, const uint64_t *a)
{
    uint32_t p = (uint32_t)a[0];

    (void)t;
    if (p != 0xffffffff) {
        p &= ~(uint32_t)READ_IMPLIES_EXEC;
    }
    return raw_syscall(SYS_personality, (long)p, 0, 0, 0, 0, 0);
}

/* Bits: which arguments are pointers; -1: not for this guest. */
static int prctl_pointers(int option)
{
    switch (option) {
    case PR_SET_NAME: case PR_GET_NAME: case PR_GET_PDEATHSIG:
    case PR_GET_CHILD_SUBREAPER: case PR_GET_TID_ADDRESS:
        return 1 << 1;
    case PR_SET_PDEATHSIG: case PR_GET_DUMPABLE: case PR_SET_DUMPABLE:
    case PR_GET_KEEPCAPS: case PR_SET_KEEPCAPS: case PR_GET_SECUREBITS:
    case PR_SET_SECUREBITS: case PR_CAPBSET_READ: case PR_CAPBSET_DROP:
    case PR_SET_TIMERSLACK: case PR_GET_TIMERSLACK:
    case PR_SET_CHILD_SUBREAPER: case PR_SET_NO_NEW_PRIVS:
    case PR_GET_NO_NEW_PRIVS: case PR_SET_THP_DISABLE:
    case PR_GET_THP_DISABLE: case PR_CAP_AMBIENT: case PR_SET_PTRACER:
    case PR_GET_SECCOMP: case PR_GET_TIMING: case PR_SET_TIMING:
        return 0;
    default:
        return -1;
    }
}

long sys_prctl(Task *t, const uint64_t *a)
{
    int pointers = prctl_pointers((int)a[0]);

    return pointers < 0 ? -EINVAL
                        : pass_call(t, SYS_prctl, (unsigned)pointers, a);
}

/* The kernel restarts its calls by itself: no frame ever asks for this. */
long sys_restart_syscall(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return -EINTR;
}
