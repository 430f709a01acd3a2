/*
 * Exclusivity: one thread goes on while all others wait at a safe point.
 *
 * A thread is running from run_begin() to run_end(), but for the time that it
 * is parked in safe_point().  Who wants exclusivity sets `stop`, and calls
 * stop_fn for those that run until none does.
 *
 * `running` and `stop` are each written by one side and then read by the
 * other, sequentially consistent: a thread that starts to run sees stop, or
 * is seen running.  The lock is taken only when there is something to wait
 * for.
 */
#include <stdatomic.h>
#include <time.h>
#include "exec/internal.h"
#include "util/check.h"
#include "util/cond.h"

uint64_t now_ns(const Exec *e)
{
    struct timespec ts;
    if (!e->cfg.stats) {
        return 0;
    }
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

void lap(const Exec *e, uint64_t *counter, uint64_t *last)
{
    uint64_t now = now_ns(e);
    *counter += now - *last;
    *last = now;
}

void exec_lock(ExecThread *t)
{
    uint64_t start = now_ns(t->exec);
    pthread_mutex_lock(&t->exec->lock);
    lap(t->exec, &t->stats.ns_locks, &start);
}

/* Under the lock: until nobody has exclusivity. */
static void wait_for_go(Exec *e)
{
    while (atomic_load(&e->stop)) {
        pthread_cond_wait(&e->changed, &e->lock);
    }
}

void run_begin(ExecThread *t)
{
    Exec *e = t->exec;
    debug_check(!t->running, "a thread runs that runs already");
    atomic_store(&t->running, true);
    while (__builtin_expect(atomic_load(&e->stop), 0)) {
        uint64_t start = now_ns(e);
        run_end(t);
        pthread_mutex_lock(&e->lock);
        wait_for_go(e);
        lap(e, &t->stats.ns_locks, &start);
        pthread_mutex_unlock(&e->lock);
        atomic_store(&t->running, true);
    }
}

void run_end(ExecThread *t)
{
    Exec *e = t->exec;
    atomic_store(&t->running, false);
    if (__builtin_expect(atomic_load(&e->stop), 0)) {
        pthread_mutex_lock(&e->lock);
        pthread_cond_broadcast(&e->changed);
        pthread_mutex_unlock(&e->lock);
    }
}

void safe_point(ExecThread *t)
{
    if (__builtin_expect(
            atomic_load_explicit(&t->exec->stop, memory_order_relaxed), 0)) {
        t->link_from = NULL;
        run_end(t);
        run_begin(t);
    }
}

/* Calls stop_fn for the other threads that run; false if there are none. */
static bool stop_others(ExecThread *t)
{
    Exec *e = t->exec;
    bool any = false;
    for (ExecThread *o = e->threads; o; o = o->next) {
        if (o != t && atomic_load(&o->running)) {
            check(e->stop_fn, "nothing can stop a thread");
            e->stop_fn(o->cpu);
            any = true;
        }
    }
    return any;
}

/* While it waits for its turn, t is parked itself. */
void exclusive_begin(ExecThread *t)
{
    Exec *e = t->exec;
    bool was_running = atomic_load(&t->running);
    uint64_t start = now_ns(e);
    check(!t->stages, "exclusivity is wanted within a translation");
    check(!t->stopped_others, "exclusivity is wanted by who has it for good");
    pthread_mutex_lock(&e->lock);
    atomic_store(&t->running, false);
    pthread_cond_broadcast(&e->changed);
    wait_for_go(e);
    atomic_store(&e->stop, true);
    while (stop_others(t)) {
        cond_wait_a_little(&e->changed, &e->lock);
    }
    atomic_store(&t->running, was_running);
    lap(e, &t->stats.ns_locks, &start);
    pthread_mutex_unlock(&e->lock);
}

void exclusive_end(ExecThread *t)
{
    Exec *e = t->exec;
    pthread_mutex_lock(&e->lock);
    check(e->stop, "exclusivity ends that nobody has");
    atomic_store(&e->stop, false);
    pthread_cond_broadcast(&e->changed);
    pthread_mutex_unlock(&e->lock);
}

void exec_each_other(CPUState *cpu, void (*fn)(void *, CPUState *), void *arg)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    pthread_mutex_lock(&e->lock);
    for (const ExecThread *o = e->threads; o; o = o->next) {
        if (o != t) {
            fn(arg, o->cpu);
        }
    }
    pthread_mutex_unlock(&e->lock);
}

void exec_stop_others(CPUState *cpu, void (*fn)(void *, CPUState *), void *arg)
{
    ExecThread *t = thread_of(cpu);
    if (!t->stopped_others) {
        exclusive_begin(t);
        t->stopped_others = true;
    }
    exec_each_other(cpu, fn, arg);
}
