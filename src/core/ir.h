/*
 * The IR: temps, labels, ops and the context that holds them.
 *
 * What always holds:
 * - An Op names its arguments by number: arg[0 .. outs) are output temps,
 *   then input temps, then constants.
 * - Temps 0 .. nb_globals-1 are the fixed and global temps; ir_reset() keeps
 *   them and forgets all others, all ops and all labels.
 * - A constant is a temp of kind TEMP_CONST, one for each (type, value).
 *   It is never an output.  Its 64-bit value is kept sign-extended for I32,
 *   zero-extended for F32; I128 means it sign-extended, a vector means it
 *   repeated.
 * - Running out of ops, temps or labels sets the sticky `error`, and further
 *   ops are dropped; whoever drives a translation looks at it once.
 */
#ifndef CORE_IR_H
#define CORE_IR_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "core/cond.h"
#include "core/fp.h"
#include "core/helper.h"
#include "core/memop.h"
#include "core/opcode.h"
#include "core/types.h"

typedef uint32_t TempId;
typedef uint32_t LabelId;
typedef uint64_t Arg;

typedef enum TempKind {
    TEMP_EBB,    /* lives to the end of its extended basic block */
    TEMP_TB,     /* lives to the end of the translation */
    TEMP_GLOBAL, /* a field of the guest state */
    TEMP_FIXED,  /* a host register with a fixed meaning: env */
    TEMP_CONST,
} TempKind;

typedef struct Temp {
    uint8_t kind;     /* TempKind */
    uint8_t type;     /* Type */
    uint16_t next;    /* CONST: the next one in its bucket, or 0 */
    int32_t offset;   /* GLOBAL: bytes from the guest state's start */
    uint64_t value;   /* CONST: see the top */
    TempId like;      /* EBB: the global that it had best be placed as, 0 */
    const char *name; /* GLOBAL, FIXED: its name, else NULL */
} Temp;

typedef struct Label {
    uint32_t refs; /* branches to it */
    bool present;  /* its set_label has been emitted */
} Label;

enum { OP_MAX_ARGS = 9 };

typedef struct Op {
    uint16_t opc;      /* Opcode */
    uint8_t type;      /* Type */
    uint8_t vece;      /* OPF_VECTOR: log2 of element bytes */
    uint8_t fp;        /* FP ops: which of IR.fp_policies */
    uint8_t call_outs; /* OP_call: number of outputs and inputs */
    uint8_t call_ins;
    uint32_t life; /* set by liveness: LIFE_DEAD(i), LIFE_SYNC(i) */
    Arg arg[OP_MAX_ARGS];
} Op;

/* Argument i dies here (an input is used last, an output is not used). */
#define LIFE_DEAD(i) (1u << (i))
/* Output i is a global whose value must reach its home at this op. */
#define LIFE_SYNC(i) (1u << (16 + (i)))
/*
 * In a side: the temp that is input i is not used behind the op that leads
 * there.
 */
#define LIFE_ASIDE(i) LIFE_SYNC(i)
/* Only the low half of the output is wanted: of an extension to I64, or in the
   register that a single is loaded to (F32, there in the low half).  Of
   vlow_zero: the op before has loaded the input. */
#define LIFE_LOW (1u << 31)

enum {
    IR_MAX_OPS = 16384, /* limits of one translation */
    IR_MAX_TEMPS = 8192,
    IR_MAX_LABELS = 1024,
    IR_MAX_SLOTS = 64,
    IR_CONST_BUCKETS = 256,
    IR_WORK_BYTES = 48 * IR_MAX_TEMPS + 8192,
    IR_SIDE_GLOBALS = 128, /* that one side writes */
    IR_MAX_FP_POLICIES = 8,
};

typedef enum IRError {
    IR_OK,
    IR_TOO_MANY_OPS,
    IR_TOO_MANY_TEMPS,
    IR_TOO_MANY_LABELS,
    IR_NO_MEMORY, /* of who makes the IR */
} IRError;

typedef struct IR {
    Op *ops;
    uint32_t nb_ops;
    Op *spare; /* second array, for passes that rewrite */
    Temp *temps;
    uint32_t nb_temps, nb_globals;
    Label *labels;
    uint32_t nb_labels;
    uint16_t consts[IR_CONST_BUCKETS]; /* the last const temp of each, or 0 */
    void *work; /* IR_WORK_BYTES for the pass that runs */
    IRError error;
    bool region;                 /* several blocks, to be optimised as one */
    bool loop;                   /* a region with a jump back inside */
    uint64_t inner_slots;        /* those that ir_link_inner() was called for */
    LabelId inner[IR_MAX_SLOTS]; /* their labels */
    bool unboxed;         /* of the frontend: singles are never boxed, no op
                             is fbox or funbox; what a register has above one
                             does not matter */
    int plain_slot;       /* of a region: see ir_set_plain(); -1: none */
    uint64_t entry_pc;    /* where it leads: the region's entry, */
    uint32_t entry_flags; /* with these tb_flags */
    TempId env;           /* FIXED I64: pointer to the guest state, */
    uint32_t state_bytes; /* and its size (Frontend.state_bytes) */
    const Helper *const *helpers; /* known to the parser, NULL-terminated */
    const FpPolicy *fp_policies;  /* the frontend's */
    uint8_t nb_fp_policies;
    uint8_t fp;                  /* the policy of ops to come; ir_reset(): 0 */
    struct KeptName *kept_names; /* of ir_keep_name() */
} IR;

/* A context with env as its only temp, 0; NULL: no memory. */
IR *ir_new(void);
void ir_free(IR *ir);
/* Ready for the next translation: keeps env and the globals. */
void ir_reset(IR *ir);

/*
 * ir_global: only while there are no other temps; name is kept, not copied.
 * At a limit, a temp or label is 0 and the error set.
 */
TempId ir_global(IR *ir, Type type, int32_t offset, const char *name);
/* A copy of name that lives as long as ir; NULL: no memory. */
const char *ir_keep_name(IR *ir, const char *name);
/* The global or fixed temp of that name, or -1. */
int ir_find_global(const IR *ir, const char *name);
/*
 * For readers of IR after a reset: the global as described, old or new, or
 * -1 when the name is taken by another, or there is no memory for it.
 */
int ir_declare_global(IR *ir, Type type, int32_t offset, const char *name);
/* The helper of that name among ir->helpers, or NULL. */
const Helper *ir_find_helper(const IR *ir, const char *name);

TempId ir_temp(IR *ir, Type type);    /* EBB */
TempId ir_temp_tb(IR *ir, Type type); /* TB */
TempId ir_const(IR *ir, Type type, int64_t value);
LabelId ir_label(IR *ir);

/*
 * The block that goto_tb goes to by the slot, or that a call returns to, is
 * the code at the label of this very translation.  It can be turned to leave
 * all the same, which is how a loop in a region is interrupted; so to passes
 * it is an exit as any other.  The label of a return is no other slot's, and
 * stands right behind the call.
 */
void ir_link_inner(IR *ir, unsigned slot, LabelId label);

/*
 * A goto_tb by this slot does what the region does that begins at pc and
 * flags, but without it: a pass may send there what comes in and does not
 * suit it.
 */
void ir_set_plain(IR *ir, unsigned slot, uint64_t pc, uint32_t flags);

static inline bool ir_is_inner(const IR *ir, unsigned slot)
{
    return ir->inner_slots >> slot & 1;
}

static inline TempId ir_i32(IR *ir, int32_t v)
{
    return ir_const(ir, TYPE_I32, v);
}

static inline TempId ir_i64(IR *ir, int64_t v)
{
    return ir_const(ir, TYPE_I64, v);
}

static inline bool temp_is_const(const IR *ir, TempId t)
{
    return ir->temps[t].kind == TEMP_CONST;
}

/* Sets the error; the scratch op behind the last one. */
Op *ir_emit_full(IR *ir);

/*
 * Appends an op and returns it with its arguments unset, or a scratch op
 * when the limit is reached.  The pointer is good until the next append.
 * The builders in core/gen.h also keep the labels' books.
 */
static inline Op *ir_emit(IR *ir, Opcode opc, Type type)
{
    if (__builtin_expect(ir->nb_ops >= IR_MAX_OPS, 0)) {
        return ir_emit_full(ir);
    }
    Op *op = &ir->ops[ir->nb_ops++];
    op->opc = (uint16_t)opc;
    op->type = (uint8_t)type;
    op->vece = 0;
    op->fp = ir->fp;
    op->call_outs = 0;
    op->call_ins = 0;
    op->life = 0;
    return op;
}

/* Counts and arguments of an op; a call has its own counts. */
static inline unsigned op_outs(const Op *op)
{
    return op->opc == OP_call ? op->call_outs : opcode_info[op->opc].outs;
}

static inline unsigned op_ins(const Op *op)
{
    return op->opc == OP_call ? op->call_ins : opcode_info[op->opc].ins;
}

/* The slot by which control comes back from a call, or -1. */
static inline int op_ret_slot(const Op *op)
{
    return op->opc == OP_call_tb    ? (int)op->arg[2]
           : op->opc == OP_call_ptr ? (int)op->arg[1]
                                    : -1;
}

static inline unsigned op_consts(const Op *op)
{
    return op->opc == OP_call ? 1 : opcode_info[op->opc].consts;
}

/* Constant i of an op. */
static inline Arg op_const(const Op *op, unsigned i)
{
    return op->arg[op_outs(op) + op_ins(op) + i];
}

/* Which constant of the op is a label, or -1. */
static inline int opcode_label(Opcode opc)
{
    switch (opc) {
    case OP_set_label:
    case OP_set_side:
    case OP_on_fault:
    case OP_br: return 0;
    case OP_brcond:
    case OP_brcond2_i32: return 1;
    default: return -1;
    }
}

/* Does a label stand here? */
static inline bool op_sets_label(const Op *op)
{
    return op->opc == OP_set_label || op->opc == OP_set_side;
}

/* Enters an op that has its arguments in its label's record. */
static inline void ir_note_label(IR *ir, const Op *op)
{
    int k = opcode_label((Opcode)op->opc);
    if (k < 0) {
        return;
    }
    Label *label = &ir->labels[op_const(op, (unsigned)k)];
    if (op_sets_label(op)) {
        label->present = true;
    } else {
        label->refs++;
    }
}

static inline unsigned op_flags(const Op *op)
{
    return opcode_info[op->opc].flags;
}

static inline const Helper *op_helper(const Op *op)
{
    return (const Helper *)(uintptr_t)op_const(op, 0);
}

static inline const FpPolicy *ir_fp_policy(const IR *ir, const Op *op)
{
    return &ir->fp_policies[op->fp];
}

/*
 * What FP ops of this IR follow: a table that stays, of which ops name the
 * first unless IR.fp says another.  All have the same default NaN.
 */
void ir_set_fp_policies(IR *ir, const FpPolicy *, unsigned n);

/* The default NaN of all ops. */
static inline uint32_t ir_default_nan32(const IR *ir)
{
    return fp_default_nan32(ir->fp_policies);
}

static inline uint64_t ir_default_nan64(const IR *ir)
{
    return fp_default_nan64(ir->fp_policies);
}

/* Does it depend on the policy of the op what it does? */
static inline bool ir_follows_policy(const Op *op)
{
    return op_flags(op) & OPF_FPENV || op->opc == OP_fcanon ||
           op->opc == OP_funbox;
}

/* May the first two inputs of the op change places? */
bool op_commutes(const IR *ir, const Op *op);

/* Bytes of host memory that a host load or store touches. */
unsigned op_access_bytes(const Op *op);

#endif
