/*
 * Threads.  The new host thread makes its own Task and cpu, takes the
 * parent's registers, and tells the parent its id; only then does the parent
 * go on, so that both find the id where clone(2) promised it.
 */
#include "linux-user/process/thread.h"

#include <errno.h>
#include <linux/futex.h>
#include <sched.h>
#include <semaphore.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/debug/debug.h"
#include "linux-user/debug/profile.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/seccomp/seccomp.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/current.h"
#include "util/check.h"

enum {
    THREAD_STACK_BYTES = 512 << 10, /* of the emulator, not the guest */
    UNSHARED = CLONE_FS | CLONE_FILES | CLONE_SYSVSEM,
    KNOWN_FLAGS = CLONE_VM | CLONE_SIGHAND | CLONE_THREAD | UNSHARED |
                  CLONE_SETTLS | CLONE_PARENT_SETTID | CLONE_CHILD_SETTID |
                  CLONE_CHILD_CLEARTID | CLONE_DETACHED | CLONE_IO |
                  CLONE_UNTRACED | CLONE_PTRACE | CLONE_PIDFD,
};

typedef struct NewThread {
    Task *parent;
    const CloneArgs *args;
    sem_t started; /* posted once: then this is gone */
    long result;   /* the id, or -errno */
} NewThread;

static void free_cpu(Task *t)
{
    if (t->cpu) {
        exec_cpu_free(t->cpu);
    }
    free(t);
}

Task *task_new(Process *proc)
{
    Task *t = calloc(1, sizeof(*t));

    if (!t) {
        return NULL;
    }
    t->proc = proc;
    t->actions = &proc->actions;
    trace_init(t);
    t->cpu = exec_cpu_new(proc->exec);
    if (!t->cpu || signal_init(t) < 0) {
        free_cpu(t);
        return NULL;
    }
    proc->options->exec.frontend->reset(t->cpu);
    if (proc->options->plugins &&
        !plugins_thread_start(proc->options->plugins, t->cpu)) {
        signal_end(t);
        free_cpu(t);
        return NULL;
    }
    proc->nb_tasks++;
    check(task_current() == t, "thread %d is not its own", t->tid);
    if (proc->options->profile) {
        profile_thread_start(t);
    }
    return t;
}

void task_free(Task *t)
{
    check(t == task_current(), "a thread frees another one's task");
    profile_thread_end(t);
    if (t->proc->options->plugins) {
        plugins_thread_end(t->proc->options->plugins, t->cpu);
    }
    signal_end(t);
    trace_forget_all(t);
    free(t->strace);
    free_cpu(t);
}

void thread_clear_tid(Task *t)
{
    int32_t zero = 0;

    if (t->clear_tid && mm_write(task_mm(t), t->clear_tid, &zero, 4)) {
        raw_syscall(SYS_futex, (long)g2h(task_mm(t), t->clear_tid), FUTEX_WAKE,
                    1, 0, 0, 0);
    }
    t->clear_tid = 0;
}

void thread_copy_state(Task *t, Task *parent, const CloneArgs *c)
{
    check(t != parent && t->proc == parent->proc,
          "a parent of another process");
    memcpy(t->cpu->guest, parent->cpu->guest,
           t->proc->options->exec.frontend->state_bytes);
    t->cpu->fp->set(t->cpu, parent->cpu->fp->get(parent->cpu));
    t->actions = parent->actions;
    check(!(parent->sigmask & NEVER_BLOCKED), "mask %#lx",
          (long)parent->sigmask);
    t->sigmask = parent->sigmask;
    seccomp_copy(t, parent);
    clone_start_child(t, c);
}

static void *thread_main(void *opaque)
{
    NewThread *n = opaque;
    Task *parent = n->parent;
    Task *t = task_new(parent->proc);
    long tid = raw_syscall(SYS_gettid, 0, 0, 0, 0, 0, 0);

    if (!t) {
        n->result = -EAGAIN;
        sem_post(&n->started);
        return NULL;
    }
    check(t->tid == tid && t->tgid == parent->tgid, "thread %d of %d", t->tid,
          t->tgid);
    if (!clone_give_thread_pidfd(t, n->args)) {
        t->proc->nb_tasks--;
        task_free(t);
        n->result = -EINVAL;
        sem_post(&n->started);
        return NULL;
    }
    if (~n->args->flags & UNSHARED) {
        unshare((int)(~n->args->flags & UNSHARED));
    }
    thread_copy_state(t, parent, n->args);
    trace_clone_child(t, parent->trace, n->args);
    if (parent->debug) {
        debug_thread_start(t);
    }
    clone_give_tid(t, n->args, CLONE_PARENT_SETTID, tid);
    clone_give_tid(t, n->args, CLONE_CHILD_SETTID, tid);
    n->result = tid;
    sem_post(&n->started);
    signal_unblock(t);
    t->proc->run(t);
    if (t->debug) {
        gdb_thread_end(t->debug);
    }
    task_free(t);
    return NULL;
}

bool thread_start_host(void *(*fn)(void *), void *arg)
{
    pthread_attr_t attr;
    pthread_t thread;
    int error;

    pthread_attr_init(&attr);
    pthread_attr_setdetachstate(&attr, PTHREAD_CREATE_DETACHED);
    pthread_attr_setstacksize(&attr, THREAD_STACK_BYTES);
    error = pthread_create(&thread, &attr, fn, arg);
    pthread_attr_destroy(&attr);
    return !error;
}

static long start_thread(NewThread *n)
{
    sem_init(&n->started, 0, 0);
    if (!thread_start_host(thread_main, n)) {
        return -EAGAIN;
    }
    while (sem_wait(&n->started) < 0) {
    }
    sem_destroy(&n->started);
    check(n->result, "a thread without an id, of %d", n->parent->tid);
    return n->result;
}

/* The thread starts with all signals blocked, so none finds it half made. */
long thread_clone(Task *t, const CloneArgs *c)
{
    NewThread n = {.parent = t, .args = c};
    long ret = -RESTART_SYSCALL;

    if (c->flags & ~(uint64_t)KNOWN_FLAGS) {
        return -EINVAL;
    }
    trace_clone_begin(t, c);
    if (signal_block_all(t)) {
        ret = start_thread(&n);
    }
    signal_unblock(t);
    return ret;
}
