/*
 * Unrolling: innermost loops of a region are laid out several times.
 *
 * Control passes from one copy to the next, and from the last to the first:
 * what the loop leaves in registers for its own next round alone need be put
 * in its place only then (src/opt/rename.c).  The translator takes a block
 * that comes again as a copy (src/frontend/translator.c).
 */
#include "exec/internal.h"

enum {
    LOOP_MIN_BYTES = 16,  /* of guest code; less gains nothing */
    LOOP_MAX_BYTES = 768, /* all copies of a loop together */
};

typedef struct Layout {
    TB *const *block; /* in the order of their addresses */
    uint32_t nb_blocks;
} Layout;

static bool jumps_to(const TB *tb, const TB *to)
{
    for (uint32_t k = 0; k < tb->nb_slots; k++) {
        const TBSlot *slot = &tb->slots[k];
        if (slot->kind == SLOT_JUMP && slot->guest_pc == to->pc &&
            slot->flags == to->flags) {
            return true;
        }
    }
    return false;
}

/* The last block that jumps back to block i, plus 1; 0: none. */
static uint32_t loop_end(const Layout *l, uint32_t i)
{
    uint32_t end = l->nb_blocks;
    while (end > i && !jumps_to(l->block[end - 1], l->block[i])) {
        end--;
    }
    return end > i ? end : 0;
}

/* Bytes of guest code from block i up to block `end`. */
static uint64_t loop_bytes(const Layout *l, uint32_t i, uint32_t end)
{
    const TB *last = l->block[end - 1];
    uint64_t limit = last->pc + last->nb_bytes;
    if (end < l->nb_blocks && l->block[end]->pc < limit) {
        limit = l->block[end]->pc;
    }
    return limit - l->block[i]->pc;
}

static bool is_innermost(const Layout *l, uint32_t i, uint32_t end)
{
    for (uint32_t k = i + 1; k < end; k++) {
        if (loop_end(l, k)) {
            return false;
        }
    }
    return true;
}

static bool has_calls(const Layout *l, uint32_t i, uint32_t end)
{
    for (; i < end; i++) {
        const TB *tb = l->block[i];
        for (uint32_t k = 0; k < tb->nb_slots; k++) {
            if (tb->slots[k].kind != SLOT_JUMP) {
                return true;
            }
        }
    }
    return false;
}

static uint32_t nb_copies(const Layout *l, uint32_t i, uint32_t end,
                          uint32_t max)
{
    uint64_t bytes = loop_bytes(l, i, end);
    if (bytes < LOOP_MIN_BYTES || !is_innermost(l, i, end) ||
        has_calls(l, i, end)) {
        return 1;
    }
    uint64_t n = LOOP_MAX_BYTES / bytes;
    return n > max ? max : n ? (uint32_t)n : 1;
}

uint32_t region_unroll(TB *const block[], uint32_t nb_blocks, uint32_t max,
                       BlockAt at[MAX_REGION_PARTS])
{
    Layout l = {block, nb_blocks};
    uint32_t n = 0;
    for (uint32_t i = 0, end; i < nb_blocks; i = end) {
        uint32_t loop = loop_end(&l, i);
        uint32_t copies = loop ? nb_copies(&l, i, loop, max) : 1;
        uint32_t left = nb_blocks - i;
        end = copies > 1 ? loop : i + 1;
        while (copies > 1 && n + copies * (end - i) + left > MAX_REGION_PARTS) {
            copies--;
        }
        for (uint32_t k = 0; k < copies * (end - i); k++) {
            const TB *tb = block[i + k % (end - i)];
            at[n++] = (BlockAt){tb->pc, tb->flags};
        }
    }
    return n;
}
