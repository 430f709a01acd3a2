/*
 * The regions of a function, without running it: blocks are translated as if
 * control had come to all of them, then regions made as if all of their jumps
 * back had been hot, in the order of the jumps.  The code buffer, emptied
 * first, has room for any function.
 */
#include <stdlib.h>
#include "exec/internal.h"
#include "util/check.h"

typedef struct Blocks {
    TB **tb;
    size_t count, room;
} Blocks;

static void add(Blocks *b, TB *tb)
{
    if (b->count == b->room) {
        b->room = b->room * 2 + 64;
        b->tb = reallocarray(b->tb, b->room, sizeof(*b->tb));
        check(b->tb, "out of memory");
    }
    b->tb[b->count++] = tb;
}

static bool has(const Blocks *b, uint64_t pc)
{
    for (size_t i = 0; i < b->count; i++) {
        if (b->tb[i]->pc == pc) {
            return true;
        }
    }
    return false;
}

static void reach(ExecThread *t, Blocks *b, uint64_t pc)
{
    if (has(b, pc)) {
        return;
    }
    TB *tb = store_find_block(&t->exec->store, pc, 0);
    tb = tb ? tb : translate(t, pc, 0);
    if (tb) {
        add(b, tb);
    }
}

/* What can be reached from start without leaving [start, end). */
static Blocks collect(ExecThread *t, uint64_t start, uint64_t end)
{
    Blocks b = {0};
    reach(t, &b, start);
    for (size_t i = 0; i < b.count; i++) {
        const TB *tb = b.tb[i];
        for (uint32_t k = 0; k < tb->nb_slots; k++) {
            const TBSlot *slot = &tb->slots[k];
            if (slot->kind != SLOT_CALL &&
                slot->guest_pc - start < end - start) {
                reach(t, &b, slot->guest_pc);
            }
        }
    }
    return b;
}

static int compare(const void *x, const void *y)
{
    const TB *a = *(TB *const *)x, *b = *(TB *const *)y;
    return a->pc < b->pc ? -1 : a->pc > b->pc;
}

static void plan(ExecThread *t, const TB *from, TB *head, ExecRegionFn *fn,
                 void *opaque)
{
    RegionPlan p;
    if (region_make(t, from, head, true, &p)) {
        fn(opaque, &p.request);
    }
}

/* The block's jumps back, each head once. */
static void plan_loops(ExecThread *t, const TB *tb, ExecRegionFn *fn,
                       void *opaque)
{
    for (uint32_t k = 0; k < tb->nb_slots; k++) {
        const TBSlot *slot = &tb->slots[k];
        TB *head = slot->count && slot->kind == SLOT_JUMP
                       ? store_find(&t->exec->store, slot->guest_pc, 0)
                       : NULL;
        if (head && !head->is_region) {
            plan(t, tb, head, fn, opaque);
        }
    }
}

void exec_plan_regions(CPUState *cpu, uint64_t start, uint64_t end,
                       ExecRegionFn *fn, void *opaque)
{
    ExecThread *t = thread_of(cpu);
    run_begin(t);
    flush_code(t, t->exec->flushes);
    Blocks b = collect(t, start, end);
    if (b.count) {
        qsort(b.tb, b.count, sizeof(*b.tb), compare);
    }
    for (size_t i = 0; i < b.count; i++) {
        plan_loops(t, b.tb[i], fn, opaque);
    }
    TB *head = store_find(&t->exec->store, start, 0);
    if (head && !head->is_region) {
        plan(t, NULL, head, fn, opaque);
    }
    free(b.tb);
    run_end(t);
}
