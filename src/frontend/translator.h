/*
 * The translator loop, which every frontend shares: walks over the guest's
 * instructions from the block's pc until something ends the block.
 *
 * A guest embeds Translation as the first member of its own context and gives
 * two hooks.  What always holds when `translate` runs: pc and next_pc are
 * those of the instruction just fetched, and its insn_start is the last op of
 * the IR.
 */
#ifndef FRONTEND_TRANSLATOR_H
#define FRONTEND_TRANSLATOR_H

#include <string.h>
#include "frontend/frontend.h"

enum { CODE_CHUNK = 128 }; /* bytes read at once: most blocks are shorter */

/* Where a branch leads to, and the label that it goes to. */
typedef struct Target {
    BlockAt at;
    uint64_t from; /* the branch, or the first of them */
    LabelId label;
} Target;

/* A block of a region. */
typedef struct RegionBlock {
    BlockAt at;
    LabelId label;
    bool placed; /* its label has been emitted */
} RegionBlock;

typedef struct Translation {
    IR *ir;
    const BlockRequest *req;
    InsnLimits limits; /* the frontend's */
    uint64_t pc;       /* of the instruction in hand */
    uint32_t flags;    /* tb_flags there; an instruction may set others */
    uint64_t next_pc;
    uint32_t nb_insns;
    uint32_t nb_slots;
    bool ended;               /* no control reaches next_pc by falling */
    uint64_t fault_addr;      /* first byte that could not be read */
    uint8_t code[CODE_CHUNK]; /* what CodeReader has read last, */
    uint64_t code_addr;       /* from here, */
    size_t code_bytes;        /* so much of it */
    uint64_t block_pc;        /* of the block in hand, */
    uint64_t limit;           /* and where another of the region begins */
    uint64_t end;             /* the highest next_pc so far */
    uint32_t nb_targets;      /* of branches, still to be emitted */
    Target target[MAX_SLOTS];
    uint32_t nb_blocks; /* of the region */
    RegionBlock block[MAX_REGION_PARTS];
} Translation;

typedef struct GuestHooks {
    /* Nothing is known of registers: a block begins. */
    void (*begin)(Translation *t);
    /* Reads the instruction at t->pc by translator_read(); its length in
       bytes, or 0 if not all of it can be read. */
    unsigned (*fetch)(Translation *t);
    /* Emits the instruction that fetch read last. */
    void (*translate)(Translation *t);
    /* Leaves for the run loop at t->pc, with a reason of EXIT_*. */
    void (*exit)(Translation *t, int reason);
} GuestHooks;

/* t->ir is reset and stays the caller's; nothing else of t need be set. */
void translator_run(Translation *t, const Frontend *frontend,
                    const GuestHooks *hooks, const BlockRequest *req,
                    BlockInfo *info);

/* How many bytes at addr are in t->code. */
static inline size_t translator_left(const Translation *t, uint64_t addr)
{
    uint64_t offset = addr - t->code_addr;
    return offset < t->code_bytes ? t->code_bytes - offset : 0;
}

/* translator_read() with as many reads as it takes. */
bool translator_read_pieces(Translation *t, uint64_t addr, void *buf, size_t n);

/* Copies n bytes of guest code; false, and fault_addr, if it cannot. */
static inline bool translator_read(Translation *t, uint64_t addr, void *buf,
                                   size_t n)
{
    if (translator_left(t, addr) < n) {
        return translator_read_pieces(t, addr, buf, n);
    }
    memcpy(buf, t->code + (addr - t->code_addr), n);
    return true;
}

/* All of these go on with tb_flags as they are now, if none are given. */

/* Ends the block by a jump to a known address. */
void translator_goto(Translation *t, uint64_t target);
void translator_goto_ptr(Translation *t, TempId target);

/* Ends the block by a call that returns to next_pc; by a return. */
void translator_call(Translation *t, uint64_t target);
void translator_call_ptr(Translation *t, TempId target);
void translator_ret_ptr(Translation *t, TempId target);

/*
 * A label from which control goes to the address, for a branch in front of
 * the jump that ends the block.
 */
LabelId translator_label(Translation *t, uint64_t target);
LabelId translator_label_at(Translation *t, BlockAt target);

/* Is the address that of the block which is laid out next? */
bool translator_falls_to(const Translation *t, uint64_t target);

static inline uint32_t translator_slot(Translation *t)
{
    return t->nb_slots++;
}

#endif
