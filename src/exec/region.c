/*
 * Heat and regions: code that runs often is translated anew as one unit.
 *
 * A jump back, and a call, is linked by way of a count stub, which counts down
 * CPUState.heat[]; at 0 it comes to the run loop.  Then what begins at its
 * target becomes a region of blocks that have been run before:
 *   a loop: those on ways from its head that lead back to the head, if the
 *   jump itself comes from one of them;
 *   a function: those on ways from its entry; those of loops that are regions
 *   already are left out if there are too many.
 * A way goes along jumps, and from a call to the place that it returns to.
 * Calls, indirect jumps and system calls leave the region.  From then on the
 * jump or call is linked directly, whatever came of it: counting costs nothing
 * in the long run.
 *
 * The region takes the place of the block at its head, which stays in the
 * store behind it, for regions to come, and for what the region's guards turn
 * away (IR.plain_slot).  A region that has turned away MAX_UNSUITED entries is
 * made again without guards.
 */
#include <stdatomic.h>
#include <string.h>
#include "exec/exec_log.h"
#include "util/check.h"

enum {
    MAX_COPIES = 4, /* of a loop */
    MAX_UNSUITED = 100,
};

typedef struct Set {
    TB *block[MAX_REGION_BLOCKS]; /* the head first */
    bool wanted[MAX_REGION_BLOCKS];
    uint32_t nb_blocks;
    uint32_t limit;     /* of nb_blocks */
    uint64_t spread;    /* from the lowest to the highest pc */
    bool is_full;       /* a block was left out */
    uint64_t low, high; /* pcs */
} Set;

void heat_reset(ExecThread *t)
{
    for (uint32_t i = 0; i < HEAT_SIZE; i++) {
        t->cpu->heat[i] = (int32_t)t->exec->cfg.hot;
    }
}

/* ---- The blocks --------------------------------------------------------- */

static int find_block(const Set *l, uint64_t pc, uint32_t flags)
{
    for (uint32_t i = 0; i < l->nb_blocks; i++) {
        if (l->block[i]->pc == pc && l->block[i]->flags == flags) {
            return (int)i;
        }
    }
    return -1;
}

static void add_block(Set *l, TB *tb)
{
    uint64_t low = tb->pc < l->low ? tb->pc : l->low;
    uint64_t high = tb->pc > l->high ? tb->pc : l->high;
    if (l->nb_blocks == l->limit || high - low > l->spread) {
        l->is_full = true;
        return;
    }
    l->low = low;
    l->high = high;
    l->block[l->nb_blocks++] = tb;
}

static bool is_way(const TBSlot *slot)
{
    return slot->kind != SLOT_CALL;
}

/*
 * So that with all its instructions no region is beyond BLOCK_MAX_SPAN; where
 * the longest are so long that this leaves little, one that is, after all, is
 * given up.
 */
static uint64_t max_spread(const Exec *e)
{
    uint64_t insns = (REGION_MAX_INSNS + 1) * e->cfg.frontend->insn_bytes;
    return insns < BLOCK_MAX_SPAN / 2 ? BLOCK_MAX_SPAN - insns
                                      : BLOCK_MAX_SPAN / 2;
}

/* What can be reached from the head, the nearest first. */
static void collect(Set *l, ExecThread *t, TB *head, uint32_t limit,
                    bool regions)
{
    *l = (Set){.block = {head},
               .nb_blocks = 1,
               .limit = limit,
               .spread = max_spread(t->exec),
               .low = head->pc,
               .high = head->pc};
    for (uint32_t i = 0; i < l->nb_blocks; i++) {
        const TB *tb = l->block[i];
        for (uint32_t k = 0; k < tb->nb_slots; k++) {
            const TBSlot *slot = &tb->slots[k];
            if (!is_way(slot) ||
                find_block(l, slot->guest_pc, slot->flags) >= 0) {
                continue;
            }
            TB *first = block_known(t, slot->guest_pc, slot->flags, false);
            TB *next = first && first->is_region
                           ? block_known(t, slot->guest_pc, slot->flags, true)
                           : first;
            if (next && (regions || next == first)) {
                add_block(l, next);
            }
        }
    }
}

/* Does a way lead from the block to the head, or to a block that is wanted? */
static bool leads_back(const Set *l, const TB *tb)
{
    for (uint32_t k = 0; k < tb->nb_slots; k++) {
        const TBSlot *slot = &tb->slots[k];
        int i = is_way(slot) ? find_block(l, slot->guest_pc, slot->flags) : -1;
        if (i == 0 || (i > 0 && l->wanted[i])) {
            return true;
        }
    }
    return false;
}

/* Wanted are those that reach the head: until nothing changes. */
static void keep_loop(Set *l)
{
    bool changed;
    do {
        changed = false;
        for (uint32_t i = l->nb_blocks; i-- > 0;) {
            if (!l->wanted[i] && leads_back(l, l->block[i])) {
                l->wanted[i] = changed = true;
            }
        }
    } while (changed);
}

/* The blocks that are wanted, in the order of their addresses. */
static uint32_t layout(const Set *l, TB *block[MAX_REGION_BLOCKS])
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < l->nb_blocks; i++) {
        uint32_t j = n;
        if (!l->wanted[i]) {
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

/* The head's loop, if `from` is part of it. */
static bool find_loop(Set *l, ExecThread *t, TB *head, const TB *from,
                      uint32_t limit)
{
    collect(l, t, head, limit, true);
    keep_loop(l);
    int i = find_block(l, from->pc, from->flags);
    return i >= 0 && l->wanted[i] && l->wanted[0];
}

/* The function that begins at the head, if it is more than a block. */
static bool find_function(Set *l, ExecThread *t, TB *head, uint32_t limit)
{
    collect(l, t, head, limit, true);
    if (l->is_full) {
        collect(l, t, head, limit, false);
    }
    memset(l->wanted, true, sizeof(l->wanted));
    return l->nb_blocks > 1;
}

/* ---- The whole ----------------------------------------------------------- */

/* Blocks that are in order, as one; if that is too large, with less copies. */
static TB *translate_set(ExecThread *t, const TB *head, bool guards,
                         TB *const block[], uint32_t n, RegionPlan *plan)
{
    TB *region = NULL;
    check(n && n <= MAX_REGION_BLOCKS, "%u blocks", n);
    for (uint32_t copies = MAX_COPIES; copies && !region; copies /= 2) {
        plan->request = (BlockRequest){
            .pc = head->pc,
            .flags = head->flags,
            .max_insns = REGION_MAX_INSNS,
            .code = source_reader(t),
            .blocks = plan->block,
            .nb_blocks = region_unroll(block, n, copies, plan->block),
            .guards = guards,
            .stops = t->exec->debug.stops,
            .nb_stops = t->exec->debug.nb_stops,
        };
        check(plan->request.nb_blocks <= MAX_REGION_PARTS, "%u parts",
              plan->request.nb_blocks);
        region = translate_region(t, &plan->request);
    }
    return region;
}

TB *region_make(ExecThread *t, const TB *from, TB *head, bool guards,
                RegionPlan *plan)
{
    TB *region = NULL;
    for (uint32_t limit = MAX_REGION_BLOCKS; limit && !region; limit /= 2) {
        Set set;
        TB *block[MAX_REGION_BLOCKS];
        if (from ? !find_loop(&set, t, head, from, limit)
                 : !find_function(&set, t, head, limit)) {
            return NULL;
        }
        region =
            translate_set(t, head, guards, block, layout(&set, block), plan);
        log_region(t, plan, from != NULL, region);
    }
    return region;
}

TB *region_if_hot(ExecThread *t, TBSlot *slot, TB *tb)
{
    int32_t *heat = &t->cpu->heat[heat_slot(slot->guest_pc)];
    if (!slot->count || slot->counted || *heat > 0) {
        return tb;
    }
    check(slot->guest_pc == tb->pc, "a hot jump to %#lx arrives at %#lx",
          (long)slot->guest_pc, (long)tb->pc);
    *heat = (int32_t)t->exec->cfg.hot;
    slot->counted = true;
    t->stats.hot_jumps++;
    const TB *from = slot->kind == SLOT_CALL ? NULL : slot_owner(slot);
    RegionPlan plan;
    TB *region = tb->is_region ? NULL : region_make(t, from, tb, true, &plan);
    if (region) {
        detach_tb(t, tb);
    }
    return region ? region : tb;
}

TB *region_unsuited(ExecThread *t, TB *region, TB *tb)
{
    check(region->is_region && region->pc == tb->pc,
          "%#lx is not behind a region", (long)tb->pc);
    uint8_t before = atomic_fetch_add_explicit(&region->nb_unsuited, 1,
                                               memory_order_relaxed);
    if (before != MAX_UNSUITED) {
        return tb;
    }
    t->stats.unguarded++;
    RegionPlan plan;
    TB *other = region_make(t, tb, tb, false, &plan);
    other = other ? other : region_make(t, NULL, tb, false, &plan);
    invalidate_tb(t, region);
    return other ? other : tb;
}
