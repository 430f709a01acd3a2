/* Integer ops: moves, arithmetic, logic, shifts, fields, size changes. */
#include "core/interp_priv.h"

typedef unsigned __int128 u128;
typedef __int128 s128;

static uint64_t divide(uint64_t a, uint64_t b, unsigned bits, bool is_signed)
{
    if (!b) {
        return UINT64_MAX;
    }
    return is_signed
               ? (uint64_t)((s128)interp_sext(a, bits) / interp_sext(b, bits))
               : a / b;
}

static uint64_t modulo(uint64_t a, uint64_t b, unsigned bits, bool is_signed)
{
    if (!b) {
        return a;
    }
    return is_signed
               ? (uint64_t)((s128)interp_sext(a, bits) % interp_sext(b, bits))
               : a % b;
}

/* The whole product, two words of that many bits each. */
static u128 product(uint64_t a, uint64_t b, unsigned bits, bool is_signed)
{
    return is_signed ? (u128)((s128)interp_sext(a, bits) * interp_sext(b, bits))
                     : (u128)a * b;
}

static uint64_t rotate_left(uint64_t a, unsigned n, unsigned bits)
{
    n %= bits;
    return n ? a << n | a >> (bits - n) : a;
}

/* Ops of two inputs; arguments have zeros above, results may have more. */
static bool binary(Opcode opc, uint64_t a, uint64_t b, unsigned n, uint64_t *o)
{
    unsigned s = (unsigned)b & (n - 1);
    switch (opc) {
    case OP_add: *o = a + b; return true;
    case OP_sub: *o = a - b; return true;
    case OP_mul: *o = a * b; return true;
    case OP_divs: *o = divide(a, b, n, true); return true;
    case OP_divu: *o = divide(a, b, n, false); return true;
    case OP_rems: *o = modulo(a, b, n, true); return true;
    case OP_remu: *o = modulo(a, b, n, false); return true;
    case OP_mulsh: *o = (uint64_t)(product(a, b, n, true) >> n); return true;
    case OP_muluh: *o = (uint64_t)(product(a, b, n, false) >> n); return true;
    case OP_and: *o = a & b; return true;
    case OP_or: *o = a | b; return true;
    case OP_xor: *o = a ^ b; return true;
    case OP_andc: *o = a & ~b; return true;
    case OP_orc: *o = a | ~b; return true;
    case OP_eqv: *o = ~(a ^ b); return true;
    case OP_nand: *o = ~(a & b); return true;
    case OP_nor: *o = ~(a | b); return true;
    case OP_shl: *o = a << s; return true;
    case OP_shr: *o = a >> s; return true;
    case OP_sar: *o = (uint64_t)(interp_sext(a, n) >> s); return true;
    case OP_rotl: *o = rotate_left(a, s, n); return true;
    case OP_rotr: *o = rotate_left(a, n - s, n); return true;
    case OP_clz:
        *o = a ? (unsigned)__builtin_clzll(a) - (64 - n) : b;
        return true;
    case OP_ctz: *o = a ? (unsigned)__builtin_ctzll(a) : b; return true;
    default: return false;
    }
}

/* The low bytes of a swapped, and extended as the op's constant says. */
static uint64_t swap_extend(const Op *op, uint64_t a, unsigned bits)
{
    uint64_t v = __builtin_bswap64(a) >> (64 - bits);
    return op_const(op, 0) == BSWAP_SIGN ? (uint64_t)interp_sext(v, bits) : v;
}

/* a[position + length - 1 : position], as zero-extended. */
static uint64_t field(const Op *op, uint64_t a)
{
    return a >> (op_const(op, 0) & 63) & interp_mask((unsigned)op_const(op, 1));
}

static bool unary(const Op *op, uint64_t a, uint64_t *o)
{
    switch (op->opc) {
    case OP_neg: *o = -a; return true;
    case OP_not: *o = ~a; return true;
    case OP_extract: *o = field(op, a); return true;
    case OP_sextract:
        *o = (uint64_t)interp_sext(field(op, a), (unsigned)op_const(op, 1));
        return true;
    case OP_bswap16: *o = swap_extend(op, a, 16); return true;
    case OP_bswap32: *o = swap_extend(op, a, 32); return true;
    case OP_bswap64: *o = __builtin_bswap64(a); return true;
    case OP_ctpop: *o = (unsigned)__builtin_popcountll(a); return true;
    case OP_ext_i32_i64: *o = (uint64_t)interp_sext(a, 32); return true;
    case OP_extu_i32_i64: *o = a; return true;
    case OP_extrl_i64_i32: *o = a; return true;
    case OP_extrh_i64_i32: *o = a >> 32; return true;
    default: return false;
    }
}

static uint64_t deposit(const Op *op, uint64_t a, uint64_t b)
{
    unsigned position = (unsigned)op_const(op, 0) & 63;
    uint64_t mask = interp_mask((unsigned)op_const(op, 1)) << position;
    return (a & ~mask) | (b << position & mask);
}

static uint64_t extract2(const Op *op, uint64_t a, uint64_t b, unsigned n)
{
    return (uint64_t)(((u128)b << n | a) >> op_const(op, 0));
}

/* a + b + extra with a carry out, or a - b - extra with a borrow out. */
static uint64_t carry_op(Interp *in, uint64_t a, uint64_t b, unsigned n,
                         bool subtract, unsigned extra)
{
    uint64_t mask = interp_mask(n);
    u128 right = (u128)b + extra;
    in->carry = subtract ? a < right : (u128)a + right > mask;
    return subtract ? a - (uint64_t)right : a + (uint64_t)right;
}

static bool carry_chain(Interp *in, const Op *op, uint64_t a, uint64_t b,
                        unsigned n)
{
    unsigned flags = op_flags(op);
    if (!(flags & (OPF_CARRY_IN | OPF_CARRY_OUT))) {
        return false;
    }
    bool subtract = op->opc == OP_subbo || op->opc == OP_subbi ||
                    op->opc == OP_subbio || op->opc == OP_subb1o;
    bool one = op->opc == OP_addc1o || op->opc == OP_subb1o;
    unsigned extra = flags & OPF_CARRY_IN ? in->carry : one;
    interp_out64(in, op, 0, carry_op(in, a, b, n, subtract, extra));
    return true;
}

static void divide2(Interp *in, const Op *op, unsigned n, bool is_signed)
{
    uint64_t low = interp_in64(in, op, 0), high = interp_in64(in, op, 1);
    uint64_t c = interp_in64(in, op, 2);
    u128 dividend = (u128)high << n | low, q = UINT64_MAX, r = low;

    if (is_signed && n < 64) {
        dividend = (u128)(s128)(int64_t)dividend;
    }
    if (c && is_signed && interp_sext(c, n) == -1) {
        q = -dividend;
        r = 0;
    } else if (c && is_signed) {
        q = (u128)((s128)dividend / interp_sext(c, n));
        r = (u128)((s128)dividend % interp_sext(c, n));
    } else if (c) {
        q = dividend / c;
        r = dividend % c;
    }
    interp_out64(in, op, 0, (uint64_t)q);
    interp_out64(in, op, 1, (uint64_t)r);
}

static void multiply2(Interp *in, const Op *op, uint64_t a, uint64_t b,
                      unsigned n, bool is_signed)
{
    u128 p = product(a, b, n, is_signed);
    interp_out64(in, op, 0, (uint64_t)p);
    interp_out64(in, op, 1, (uint64_t)(p >> n));
}

/* Ops that choose by a condition. */
static bool conditional(Interp *in, const Op *op, unsigned n)
{
    if (op->opc == OP_setcond2_i32) {
        uint64_t a = interp_in64(in, op, 0) | interp_in64(in, op, 1) << 32;
        uint64_t b = interp_in64(in, op, 2) | interp_in64(in, op, 3) << 32;
        Cond c = (Cond)op_const(op, 0);
        interp_out64(in, op, 0, interp_cond(c, a, b, 64));
        return true;
    }
    if (op->opc != OP_setcond && op->opc != OP_negsetcond &&
        op->opc != OP_movcond) {
        return false;
    }
    bool yes = interp_cond((Cond)op_const(op, 0), interp_in64(in, op, 0),
                           interp_in64(in, op, 1), n);
    uint64_t o = yes;
    if (op->opc == OP_negsetcond) {
        o = -o;
    } else if (op->opc == OP_movcond) {
        o = interp_in64(in, op, yes ? 2 : 3);
    }
    interp_out64(in, op, 0, o);
    return true;
}

/* Ops of two outputs or wide values, and mov. */
static bool wide(Interp *in, const Op *op, unsigned n)
{
    uint64_t a = op_ins(op) ? interp_in64(in, op, 0) : 0;
    uint64_t b = op_ins(op) > 1 ? interp_in64(in, op, 1) : 0;
    Value v;
    switch (op->opc) {
    case OP_mov: interp_out(in, op, 0, interp_in(in, op, 0)); return true;
    case OP_divs2: divide2(in, op, n, true); return true;
    case OP_divu2: divide2(in, op, n, false); return true;
    case OP_muls2: multiply2(in, op, a, b, n, true); return true;
    case OP_mulu2: multiply2(in, op, a, b, n, false); return true;
    case OP_concat_i64_i128:
        interp_out(in, op, 0, (Value){{a, b}});
        return true;
    case OP_extr_i128_i64:
        v = interp_in(in, op, 0);
        interp_out64(in, op, 0, v.w[0]);
        interp_out64(in, op, 1, v.w[1]);
        return true;
    default: return false;
    }
}

bool interp_int_op(Interp *in, const Op *op)
{
    unsigned n = type_size((Type)op->type) * 8, ins = op_ins(op);
    if (conditional(in, op, n) || wide(in, op, n)) {
        return true;
    }
    uint64_t a = ins ? interp_in64(in, op, 0) : 0;
    uint64_t b = ins > 1 ? interp_in64(in, op, 1) : 0;
    uint64_t o;
    if (carry_chain(in, op, a, b, n)) {
        return true;
    }
    if (op->opc == OP_deposit) {
        o = deposit(op, a, b);
    } else if (op->opc == OP_extract2) {
        o = extract2(op, a, b, n);
    } else if (!binary((Opcode)op->opc, a, b, n, &o) && !unary(op, a, &o)) {
        return false;
    }
    interp_out64(in, op, 0, o);
    return true;
}
