/*
 * What a debugger needs of exec: breakpoints, a watched range, single steps.
 *
 * Neither costs anything while there is none: breakpoints shape blocks when
 * they are translated (BlockRequest.stops), so do tests for watched memory
 * (watch.c), and a step runs a block of one instruction that no other block
 * is linked to.
 */
#include <stdlib.h>
#include <string.h>
#include "exec/exec_log.h"
#include "exec/internal.h"
#include "util/check.h"

/* Invalidates the blocks at addresses of `a` that are not in `b`. */
static void invalidate_missing(CPUState *cpu, const ExecDebug *a,
                               const ExecDebug *b)
{
    for (uint32_t i = 0, j = 0; i < a->nb_stops; i++) {
        while (j < b->nb_stops && b->stops[j] < a->stops[i]) {
            j++;
        }
        if (j == b->nb_stops || b->stops[j] != a->stops[i]) {
            exec_invalidate(cpu, a->stops[i], 1);
        }
    }
}

static int compare(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;
    return (x > y) - (x < y);
}

bool exec_set_stops(CPUState *cpu, const uint64_t *pc, uint32_t n)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    check(!t->running, "breakpoints change while the thread runs");
    uint64_t *stops = malloc((n + 1) * sizeof(*stops));
    if (!stops) {
        return false;
    }
    if (n) {
        memcpy(stops, pc, n * sizeof(*stops));
    }
    qsort(stops, n, sizeof(*stops), compare);
    exclusive_begin(t);
    ExecDebug old = e->debug;
    e->debug.stops = stops;
    e->debug.nb_stops = n;
    e->images.spoilt = true;
    invalidate_missing(cpu, &old, &e->debug);
    invalidate_missing(cpu, &e->debug, &old);
    exclusive_end(t);
    free(old.stops);
    return true;
}

void exec_set_watch(CPUState *cpu, uint64_t start, uint64_t bytes)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    check(!t->running, "a watchpoint changes while the thread runs");
    exclusive_begin(t);
    e->images.spoilt = true;
    e->debug.watch_start = start;
    e->debug.watch_bytes = bytes;
    exclusive_end(t);
    flush_code(t, e->flushes);
}

/*
 * A block of one instruction has slots, which nothing links, or looks its
 * way out up in the jump cache or the return stack, which are empty.
 */
static TB *find_step(ExecThread *t, bool watched)
{
    Exec *e = t->exec;
    uint64_t *pc = (uint64_t *)(t->cpu->guest + e->cfg.frontend->pc_offset);
    uint32_t flags = e->cfg.frontend->tb_flags(t->cpu) |
                     (watched ? TB_STEP_WATCHED : TB_STEP);
    *pc &= e->cfg.frontend->pc_mask;
    TB *tb = store_find(&e->store, *pc, flags);
    return tb ? tb : translate(t, *pc, flags);
}

static Event step_once(ExecThread *t, bool watched)
{
    safe_point(t);
    if (__atomic_load_n(&t->cpu->exit_request, __ATOMIC_RELAXED)) {
        return (Event){.kind = EVENT_INTERRUPT};
    }
    TB *tb = find_step(t, watched);
    if (!tb) {
        return t->event;
    }
    clear_jump_cache(t->cpu);
    t->exec->cfg.backend->forget_returns(t->cpu);
    Event event = {.kind = EVENT_STEPPED};
    run_tb(t, tb, &event);
    t->exec->cfg.backend->forget_returns(t->cpu);
    return event;
}

Event exec_step(CPUState *cpu, bool watched)
{
    ExecThread *t = thread_of(cpu);
    run_begin(t);
    Event event = step_once(t, watched);
    log_event(t, &event);
    t->link_from = NULL;
    run_end(t);
    return event;
}
