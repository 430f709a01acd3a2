/* Events of the program, and who is told of them. */
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "plugin/internal.h"
#include "util/reserve.h"

static const size_t counters_bytes = MAX_COUNTERS * sizeof(uint64_t);

static void flushed(void *opaque)
{
    Plugins *p = opaque;
    arena_reset(&p->calls);
}

static void *new_counters(void)
{
    void *p = mmap(NULL, counters_bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    return must_have(p == MAP_FAILED ? NULL : p);
}

static void init_locks(Plugins *p)
{
    pthread_mutex_init(&p->coming, NULL);
    pthread_mutex_init(&p->translating, NULL);
    pthread_mutex_init(&p->lock, NULL);
}

Plugins *plugins_new(const ExecConfig *cfg)
{
    Plugins *p = must_have(calloc(1, sizeof(*p)));
    p->cfg = cfg;
    p->instrument = (Instrument){p, counters_bytes, plugins_rewrite, flushed};
    p->ir = must_have(ir_new());
    p->frontend = must_have(cfg->frontend->create(p->ir, cfg->features));
    p->retired = new_counters();
    for (unsigned i = 0; i < HOOK_COUNT; i++) {
        p->last[i] = &p->hooks[i];
    }
    init_locks(p);
    return p;
}

const Instrument *plugins_instrument(const Plugins *p)
{
    return &p->instrument;
}

/* ---- Who is told --------------------------------------------------------- */

static Hook *add_hook(TcgPlugin *plugin, HookKind kind, void *user)
{
    Plugins *p = plugin->all;
    Hook *h = must_have(calloc(1, sizeof(*h)));
    h->user = user;
    *p->last[kind] = h;
    p->last[kind] = &h->next;
    return h;
}

void tcg_on_translate(TcgPlugin *p, TcgTranslateFn *fn, void *user)
{
    add_hook(p, HOOK_TRANSLATE, user)->translate = fn;
}

void tcg_on_thread_start(TcgPlugin *p, TcgThreadFn *fn, void *user)
{
    add_hook(p, HOOK_THREAD_START, user)->thread = fn;
}

void tcg_on_thread_end(TcgPlugin *p, TcgThreadFn *fn, void *user)
{
    add_hook(p, HOOK_THREAD_END, user)->thread = fn;
}

void tcg_on_syscall(TcgPlugin *p, TcgSyscallFn *fn, void *user)
{
    add_hook(p, HOOK_SYSCALL, user)->syscall = fn;
}

void tcg_on_syscall_return(TcgPlugin *p, TcgSyscallFn *fn, void *user)
{
    add_hook(p, HOOK_SYSCALL_RETURN, user)->syscall = fn;
}

void tcg_on_fork(TcgPlugin *p, TcgProcessFn *fn, void *user)
{
    add_hook(p, HOOK_FORK, user)->process = fn;
}

void tcg_on_exit(TcgPlugin *p, TcgProcessFn *fn, void *user)
{
    add_hook(p, HOOK_EXIT, user)->process = fn;
}

/* ---- Events -------------------------------------------------------------- */

static void tell_of_thread(const Plugins *p, HookKind kind, TcgThread *t)
{
    for (const Hook *h = p->hooks[kind]; h; h = h->next) {
        h->thread(t, h->user);
    }
}

void plugins_start(Plugins *p, const PluginGuest *guest, SymbolMap *symbols,
                   const char *program)
{
    p->guest = *guest;
    p->program = program;
    p->symbols = symbols;
}

bool plugins_thread_start(Plugins *p, CPUState *cpu)
{
    TcgThread *t = reserve_calloc(p->cfg->reserve, 1, sizeof(*t));
    if (!t) {
        return false;
    }
    t->all = p;
    t->cpu = cpu;
    cpu->plugin = t;
    pthread_mutex_lock(&p->coming);
    pthread_mutex_lock(&p->lock);
    t->id = p->next_id++;
    t->next = p->threads;
    p->threads = t;
    pthread_mutex_unlock(&p->lock);
    tell_of_thread(p, HOOK_THREAD_START, t);
    pthread_mutex_unlock(&p->coming);
    return true;
}

/* Its counts become part of those of ended threads; under the lock. */
static void retire(Plugins *p, TcgThread *t)
{
    const uint64_t *counters = counters_of(t->cpu);
    TcgThread **link = &p->threads;
    while (*link != t) {
        link = &(*link)->next;
    }
    *link = t->next;
    for (uint32_t i = 0; i < p->nb_counters; i++) {
        p->retired[i] += counters[i];
    }
}

void plugins_thread_end(Plugins *p, CPUState *cpu)
{
    TcgThread *t = thread_of_cpu(cpu);
    pthread_mutex_lock(&p->coming);
    tell_of_thread(p, HOOK_THREAD_END, t);
    pthread_mutex_lock(&p->lock);
    retire(p, t);
    pthread_mutex_unlock(&p->lock);
    pthread_mutex_unlock(&p->coming);
    free(t);
}

static void tell_of_syscall(const Plugins *p, HookKind kind, CPUState *cpu,
                            const TcgSyscall *s)
{
    for (const Hook *h = p->hooks[kind]; h; h = h->next) {
        h->syscall(thread_of_cpu(cpu), s, h->user);
    }
}

void plugins_syscall(Plugins *p, CPUState *cpu, const TcgSyscall *s)
{
    tell_of_syscall(p, HOOK_SYSCALL, cpu, s);
}

void plugins_syscall_return(Plugins *p, CPUState *cpu, const TcgSyscall *s)
{
    tell_of_syscall(p, HOOK_SYSCALL_RETURN, cpu, s);
}

static void tell_of_process(const Plugins *p, HookKind kind)
{
    for (const Hook *h = p->hooks[kind]; h; h = h->next) {
        h->process(h->user);
    }
}

/* The child, which has this thread alone. */
static void forked(Plugins *p, TcgThread *t)
{
    init_locks(p);
    madvise(p->retired, counters_bytes, MADV_DONTNEED);
    memset(counters_of(t->cpu), 0, p->nb_counters * sizeof(uint64_t));
    p->threads = t;
    t->next = NULL;
    tell_of_process(p, HOOK_FORK);
}

void plugins_fork_begin(Plugins *p)
{
    pthread_mutex_lock(&p->coming);
    pthread_mutex_lock(&p->lock);
}

void plugins_fork_end(Plugins *p, CPUState *cpu, bool child)
{
    if (child) {
        forked(p, thread_of_cpu(cpu));
    } else {
        pthread_mutex_unlock(&p->lock);
        pthread_mutex_unlock(&p->coming);
    }
}

void plugins_exit(Plugins *p)
{
    pthread_mutex_lock(&p->coming);
    for (TcgThread *t = p->threads; t; t = t->next) {
        tell_of_thread(p, HOOK_THREAD_END, t);
    }
    tell_of_process(p, HOOK_EXIT);
}
