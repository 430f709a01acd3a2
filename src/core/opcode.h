/* The opcode enum and what is known of each opcode; rows in opcode.def. */
#ifndef CORE_OPCODE_H
#define CORE_OPCODE_H

#include <stdbool.h>
#include <stdint.h>
#include "core/types.h"

typedef enum Opcode {
#define OP(name, ...) OP_##name,
#include "core/opcode.def"
    OP_COUNT
} Opcode;

/* Flags of an opcode: the column `flags` of opcode.def, without OPF_. */
enum {
    OPF_0 = 0,
    OPF_COMM = 1 << 0,      /* the first two inputs may change places,
                               but see op_commutes() */
    OPF_COND = 1 << 1,      /* one constant is a Cond */
    OPF_SIDE = 1 << 2,      /* kept although its outputs are not used */
    OPF_FAULT = 1 << 3,     /* may fault: all globals are exact before it */
    OPF_BB_START = 1 << 4,  /* starts an extended basic block */
    OPF_BB_END = 1 << 5,    /* ends a basic block; EBB temps of a
                               fall-through path live on */
    OPF_EXIT = 1 << 6,      /* control never passes to the next op */
    OPF_CALL = 1 << 7,      /* arguments counted in the op */
    OPF_CARRY_OUT = 1 << 8, /* leaves a carry for the next op */
    OPF_CARRY_IN = 1 << 9,  /* takes the carry of the op before */
    OPF_FPENV = 1 << 10,    /* reads or writes the FP environment; ops
                               with it keep their order, and are kept
                               although their outputs are not used */
    OPF_VECTOR = 1 << 11,   /* Op.vece counts */
};

typedef struct OpcodeInfo {
    uint8_t outs, ins, consts;
    uint16_t types; /* TYPES_* */
    uint16_t flags; /* OPF_* */
    const char *name;
    const char *sig; /* see opcode.def */
    const char *semantics;
} OpcodeInfo;

extern const OpcodeInfo opcode_info[OP_COUNT];

/* Letter of output or input i, and of constant i; not of a call. */
static inline char opcode_arg_letter(Opcode opc, unsigned i)
{
    return opcode_info[opc].sig[i];
}

static inline char opcode_const_letter(Opcode opc, unsigned i)
{
    const OpcodeInfo *info = &opcode_info[opc];
    return info->sig[info->outs + info->ins + 1 + i];
}

/* The type that a letter implies in an op of type t, or -1: one of several. */
int letter_type(char letter, Type t);
/* May an argument of this letter have type arg? */
bool letter_accepts(char letter, Type t, Type arg);

#endif
