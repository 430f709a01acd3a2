/*
 * The optimiser: passes that rewrite the IR of one translation in place.
 *
 * What always holds: each pass takes IR that core/verify accepts and leaves
 * such IR, with the same guest-visible behaviour: the same values of globals
 * at every op that exposes them, the same faults, exits, memory accesses and
 * sticky FP flags.  A pass is linear in the number of ops and keeps nothing
 * between two calls.  Ops it removes become nop.
 */
#ifndef OPT_OPT_H
#define OPT_OPT_H

#include <stdbool.h>
#include <stdint.h>
#include "core/ir.h"
#include "core/target.h"

/* Passes that can be switched off; liveness always runs. */
typedef enum OptConfig {
    OPT_ALL = 0,
    OPT_NO_FOLD = 1 << 0,    /* fold */
    OPT_NO_FORWARD = 1 << 1, /* within fold: forwarding of guest state */
    OPT_NO_RENAME = 1 << 2,  /* select, rename, sink: of regions */
    OPT_NO_DEFER = 1 << 3,   /* defer, of regions */
    OPT_NO_SKIP = 1 << 4,    /* skip, of regions */
    OPT_NO_INDEX = 1 << 5,   /* index, of regions */
    OPT_NONE = OPT_NO_FOLD | OPT_NO_FORWARD | OPT_NO_RENAME | OPT_NO_DEFER |
               OPT_NO_SKIP | OPT_NO_INDEX,
} OptConfig;

/* The guest that the IR is of, and the host that it is for. */
typedef struct OptTarget {
    MemoryModel guest_memory;
    HostFacts host;
} OptTarget;

/* One for which each pass runs, to show and to test what they do. */
extern const OptTarget opt_any_target;

/* Who looks on: shown the IR after each pass, by its name; first "frontend". */
typedef struct OptWatch {
    void (*after)(void *opaque, const IR *, const char *pass);
    void *opaque;
} OptWatch;

/* All passes in their order; last those that set Op.life for backends. */
void opt_run(IR *ir, OptConfig config, const OptTarget *);
/* The same; watch may be NULL: nobody looks on. */
void opt_run_watched(IR *ir, OptConfig config, const OptTarget *,
                     const OptWatch *watch);

/* The passes, each described at the top of its file. */
void opt_skip(IR *ir, const OptTarget *);
void opt_select(IR *ir, const OptTarget *);
void opt_rename(IR *ir);
void opt_fold(IR *ir, OptConfig config);
void opt_reach(IR *ir);
void opt_defer(IR *ir);
void opt_index(IR *ir, const OptTarget *);
void opt_sink(IR *ir);
void opt_liveness(IR *ir);
void opt_single(IR *ir);

/* Does an op that reads FP values treat all quiet NaNs alike? */
bool opt_takes_any_nan(const IR *, const Op *);
/* Is the result never a signalling NaN?  May it be any quiet one? */
bool opt_is_fp_arithmetic(const Op *);
bool opt_yields_any_nan(const IR *, const Op *);

#endif
