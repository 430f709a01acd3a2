/*
 * The register allocator: greedy, one pass forward over the ops.
 *
 * What always holds between two ops:
 * - A pinned global is in its home register and nowhere else. An EBB temp with
 *   the same value may borrow that register until the global is redefined.
 * - Any other temp is in at most one register, and `mem` says whether its
 *   home (global) or spill slot (others) holds its value. Constants and env
 *   are as good as in memory.
 * - The home of a global that has been discarded is lent: until the global is
 *   defined again it is a register as the scratch ones are.
 * - `free` are the scratch registers and lent homes without an occupant.
 */
#ifndef BACKEND_REGALLOC_H
#define BACKEND_REGALLOC_H

#include "backend/convention.h"
#include "backend/host.h"
#include "backend/trace.h"

typedef struct TempState {
    int8_t reg; /* or NOWHERE */
    bool pinned;
    bool mem;
} TempState;

enum { NOWHERE = -1 };

/* A temp in a register. */
typedef struct Held {
    TempId temp;
    int8_t reg;
    bool mem;
} Held;

/* Where temps are, as control may go to a side from here. */
typedef struct Fork {
    const Op *side; /* its set_side */
    RegSet free, borrowed, lent;
    uint32_t first, count; /* RegAlloc.held */
} Fork;

typedef struct Row {
    Constraint c;
    EmitFn *emit;
    int32_t arg;
} Row;

typedef struct RegAlloc {
    const HostDesc *desc;
    const Convention *conv;
    Host *host;
    const IR *ir;
    RegSet scratch; /* of all classes */
    RegSet free;
    RegSet borrowed; /* homes that have an occupant, too */
    RegSet lent;     /* homes without a value of their own */
    Fork *fork;      /* the next op is to note it here; or NULL */
    Held *held;      /* of all forks */
    uint32_t nb_held, max_held;
    bool no_memory;      /* for a fork: the translation is to be given up */
    const Fork *resumed; /* the last, or NULL */
    unsigned next_victim;
    const Op *op; /* in hand; what is ahead is looked at in regions alone */
    const BackendTrace *trace; /* or NULL */
    TraceReason why; /* of what is traced next; kept only if there is one */
    TempId occupant[HOST_REGS];
    TempState *initial; /* of the fixed and global temps */
    uint32_t nb_initial;
    TempState state[IR_MAX_TEMPS];
} RegAlloc;

/* False: no memory. */
bool ra_init(RegAlloc *, const HostDesc *, const Convention *, Host *,
             const IR *);
void ra_free(RegAlloc *);
void ra_begin(RegAlloc *, const IR *);

void ra_op(RegAlloc *, const Op *, const Row *);
void ra_mov(RegAlloc *, const Op *);
void ra_call(RegAlloc *, const Op *);
void ra_discard(RegAlloc *, TempId);
/*
 * extrl, fsingle, vlow, LIFE_LOW extensions and fbox, where they need no
 * instruction, or only a move to a home.
 */
bool ra_extrl(RegAlloc *, const Op *);
bool ra_fbox(RegAlloc *, const Op *);

/* Output i of the op has been computed in r: brings it where it belongs. */
void ra_define(RegAlloc *, const Op *, unsigned i, int r);

/* Homes hold their globals alone: what else is in them goes elsewhere. */
void ra_vacate_homes(RegAlloc *);
/* Before control can go elsewhere: TB temps to their slots. */
void ra_store_tb(RegAlloc *);
/* Where control comes together: registers hold pinned globals only. */
void ra_forget_all(RegAlloc *);

/*
 * The op leads to a side: notes where temps are; when it has been made, forgets
 * those that the side alone wants; and comes back to what was noted.
 */
const Fork *ra_note_fork(RegAlloc *);
void ra_pass_fork(RegAlloc *, const Fork *);
void ra_resume_fork(RegAlloc *, const Fork *);

/* ---- Primitives (regalloc.c), for the files of the allocator ----------- */

/* Displacement from env of a temp's memory. */
int32_t ra_home(const RegAlloc *, TempId);

/* Notes an event of the op in hand; with the reason last given. */
__attribute__((cold)) void ra_note(RegAlloc *, TraceEvent);
__attribute__((cold)) void ra_note_move(RegAlloc *, TraceKind, TempId, int reg,
                                        int from);

static inline void ra_why(RegAlloc *ra, TraceReason why)
{
    if (__builtin_expect(ra->trace != NULL, 0)) {
        ra->why = why;
    }
}

static inline void ra_trace(RegAlloc *ra, TraceKind kind, TempId t, int reg,
                            int from)
{
    if (__builtin_expect(ra->trace != NULL, 0)) {
        ra_note_move(ra, kind, t, reg, from);
    }
}

static inline void ra_trace_op(RegAlloc *ra, const Op *op)
{
    if (__builtin_expect(ra->trace != NULL, 0)) {
        ra->op = op;
        ra_trace(ra, TRACE_OP, 0, NOWHERE, NOWHERE);
    }
}

static inline bool ra_is_value(const RegAlloc *ra, TempId t)
{
    unsigned kind = ra->ir->temps[t].kind;
    return kind == TEMP_CONST || kind == TEMP_FIXED;
}

/* Registers of the class that any temp may be in now. */
RegSet ra_usable(const RegAlloc *, RegClass);
/* The home of an output is its own again, if it was lent. */
void ra_claim_home(RegAlloc *, int home);

/* Makes r the register of t, which is in none. */
void ra_occupy(RegAlloc *, int r, TempId);
/* The register of t, if it is a scratch one, is free; its value is lost. */
void ra_release(RegAlloc *, TempId);
/* Writes t to its memory unless that holds it. */
void ra_sync(RegAlloc *, TempId);
/* The same, for constants too: they get a spill slot. */
void ra_to_memory(RegAlloc *, TempId);
void ra_evict(RegAlloc *, int r);
/* No scratch register of the class holds anything. */
void ra_evict_class(RegAlloc *, RegClass);
/* Empties r, to a free register outside `avoid` if there is one; a home, of
 * what has borrowed it. */
void ra_displace(RegAlloc *, int r, RegSet avoid);
/* A free scratch register of the set, others evicted; NOWHERE: none left. */
int ra_take(RegAlloc *, RegSet set, RegSet avoid);
/* Copies the value of t to r, which does not become its register. */
void ra_copy_to(RegAlloc *, TempId, int r);

#endif
