/*
 * Constant evaluation.
 *
 * I32 values come sign-extended and are made so again at the end; ops that
 * need them zero-extended take uns().
 */
#include "opt/eval.h"

#include "opt/bits.h"

typedef __int128 int128;
typedef unsigned __int128 uint128;

/* v of type t, zero-extended. */
static uint64_t uns(Type t, uint64_t v)
{
    return v & low_mask(type_bits(t));
}

bool eval_cond(Type t, Cond cond, uint64_t a, uint64_t b)
{
    uint64_t ua = uns(t, a), ub = uns(t, b);
    int64_t sa = (int64_t)a, sb = (int64_t)b;
    switch (cond) {
    case COND_NEVER: return false;
    case COND_ALWAYS: return true;
    case COND_EQ: return ua == ub;
    case COND_NE: return ua != ub;
    case COND_LT: return sa < sb;
    case COND_GE: return sa >= sb;
    case COND_GT: return sa > sb;
    case COND_LE: return sa <= sb;
    case COND_LTU: return ua < ub;
    case COND_GEU: return ua >= ub;
    case COND_GTU: return ua > ub;
    case COND_LEU: return ua <= ub;
    case COND_TSTEQ: return (ua & ub) == 0;
    default: return (ua & ub) != 0;
    }
}

static bool holds(const Op *op, const uint64_t in[])
{
    return eval_cond((Type)op->type, (Cond)op_const(op, 0), in[0], in[1]);
}

static uint64_t rotate_left(Type t, uint64_t v, unsigned k)
{
    unsigned n = type_bits(t);
    v = uns(t, v);
    k &= n - 1;
    return k ? v << k | v >> (n - k) : v;
}

static uint64_t shift(Type t, Opcode opc, uint64_t v, uint64_t count)
{
    unsigned k = (unsigned)count & (type_bits(t) - 1);
    switch (opc) {
    case OP_shl: return v << k;
    case OP_shr: return uns(t, v) >> k;
    case OP_sar: return (uint64_t)((int64_t)v >> k);
    case OP_rotl: return rotate_left(t, v, k);
    default: return rotate_left(t, v, type_bits(t) - k);
    }
}

/* Quotient or remainder; false where it is unspecified. */
static bool divide(Type t, Opcode opc, const uint64_t in[], uint64_t *out)
{
    uint64_t a = uns(t, in[0]), b = uns(t, in[1]);
    int64_t sa = (int64_t)in[0], sb = (int64_t)in[1];
    bool is_signed = opc == OP_divs || opc == OP_rems;
    if (b == 0 || (is_signed && sb == -1 &&
                   in[0] == fit_value(t, 1ull << (type_bits(t) - 1)))) {
        return false;
    }
    switch (opc) {
    case OP_divs: *out = (uint64_t)(sa / sb); break;
    case OP_rems: *out = (uint64_t)(sa % sb); break;
    case OP_divu: *out = a / b; break;
    default: *out = a % b; break;
    }
    return true;
}

/* Both halves of a product. */
static void multiply(Type t, bool is_signed, const uint64_t in[],
                     uint64_t out[2])
{
    unsigned n = type_bits(t);
    uint128 p = is_signed ? (uint128)((int128)(int64_t)in[0] * (int64_t)in[1])
                          : (uint128)uns(t, in[0]) * uns(t, in[1]);
    out[0] = (uint64_t)p;
    out[1] = (uint64_t)(p >> n);
}

static uint64_t deposit(const Op *op, uint64_t a, uint64_t b)
{
    unsigned pos = (unsigned)op_const(op, 0);
    uint64_t mask = field_mask(pos, (unsigned)op_const(op, 1));
    return (a & ~mask) | (b << pos & mask);
}

static uint64_t extract2(const Op *op, uint64_t a, uint64_t b)
{
    Type t = (Type)op->type;
    unsigned k = (unsigned)op_const(op, 0), n = type_bits(t);
    if (k == 0 || k == n) {
        return k ? b : a;
    }
    return uns(t, a) >> k | b << (n - k);
}

static uint64_t bswap(const Op *op, uint64_t a)
{
    unsigned len = op->opc == OP_bswap16 ? 16 : 32;
    uint64_t v = __builtin_bswap64(a) >> (64 - len);
    return op_const(op, 0) == BSWAP_SIGN ? sign_extend(v, len) : v;
}

static uint64_t count(Type t, Opcode opc, uint64_t a, uint64_t if_zero)
{
    uint64_t v = uns(t, a);
    if (opc == OP_ctpop) {
        return (uint64_t)__builtin_popcountll(v);
    }
    if (v == 0) {
        return if_zero;
    }
    return opc == OP_ctz ? trailing_zeros(v)
                         : leading_zeros(v) - (64 - type_bits(t));
}

static uint64_t field(const Op *op, uint64_t a)
{
    uint64_t v = a >> op_const(op, 0);
    unsigned len = (unsigned)op_const(op, 1);
    return op->opc == OP_extract ? v & low_mask(len) : sign_extend(v, len);
}

static bool holds2(const Op *op, const uint64_t in[])
{
    uint64_t a = in[1] << 32 | (uint32_t)in[0];
    uint64_t b = in[3] << 32 | (uint32_t)in[2];
    return eval_cond(TYPE_I64, (Cond)op_const(op, 0), a, b);
}

/* The result before it is made to fit its type. */
static bool eval_raw(const Op *op, const uint64_t in[], uint64_t out[2])
{
    Type t = (Type)op->type;
    uint64_t a = in[0], b = in[1];
    switch (op->opc) {
    case OP_mov:
    case OP_ext_i32_i64:
    case OP_extrl_i64_i32:
    case OP_fmv_fi:
    case OP_fmv_if: out[0] = a; return true;
    case OP_setcond: out[0] = holds(op, in); return true;
    case OP_negsetcond: out[0] = -(uint64_t)holds(op, in); return true;
    case OP_setcond2_i32: out[0] = holds2(op, in); return true;
    case OP_movcond: out[0] = holds(op, in) ? in[2] : in[3]; return true;
    case OP_add: out[0] = a + b; return true;
    case OP_sub: out[0] = a - b; return true;
    case OP_neg: out[0] = -a; return true;
    case OP_mul: out[0] = a * b; return true;
    case OP_divs:
    case OP_divu:
    case OP_rems:
    case OP_remu: return divide(t, (Opcode)op->opc, in, out);
    case OP_mulsh:
        multiply(t, true, in, out);
        out[0] = out[1];
        return true;
    case OP_muluh:
        multiply(t, false, in, out);
        out[0] = out[1];
        return true;
    case OP_muls2: multiply(t, true, in, out); return true;
    case OP_mulu2: multiply(t, false, in, out); return true;
    case OP_and: out[0] = a & b; return true;
    case OP_or: out[0] = a | b; return true;
    case OP_xor: out[0] = a ^ b; return true;
    case OP_not: out[0] = ~a; return true;
    case OP_andc: out[0] = a & ~b; return true;
    case OP_orc: out[0] = a | ~b; return true;
    case OP_eqv: out[0] = ~(a ^ b); return true;
    case OP_nand: out[0] = ~(a & b); return true;
    case OP_nor: out[0] = ~(a | b); return true;
    case OP_shl:
    case OP_shr:
    case OP_sar:
    case OP_rotl:
    case OP_rotr: out[0] = shift(t, (Opcode)op->opc, a, b); return true;
    case OP_extract:
    case OP_sextract: out[0] = field(op, a); return true;
    case OP_deposit: out[0] = deposit(op, a, b); return true;
    case OP_extract2: out[0] = extract2(op, a, b); return true;
    case OP_bswap16:
    case OP_bswap32: out[0] = bswap(op, a); return true;
    case OP_bswap64: out[0] = __builtin_bswap64(a); return true;
    case OP_clz:
    case OP_ctz:
    case OP_ctpop: out[0] = count(t, (Opcode)op->opc, a, b); return true;
    case OP_extu_i32_i64: out[0] = (uint32_t)a; return true;
    case OP_extrh_i64_i32: out[0] = a >> 32; return true;
    case OP_fbox: out[0] = a | F32_BOX; return true;
    case OP_funbox: out[0] = a; return a >= F32_BOX; /* else the policy's */
    default: return false;
    }
}

/* The type of op's outputs. */
static Type result_type(const Op *op)
{
    switch (op->opc) {
    case OP_fbox: return TYPE_F64;
    case OP_funbox: return TYPE_F32;
    default: return (Type)op->type;
    }
}

bool eval_op(const Op *op, const uint64_t in[], uint64_t out[2])
{
    out[1] = 0;
    if (!eval_raw(op, in, out)) {
        return false;
    }
    Type t = result_type(op);
    out[0] = fit_value(t, out[0]);
    out[1] = fit_value(t, out[1]);
    return true;
}
