/*
 * Inside the fold pass: what is known at the current op, and what rules are
 * written with.  See fold.c for the pass.
 *
 * Time: the op at index i of the output stands at time i + 1; time 0 is
 * before the block.  What is known of a temp holds if the temp was defined
 * later than its kind of temp was lost: by a label, or, for globals, by
 * something that may write them unseen.
 */
#ifndef OPT_FOLD_H
#define OPT_FOLD_H

#include "opt/bits.h"
#include "opt/opt.h"

typedef struct Info {
    uint64_t zeros, ones; /* Bits of its value */
    int32_t def;          /* time of its definition */
    int32_t copy_time;    /* it held the same as copy_of; 0: no copy */
    TempId copy_of;
    uint8_t signs;
    bool canonical; /* FP: no NaN, or the canonical one */
} Info;

/* A field of the guest state that is no global: [offset, offset + bytes). */
typedef struct StateEntry {
    int64_t offset;
    uint8_t bytes, type;
    TempId temp; /* holds what is there since time */
    int32_t time;
    int32_t store; /* time of the store that put it there, 0: none */
} StateEntry;

enum { STATE_ENTRIES = 8, FOLD_INPUTS = 4 };

/* An input of the current op. */
typedef struct In {
    TempId t;
    Bits bits;
} In;

typedef struct Fold {
    IR *ir;
    Op *out; /* ops that are done, then the current one */
    uint32_t nb_out;
    uint32_t nb_left;             /* ops of the input not yet looked at */
    int32_t lost[TEMP_CONST + 1]; /* by TempKind */
    int32_t exposed; /* time of the last op that exposes guest state */
    bool forward;    /* forward guest state */
    unsigned nb_state, next_state;
    StateEntry state[STATE_ENTRIES];
    In in[FOLD_INPUTS]; /* inputs of the current op */
    uint32_t nb_info;   /* temps that info is set up for */
    Info info[IR_MAX_TEMPS];
} Fold;

/* ---- what is known --------------------------------------------------- */

static inline bool in_known(const In *in)
{
    return bits_known(in->bits);
}

/* Its value, when known. */
static inline uint64_t in_value(const In *in)
{
    return in->bits.ones;
}

static inline bool in_is(const In *in, int64_t v)
{
    return in_known(in) && in_value(in) == (uint64_t)v;
}

/* When all temps of t's kind were last lost. */
static inline int32_t fold_lost_at(const Fold *f, TempId t)
{
    return f->lost[f->ir->temps[t].kind];
}

/* When t got its present value, at the latest. */
static inline int32_t fold_time(const Fold *f, TempId t)
{
    int32_t def = f->info[t].def, lost = fold_lost_at(f, t);
    return def > lost ? def : lost;
}

static inline int32_t fold_now(const Fold *f)
{
    return (int32_t)f->nb_out + 1;
}

static inline bool fold_lost(const Fold *f, TempId t)
{
    return f->info[t].def <= fold_lost_at(f, t);
}

static inline Bits fold_bits(const Fold *f, TempId t)
{
    const Info *info = &f->info[t];
    if (fold_lost(f, t)) {
        return bits_unknown((Type)f->ir->temps[t].type);
    }
    return (Bits){info->zeros, info->ones, info->signs};
}

/* Do a and b hold the same value? */
bool fold_same(const Fold *f, TempId a, TempId b);
/* The op whose first output is the present value of t, or NULL. */
const Op *fold_def(const Fold *f, TempId t);
/* The same if it is an opc. */
const Op *fold_def_is(const Fold *f, TempId t, Opcode opc);
/*
 * May input i of def, the definition of `via`, be read here instead?  It
 * holds what it did; and no scratch temp is kept for the sake of it where a
 * global serves.
 */
bool fold_reaches(const Fold *f, TempId via, const Op *def, unsigned i);
/* The same, and input j of def is a known value, put in *v. */
bool fold_reaches_const(const Fold *f, TempId via, const Op *def, uint64_t *v);

/* ---- rewriting the current op ------------------------------------------ */

/* A constant of type t. */
TempId fold_const(Fold *f, Type t, uint64_t v);
/* A new EBB temp. */
TempId fold_temp(Fold *f, Type t);
/* Is there room to put n ops before the current one? */
bool fold_room(const Fold *f, unsigned n);
/*
 * Puts o = opc a, b (a, b for inputs, then constants) before *op, which moves
 * one place on.
 */
void fold_before(Fold *f, Op **op, Opcode opc, TempId o, Arg a, Arg b, Arg c);

/* These make the current op another; all return true. */
bool to_mov(Fold *f, Op *op, TempId s);
bool to_const(Fold *f, Op *op, uint64_t v);
bool to_nop(Op *op);

static inline bool to_unary(Op *op, Opcode opc, TempId a)
{
    op->opc = (uint16_t)opc;
    op->arg[1] = a;
    return true;
}

static inline bool to_binary(Op *op, Opcode opc, TempId a, TempId b)
{
    op->opc = (uint16_t)opc;
    op->arg[1] = a;
    op->arg[2] = b;
    return true;
}

static inline bool to_binary_const(Fold *f, Op *op, Opcode opc, TempId a,
                                   uint64_t v)
{
    return to_binary(op, opc, a, fold_const(f, (Type)op->type, v));
}

/* extract, sextract */
static inline bool to_field(Op *op, Opcode opc, TempId a, unsigned pos,
                            unsigned len)
{
    op->opc = (uint16_t)opc;
    op->arg[1] = a;
    op->arg[2] = pos;
    op->arg[3] = len;
    return true;
}

/*
 * A rule: when `cond` holds, the op becomes `then` (a to_*() above).  A rule
 * function returns true when it changed the op, which is then looked at again.
 */
#define RULE(cond, then)                                                       \
    do {                                                                       \
        if (cond) {                                                            \
            return then;                                                       \
        }                                                                      \
    } while (0)

#define FOLD(name, function) bool function(Fold *f, Op *op);
#include "opt/fold.def"

/* ---- guest state in memory (state.c) ------------------------------------ */

/* Rules for ld* and st* of guest state; true when op became another. */
bool state_load(Fold *f, Op *op);
bool state_store(Fold *f, Op *op);
/* Does op reach guest state in other ways than as its arguments? */
static inline bool state_concerned(const Op *op)
{
    return (op_flags(op) &
            (OPF_FAULT | OPF_BB_END | OPF_BB_START | OPF_CALL)) ||
           (op->opc >= OP_ld8u && op->opc <= OP_st) || op->opc == OP_vdupm;
}

/* What the current op, as it stays, does to what is known of the state. */
void state_effects(Fold *f, const Op *op);

#endif
