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
#include "util/check.h"

enum {
    GUARD_BYTES = 4096,
    DEFAULT_CODE_BYTES = 256 << 20,
    DEFAULT_MAX_INSNS = 512,
    DEFAULT_HOT = 4096,
};

void exec_config_default(ExecConfig *c)
{
    *c = (ExecConfig){
        .code_bytes = DEFAULT_CODE_BYTES,
        .max_insns = DEFAULT_MAX_INSNS,
        .hot = DEFAULT_HOT,
        .max_pinned = -1,
        .max_scratch = -1,
    };
}

/* One that no thread has used, and of which parts may be missing. */
static void exec_free(Exec *e)
{
    runtime_free(e);
    pieces_free(e);
    store_free(&e->store);
    mem_free(&e->mem);
    free(e);
}

static void check_facts(const Frontend *f)
{
    check(f->insn_bytes && f->insn_bytes <= INSN_MAX_BYTES,
          "%s: instructions of %u bytes", f->name, f->insn_bytes);
    check(f->insn_align && f->insn_align <= f->insn_bytes &&
              !(f->insn_align & (f->insn_align - 1)),
          "%s: alignment %u", f->name, f->insn_align);
    check(f->page_bits >= PAGE_BITS, "%s: pages of 2^%u bytes", f->name,
          f->page_bits);
    check(f->nb_tb_flags && f->nb_tb_flags <= 1u << TB_FLAG_BITS,
          "%s: %u states of translation", f->name, f->nb_tb_flags);
}

/* Of the code buffer; jumps go from one end of it to that of the window. */
static size_t code_bytes(const ExecConfig *cfg, size_t window)
{
    uint64_t reach = cfg->backend->jump_reach;
    check(reach > window, "the window for images is out of reach");
    return cfg->code_bytes < reach - window ? cfg->code_bytes
                                            : (reach - window) & PAGE_START;
}

Exec *exec_new(const ExecConfig *cfg)
{
    Exec *e = calloc(1, sizeof(*e));
    if (!e) {
        return NULL;
    }
    e->cfg = *cfg;
    check_facts(cfg->frontend);
    if (!e->cfg.features) {
        e->cfg.features = cfg->frontend->models->features;
    }
    if (log_on(cfg->log, LOG_nochain)) {
        e->cfg.no_link = e->cfg.no_ret_stack = true;
    }
    pthread_mutex_init(&e->lock, NULL);
    pthread_cond_init(&e->changed, NULL);
    pthread_cond_init(&e->stages_back, NULL);
    size_t window = cfg->image_dir ? IMAGE_WINDOW : 0;
    if (mem_new(&e->mem, code_bytes(cfg, window), window) < 0 ||
        store_new(&e->store) < 0 || pieces_new(e) < 0 || runtime_new(e) < 0 ||
        !exec_log_open(e)) {
        exec_free(e);
        errno = ENOMEM;
        return NULL;
    }
    images_open(e);
    perf_open(e);
    return e;
}

/* A thread's memory is one mapping, and its guard: there may be thousands. */
static size_t thread_bytes(const Exec *e)
{
    const Instrument *in = e->cfg.instrument;
    return backend_cpu_bytes(e->cfg.backend, e->cfg.frontend->state_bytes +
                                                 (in ? in->cpu_bytes : 0));
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
    kick_done(t); /* a vfork child was killed */
    pthread_mutex_lock(&e->lock);
    ExecThread **link = &e->threads;
    while (*link && *link != t) {
        link = &(*link)->next;
    }
    check(*link, "a thread ends that is not known");
    *link = t->next;
    stats_add(&e->retired, &t->stats, t->cpu);
    piece_give_back(t);
    pthread_mutex_unlock(&e->lock);
}

static bool new_cpu(ExecThread *t)
{
    const Exec *e = t->exec;
    void *p = mmap(NULL, thread_bytes(e), PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
        return false;
    }
    t->memory = p;
    t->cpu = backend_cpu_init(e->runtime->backend, e->cfg.backend, p);
    if (!t->cpu) {
        munmap(p, thread_bytes(e));
        return false;
    }
    return true;
}

CPUState *exec_cpu_new(Exec *e)
{
    ExecThread *t = calloc(1, sizeof(*t));
    if (t) {
        t->exec = e;
    }
    if (!t || !new_cpu(t)) {
        free(t);
        errno = ENOMEM;
        return NULL;
    }
    t->cpu->exec = t;
    t->cpu->instrument = t->cpu->guest + e->cfg.frontend->state_bytes;
    jump_cache_init(t->cpu, e->cfg.frontend->nb_tb_flags);
    heat_reset(t);
    add_thread(t);
    fault_set_thread(t);
    return t->cpu;
}

void exec_cpu_free(CPUState *cpu)
{
    ExecThread *t = thread_of(cpu);
    check(!t->running && !t->stages, "a thread ends while it runs");
    remove_thread(t);
    fault_set_thread(NULL);
    munmap(t->memory, thread_bytes(t->exec));
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

/*
 * In the child, under the lock: nobody waits, and there is no other thread.
 * What room the others had left in their pieces is there for new ones.
 */
static void become_only_thread(ExecThread *t)
{
    Exec *e = t->exec;
    check(e->stop, "a fork without exclusivity");
    for (ExecThread *o = e->threads; o; o = o->next) {
        if (o != t) {
            piece_give_back(o);
        }
    }
    pthread_cond_init(&e->changed, NULL);
    pthread_cond_init(&e->stages_back, NULL);
    e->threads = t;
    t->next = NULL;
    t->host = pthread_self();
    e->stop = false;
    e->nb_kicked = 0;
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
    images_take_copy(e);
    if (mem_take_copy(&e->mem, e->cfg.reserve) < 0) {
        fprintf(stderr, "tcg: no memory for code after fork: %s\n",
                strerror(errno));
        _exit(127);
    }
    become_only_thread(t);
    pthread_mutex_unlock(&e->lock);
    perf_open_in_child(e);
}
