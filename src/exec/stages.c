/* Stages: made when a thread finds none idle, kept for the next one. */
#include <errno.h>
#include <stdlib.h>
#include "exec/exec_log.h"
#include "util/check.h"

/*
 * Around plugins' calls nothing need be saved of what is not pinned: FP
 * registers are not.
 */
static BackendConfig backend_config(const ExecConfig *c, const AllocLog *log)
{
    return (BackendConfig){
        .plain = c->plain, .max_pinned_int = c->max_pinned,
        .max_pinned_fp = c->instrument ? 0 : c->max_pinned,
        .max_scratch = c->max_scratch,
        .guest_base = c->guest_base != 0, .no_ret_stack = c->no_ret_stack,
        .pc_offset = c->frontend->pc_offset, .hot = c->frontend->hot,
        .every_pc = c->every_pc || c->jitdump,
        .count_all = c->stats,
        .count_heat = c->hot && !c->no_link, .trace = alloc_log_trace(log),
    };
}

static InsnNote *new_notes(const ExecConfig *c)
{
    uint32_t n = c->max_insns > REGION_MAX_INSNS ? c->max_insns
                                                 : REGION_MAX_INSNS;
    InsnNote *notes = c->instrument ? calloc(n, sizeof(*notes)) : NULL;
    check(notes || !c->instrument, "out of memory");
    return notes;
}

/* NULL: the backend cannot use this host. */
static Stages *stages_new(const ExecConfig *c)
{
    Stages *s = calloc(1, sizeof(*s));
    check(s, "out of memory");
    s->alloc_log = alloc_log_new(c);
    BackendConfig bc = backend_config(c, s->alloc_log);
    s->ir = ir_new();
    s->translator = c->frontend->create(s->ir);
    s->backend = c->backend->create(&bc, s->ir);
    s->notes = new_notes(c);
    if (!s->backend) {
        c->frontend->destroy(s->translator);
        ir_free(s->ir);
        free(s->alloc_log);
        free(s->notes);
        free(s);
        return NULL;
    }
    return s;
}

int runtime_new(Exec *e)
{
    Stages *s = stages_new(&e->cfg);
    CodeBuf head = {e->mem.rw, e->mem.rx, e->piece_bytes, 0};
    if (!s || !e->cfg.backend->emit_runtime(s->backend, &head)) {
        errno = ENOMEM;
        return -1;
    }
    e->runtime_bytes = e->piece[0].used = head.used;
    e->runtime = e->idle = s;
    return 0;
}

static Stages *take_idle(ExecThread *t)
{
    Exec *e = t->exec;
    exec_lock(t);
    Stages *s = e->idle;
    if (s) {
        e->idle = s->next;
    }
    pthread_mutex_unlock(&e->lock);
    return s;
}

void stages_take(ExecThread *t)
{
    const Exec *e = t->exec;
    t->stages = take_idle(t);
    if (!t->stages) {
        t->stages = stages_new(&e->cfg);
        check(t->stages, "no backend for another thread");
        e->cfg.backend->share_runtime(t->stages->backend,
                                      e->runtime->backend);
    }
}

void stages_give_back(ExecThread *t)
{
    Exec *e = t->exec;
    exec_lock(t);
    t->stages->next = e->idle;
    e->idle = t->stages;
    pthread_mutex_unlock(&e->lock);
    t->stages = NULL;
}
