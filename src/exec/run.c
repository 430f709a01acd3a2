/*
 * The run loop: find the block at pc, link it to where we came from, enter.
 */
#include <stdatomic.h>
#include "exec/exec_log.h"
#include "exec/fault.h"
#include "util/annotate.h"
#include "util/check.h"

static uint64_t *guest_pc(const ExecThread *t)
{
    uint32_t offset = t->exec->cfg.frontend->pc_offset;
    return (uint64_t *)(t->cpu->guest + offset);
}

TB *block_known(ExecThread *t, uint64_t pc, uint32_t flags, bool plain)
{
    Store *s = &t->exec->store;
    TB *tb = plain ? store_find_block(s, pc, flags) : store_find(s, pc, flags);
    t->stats.store_lookups++;
    t->stats.store_hits += tb != NULL;
    return tb ? tb : images_find(t, pc, flags, plain);
}

/*
 * The block at pc, or the region unless it is left by a plain slot;
 * translated if need be. NULL with t->event set.
 */
static TB *find_block(ExecThread *t)
{
    Exec *e = t->exec;
    uint32_t flags = e->cfg.frontend->tb_flags(t->cpu);
    uint64_t pc = *guest_pc(t) &= e->cfg.frontend->pc_mask;
    const TBSlot *from = t->link_from;
    check(!from || from->flags == flags, "tb_flags 0x%x, not 0x%x", flags,
          from->flags);
    TB *tb = block_known(t, pc, flags, t->left_plain);
    t->left_plain = false;
    return tb ? tb : translate(t, pc, flags);
}

static LeftBy left_tb(const uint8_t *code, uint32_t slot)
{
    TB *tb = ((TB *const *)code)[-1];
    annotate_run(tb);
    check(slot < tb->nb_slots, "exit slot %u of %u", slot, tb->nb_slots);
    check(tb->code == code, "the exit record of no block");
    TBSlot *s = &tb->slots[slot];
    return (LeftBy){s->guest_pc, s->plain, s};
}

/* The code was left by an unlinked slot: pc is where the slot leads. */
static void left_by_slot(ExecThread *t)
{
    const ExitRecord *rec = (const ExitRecord *)t->cpu->exit_site;
    const uint8_t *code = (const uint8_t *)rec - rec->block_offset;
    const CodeMem *mem = &t->exec->mem;
    LeftBy left;
    if ((size_t)(code - mem->rx) < mem->size) {
        left = left_tb(code, rec->slot);
    } else {
        images_left_by(t, code, rec->slot, &left);
    }
    t->link_from = left.slot;
    t->left_plain = left.plain;
    *guest_pc(t) = left.guest_pc;
    t->stats.exits_slot++;
}

/*
 * The block may have been invalidated by another thread since it was found:
 * then either this thread sees that, or the other one sees the entry.
 */
static void remember_in_jump_cache(ExecThread *t, const TB *tb)
{
    if (log_on(t->exec->cfg.log, LOG_nochain)) {
        return;
    }
    uint32_t slot = jump_cache_slot(tb->pc, tb->flags);
    JumpCacheEntry *jc = &t->cpu->jump_cache[slot];
    jc->code = tb->code;
    __atomic_store_n(&jc->key, jump_cache_key(tb->pc, tb->flags),
                     __ATOMIC_SEQ_CST);
    if (tb->invalid) {
        __atomic_store_n(&jc->key, jump_cache_no_key(slot), __ATOMIC_RELAXED);
    }
}

/* Runs from tb until generated code is left; returns why. */
static int enter(ExecThread *t, const TB *tb)
{
    const ExecConfig *cfg = &t->exec->cfg;
    t->link_from = NULL;
    t->stats.enters++;
    debug_check(tb->pc == *guest_pc(t), "a block of %#lx at pc %#lx",
                (long)tb->pc, (long)*guest_pc(t));
    log_enter(t, tb);
    int left = cfg->backend->native->enter(t->exec->runtime->backend, t->cpu,
                                           tb->code);
    if (__builtin_expect(atomic_load_explicit(&t->kicked, memory_order_relaxed),
                         0)) {
        kick_done(t);
    }
    return left;
}

static Event watch_event(const CPUState *cpu)
{
    return (Event){
        .kind = EVENT_WATCH,
        .addr = cpu->watch_addr,
        .bytes = (uint32_t)(cpu->watch_access >> 2),
        .reads = cpu->watch_access & 1,
        .writes = cpu->watch_access >> 1 & 1,
    };
}

/* Makes an event of why code was left; false: just go on. */
static bool event_of(ExecThread *t, int left, Event *event)
{
    switch (left) {
    case LEFT_BY_SLOT: left_by_slot(t); return false;
    case EXIT_CODE_CHANGED: exec_fence(t->cpu); return false;
    case LEFT_BY_LOOKUP: return false;
    case EXIT_SYSCALL: *event = (Event){.kind = EVENT_SYSCALL}; return true;
    case EXIT_BREAK: *event = (Event){.kind = EVENT_BREAK}; return true;
    case EXIT_ILLEGAL: *event = (Event){.kind = EVENT_ILLEGAL}; return true;
    case EXIT_MISALIGNED:
        *event = (Event){.kind = EVENT_FAULT,
                         .signo = SIGBUS,
                         .code = BUS_ADRALN,
                         .addr = *guest_pc(t)};
        return true;
    case EXIT_STOP: *event = (Event){.kind = EVENT_STOP}; return true;
    case EXIT_WATCH: *event = watch_event(t->cpu); return true;
    case LEFT_BY_FAULT: *event = t->event; return true;
    case LEFT_BY_ALIGN:
        *event = (Event){.kind = EVENT_FAULT,
                         .signo = SIGBUS,
                         .code = BUS_ADRALN,
                         .addr = t->cpu->align_addr};
        return true;
    }
    check(false, "unknown reason %d of leaving generated code", left);
    return true;
}

/* tb, or what takes its place, is where the slot leads. A plain slot is not
 * linked: what its region turns away is counted. */
static TB *arrive(ExecThread *t, TBSlot *from, TB *tb)
{
    if (from->plain) {
        return region_unsuited(t, slot_owner(from), tb);
    }
    tb = region_if_hot(t, from, tb);
    link_slot(t, from, tb);
    return tb;
}

/* The block to run next, linked to where we come from; NULL: t->event. */
static TB *next_block(ExecThread *t, int left)
{
    TBSlot *from = t->link_from;
    TB *tb = find_block(t);
    if (tb && from && from == t->link_from) { /* no flush in between */
        tb = arrive(t, from, tb);
    } else if (tb && left == LEFT_BY_LOOKUP) {
        remember_in_jump_cache(t, tb);
        t->stats.exits_lookup++;
    }
    return tb;
}

bool run_tb(ExecThread *t, const TB *tb, Event *event)
{
    return event_of(t, enter(t, tb), event);
}

static Event run_blocks(ExecThread *t)
{
    Event event;
    int left = 0; /* no code yet */
    do {
        safe_point(t);
        if (__atomic_load_n(&t->cpu->exit_request, __ATOMIC_RELAXED)) {
            return (Event){.kind = EVENT_INTERRUPT};
        }
        TB *tb = next_block(t, left);
        if (!tb) {
            return t->event;
        }
        left = enter(t, tb);
    } while (!event_of(t, left, &event));
    return event;
}

Event exec_run(CPUState *cpu)
{
    ExecThread *t = thread_of(cpu);
    run_begin(t);
    Event event = run_blocks(t);
    log_event(t, &event);
    t->link_from = NULL;
    run_end(t);
    return event;
}
