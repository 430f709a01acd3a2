/* Exec and its threads: set-up, settings, statistics. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "exec/exec_log.h"
#include "exec/fault.h"
#include "exec/internal.h"
#include "exec/perf.h"

enum {
    GUARD_BYTES = 4096,
    DEFAULT_CODE_BYTES = 256 << 20,
    DEFAULT_MAX_INSNS = 512,
    DEFAULT_HOT = 4096,
};

void exec_config_default(ExecConfig *c)
{
    *c = (ExecConfig){
        .code_bytes = DEFAULT_CODE_BYTES, .max_insns = DEFAULT_MAX_INSNS,
        .hot = DEFAULT_HOT, .max_pinned = -1, .max_scratch = -1,
    };
}

Exec *exec_new(const ExecConfig *cfg)
{
    Exec *e = calloc(1, sizeof(*e));
    if (!e) {
        return NULL;
    }
    e->cfg = *cfg;
    if (log_on(cfg->log, LOG_nochain)) {
        e->cfg.no_link = e->cfg.no_ret_stack = true;
    }
    pthread_mutex_init(&e->lock, NULL);
    if (mem_new(&e->mem, cfg->code_bytes) < 0 || store_new(&e->store) < 0
        || pieces_new(e) < 0 || runtime_new(e) < 0) {
        free(e);
        return NULL;
    }
    pthread_cond_init(&e->changed, NULL);
    perf_open(e);
    exec_log_open(e);
    return e;
}

/* The return stack: a guard page, the entries, and the word at its base. */
static bool new_ret_stack(ExecThread *t)
{
    const Exec *e = t->exec;
    size_t size = GUARD_BYTES + RET_STACK_BYTES + GUARD_BYTES;
    uint8_t *p = mmap(NULL, size, PROT_READ | PROT_WRITE,
                      MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED || mprotect(p, GUARD_BYTES, PROT_NONE) < 0) {
        return false;
    }
    uint8_t *base = p + GUARD_BYTES + RET_STACK_BYTES;
    *(RetStackEntry *)base = e->cfg.backend->ret_bottom(e->runtime->backend);
    t->ret_stack = p;
    t->cpu->ret_base = (uintptr_t)base;
    empty_ret_stack(t->cpu);
    return true;
}

static void add_thread(ExecThread *t)
{
    Exec *e = t->exec;
    pthread_mutex_lock(&e->lock);
    t->host = pthread_self();
    t->next = e->threads;
    e->threads = t;
    pthread_mutex_unlock(&e->lock);
}

/* The thread's blocks stay, and so does the memory they are in. */
static void remove_thread(ExecThread *t)
{
    Exec *e = t->exec;
    pthread_mutex_lock(&e->lock);
    ExecThread **link = &e->threads;
    while (*link && *link != t) {
        link = &(*link)->next;
    }
    if (*link) {
        *link = t->next;
        stats_add(&e->retired, &t->stats, t->cpu);
        piece_give_back(t);
        arena_keep(&e->retired_tbs, &t->arena);
    }
    pthread_mutex_unlock(&e->lock);
}

static size_t cpu_bytes(const Exec *e)
{
    const Instrument *in = e->cfg.instrument;
    return sizeof(CPUState) + (in ? in->cpu_bytes : 0);
}

CPUState *exec_cpu_new(Exec *e)
{
    ExecThread *t = calloc(1, sizeof(*t));
    CPUState *cpu = mmap(NULL, cpu_bytes(e), PROT_READ | PROT_WRITE,
                         MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!t || cpu == MAP_FAILED) {
        free(t);
        return NULL;
    }
    t->exec = e;
    t->cpu = cpu;
    cpu->exec = t;
    cpu->jump_cache[0].pc = JUMP_CACHE_EMPTY;
    heat_reset(t);
    if (!new_ret_stack(t)) {
        exec_cpu_free(cpu);
        return NULL;
    }
    add_thread(t);
    fault_set_thread(t);
    return cpu;
}

void exec_cpu_free(CPUState *cpu)
{
    ExecThread *t = thread_of(cpu);
    remove_thread(t);
    fault_set_thread(NULL);
    if (t->ret_stack) {
        munmap(t->ret_stack, RET_STACK_BYTES + 2 * GUARD_BYTES);
    }
    munmap(cpu, cpu_bytes(t->exec));
    free(t);
}

void exec_set_stop_fn(Exec *e, ExecStopFn *fn)
{
    e->stop_fn = fn;
}

int exec_fork_prepare(CPUState *cpu)
{
    ExecThread *t = thread_of(cpu);
    exclusive_begin(t);
    if (pieces_copy_for_child(t->exec) < 0) {
        exclusive_end(t);
        return -1;
    }
    return 0;
}

void exec_fork_hold(CPUState *cpu)
{
    pthread_mutex_lock(&thread_of(cpu)->exec->lock);
}

/* In the child, under the lock: nobody waits, and there is no other thread. */
static void become_only_thread(ExecThread *t)
{
    Exec *e = t->exec;
    pthread_cond_init(&e->changed, NULL);
    e->threads = t;
    t->next = NULL;
    t->host = pthread_self();
    e->stop = false;
}

void exec_fork_done(CPUState *cpu, bool child)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    if (!child) {
        pthread_mutex_unlock(&e->lock);
        mem_drop_copy(&e->mem);
        exclusive_end(t);
        return;
    }
    if (mem_take_copy(&e->mem) < 0) {
        fprintf(stderr, "tcg: no memory for code after fork: %s\n",
                strerror(errno));
        _exit(127);
    }
    become_only_thread(t);
    pthread_mutex_unlock(&e->lock);
    perf_open_in_child(e);
}
