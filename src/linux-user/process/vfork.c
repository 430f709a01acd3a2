/*
 * Processes in the memory of their parent, emulator and all: they use its
 * Exec and map, with a Task, and unless they share them, Actions of their own.
 */
#include "linux-user/process/vfork.h"

#include <errno.h>
#include <linux/sched.h>
#include <semaphore.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/process/exec.h"
#include "linux-user/process/thread.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/signal/signal.h"
#include "util/annotate.h"
#include "util/check.h"

int annotate_clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

enum { VFORK_STACK_BYTES = 1 << 20 };

typedef struct VforkChild {
    Task *t;
    const CloneArgs *c;
} VforkChild;

static int vfork_child(void *opaque)
{
    VforkChild *v = opaque;
    Task *t = v->t;

    check(t->proc->run && t->trace, "the Task of %d is not whole", t->tid);
    t->vfork = true;
    t->debug = NULL;
    signal_new_process(t);
    signal_block(t);
    t->tracees = NULL; /* its parent's */
    if (t->trace->outer) {
        trace_clone_child(t, t->trace->outer, v->c);
    }
    clone_give_tid(t, v->c, CLONE_PARENT_SETTID, t->tid);
    clone_give_tid(t, v->c, CLONE_CHILD_SETTID, t->tid);
    signal_start_vfork(t, v->c->flags & CLONE_CLEAR_SIGHAND);
    signal_unblock(t);
    t->proc->run(t);
    return 0;
}

static void copy_actions(Task *t, Actions *copy)
{
    check(t->actions != copy, "thread %d copies to itself", t->tid);
    *copy = (Actions){.lock = PTHREAD_MUTEX_INITIALIZER};
    memcpy(copy->at, t->actions->at, sizeof(copy->at));
    copy->catch_core = t->actions->catch_core;
    t->actions = copy;
}

/* It is gone, by execve or for good: what its Task has left to its parent. */
static void end_child(Task *t)
{
    exec_scratch_free(t);
    thread_clear_tid(t);
}

static char *new_stack(Process *proc)
{
    char *p = reserve_map(&proc->reserve, VFORK_STACK_BYTES,
                          PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_NORESERVE);

    if (p) {
        annotate_stack(p, (size_t)VFORK_STACK_BYTES);
    }
    return p;
}

/*
 * The Task and its cpu are the child's while this waits for it, with all
 * signals blocked until they are ours again.
 */
static long lend_task(Task *t, const CloneArgs *c, char *stack)
{
    Actions actions;
    size_t state_bytes = t->proc->options->exec.frontend->state_bytes;
    uint8_t state[state_bytes];
    FpEnv fp = t->cpu->fp->get(t->cpu);
    VforkChild child = {t, c};
    Task task = *t, gone;
    TraceBlock block;
    int32_t pidfd = -1;
    long ret;

    memcpy(state, t->cpu->guest, state_bytes);
    if (!(c->flags & CLONE_SIGHAND)) {
        copy_actions(t, &actions);
    }
    trace_vfork_begin(t, &block, c);
    clone_start_child(t, c);
    held_clear(&t->held);
    ret = annotate_clone(vfork_child, stack + VFORK_STACK_BYTES,
                         (int)clone_host_flags(c), &child, &pidfd);
    ret = ret < 0 ? -errno : ret;
    gone = *t;
    check(gone.cpu == task.cpu && gone.proc == task.proc,
          "the child of %d has another Task", task.tid);
    *t = task;
    memcpy(t->cpu->guest, state, state_bytes);
    t->cpu->fp->set(t->cpu, fp);
    signal_block(t);
    end_child(&gone);
    trace_vfork_end(t, &block);
    if (ret > 0) {
        clone_give_pidfd(t, c, pidfd);
    }
    return ret;
}

/*
 * vfork and posix_spawn: the child runs in our memory, emulator and all, on
 * a stack of its own, while the host keeps this thread waiting.  It uses this
 * very Task and cpu, which are put back as they were when it is gone; what it
 * did to the guest's memory stays, as it must.
 */
long vfork_process(Task *t, const CloneArgs *c)
{
    long ret = -RESTART_SYSCALL;
    char *stack = new_stack(t->proc);

    if (!stack) {
        return -EAGAIN;
    }
    if (signal_block_all(t)) {
        ret = lend_task(t, c, stack);
    }
    signal_unblock(t);
    munmap(stack, VFORK_STACK_BYTES);
    return ret;
}

/* --- without waiting --- */

typedef struct SharedChild {
    Task *parent, *t;
    CloneArgs c;
    int32_t pid, pidfd;
    char name[16]; /* of the parent's thread */
    sem_t started; /* posted once: then this is gone */
    long result;   /* the id, or -errno */
} SharedChild;

static int shared_child(void *opaque)
{
    SharedChild *s = opaque;
    CloneArgs c = s->c;
    Task *t = s->t;

    t->vfork = true;
    signal_new_process(t);
    signal_block(t);
    trace_start(t);
    prctl(PR_SET_NAME, s->name);
    clone_give_pidfd(t, &c, s->pidfd);
    s->result = c.flags & CLONE_PIDFD ? getpid() : s->pid;
    sem_post(&s->started);
    return vfork_child(&(VforkChild){t, &c});
}

/* In the thread that waits; `s` is gone once the child has started. */
static void lend_thread(SharedChild *s, Task *t, char *stack)
{
    bool pidfd = s->c.flags & CLONE_PIDFD;
    long flags = clone_host_flags(&s->c) | CLONE_VFORK |
                 (pidfd ? 0 : CLONE_PARENT_SETTID);
    Actions actions;

    thread_copy_state(t, s->parent, &s->c);
    if (!(s->c.flags & CLONE_SIGHAND)) {
        copy_actions(t, &actions);
    }
    s->t = t;
    if (annotate_clone(shared_child, stack + VFORK_STACK_BYTES, (int)flags, s,
                       pidfd ? &s->pidfd : &s->pid) < 0) {
        s->result = -errno;
        sem_post(&s->started);
    }
    t->pending = 0; /* the child's */
    signal_block(t);
    end_child(t);
}

static void *shared_main(void *opaque)
{
    SharedChild *s = opaque;
    Task *t = task_new(s->parent->proc);
    char *stack = new_stack(s->parent->proc);

    prctl(PR_GET_NAME, s->name);
    prctl(PR_SET_NAME, TRACE_OWN_THREAD);
    if (t && stack) {
        t->proc->nb_tasks--; /* is no thread of this process */
        check(t->proc->nb_tasks >= 0, "%d threads", t->proc->nb_tasks);
        signal_block_all(t);
        lend_thread(s, t, stack);
    } else {
        s->result = -EAGAIN;
        sem_post(&s->started);
    }
    if (stack) {
        munmap(stack, VFORK_STACK_BYTES);
    }
    if (t) {
        task_free(t);
    }
    return NULL;
}

/*
 * A process in our memory that runs beside us: a vfork of a thread that does
 * nothing else, whose libc state and signal stack the child uses.
 */
long shared_process(Task *t, const CloneArgs *c)
{
    SharedChild s = {.parent = t, .c = *c};
    long ret = -RESTART_SYSCALL;

    sem_init(&s.started, 0, 0);
    trace_clone_begin(t, c);
    if (signal_block_all(t)) {
        ret = -EAGAIN;
        if (thread_start_host(shared_main, &s)) {
            while (sem_wait(&s.started) < 0) {
            }
            ret = s.result;
        }
    }
    signal_unblock(t);
    sem_destroy(&s.started);
    return ret;
}
