/* Vector ops, element by element. */
#include "core/interp_priv.h"

#include <string.h>

/* Element i of 8 << vece bits. */
static uint64_t element(const Value *v, unsigned vece, unsigned i)
{
    uint64_t e = 0;
    memcpy(&e, (const uint8_t *)v + ((size_t)i << vece), (size_t)1 << vece);
    return e;
}

static void set_element(Value *v, unsigned vece, unsigned i, uint64_t e)
{
    memcpy((uint8_t *)v + ((size_t)i << vece), &e, (size_t)1 << vece);
}

/* a + b or a - b, kept within the signed range of n bits. */
static uint64_t saturate_signed(uint64_t a, uint64_t b, unsigned n, bool sub)
{
    __int128 x = interp_sext(a, n), y = interp_sext(b, n);
    __int128 max = (__int128)(interp_mask(n) >> 1);
    __int128 sum = sub ? x - y : x + y;
    return (uint64_t)(sum > max ? max : sum < -max - 1 ? -max - 1 : sum);
}

static uint64_t saturate_unsigned(uint64_t a, uint64_t b, unsigned n, bool sub)
{
    if (sub) {
        return a < b ? 0 : a - b;
    }
    return a + b < a || a + b > interp_mask(n) ? interp_mask(n) : a + b;
}

static uint64_t rotate(uint64_t a, unsigned s, unsigned n)
{
    s &= n - 1;
    return s ? a << s | a >> (n - s) : a;
}

/* Arithmetic on elements of n bits with zeros above; excess bits are cut. */
static bool arithmetic(Opcode opc, uint64_t a, uint64_t b, unsigned n,
                       uint64_t *o)
{
    bool less = interp_cond(COND_LT, a, b, n);
    switch (opc) {
    case OP_vadd: *o = a + b; return true;
    case OP_vsub: *o = a - b; return true;
    case OP_vmul: *o = a * b; return true;
    case OP_vneg: *o = -a; return true;
    case OP_vabs: *o = interp_sext(a, n) < 0 ? -a : a; return true;
    case OP_vssadd: *o = saturate_signed(a, b, n, false); return true;
    case OP_vsssub: *o = saturate_signed(a, b, n, true); return true;
    case OP_vusadd: *o = saturate_unsigned(a, b, n, false); return true;
    case OP_vussub: *o = saturate_unsigned(a, b, n, true); return true;
    case OP_vsmin: *o = less ? a : b; return true;
    case OP_vsmax: *o = less ? b : a; return true;
    case OP_vumin: *o = a < b ? a : b; return true;
    case OP_vumax: *o = a < b ? b : a; return true;
    default: return false;
    }
}

static bool logic(Opcode opc, uint64_t a, uint64_t b, uint64_t *o)
{
    switch (opc) {
    case OP_vand: *o = a & b; return true;
    case OP_vor: *o = a | b; return true;
    case OP_vxor: *o = a ^ b; return true;
    case OP_vandc: *o = a & ~b; return true;
    case OP_vorc: *o = a | ~b; return true;
    case OP_vnand: *o = ~(a & b); return true;
    case OP_vnor: *o = ~(a | b); return true;
    case OP_veqv: *o = ~(a ^ b); return true;
    case OP_vnot: *o = ~a; return true;
    default: return false;
    }
}

/* b: the count, from a constant, a scalar or an element. */
static bool shift(Opcode opc, uint64_t a, uint64_t b, unsigned n, uint64_t *o)
{
    unsigned s = (unsigned)b & (n - 1);
    switch (opc) {
    case OP_vshli:
    case OP_vshls:
    case OP_vshlv: *o = a << s; return true;
    case OP_vshri:
    case OP_vshrs:
    case OP_vshrv: *o = a >> s; return true;
    case OP_vsari:
    case OP_vsars:
    case OP_vsarv: *o = (uint64_t)(interp_sext(a, n) >> s); return true;
    case OP_vrotli:
    case OP_vrotls:
    case OP_vrotlv: *o = rotate(a, s, n); return true;
    case OP_vrotrv: *o = rotate(a, n - s, n); return true;
    default: return false;
    }
}

static bool choice(const Op *op, const uint64_t e[4], unsigned n, uint64_t *o)
{
    switch (op->opc) {
    case OP_vcmp:
        *o = -(uint64_t)interp_cond((Cond)op_const(op, 0), e[0], e[1], n);
        return true;
    case OP_vcmpsel:
        *o = interp_cond((Cond)op_const(op, 0), e[0], e[1], n) ? e[2] : e[3];
        return true;
    case OP_vbitsel: *o = (e[1] & e[0]) | (e[2] & ~e[0]); return true;
    default: return false;
    }
}

/* Ops whose elements are all the same value. */
static bool duplicate(Interp *in, const Op *op, uint64_t *o)
{
    uint64_t a = interp_in64(in, op, 0);
    switch (op->opc) {
    case OP_vdup: *o = a; return true;
    case OP_vdup2: *o = a | interp_in64(in, op, 1) << 32; return true;
    case OP_vdupm:
        memcpy(o, (const char *)(uintptr_t)a + (int64_t)op_const(op, 0),
               (size_t)1 << op->vece);
        return true;
    default: return false;
    }
}

/* The inputs' elements number i; a scalar counts for every element. */
static void gather(const Op *op, const Value ins[4], unsigned i, uint64_t e[4])
{
    for (unsigned j = 0; j < op_ins(op); j++) {
        bool vector = opcode_arg_letter((Opcode)op->opc, 1 + j) == 'v';
        e[j] = vector ? element(&ins[j], op->vece, i) : ins[j].w[0];
    }
    if (op_ins(op) == 1 && op_consts(op)) {
        e[1] = op_const(op, 0);
    }
}

static uint64_t mask_of(const Value *v, unsigned bytes)
{
    uint64_t mask = 0;
    for (unsigned i = 0; i < bytes; i++) {
        mask |= element(v, 0, i) >> 7 << i;
    }
    return mask;
}

/* The lowest element of a vector, read or written. */
static bool view(Interp *in, const Op *op)
{
    if (op->opc < OP_vlow || op->opc > OP_vlow_keep) {
        return false;
    }
    Value a = interp_in(in, op, 0), b = {{0}};
    size_t size = type_size((Type)op->type);
    switch (op->opc) {
    case OP_vlow: memcpy(&b, &a, size); break;
    case OP_vlow_zero: b = a; break;
    default:
        b = interp_in(in, op, 1);
        memcpy(&a, &b, size);
        b = a;
        break;
    }
    interp_out(in, op, 0, b);
    return true;
}

bool interp_vec_op(Interp *in, const Op *op)
{
    if (view(in, op)) {
        return true;
    }
    if (op->opc == OP_vmask) {
        Value v = interp_in(in, op, 0);
        interp_out64(in, op, 0, mask_of(&v, type_size((Type)op->type)));
        return true;
    }
    if (!(op_flags(op) & OPF_VECTOR)) {
        return false;
    }
    unsigned vece = op->opc == OP_vdup2 ? 3 : op->vece, n = 8u << vece;
    Value ins[4] = {{{0}}}, out = {{0}};
    bool known = true;
    for (unsigned i = 0; i < op_ins(op); i++) {
        ins[i] = interp_in(in, op, i);
    }
    for (unsigned i = 0; i < type_size((Type)op->type) >> vece; i++) {
        uint64_t e[4] = {0}, o = 0;
        gather(op, ins, i, e);
        known = duplicate(in, op, &o) || choice(op, e, n, &o) ||
                logic((Opcode)op->opc, e[0], e[1], &o) ||
                shift((Opcode)op->opc, e[0], e[1], n, &o) ||
                arithmetic((Opcode)op->opc, e[0], e[1], n, &o);
        set_element(&out, vece, i, o);
    }
    interp_out(in, op, 0, out);
    return known;
}
