/*
 * What a host gives to the generic backend, and what its emit records get.
 *
 * Registers of all classes have one numbering here, class after class
 * (HostDesc.first). Operands given to emit records hold the register's own
 * number in its class. Each host completes `struct Host` in its own header;
 * it is where host code is written.
 *
 * Rules for emit records:
 * - An output may be in the register of an input unless its constraint says
 *   '&' (or it is aliased): read inputs before writing outputs.
 * - An op with OPF_FAULT must not write an output before it has faulted.
 * - Temporaries are theirs; nothing else may change, flags aside.
 */
#ifndef BACKEND_HOST_H
#define BACKEND_HOST_H

#include "backend/backend.h"
#include "backend/constraint.h"

typedef struct Host Host;

enum {
    HOST_REGS = 64,             /* of all classes: RegSet */
    SPILL_SLOTS = IR_MAX_TEMPS, /* one for each temp */
    SPILL_SLOT_BYTES = 32,
};

/* A host whose FP values lie in its vector registers has no CLASS_FP. */
typedef enum RegClass { CLASS_INT, CLASS_FP, CLASS_VEC, CLASS_COUNT } RegClass;

typedef enum OperandKind {
    OPERAND_REG,
    OPERAND_IMM,
    OPERAND_MEM, /* at env + disp */
    OPERAND_ENV, /* the address env itself */
} OperandKind;

typedef struct Operand {
    uint8_t kind;
    uint8_t reg;
    int32_t disp;
    int64_t imm;
} Operand;

/* One op with its operands resolved. */
typedef struct EmitOp {
    uint16_t opc;
    uint8_t type, vece, fp;
    uint8_t in_type; /* of the first input, if there is one */
    uint8_t dead;    /* bits of the outputs that nobody wants */
    bool low;        /* LIFE_LOW */
    uint8_t tmp[MAX_TEMPS];
    int32_t arg; /* the row's own */
    Operand out[MAX_OUTS], in[MAX_INS];
    const Arg *k; /* the op's constants */
} EmitOp;

typedef void EmitFn(Host *, const EmitOp *);

/* A row of a host's table; the first that fits op, type, host and FP policy
   counts. */
typedef struct EmitRow {
    uint16_t opc;
    uint16_t types;     /* TYPES_* */
    uint32_t when;      /* features and policy_bits() needed */
    const char *places; /* see constraint.h */
    EmitFn *emit;
    int32_t arg;
} EmitRow;

/* The block under construction, as far as hosts do not differ. */
typedef struct BlockBuild {
    ExitSlot slots[COMPILE_MAX_SLOTS];
    unsigned nb_slots; /* the highest used, plus one */
    PcRow rows[COMPILE_MAX_ROWS];
    unsigned nb_rows;
    const PcRow *side_row; /* the last of an op that has a side */
    bool too_large;
    bool started;      /* an insn_start has been seen */
    bool keep_flags;   /* a carry is in the flags: moves leave it */
    uint64_t first_pc; /* of the first insn_start */
    uint64_t pc;       /* of the last */
    const Op *taken;   /* brcond: the goto_tb that its label is, or NULL */
    bool in_side;      /* singles may lack their box here */
    bool is_region;
    const struct Adapter *adapter; /* of a region that has one, or NULL */
    uint32_t leave;                /* see CompiledBlock */
    uint32_t literals;             /* likewise */
    uint32_t outer[COMPILE_MAX_OUTER], nb_outer;
} BlockBuild;

/* Host code from `offset` on belongs to the guest instruction at pc. */
void build_pc_row(BlockBuild *, uint32_t offset, uint64_t pc);

typedef struct HostDesc {
    const char *name;
    const EmitRow *rows;
    unsigned nb_rows;
    RegSet letters[26];
    /* The letters of constants, at most 16; is the value one of a kind that is
       set in `consts`, by the places of the letters? */
    const char *consts;
    bool (*const_fits)(unsigned consts, Type, uint64_t value);
    const uint8_t *class_of;         /* Type: the RegClass of its values */
    uint8_t first[CLASS_COUNT];      /* number of a class's first register;
                                        of an empty one, of the next class's */
    RegSet usable[CLASS_COUNT];      /* may be allocated or pinned */
    const uint8_t *pin[CLASS_COUNT]; /* registers to pin, best first */
    unsigned nb_pin[CLASS_COUNT];
    unsigned pin_types;   /* TYPES_* of globals that may be pinned */
    unsigned min_scratch; /* a class must keep so many */
    int32_t spill;        /* where spill slots begin, from env */
    /* Bits that rows ask for beside features: what the policy wants is what
       the host does. */
    uint32_t (*policy_bits)(const FpPolicy *);
    const uint8_t *call_args; /* registers of helper arguments */
    uint8_t call_ret;

    void (*mov)(Host *, unsigned type, int dst, int src);
    /* Of general registers; hosts without such an instruction take three. */
    void (*exchange)(Host *, int a, int b);
    void (*load)(Host *, unsigned type, int dst, int32_t disp);
    void (*store)(Host *, unsigned type, int src, int32_t disp);
    void (*store_const)(Host *, unsigned type, uint64_t value, int32_t disp);
    void (*load_const)(Host *, unsigned type, int dst, uint64_t value);
    void (*load_env)(Host *, int dst);
    /* Before the arguments of a call are moved, and the call itself. */
    void (*call_prepare)(Host *, const Helper *);
    void (*call)(Host *, const Helper *);

    /* Starts a block at p; code runs at p + exec_offset. */
    void (*begin)(Host *, BlockBuild *, const IR *, uint8_t *p, uint8_t *end,
                  int64_t exec_offset);
    uint32_t (*offset)(const Host *); /* bytes emitted so far */
    void (*set_label)(Host *, LabelId);
    /* What is out of line. The block's size, or 0: it did not fit. */
    uint32_t (*finish)(Host *);
} HostDesc;

static inline RegClass host_class(const HostDesc *d, unsigned type)
{
    return (RegClass)d->class_of[type];
}

static inline RegClass host_reg_class(const HostDesc *d, int r)
{
    return r < d->first[CLASS_FP]    ? CLASS_INT
           : r < d->first[CLASS_VEC] ? CLASS_FP
                                     : CLASS_VEC;
}

#endif
