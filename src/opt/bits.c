/*
 * Known bits of each op's result.
 *
 * Each rule is exact where its inputs are known, and safe otherwise: a bit
 * is claimed only if it has that value for all inputs that are possible.
 */
#include "opt/bits.h"

static unsigned min_u(unsigned a, unsigned b)
{
    return a < b ? a : b;
}

/* a + b + carry.  A bit is known where both inputs and its carry are. */
static Bits bits_add(Type t, Bits a, Bits b, unsigned carry)
{
    uint64_t most = ~a.zeros + ~b.zeros + carry;
    uint64_t least = a.ones + b.ones + carry;
    uint64_t carry_zero = ~(most ^ a.zeros ^ b.zeros);
    uint64_t carry_one = least ^ a.ones ^ b.ones;
    uint64_t known =
        (a.zeros | a.ones) & (b.zeros | b.ones) & (carry_zero | carry_one);
    return bits_fit(t, ~most & known, least & known,
                    min_u(a.signs, b.signs) - 1);
}

static Bits bits_not(Bits a)
{
    return (Bits){a.ones, a.zeros, a.signs};
}

static Bits bits_and(Bits a, Bits b)
{
    return bits_fit(TYPE_I64, a.zeros | b.zeros, a.ones & b.ones,
                    min_u(a.signs, b.signs));
}

static Bits bits_or(Bits a, Bits b)
{
    return bits_fit(TYPE_I64, a.zeros & b.zeros, a.ones | b.ones,
                    min_u(a.signs, b.signs));
}

static Bits bits_xor(Bits a, Bits b)
{
    return bits_fit(TYPE_I64, (a.zeros & b.zeros) | (a.ones & b.ones),
                    (a.zeros & b.ones) | (a.ones & b.zeros),
                    min_u(a.signs, b.signs));
}

/* Either a or b. */
static Bits bits_either(Type t, Bits a, Bits b)
{
    return bits_fit(t, a.zeros & b.zeros, a.ones & b.ones,
                    min_u(a.signs, b.signs));
}

static Bits bits_mul(Type t, Bits a, Bits b)
{
    unsigned low = trailing_zeros(~a.zeros) + trailing_zeros(~b.zeros);
    unsigned high = leading_zeros(~a.zeros) + leading_zeros(~b.zeros);
    uint64_t zeros = low_mask(min_u(low, 64));
    if (high > 64) {
        zeros |= ~low_mask(128 - min_u(high, 128));
    }
    return bits_fit(t, zeros, 0, 1);
}

/* The field [pos + len - 1 : pos], zero-extended, or sign-extended. */
static Bits bits_extract(Type t, Bits a, unsigned pos, unsigned len)
{
    return bits_fit(t, a.zeros >> pos | ~low_mask(len),
                    a.ones >> pos & low_mask(len), 1);
}

static Bits bits_sextract(Type t, Bits a, unsigned pos, unsigned len)
{
    unsigned above = 64 - (pos + len);
    unsigned inside = a.signs > above ? a.signs - above : 1;
    return bits_fit(t, sign_extend(a.zeros >> pos, len),
                    sign_extend(a.ones >> pos, len),
                    64 - len + min_u(inside, len));
}

static Bits bits_shl(Type t, Bits a, unsigned k)
{
    return bits_fit(t, a.zeros << k | low_mask(k), a.ones << k,
                    a.signs > k ? a.signs - k : 1);
}

static Bits bits_shift(const Op *op, Bits a, Bits b)
{
    Type t = (Type)op->type;
    unsigned n = type_bits(t);
    unsigned k = (unsigned)b.ones & (n - 1);
    bool known = bits_known(b);
    switch (op->opc) {
    case OP_shl:
        return known ? bits_shl(t, a, k)
                     : bits_fit(t, low_mask(trailing_zeros(~a.zeros)), 0, 1);
    case OP_shr:
        if (known) {
            return bits_extract(t, a, k, n - k);
        }
        return bits_fit(t, ~low_mask(64 - leading_zeros(~a.zeros)), 0, 1);
    default:
        if (known) {
            return bits_sextract(t, a, k, n - k);
        }
        return bits_fit(t, ~low_mask(64 - leading_zeros(~a.zeros)),
                        ~low_mask(64 - leading_zeros(~a.ones)), a.signs);
    }
}

static Bits bits_deposit(const Op *op, Bits a, Bits b)
{
    unsigned pos = (unsigned)op_const(op, 0);
    uint64_t mask = field_mask(pos, (unsigned)op_const(op, 1));
    return bits_fit((Type)op->type, (a.zeros & ~mask) | (b.zeros << pos & mask),
                    (a.ones & ~mask) | (b.ones << pos & mask), 1);
}

static Bits bits_bswap(const Op *op, Bits a)
{
    Type t = (Type)op->type;
    if (op->opc == OP_bswap64) {
        return bits_fit(t, __builtin_bswap64(a.zeros),
                        __builtin_bswap64(a.ones), 1);
    }
    unsigned len = op->opc == OP_bswap16 ? 16 : 32;
    Bits s = bits_fit(TYPE_I64, __builtin_bswap64(a.zeros) >> (64 - len),
                      __builtin_bswap64(a.ones) >> (64 - len), 1);
    return op_const(op, 0) == BSWAP_SIGN ? bits_sextract(t, s, 0, len)
                                         : bits_extract(t, s, 0, len);
}

/* Quotient and remainder by something that is not 0, unsigned. */
static Bits bits_divide(const Op *op, Bits a, Bits b)
{
    Type t = (Type)op->type;
    uint64_t mask = low_mask(type_bits(t));
    if (!(b.ones & mask)) {
        return bits_unknown(t);
    }
    uint64_t most = ~a.zeros & mask;
    if (op->opc == OP_remu && (~b.zeros & mask) < most) {
        most = ~b.zeros & mask;
    }
    return bits_below(t, 64 - leading_zeros(most));
}

/* A load of `len` bits. */
static Bits bits_load(Type t, unsigned len, bool sign)
{
    return sign ? bits_fit(t, 0, 0, 65 - len) : bits_below(t, len);
}

static Bits bits_guest_load(const Op *op)
{
    MemOp m = (MemOp)op_const(op, 1);
    if (!type_in((Type)op->type, TYPES_INT) || (m & MO_SIZE) > MO_64) {
        return bits_unknown((Type)op->type);
    }
    return bits_load((Type)op->type, 8 * memop_bytes(m), m & MO_SIGN);
}

Bits bits_of_op(const IR *ir, const Op *op, const Bits in[])
{
    Type t = op_outs(op) ? (Type)ir->temps[op->arg[0]].type : TYPE_I64;
    Bits a = in[0], b = in[1];
    switch (op->opc) {
    case OP_mov: return a;
    case OP_add: return bits_add(t, a, b, 0);
    case OP_sub: return bits_add(t, a, bits_not(b), 1);
    case OP_neg: return bits_add(t, bits_of_value(0), bits_not(a), 1);
    case OP_mul: return bits_mul(t, a, b);
    case OP_divu:
    case OP_remu: return bits_divide(op, a, b);
    case OP_and: return bits_and(a, b);
    case OP_or: return bits_or(a, b);
    case OP_xor: return bits_xor(a, b);
    case OP_not: return bits_not(a);
    case OP_andc: return bits_and(a, bits_not(b));
    case OP_orc: return bits_or(a, bits_not(b));
    case OP_eqv: return bits_not(bits_xor(a, b));
    case OP_nand: return bits_not(bits_and(a, b));
    case OP_nor: return bits_not(bits_or(a, b));
    case OP_shl:
    case OP_shr:
    case OP_sar: return bits_shift(op, a, b);
    case OP_extract:
        return bits_extract(t, a, (unsigned)op->arg[2], (unsigned)op->arg[3]);
    case OP_sextract:
        return bits_sextract(t, a, (unsigned)op->arg[2], (unsigned)op->arg[3]);
    case OP_deposit: return bits_deposit(op, a, b);
    case OP_bswap16:
    case OP_bswap32:
    case OP_bswap64: return bits_bswap(op, a);
    case OP_clz:
    case OP_ctz: return bits_either(t, bits_below(t, 7), b);
    case OP_ctpop: return bits_below(t, 7);
    case OP_setcond:
    case OP_setcond2_i32:
    case OP_fcmp: return bits_below(t, 1);
    case OP_negsetcond: return bits_fit(t, 0, 0, 64);
    case OP_movcond: return bits_either(t, in[2], in[3]);
    case OP_ext_i32_i64: return a;
    case OP_extu_i32_i64: return bits_extract(t, a, 0, 32);
    case OP_extrl_i64_i32: return bits_fit(t, a.zeros, a.ones, a.signs);
    case OP_extrh_i64_i32: return bits_sextract(t, a, 32, 32);
    case OP_ld8u: return bits_load(t, 8, false);
    case OP_ld8s: return bits_load(t, 8, true);
    case OP_ld16u: return bits_load(t, 16, false);
    case OP_ld16s: return bits_load(t, 16, true);
    case OP_ld32u: return bits_load(t, 32, false);
    case OP_ld32s: return bits_load(t, 32, true);
    case OP_guest_ld: return bits_guest_load(op);
    case OP_vmask: return bits_below(t, type_size((Type)op->type));
    case OP_fclass: return bits_below(t, 10);
    case OP_fflags_get:
        return bits_below(t, fp_flags_of(ir_fp_policy(ir, op)) >> 5 ? 6 : 5);
    case OP_fbox: return bits_fit(t, a.zeros & ~F32_BOX, a.ones | F32_BOX, 1);
    case OP_fmv_fi:
    case OP_fmv_if:
        return bits_fit(t, a.zeros, a.ones, t == TYPE_I64 ? a.signs : 1);
    default: return bits_unknown(t);
    }
}
