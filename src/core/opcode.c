/* The opcode table and the names of types and conditions. */
#include "core/cond.h"
#include "core/ir.h"
#include "core/opcode.h"
#include "core/types.h"

/* The words of the column `flags` of opcode.def. */
enum {
    COMM = OPF_COMM,
    COND = OPF_COND,
    SIDE = OPF_SIDE,
    FAULT = OPF_FAULT,
    BB_START = OPF_BB_START,
    BB_END = OPF_BB_END,
    EXIT = OPF_EXIT,
    CALL = OPF_CALL,
    CARRY_OUT = OPF_CARRY_OUT,
    CARRY_IN = OPF_CARRY_IN,
    FPENV = OPF_FPENV,
    VECTOR = OPF_VECTOR,
};

const OpcodeInfo opcode_info[OP_COUNT] = {
#define OP(name, outs, ins, consts, sig, types, flags, semantics)              \
    {outs, ins, consts, TYPES_##types, flags, #name, sig, semantics},
#include "core/opcode.def"
};

#define OP(name, outs, ins, consts, sig, ...)                                  \
    _Static_assert((outs) + (ins) + (consts) + ((consts) > 0) ==               \
                       sizeof(sig) - 1,                                        \
                   "sig of " #name);                                           \
    _Static_assert((outs) + (ins) + (consts) <= OP_MAX_ARGS,                   \
                   "arguments of " #name);
#include "core/opcode.def"

_Static_assert(1 + HELPER_MAX_ARGS + 1 <= OP_MAX_ARGS, "arguments of call");
_Static_assert(OP_COUNT <= UINT16_MAX + 1, "Op.opc is two bytes");

int letter_type(char letter, Type t)
{
    switch (letter) {
    case 't':
    case 'v': return (int)t;
    case 'i': return TYPE_I32;
    case 'l':
    case 'p': return TYPE_I64;
    case 's': return TYPE_F32;
    case 'd': return TYPE_F64;
    case 'q': return TYPE_I128;
    case 'w': return TYPE_V128;
    default: return -1;
    }
}

bool letter_accepts(char letter, Type t, Type arg)
{
    int implied = letter_type(letter, t);
    return implied >= 0 ? (int)arg == implied
                        : type_in(arg, letter == 'x' ? TYPES_INT : TYPES_FP);
}

const char *type_name(Type t)
{
    static const char *const name[TYPE_COUNT] = {
        "i32", "i64", "i128", "f32", "f64", "v64", "v128", "v256",
    };
    return name[t];
}

const char *cond_name(Cond c)
{
    static const char *const name[COND_COUNT] = {
        "never", "always", "eq",  "ne",  "lt",  "ge",    "gt",
        "le",    "ltu",    "geu", "gtu", "leu", "tsteq", "tstne",
    };
    return name[c];
}
