/*
 * Heat and regions: loops that run often are translated anew as one unit.
 *
 * A jump back is linked by way of a count stub, which counts down
 * CPUState.heat[]; at 0 the jump comes to the run loop.  Then the loop at its
 * target becomes a region, if it is one that translated code may run round:
 *   1. from its head along jumps, to blocks that have been run before;
 *   2. of those, the ones that lead back to the head without leaving the set;
 *   3. the jump itself must come from one of them.
 * Calls, indirect jumps and system calls leave the set, and so the region.
 * From then on the jump is linked directly, whatever came of it: counting
 * costs nothing in the long run.
 *
 * The region takes the place of the block at its head, which stays in the
 * store behind it, for regions to come, and for what the region's guards turn
 * away (IR.plain_slot).  A region that has turned away MAX_UNSUITED entries is
 * made again without guards.
 */
#include <stdatomic.h>
#include "exec/internal.h"

enum {
    REGION_MAX_INSNS = 1024, /* copies included */
    MAX_COPIES = 4,          /* of a loop */
    MAX_UNSUITED = 100,
    INSN_MAX_BYTES = 4,
    /* from the lowest block's start to the highest one's */
    REGION_SPREAD = BLOCK_MAX_SPAN - (REGION_MAX_INSNS + 1) * INSN_MAX_BYTES,
};

typedef struct Loop {
    TB *block[MAX_REGION_BLOCKS];  /* the head first */
    bool reaches[MAX_REGION_BLOCKS]; /* the head */
    uint32_t nb_blocks;
    uint64_t low, high;            /* pcs */
} Loop;

void heat_reset(ExecThread *t)
{
    for (uint32_t i = 0; i < HEAT_SIZE; i++) {
        t->cpu->heat[i] = (int32_t)t->exec->cfg.hot;
    }
}

/* ---- The blocks of a loop ------------------------------------------------ */

static int find(const Loop *l, uint64_t pc)
{
    for (uint32_t i = 0; i < l->nb_blocks; i++) {
        if (l->block[i]->pc == pc) {
            return (int)i;
        }
    }
    return -1;
}

static void add(Loop *l, TB *tb)
{
    uint64_t low = tb->pc < l->low ? tb->pc : l->low;
    uint64_t high = tb->pc > l->high ? tb->pc : l->high;
    if (l->nb_blocks == MAX_REGION_BLOCKS || high - low > REGION_SPREAD) {
        return;
    }
    l->low = low;
    l->high = high;
    l->block[l->nb_blocks++] = tb;
}

/* Step 1. */
static void collect(Loop *l, Store *s, TB *head)
{
    *l = (Loop){.block = {head}, .nb_blocks = 1,
                .low = head->pc, .high = head->pc};
    for (uint32_t i = 0; i < l->nb_blocks; i++) {
        const TB *tb = l->block[i];
        for (uint32_t k = 0; k < tb->nb_slots; k++) {
            const TBSlot *slot = &tb->slots[k];
            TB *next = slot->is_jump && find(l, slot->guest_pc) < 0
                ? store_find_block(s, slot->guest_pc, head->flags) : NULL;
            if (next) {
                add(l, next);
            }
        }
    }
}

/* Does a jump of the block lead to the head, or to a block that reaches it? */
static bool leads_back(const Loop *l, const TB *tb)
{
    for (uint32_t k = 0; k < tb->nb_slots; k++) {
        int i = tb->slots[k].is_jump ? find(l, tb->slots[k].guest_pc) : -1;
        if (i == 0 || (i > 0 && l->reaches[i])) {
            return true;
        }
    }
    return false;
}

/* Step 2, until nothing changes. */
static void find_reaching(Loop *l)
{
    bool changed;
    do {
        changed = false;
        for (uint32_t i = l->nb_blocks; i-- > 0;) {
            if (!l->reaches[i] && leads_back(l, l->block[i])) {
                l->reaches[i] = changed = true;
            }
        }
    } while (changed);
}

/* The blocks that reach the head, in the order of their addresses. */
static uint32_t layout(const Loop *l, TB *block[MAX_REGION_BLOCKS])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->nb_blocks; i++) {
        uint32_t j = n;
        if (!l->reaches[i]) {
            continue;
        }
        for (; j > 0 && block[j - 1]->pc > l->block[i]->pc; j--) {
            block[j] = block[j - 1];
        }
        block[j] = l->block[i];
        n++;
    }
    return n;
}

/* ---- The whole ----------------------------------------------------------- */

/* Blocks that are in order, as one; if that is too large, with less copies. */
static TB *translate_set(ExecThread *t, const TB *head, bool guards,
                         TB *const block[], uint32_t n)
{
    TB *region = NULL;
    for (uint32_t copies = MAX_COPIES; copies && !region; copies /= 2) {
        uint64_t pc[MAX_REGION_PARTS];
        BlockRequest rq = {
            .pc = head->pc, .flags = head->flags,
            .max_insns = REGION_MAX_INSNS, .code = t->exec->cfg.code,
            .blocks = pc, .nb_blocks = region_unroll(block, n, copies, pc),
            .guards = guards,
        };
        region = translate_region(t, &rq);
    }
    return region;
}

/* A region with the head's loop, if `from` is part of it; or NULL. */
static TB *make_region(ExecThread *t, const TB *from, TB *head, bool guards)
{
    Loop loop;
    TB *block[MAX_REGION_BLOCKS];
    collect(&loop, &t->exec->store, head);
    find_reaching(&loop);
    int i = find(&loop, from->pc);
    if (i < 0 || !loop.reaches[i] || !loop.reaches[0]) {
        return NULL;
    }
    return translate_set(t, head, guards, block, layout(&loop, block));
}

TB *region_if_hot(ExecThread *t, TBSlot *slot, TB *tb)
{
    int32_t *heat = &t->cpu->heat[heat_slot(slot->guest_pc)];
    if (!slot->count || slot->counted || *heat > 0) {
        return tb;
    }
    *heat = (int32_t)t->exec->cfg.hot;
    slot->counted = true;
    t->stats.hot_jumps++;
    TB *region =
        tb->is_region ? NULL : make_region(t, slot_owner(slot), tb, true);
    if (region) {
        detach_tb(t, tb);
    }
    return region ? region : tb;
}

TB *region_unsuited(ExecThread *t, TB *region, TB *tb)
{
    uint8_t before = atomic_fetch_add_explicit(&region->nb_unsuited, 1,
                                               memory_order_relaxed);
    if (before != MAX_UNSUITED) {
        return tb;
    }
    t->stats.unguarded++;
    TB *other = make_region(t, tb, tb, false);
    invalidate_tb(t, region);
    return other ? other : tb;
}
