/*
 * Links between blocks: exit slots jump to the block of their guest pc once
 * that block exists, and back to their stub when it goes away.
 *
 * A block's spin lock guards its incoming links, so that linking to a block
 * and invalidating it come one after the other.  There may be two blocks for
 * one guest pc, each with a lock: who sets a slot's target from NULL to a
 * block, under that block's lock, owns the slot's `next` until the target is
 * NULL again.
 */
#include <stdatomic.h>
#include "disas/symbol_map.h"
#include "exec/exec_log.h"
#include "host/machine.h"
#include "util/check.h"
#include "util/cond.h"

static void tb_lock(TB *tb)
{
    while (atomic_exchange_explicit(&tb->lock, true, memory_order_acquire)) {
        host_relax();
    }
}

static void tb_unlock(TB *tb)
{
    atomic_store_explicit(&tb->lock, false, memory_order_release);
}

/* A page of an image that cannot be thawed stays as it is. */
void code_patch(const Exec *e, const uint8_t *rx, const void *target)
{
    size_t offset = (size_t)(rx - e->mem.rx);
    if (offset < e->mem.size || images_thaw((Exec *)e, rx)) {
        e->cfg.backend->patch(e->mem.rw + offset, rx, target);
    }
}

/* A slot that counts is two jumps, one after the other. */
static void slot_patch(const Exec *e, const TBSlot *slot, const void *target)
{
    const uint8_t *code = slot_owner(slot)->code;
    check(slot->site && slot->site < slot_owner(slot)->code_size,
          "the jump of a slot at %u", slot->site);
    if (slot->count && !slot->counted) {
        code_patch(e, code + slot->count_site, target);
        target = code + slot->count;
    }
    code_patch(e, code + slot->site, target);
}

void slot_patch_stub(const Exec *e, const TBSlot *slot)
{
    const uint8_t *code = slot_owner(slot)->code, *stub = code + slot->stub;
    if (slot->count) {
        code_patch(e, code + slot->count_site, stub);
    }
    if (slot->site) {
        code_patch(e, code + slot->site, stub);
    }
}

/*
 * While a kicked thread is on its way out, what its kick has turned to stubs
 * stays so: another thread in the same loop would link it again long before.
 */
static bool any_kicked(Exec *e)
{
    return atomic_load_explicit(&e->nb_kicked, memory_order_relaxed) != 0;
}

/* exec_kick() may have come between the look and the patch: one of the two
 * sees the other. */
static void unlink_if_kicked(Exec *e, const TBSlot *slot)
{
    atomic_thread_fence(memory_order_seq_cst);
    if (any_kicked(e)) {
        slot_patch_stub(e, slot);
    }
}

/* Takes the slot for this target; false if it has another. */
static bool claim_slot(TBSlot *slot, TB *target)
{
    TB *none = NULL;
    check(!slot->inner, "a slot within its block is linked to another");
    if (__atomic_compare_exchange_n(&slot->target, &none, target, false,
                                    __ATOMIC_ACQ_REL, __ATOMIC_ACQUIRE)) {
        slot->next = target->incoming;
        target->incoming = slot;
        return true;
    }
    return none == target;
}

/* What exec_kick() has turned to its stub. */
static void relink_inner(Exec *e, TBSlot *slot)
{
    TB *tb = slot_owner(slot);
    tb_lock(tb);
    if (!tb->invalid) {
        code_patch(e, tb->code + slot->site, tb->code + slot->inner);
        unlink_if_kicked(e, slot);
    }
    tb_unlock(tb);
}

/*
 * A slot that exec_kick() turned to its stub still has its target: it is
 * patched again, to that.
 */
static void link_outer(ExecThread *t, TBSlot *slot, TB *target)
{
    TB *has = __atomic_load_n(&slot->target, __ATOMIC_ACQUIRE);
    target = has ? has : target;
    check(target->pc == slot->guest_pc, "a slot to %#lx is linked to %#lx",
          (long)slot->guest_pc, (long)target->pc);
    check(target->flags == slot->flags, "flags %#x lead to %#x", slot->flags,
          target->flags);
    t->stats.links += !has;
    tb_lock(target);
    if (!target->invalid && claim_slot(slot, target)) {
        slot_patch(t->exec, slot, target->code);
        unlink_if_kicked(t->exec, slot);
    }
    tb_unlock(target);
    log_link(t, slot, target);
}

void link_slot(ExecThread *t, TBSlot *slot, TB *target)
{
    if (t->exec->cfg.no_link || !slot->site || any_kicked(t->exec) ||
        !images_link_pays(t->exec, slot)) {
        return;
    }
    if (slot->inner) {
        relink_inner(t->exec, slot);
    } else {
        link_outer(t, slot, target);
    }
}

/* Under the block's lock. */
static void unlink_incoming(Exec *e, TB *tb)
{
    for (TBSlot *slot = tb->incoming, *next; slot; slot = next) {
        next = slot->next;
        check(slot->target == tb, "an incoming slot that leads elsewhere");
        slot_patch_stub(e, slot);
        __atomic_store_n(&slot->target, NULL, __ATOMIC_RELEASE);
    }
    tb->incoming = NULL;
}

static void unlink_inner(Exec *e, TB *tb)
{
    for (uint32_t i = 0; i < tb->nb_slots; i++) {
        if (tb->slots[i].inner) {
            slot_patch_stub(e, &tb->slots[i]);
        }
    }
}

static void unlink_invalid(Exec *e, TB *tb)
{
    tb_lock(tb);
    tb->invalid = true;
    unlink_incoming(e, tb);
    unlink_inner(e, tb);
    tb_unlock(tb);
}

/* Other threads' entries are taken away too: each is one atomic store. */
static void forget_in_caches(Exec *e, const TB *tb)
{
    uint32_t slot = jump_cache_slot(tb->pc, tb->flags);
    uint64_t key = jump_cache_key(tb->pc, tb->flags);
    for (ExecThread *t = e->threads; t; t = t->next) {
        JumpCacheEntry *jc = &t->cpu->jump_cache[slot];
        if (__atomic_load_n(&jc->key, __ATOMIC_RELAXED) == key) {
            __atomic_store_n(&jc->key, jump_cache_no_key(slot),
                             __ATOMIC_SEQ_CST);
        }
    }
}

void invalidate_locked(void *thread, TB *tb)
{
    ExecThread *t = thread;
    Exec *e = t->exec;
    check(lock_is_held(&e->lock), "a block goes without the lock");
    if (!tb->invalid) {
        store_remove(&e->store, tb);
        unlink_invalid(e, tb);
        forget_in_caches(e, tb);
        t->stats.invalidated++;
    }
}

void detach_tb(ExecThread *t, TB *tb)
{
    Exec *e = t->exec;
    pthread_mutex_lock(&e->lock);
    tb_lock(tb);
    unlink_incoming(e, tb);
    tb_unlock(tb);
    forget_in_caches(e, tb);
    pthread_mutex_unlock(&e->lock);
}

void invalidate_tb(ExecThread *t, TB *tb)
{
    exec_lock(t);
    invalidate_locked(t, tb);
    pthread_mutex_unlock(&t->exec->lock);
}

/* The caller is not running, so a flush does not wait for it but the lock. */
void exec_invalidate(CPUState *cpu, uint64_t start, uint64_t len)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    if (e->symbols) {
        symbol_map_changed(e->symbols);
    }
    if (len) {
        atomic_fetch_add(&e->store.generation, 1);
        exec_lock(t);
        store_in_range(&e->store, start, start + len, invalidate_locked, t);
        images_changed(t, start, start + len);
        pthread_mutex_unlock(&e->lock);
    }
}
