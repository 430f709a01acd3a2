/*
 * The regions of some code, without running it: its blocks are translated as if
 * control had come to all of them, then regions made as if all jumps back, and
 * all calls, had been hot: loops in the order of their jumps, then functions.
 * The code buffer, emptied first, has room for a program.
 */
#include <stdlib.h>
#include "exec/internal.h"
#include "util/check.h"

/* The blocks in [start, end), and what is known of each address there. */
typedef struct Blocks {
    uint64_t start, end;
    TB **tb;
    size_t count, room;
    uint8_t *seen;   /* a block begins there */
    uint8_t *called; /* it is called from here */
} Blocks;

static bool is_inside(const Blocks *b, uint64_t pc)
{
    return pc - b->start < b->end - b->start;
}

static void add_block(Blocks *b, TB *tb)
{
    if (b->count == b->room) {
        b->room = b->room * 2 + 64;
        b->tb = reallocarray(b->tb, b->room, sizeof(*b->tb));
        check(b->tb, "out of memory");
    }
    b->tb[b->count++] = tb;
}

/* The block at pc; NULL: there is no code. */
static TB *reach(ExecThread *t, Blocks *b, uint64_t pc)
{
    TB *tb = store_find_block(&t->exec->store, pc, 0);
    tb = tb ? tb : translate(t, pc, 0);
    if (tb && !b->seen[pc - b->start]) {
        b->seen[pc - b->start] = true;
        add_block(b, tb);
    }
    return tb;
}

static void follow_slots(ExecThread *t, Blocks *b, const TB *tb)
{
    for (uint32_t k = 0; k < tb->nb_slots; k++) {
        const TBSlot *slot = &tb->slots[k];
        if (!is_inside(b, slot->guest_pc)) {
            continue;
        }
        if (slot->kind == SLOT_CALL) {
            b->called[slot->guest_pc - b->start] = true;
        }
        reach(t, b, slot->guest_pc);
    }
}

/* From the start on, one block after the other, and where they lead. */
static void collect(ExecThread *t, Blocks *b)
{
    size_t followed = 0;
    for (uint64_t pc = b->start; pc < b->end;) {
        const TB *tb = reach(t, b, pc);
        if (!tb) {
            break;
        }
        for (; followed < b->count; followed++) {
            follow_slots(t, b, b->tb[followed]);
        }
        pc += tb->nb_bytes;
    }
}

static int compare(const void *x, const void *y)
{
    const TB *a = *(TB *const *)x, *b = *(TB *const *)y;
    return a->pc < b->pc ? -1 : a->pc > b->pc;
}

/* Unless a region begins at the pc already. */
static void plan(ExecThread *t, const TB *from, uint64_t pc, ExecRegionFn *fn,
                 void *opaque)
{
    RegionPlan p;
    TB *head = store_find(&t->exec->store, pc, 0);
    if (head && !head->is_region && region_make(t, from, head, true, &p)) {
        p.request.code = t->exec->cfg.code; /* fn translates outside of exec */
        fn(opaque, &p.request);
    }
}

/* The block's jumps back. */
static void plan_loops(ExecThread *t, const TB *tb, ExecRegionFn *fn,
                       void *opaque)
{
    for (uint32_t k = 0; k < tb->nb_slots; k++) {
        const TBSlot *slot = &tb->slots[k];
        if (slot->count && slot->kind == SLOT_JUMP) {
            plan(t, tb, slot->guest_pc, fn, opaque);
        }
    }
}

static void plan_all(ExecThread *t, const Blocks *b, ExecRegionFn *fn,
                     void *opaque)
{
    for (size_t i = 0; i < b->count; i++) {
        plan_loops(t, b->tb[i], fn, opaque);
    }
    for (size_t i = 0; i < b->count; i++) {
        uint64_t pc = b->tb[i]->pc;
        if (pc == b->start || b->called[pc - b->start]) {
            plan(t, NULL, pc, fn, opaque);
        }
    }
}

void exec_plan_regions(CPUState *cpu, uint64_t start, uint64_t end,
                       ExecRegionFn *fn, void *opaque)
{
    ExecThread *t = thread_of(cpu);
    Blocks b = {.start = start,
                .end = end,
                .seen = calloc(end - start, 1),
                .called = calloc(end - start, 1)};
    check(b.seen && b.called, "out of memory");
    run_begin(t);
    flush_code(t, t->exec->flushes);
    collect(t, &b);
    if (b.count) {
        qsort(b.tb, b.count, sizeof(*b.tb), compare);
    }
    plan_all(t, &b, fn, opaque);
    run_end(t);
    free(b.tb);
    free(b.seen);
    free(b.called);
}
