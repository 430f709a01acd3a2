/*
 * Blocks of translated code, and where they are found; internal.h says what
 * always holds of them, and who "owner" and "exclusive" are.
 */
#ifndef EXEC_STORE_H
#define EXEC_STORE_H

#include <stddef.h>
#include "backend/backend.h"
#include "util/arena.h"

typedef struct TB TB;

/* An exit slot: a jump that may be linked to another block. */
typedef struct TBSlot {
    uint64_t guest_pc;
    uint32_t site, stub;               /* offsets from the block's code: see */
    uint32_t inner, count, count_site; /* ExitSlot */
    uint32_t index : 6;                /* in TB.slots */
    uint32_t kind : 2;                 /* SlotKind */
    uint32_t plain : 1;
    uint32_t flags : TB_FLAG_BITS; /* the frontend's, at guest_pc */
    _Atomic bool counted;          /* it has been hot: linked without count */
    _Atomic uint8_t passes;        /* of an image: see images_link_pays() */
    TB *target;                    /* linked to it, else NULL */
    struct TBSlot *next;           /* among the incoming slots of target */
} TBSlot;

enum {
    TB_ROW_HOST_BITS = 17,
    TB_ROW_GUEST_BITS = 15,
    TB_MAX_CODE = 1 << TB_ROW_HOST_BITS,
};

/* A PcRow of a TB, whose code is at most TB_MAX_CODE bytes. */
typedef struct TBRow {
    uint32_t host_offset : TB_ROW_HOST_BITS;
    int32_t guest_offset : TB_ROW_GUEST_BITS;
} TBRow;

/* There is one for every few guest instructions: small, what a lookup or a
   link needs first. nb_rows TBRows follow the slots, as many PcRow.side if
   has_sides, and what is needed to move the code if it is movable. */
struct TB {
    uint64_t pc;
    uint32_t flags;
    uint32_t code_size;
    uint32_t leave;    /* see CompiledBlock */
    uint16_t before;   /* bytes of a region in front of pc */
    uint16_t nb_bytes; /* of guest code, those included */
    uint16_t nb_rows;
    uint16_t nb_outer;
    uint8_t nb_slots;
    bool is_region, has_sides;
    bool movable;                /* nb_outer of CompiledBlock.outer follow */
    _Atomic uint8_t nb_unsuited; /* entries that its guards turned away */
    _Atomic bool invalid;        /* set under lock */
    _Atomic bool lock;           /* spin: incoming, and the slots in it */
    const uint8_t *code;         /* executable view */
    uint64_t hash;               /* of the guest code (source.c) */
    TB *_Atomic next;            /* in its bucket; under Exec.lock */
    TB *_Atomic next_in_page;    /* in its page's bucket; likewise */
    TBSlot *incoming;            /* slots linked to this block; under lock */
    TBSlot slots[];
};

enum {
    STORE_BITS = 20,
    STORE_BUCKETS = 1 << STORE_BITS,
    BUCKET_BITS = 5, /* guest code of one bucket: 32 bytes */
    PAGE_BITS = 12,
    PAGE_BUCKETS = 4096,
    BLOCK_MAX_SPAN = 3 << PAGE_BITS, /* of the guest code of a TB */
    PAGE_BYTES = 1 << PAGE_BITS,
};
#define PAGE_START (~(uint64_t)(PAGE_BYTES - 1))
_Static_assert(BLOCK_MAX_SPAN <= UINT16_MAX, "TB.before, TB.nb_bytes");
_Static_assert(BLOCK_MAX_SPAN < 1 << (TB_ROW_GUEST_BITS - 1), "TBRow");
_Static_assert(COMPILE_MAX_ROWS <= UINT16_MAX, "TB.nb_rows");
_Static_assert(COMPILE_MAX_SLOTS <= 1 << 6, "TBSlot.index, TB.nb_slots");

/* The lowest address of its guest code. */
static inline uint64_t tb_start(const TB *tb)
{
    return tb->pc - tb->before;
}

static inline TBRow *tb_rows(const TB *tb)
{
    return (TBRow *)&tb->slots[tb->nb_slots];
}

static inline uint32_t *tb_sides(const TB *tb)
{
    return (uint32_t *)&tb_rows(tb)[tb->nb_rows];
}

static inline uint32_t *tb_outer(const TB *tb)
{
    return tb_sides(tb) + (tb->has_sides ? tb->nb_rows : 0);
}

static inline TB *slot_owner(const TBSlot *slot)
{
    const TBSlot *first = slot - slot->index;
    return (TB *)((uintptr_t)first - offsetof(TB, slots));
}

typedef struct Store {
    TB *_Atomic *bucket;            /* changed under Exec.lock */
    TB *_Atomic page[PAGE_BUCKETS]; /* likewise */
    _Atomic uint64_t generation;    /* of invalidations */
} Store;

/* 0, or -1 with errno. */
int store_new(Store *);
void store_free(Store *);
TB *store_find(Store *, uint64_t pc, uint32_t flags);
/* The same, but not a region. */
TB *store_find_block(Store *, uint64_t pc, uint32_t flags);
/*
 * A TB for a compiled block, not yet published; NULL: ENOMEM.  It knows how it
 * can be moved only if that is asked for.
 */
TB *store_new_tb(Arena *, const CompiledBlock *, bool movable);
/* One with room for that, which it says, and nothing else in it; NULL: ENOMEM.
 */
TB *store_alloc_tb(Arena *, uint32_t nb_slots, uint32_t nb_rows, bool has_sides,
                   uint32_t nb_outer);
TBSlot store_new_slot(const ExitSlot *, uint32_t index);
/* Under Exec.lock, as store_remove(). */
void store_publish(Store *, TB *);
/* Calls fn for each published TB with code in [start, end). */
void store_in_range(Store *, uint64_t start, uint64_t end,
                    void (*fn)(void *, TB *), void *arg);
void store_remove(Store *, TB *);
void store_clear(Store *);
/* The row of a place in the code; sides may be NULL. */
PcRow pc_row(const TBRow *rows, const uint32_t *sides, uint32_t n,
             uint32_t offset);

#endif
