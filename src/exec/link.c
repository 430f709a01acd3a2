/*
 * Links between blocks: exit slots jump to the block of their guest pc once
 * that block exists, and back to their stub when it goes away.
 */
#include "exec/internal.h"

static void slot_patch(const Exec *e, const TBSlot *slot, const void *target)
{
    const uint8_t *rx = slot->owner->code + slot->site;
    uint8_t *rw = e->mem.rw + (rx - e->mem.rx);
    e->cfg.backend->patch(rw, rx, target);
}

void slot_patch_stub(const Exec *e, const TBSlot *slot)
{
    if (slot->site) {
        slot_patch(e, slot, slot->owner->code + slot->stub);
    }
}

/* A slot that exec_kick() turned to its stub has its target still. */
void link_slot(ExecThread *t, TBSlot *slot, TB *target)
{
    Exec *e = t->exec;
    if (e->cfg.no_link || slot->owner->invalid || !slot->site) {
        return;
    }
    if (!slot->target) {
        slot->target = target;
        slot->next = target->incoming;
        target->incoming = slot;
        e->stats.links++;
    }
    slot_patch(e, slot, target->code);
}

void unlink_incoming(Exec *e, TB *tb)
{
    for (TBSlot *slot = tb->incoming; slot; slot = slot->next) {
        slot_patch_stub(e, slot);
        slot->target = NULL;
    }
    tb->incoming = NULL;
}

static void invalidate(ExecThread *t, TB *tb)
{
    Exec *e = t->exec;
    JumpCacheEntry *jc = &t->cpu->jump_cache[jump_cache_slot(tb->pc)];
    if (jc->pc == tb->pc) {
        *jc = (JumpCacheEntry){.pc = JUMP_CACHE_EMPTY};
    }
    store_remove(&e->store, tb);
    unlink_incoming(e, tb);
    e->stats.invalidated++;
}

void exec_invalidate(CPUState *cpu, uint64_t start, uint64_t len)
{
    ExecThread *t = thread_of(cpu);
    Store *s = &t->exec->store;
    uint64_t end = start + len;
    if (end <= s->low || start >= s->high) {
        return;
    }
    for (uint32_t i = 0; i < s->nb_tbs; i++) {
        TB *tb = s->tbs[i];
        if (!tb->invalid && tb->pc < end && tb->pc + tb->nb_bytes > start) {
            invalidate(t, tb);
        }
    }
}
