/*
 * Stages: made when a thread finds none idle, kept for the next one.  There is
 * always one, with which the runtime was made; so who can make none for want of
 * memory waits for another thread's.
 */
#include <errno.h>
#include <stdlib.h>
#include "exec/exec_log.h"
#include "util/check.h"
#include "util/reserve.h"

/*
 * Around plugins' calls nothing need be saved of what is not pinned: FP
 * registers are not.
 */
static BackendConfig backend_config(const ExecConfig *c, const AllocLog *log)
{
    return (BackendConfig){
        .plain = c->plain,
        .max_pinned_int = c->max_pinned,
        .max_pinned_fp = c->instrument ? 0 : c->max_pinned,
        .max_scratch = c->max_scratch,
        .guest_base = c->guest_base,
        .no_ret_stack = c->no_ret_stack,
        .pc_offset = c->frontend->pc_offset,
        .hot = c->frontend->hot,
        .every_pc = c->every_pc || c->jitdump,
        .count_all = c->stats,
        .count_heat = c->hot && !c->no_link,
        .trace = alloc_log_trace(log),
    };
}

/* Room for the notes of one translation. */
static InsnNote *new_notes(const ExecConfig *c)
{
    uint32_t n =
        c->max_insns > REGION_MAX_INSNS ? c->max_insns : REGION_MAX_INSNS;
    return calloc(n, sizeof(InsnNote));
}

static void stages_free(const ExecConfig *c, Stages *s)
{
    if (s->backend) {
        c->backend->destroy(s->backend);
    }
    if (s->translator) {
        c->frontend->destroy(s->translator);
    }
    ir_free(s->ir);
    free(s->alloc_log);
    free(s->notes);
    free(s);
}

/* What it consists of; false: no memory. */
static bool stages_fill(const ExecConfig *c, Stages *s)
{
    s->alloc_log = alloc_log_new(c);
    s->notes = c->instrument ? new_notes(c) : NULL;
    s->ir = ir_new();
    s->translator = s->ir ? c->frontend->create(s->ir, c->features) : NULL;
    if (!s->translator || (c->instrument && !s->notes)) {
        return false;
    }
    BackendConfig bc = backend_config(c, s->alloc_log);
    s->backend = c->backend->create(&bc, s->ir);
    return s->backend != NULL;
}

/* NULL: no memory. */
static Stages *stages_try(const ExecConfig *c)
{
    Stages *s = calloc(1, sizeof(*s));
    if (s && !stages_fill(c, s)) {
        stages_free(c, s);
        return NULL;
    }
    return s;
}

static Stages *stages_new(const ExecConfig *c)
{
    Stages *s;
    do {
        s = stages_try(c);
    } while (!s && reserve_use(c->reserve));
    return s;
}

int runtime_new(Exec *e)
{
    Stages *s = stages_new(&e->cfg);
    CodeBuf head = {e->mem.rw, e->mem.rx, e->piece_bytes, 0};
    errno = ENOMEM;
    if (s && !e->cfg.backend->emit_runtime(s->backend, &head)) {
        stages_free(&e->cfg, s);
        s = NULL;
    }
    e->runtime_bytes = e->piece[0].used = head.used;
    e->runtime = e->idle = s;
    return s ? 0 : -1;
}

void runtime_free(Exec *e)
{
    check(!e->runtime || (e->idle == e->runtime && !e->idle->next),
          "stages in use");
    if (e->idle) {
        stages_free(&e->cfg, e->idle);
    }
}

static Stages *take_idle(ExecThread *t, bool wait)
{
    Exec *e = t->exec;
    exec_lock(t);
    while (wait && !e->idle) {
        pthread_cond_wait(&e->stages_back, &e->lock);
    }
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
    check(!t->stages, "stages taken twice");
    t->stages = take_idle(t, false);
    if (t->stages) {
        return;
    }
    t->stages = stages_new(&e->cfg);
    if (!t->stages) {
        t->stages = take_idle(t, true);
    } else {
        e->cfg.backend->share_runtime(t->stages->backend, e->runtime->backend);
    }
}

void stages_give_back(ExecThread *t)
{
    Exec *e = t->exec;
    check(t->stages && t->stages->ir->ops, "no stages to give back");
    exec_lock(t);
    t->stages->next = e->idle;
    e->idle = t->stages;
    pthread_cond_signal(&e->stages_back);
    pthread_mutex_unlock(&e->lock);
    t->stages = NULL;
}
