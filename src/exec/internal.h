/*
 * Private to exec: threads and what they share; store.h has blocks, mem.h the
 * memory of code.
 *
 * Each thread translates into a piece of the code buffer of its own; there is
 * no lock around translation, lookup or running.  What always holds:
 * - A TB in the store is valid.  An invalidated one is in no chain, has no
 *   incoming links and is in no jump cache; its code stays until the next
 *   flush, for a thread may still be in it.
 * - TBs, and what they point to, live until the flush.
 * - A flush is exclusive (exclusive.c): no other thread is in exec_run(), but
 *   parked at its safe point, where it holds no pointer to a TB.
 *
 * Who may write what is said at each field: "owner" is the thread that the
 * TB, piece or ExecThread belongs to; "exclusive" the one that has stopped
 * all others.
 */
#ifndef EXEC_INTERNAL_H
#define EXEC_INTERNAL_H

#include <pthread.h>
#include "exec/exec.h"
#include "exec/mem.h"
#include "exec/store.h"
#include "image/image.h"
#include "util/arena.h"

/*
 * A part of the code buffer that one thread fills from its start to its end,
 * and the blocks in it in the order of their addresses.
 */
typedef struct Piece {
    TB **tbs;                 /* room for all that fit; written by owner */
    _Atomic uint32_t nb_tbs;  /* by owner, release after the entry */
    size_t used;              /* bytes, up to the last block; by owner */
    size_t ready;             /* bytes that have their pages; by owner */
    struct Piece *next_spare; /* under Exec.lock */
    Arena arena;              /* of a spare one: its TBs, with room */
} Piece;

/* A mapped image (images.c). */
typedef struct Image {
    const ImageHeader *h; /* NULL: there is none */
    TB *_Atomic *tb;      /* of each record, or NULL; under Exec.lock */
    _Atomic bool *thawed; /* of each page; under Images.thawing */
} Image;

/* A mapping of a file's code of which exec is told each change. */
typedef struct Origin {
    uint64_t start, end; /* guest addresses */
    const char *path;    /* of the file */
    ImageKey key;
    Image image;
    _Atomic bool gone;       /* changed or unmapped; under Exec.lock */
    _Atomic uint32_t nb_new; /* blocks translated since it was kept */
} Origin;

enum { MAX_ORIGINS = 256, IMAGE_WINDOW = 512 << 20 };

typedef struct Images {
    struct ImageDir *dir;        /* NULL: there are none */
    ImageKey key;                /* but for file and bias */
    Origin *origin[MAX_ORIGINS]; /* in the order of their coming, until the */
    _Atomic uint32_t nb_origins; /* next flush; under Exec.lock */
    size_t used;                 /* of the window; under Exec.lock */
    uint8_t *shadow;             /* see thaw(); under thawing, as */
    _Atomic bool thawing;        /* a spin lock, with all signals blocked */
    _Atomic bool keeping;        /* by one thread */
    bool spoilt;                 /* blocks differ from what they would be: not
                                    kept; by exclusive */
} Images;

/* What generated code at a host address belongs to. */
typedef struct CodePlace {
    uint64_t pc;         /* of the block */
    const uint8_t *code; /* the block's */
    uint32_t leave;      /* TB.leave */
    PcRow row;
} CodePlace;

/* The slot that code was left by. */
typedef struct LeftBy {
    uint64_t guest_pc;
    bool plain;
    TBSlot *slot; /* to be linked, or NULL */
} LeftBy;

/* A page that is suspect (changed.c). */
typedef struct CodePage {
    uint64_t addr;
    uint64_t hash;  /* with which its blocks agree; 0: none */
    uint32_t quiet; /* fences in a row that found no change */
    uint32_t next;  /* index + 1, in its bucket */
    bool watched;   /* no suspect any more once verified */
} CodePage;

enum { SUSPECT_BUCKETS = 1024 };

/* Under Exec.lock. */
typedef struct Suspects {
    CodePage *page;
    uint32_t n, max;
    uint32_t bucket[SUSPECT_BUCKETS]; /* index + 1 of the first; 0: none */
    bool lost;                        /* there was no memory for one */
} Suspects;

enum { CODE_LINE = 512, NB_CODE_LINES = 32 };

/* What a translation has read of the guest's code (source.c). */
typedef struct CodeLines {
    uint64_t tag[NB_CODE_LINES]; /* address | 1; 0: empty */
    uint64_t watched;            /* page | 1 of the last read, or 0 */
    uint8_t bytes[NB_CODE_LINES][CODE_LINE];
} CodeLines;

/*
 * What it takes to translate.  They are large: a thread has some only while
 * it translates, so there are as many as threads have translated at once.
 */
typedef struct AllocLog AllocLog;

typedef struct Stages {
    IR *ir;
    void *translator; /* the frontend's */
    BackendContext *backend;
    AllocLog *alloc_log; /* -d alloc, else NULL */
    InsnNote *notes;     /* with ExecConfig.instrument, else NULL */
    CodeLines lines;
    struct Stages *next; /* in Exec.idle */
} Stages;

typedef struct ExecStats {
#define GROUP(title)
#define STAT(name, unit, of, text) uint64_t name;
#include "exec/stats.def"
    uint64_t helper[MAX_HELPERS];
} ExecStats;

/* What a debugger has set; changed by exclusive. */
typedef struct ExecDebug {
    uint64_t *stops; /* breakpoints, ascending; owned */
    uint32_t nb_stops;
    uint64_t watch_start, watch_bytes; /* 0 bytes: nothing is watched */
} ExecDebug;

/*
 * In TB.flags beside the frontend's: a block of one instruction, which
 * ignores breakpoints; with the tests for watched memory or without.
 */
enum { TB_STEP = 1 << 30, TB_STEP_WATCHED = TB_STEP | 1 << 29 };

struct Exec {
    ExecConfig cfg; /* not changed after exec_new() */
    ExecDebug debug;
    CodeMem mem;
    Store store;
    Images images;
    Suspects suspects;
    Piece *piece;
    uint32_t nb_pieces;
    size_t piece_bytes;
    uint32_t next_piece;       /* the first never taken; under lock */
    Piece *spare;              /* of threads that ended; under lock */
    size_t runtime_bytes;      /* at the start of piece 0 */
    const Stages *runtime;     /* its backend emitted it */
    int perf_map;              /* descriptor or -1 (perf.c) */
    struct Jitdump *jitdump;   /* or NULL */
    struct SymbolMap *symbols; /* see exec_symbols() */
    pthread_mutex_t lock;      /* of what follows, and of store changes */
    pthread_cond_t changed;    /* a thread parked or left; exclusivity ended */
    struct ExecThread *threads;
    Stages *idle;               /* those that no thread uses */
    pthread_cond_t stages_back; /* there are idle ones again */
    _Atomic bool stop;          /* a thread wants, or has, exclusivity */
    _Atomic uint32_t nb_kicked; /* threads; while there are any, none links */
    uint64_t flushes;           /* by exclusive */
    ExecStats retired;          /* of threads that have ended, */
    Arena retired_tbs;          /* and their TBs; reset by exclusive */
    ExecStopFn *stop_fn;
};

/* One guest thread; CPUState.exec points here.  Written by its thread. */
typedef struct ExecThread {
    Exec *exec;
    CPUState *cpu;
    struct ExecThread *next; /* Exec.threads; under Exec.lock */
    pthread_t host;
    _Atomic bool running; /* in exec_run() and not parked */
    _Atomic bool kicked;  /* counted in nb_kicked: by its signal handler,
                             until it has left generated code */
    bool stopped_others;  /* has exclusivity for good */
    Stages *stages;       /* while it translates, else NULL */
    Piece *piece;         /* being filled, or NULL */
    CodeBuf buf;          /* its memory */
    Arena arena;          /* of TBs; reset by exclusive */
    bool watched;         /* the block in hand has tests (watch.c) */
    bool unseen;          /* not each change of its code is told of */
    TBSlot *link_from;    /* the slot last left by, to be linked */
    bool left_plain;      /* left by a plain slot: TBSlot.plain */
    Event event;          /* noted by the fault handler */
    void *memory;         /* of the cpu; backend_cpu_bytes() */
    ExecStats stats;
} ExecThread;

static inline ExecThread *thread_of(const CPUState *cpu)
{
    return cpu->exec;
}

/* stages.c */
/* Emits the runtime, before there is any thread; -1 with errno. */
int runtime_new(Exec *);
/* Before any thread has translated; also when runtime_new() has failed. */
void runtime_free(Exec *);
/* t->stages are the thread's own in between. */
void stages_take(ExecThread *);
void stages_give_back(ExecThread *);

/* What a host address belongs to; false: to no block. */
bool code_place(const Exec *, uintptr_t host_pc, CodePlace *);

/* images.c */
void images_open(Exec *);
/* The block kept from an earlier run, published now; NULL: there is none. */
TB *images_find(ExecThread *, uint64_t pc, uint32_t flags, bool plain);
/* A block was made which had to be translated. */
void images_note_translated(ExecThread *, const TB *);
bool images_place(const Exec *, uintptr_t host_pc, CodePlace *);
/* The code is that of a block, in the window. */
void images_left_by(ExecThread *, const uint8_t *code, uint32_t slot, LeftBy *);
/* What is at rx can be written at its place in the writable view; async-signal-
   safe, as images_kick().  False: no memory. */
bool images_thaw(Exec *, const uint8_t *rx);
/* Is the slot, which has been taken, to be linked? */
bool images_link_pays(const Exec *, TBSlot *);
/* Points the slots of the block at host_pc, if there is one, to their stubs. */
void images_kick(const Exec *, uintptr_t host_pc);
/* Code in [start, end) changes or goes away; under Exec.lock. */
void images_changed(ExecThread *, uint64_t start, uint64_t end);
/* By exclusive, at a flush. */
void images_clear(Exec *);
/* See mem_copy(), mem_take_copy(). */
void images_copy_for_child(Exec *);
void images_take_copy(Exec *);

/* piece.c */
int pieces_new(Exec *);
void pieces_free(Exec *);
/* Gives the thread a piece with room; false: all are taken. */
bool piece_take(ExecThread *);
/* Before the next block is made: it will find pages to go to. */
void piece_prepare(ExecThread *);
/* The thread ends; under Exec.lock. */
void piece_give_back(ExecThread *);
void piece_add_tb(ExecThread *, TB *);
void pieces_clear(Exec *);
/* All code to a file for a child; exclusive.  -1 with errno. */
int pieces_copy_for_child(Exec *);
/* The block whose code holds the host address, or NULL. */
TB *piece_find_tb(const Exec *, uintptr_t host_pc);

/* link.c */
void link_slot(ExecThread *, TBSlot *, TB *target);
/* Points the jump at rx to the target, if it can be; async-signal-safe. */
void code_patch(const Exec *, const uint8_t *rx, const void *target);
/* Points the slot's jump at its stub; async-signal-safe. */
void slot_patch_stub(const Exec *, const TBSlot *);
/* Takes the block out of the store, of links and jump caches. */
void invalidate_tb(ExecThread *, TB *);
/* The same, under Exec.lock; thread is the calling ExecThread. */
void invalidate_locked(void *thread, TB *);
/* Control comes to the block by way of the store again. */
void detach_tb(ExecThread *, TB *);

/* source.c: between source_begin() and the end of the translation. */
void source_begin(ExecThread *);
CodeReader source_reader(ExecThread *);
/* Of the bytes that were read; never mind those that were not. */
uint64_t source_hash(ExecThread *, uint64_t start, uint32_t n);

/* changed.c */
/* n bytes of code as they are now; false: they cannot be read. */
bool code_peek(const Exec *, uint64_t addr, void *buf, size_t n);
/* Under Exec.lock: the pages of a block of which not each change is told. */
void suspect_tb(Exec *, const TB *);
void suspects_clear(Suspects *);

/* exclusive.c; with ExecConfig.stats, the time that it takes is counted. */
void exec_lock(ExecThread *);
/* 0 without ExecConfig.stats. */
uint64_t now_ns(const Exec *);
/* Adds the time since *last to a counter, and goes on from here. */
void lap(const Exec *, uint64_t *counter, uint64_t *last);
void run_begin(ExecThread *);
void run_end(ExecThread *);
/* At a safe point: parks while another thread has exclusivity. */
void safe_point(ExecThread *);
/* Stops all other threads at their safe points, until end. */
void exclusive_begin(ExecThread *);
void exclusive_end(ExecThread *);

enum { REGION_MAX_INSNS = 1024 }; /* copies included */

/* stats.c: a thread's become part of a sum. */
void stats_add(ExecStats *sum, const ExecStats *, const CPUState *);

/* translate.c: NULL with t->event set when there is no code at pc. */
TB *translate(ExecThread *, uint64_t pc, uint32_t flags);
/* The same for a region, which is given up if anything is in the way. */
TB *translate_region(ExecThread *, const BlockRequest *);
/* Forgets all code, unless that has happened since `flushes` was read. */
void flush_code(ExecThread *, uint64_t flushes);
void clear_jump_cache(CPUState *);

/* run.c: a block that need not be translated, from an earlier run if need be;
   with `plain` no region.  NULL: there is none. */
TB *block_known(ExecThread *, uint64_t pc, uint32_t flags, bool plain);
/* Runs the block until code is left; false: go on, no event. */
bool run_tb(ExecThread *t, const TB *tb, Event *event);

/* watch.c: see there. */
void watch_instrument(IR *ir, const ExecDebug *debug, uint32_t pc_offset);
static inline uint64_t watch_access(uint32_t bytes, bool reads, bool writes)
{
    return (uint64_t)bytes << 2 | (uint64_t)writes << 1 | reads;
}

/*
 * unroll.c: where the blocks begin, which are in the order of their addresses,
 * with innermost loops up to `max` times.
 */
uint32_t region_unroll(TB *const block[], uint32_t nb_blocks, uint32_t max,
                       BlockAt at[MAX_REGION_PARTS]);

/* What a region is translated from. */
typedef struct RegionPlan {
    BlockRequest request; /* its blocks are these */
    BlockAt block[MAX_REGION_PARTS];
} RegionPlan;

/* region.c */
void heat_reset(ExecThread *);
/*
 * The loop at the head that `from` is part of, or if that is NULL the
 * function there.  With fewer and fewer blocks, until it can be translated; or
 * NULL.
 */
TB *region_make(ExecThread *, const TB *from, TB *head, bool guards,
                RegionPlan *);
/*
 * The slot, which leads to tb, has just been taken: tb, or the region to go
 * on with instead if the jump has become hot.
 */
TB *region_if_hot(ExecThread *, TBSlot *, TB *tb);
/*
 * The region's guards have turned away what came in: the block tb, or another
 * region without guards, to go on with.
 */
TB *region_unsuited(ExecThread *, TB *region, TB *tb);

#endif
