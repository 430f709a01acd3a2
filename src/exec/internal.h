/*
 * Private to exec: blocks, their store, code memory, the thread.
 *
 * What always holds:
 * - A TB in the store is valid; an invalidated one is in no chain, has no
 *   incoming links and is in no jump cache.  Its code stays until the next
 *   flush, for a thread may still be in it.
 * - TBs and what they point to live in the store's arena until the flush.
 * - store.tbs is in the order of host addresses.
 */
#ifndef EXEC_INTERNAL_H
#define EXEC_INTERNAL_H

#include "exec/exec.h"
#include "util/arena.h"

typedef struct TB TB;

/* An exit slot: a jump that may be linked to another block. */
typedef struct TBSlot {
    uint64_t guest_pc;
    uint32_t site, stub;        /* offsets from the block's code */
    TB *owner;
    TB *target;                 /* linked to it, else NULL */
    struct TBSlot *next;        /* among the incoming slots of target */
} TBSlot;

struct TB {
    uint64_t pc;
    uint32_t flags;
    uint32_t nb_bytes;          /* of guest code, 1 .. 4096 or so */
    uint32_t code_size;
    uint32_t nb_slots, nb_rows;
    bool invalid;
    const uint8_t *code;        /* executable view */
    TB *next;                   /* in its bucket */
    TBSlot *incoming;           /* slots linked to this block */
    TBSlot *slots;
    PcRow *rows;
};

enum { STORE_BITS = 15, STORE_BUCKETS = 1 << STORE_BITS };

typedef struct Store {
    TB *bucket[STORE_BUCKETS];
    Arena arena;
    TB **tbs;                   /* all since the last flush */
    uint32_t nb_tbs, cap_tbs;
    uint64_t low, high;         /* guest addresses of code lie in between */
} Store;

/* The two views of the code buffer; the file behind them is closed. */
typedef struct CodeMem {
    uint8_t *rw;
    uint8_t *rx;
    size_t size;
    int fork_fd;                /* from prepare to done, else -1 */
} CodeMem;

typedef struct ExecStats {
#define STAT(name, text) uint64_t name;
#include "exec/stats.def"
} ExecStats;

struct Exec {
    ExecConfig cfg;
    CodeMem mem;
    Store store;
    bool stats_on;              /* times are taken too */
    ExecStats stats;
    FILE *perf_map;
};

/* One guest thread; CPUState.exec points here. */
typedef struct ExecThread {
    Exec *exec;
    CPUState *cpu;
    IR *ir;
    void *translator;
    BackendContext *backend;
    CodeBuf buf;
    size_t runtime_bytes;       /* at the start of buf, kept by a flush */
    uint32_t cache_flags;       /* tb_flags that the jump cache is good for */
    TBSlot *link_from;          /* the slot last left by, to be linked */
    Event event;                /* noted by the fault handler */
    void *ret_stack;
} ExecThread;

static inline ExecThread *thread_of(const CPUState *cpu)
{
    return cpu->exec;
}

/* mem.c: 0, or -1 with errno. */
int mem_new(CodeMem *, size_t size);
/* A copy of the first `used` bytes, for a child; then in it, to take it. */
int mem_copy_for_child(CodeMem *, size_t used);
int mem_take_copy(CodeMem *);
void mem_drop_copy(CodeMem *);

/* store.c */
TB *store_find(const Store *, uint64_t pc, uint32_t flags);
/* A TB for a compiled block, in the arena, not yet published; NULL: ENOMEM. */
TB *store_new_tb(Store *, const CompiledBlock *);
void store_publish(Store *, TB *);
void store_remove(Store *, TB *);
void store_clear(Store *);
/* The block whose code holds the host address, or NULL. */
TB *store_by_host(const Store *, uintptr_t host_pc);
/* The guest pc that the host address belongs to. */
uint64_t tb_guest_pc(const TB *, uintptr_t host_pc);

/* link.c */
void link_slot(ExecThread *, TBSlot *, TB *target);
void unlink_incoming(Exec *, TB *);
/* Points the slot's jump at its stub; async-signal-safe. */
void slot_patch_stub(const Exec *, const TBSlot *);

/* translate.c: NULL with t->event set when there is no code at pc. */
TB *translate(ExecThread *, uint64_t pc, uint32_t flags);
void flush_code(ExecThread *);
void clear_jump_cache(CPUState *);
void empty_ret_stack(CPUState *);

/* Reason passed to leave_from_signal and so returned by enter. */
enum { LEFT_BY_FAULT = -16 };

#endif
