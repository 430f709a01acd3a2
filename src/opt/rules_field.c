/* Rules for bit fields, byte swaps, counts of zeros and size changes. */
#include "opt/fold.h"

static unsigned width(const Op *op)
{
    return type_bits((Type)op->type);
}

/* What an op takes from its first input: a field, extended so or so. */
typedef struct Field {
    TempId x;
    unsigned pos, len;
    bool sign;
} Field;

/* Is the value of `via` a field of x that can still be read? */
static bool find_field(const Fold *f, TempId via, unsigned n, Field *in)
{
    const Op *def = fold_def(f, via);
    uint64_t c;
    if (!def) {
        return false;
    }
    switch (def->opc) {
    case OP_shr:
    case OP_sar:
        if (!fold_reaches_const(f, via, def, &c)) {
            return false;
        }
        in->pos = (unsigned)c & (n - 1);
        in->len = n - in->pos;
        in->sign = def->opc == OP_sar;
        break;
    case OP_extract:
    case OP_sextract:
        if (!fold_reaches(f, via, def, 0)) {
            return false;
        }
        in->pos = (unsigned)def->arg[2];
        in->len = (unsigned)def->arg[3];
        in->sign = def->opc == OP_sextract;
        break;
    default: return false;
    }
    in->x = (TempId)def->arg[1];
    return true;
}

/* A field of a field. */
static bool field_of_field(Fold *f, Op *op)
{
    unsigned pos = (unsigned)op->arg[2], len = (unsigned)op->arg[3];
    Opcode opc = (Opcode)op->opc;
    Field in;
    if (!find_field(f, f->in[0].t, width(op), &in)) {
        return false;
    }
    RULE(pos + len <= in.len, to_field(op, opc, in.x, in.pos + pos, len));
    if (in.sign) { /* it reaches into the sign */
        RULE(opc == OP_sextract && pos < in.len,
             to_field(op, opc, in.x, in.pos + pos, in.len - pos));
        return false;
    }
    RULE(pos >= in.len, to_const(f, op, 0)); /* it reaches into the zeros */
    return to_field(op, OP_extract, in.x, in.pos + pos, in.len - pos);
}

/* A field of (x << c), (x & c), or of x with a field deposited. */
static bool field_of_other(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    unsigned pos = (unsigned)op->arg[2], len = (unsigned)op->arg[3];
    uint64_t mask = field_mask(pos, len), c;
    const Op *def = fold_def(f, via);
    if (!def) {
        return false;
    }
    if ((def->opc == OP_shl || def->opc == OP_and) &&
        fold_reaches_const(f, via, def, &c)) {
        TempId x = (TempId)def->arg[1];
        RULE(def->opc == OP_and && (c & mask) == mask,
             to_field(op, (Opcode)op->opc, x, pos, len));
        c &= width(op) - 1;
        RULE(def->opc == OP_shl && pos >= c,
             to_field(op, (Opcode)op->opc, x, pos - (unsigned)c, len));
    } else if (def->opc == OP_deposit) {
        unsigned dpos = (unsigned)def->arg[3], dlen = (unsigned)def->arg[4];
        RULE(pos >= dpos && pos + len <= dpos + dlen &&
                 fold_reaches(f, via, def, 1),
             to_field(op, (Opcode)op->opc, (TempId)def->arg[2], pos - dpos,
                      len));
        RULE((field_mask(dpos, dlen) & mask) == 0 &&
                 fold_reaches(f, via, def, 0),
             to_field(op, (Opcode)op->opc, (TempId)def->arg[1], pos, len));
    }
    return false;
}

/* The low 32 bits, extended, of an extended I32. */
static bool field_of_ext(Fold *f, Op *op, Opcode opc)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def(f, via);
    return def && op->arg[2] == 0 && op->arg[3] == 32 &&
           (def->opc == OP_ext_i32_i64 || def->opc == OP_extu_i32_i64) &&
           fold_reaches(f, via, def, 0) &&
           to_unary(op, opc, (TempId)def->arg[1]);
}

bool fold_extract(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    unsigned pos = (unsigned)op->arg[2], len = (unsigned)op->arg[3];
    uint64_t above = low_mask(width(op)) & ~low_mask(pos + len);
    if ((~a->bits.zeros & above) == 0) { /* nothing to clear */
        RULE(pos == 0, to_mov(f, op, a->t));
        return to_binary_const(f, op, OP_shr, a->t, pos);
    }
    return field_of_field(f, op) || field_of_other(f, op) ||
           field_of_ext(f, op, OP_extu_i32_i64);
}

bool fold_sextract(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    unsigned pos = (unsigned)op->arg[2], len = (unsigned)op->arg[3];
    if (pos + len == width(op) || a->bits.signs > 64 - (pos + len)) {
        RULE(pos == 0, to_mov(f, op, a->t)); /* extended already */
        return to_binary_const(f, op, OP_sar, a->t, pos);
    }
    RULE(a->bits.zeros >> (pos + len - 1) & 1, /* its sign is 0 */
         to_field(op, OP_extract, a->t, pos, len));
    return field_of_field(f, op) || field_of_other(f, op) ||
           field_of_ext(f, op, OP_ext_i32_i64);
}

static bool fits_immediate(Type t, uint64_t v)
{
    return t == TYPE_I32 || (int64_t)v == (int32_t)v;
}

/* b of a deposit may be an and or extension that its low bits pass. */
static bool deposit_low_bits(Fold *f, Op *op)
{
    TempId via = f->in[1].t;
    unsigned len = (unsigned)op->arg[4];
    const Op *def = fold_def(f, via);
    uint64_t c;
    if (!def) {
        return false;
    }
    bool passes = def->opc == OP_and
                      ? fold_reaches_const(f, via, def, &c) &&
                            (c & low_mask(len)) == low_mask(len)
                      : (def->opc == OP_extract || def->opc == OP_sextract) &&
                            def->arg[2] == 0 && def->arg[3] >= len &&
                            fold_reaches(f, via, def, 0);
    if (passes) {
        op->arg[2] = def->arg[1];
    }
    return passes;
}

bool fold_deposit(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    Type t = (Type)op->type;
    unsigned pos = (unsigned)op->arg[3], len = (unsigned)op->arg[4];
    uint64_t mask = field_mask(pos, len);
    uint64_t keep = fit_value(t, ~mask), set = fit_value(t, mask);
    RULE(len == width(op), to_mov(f, op, b->t));
    RULE(pos == 0 && fold_same(f, a->t, b->t), to_mov(f, op, a->t));
    if (in_is(a, 0)) { /* the field alone */
        RULE(pos == 0, to_field(op, OP_extract, b->t, 0, len));
        RULE(pos + len == width(op) || (~b->bits.zeros >> len) == 0,
             to_binary_const(f, op, OP_shl, b->t, pos));
    }
    if (in_known(b)) { /* clear or set the field */
        uint64_t v = in_value(b) & low_mask(len);
        RULE(v == 0 && fits_immediate(t, keep),
             to_binary_const(f, op, OP_and, a->t, keep));
        RULE(v == low_mask(len) && fits_immediate(t, set),
             to_binary_const(f, op, OP_or, a->t, set));
    }
    return deposit_low_bits(f, op);
}

bool fold_extract2(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k = (unsigned)op->arg[3];
    RULE(k == 0, to_mov(f, op, a->t));
    RULE(k == width(op), to_mov(f, op, b->t));
    RULE(fold_same(f, a->t, b->t), to_binary_const(f, op, OP_rotr, a->t, k));
    RULE(in_is(b, 0), to_binary_const(f, op, OP_shr, a->t, k));
    RULE(in_is(a, 0), to_binary_const(f, op, OP_shl, b->t, width(op) - k));
    return false;
}

bool fold_bswap(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def_is(f, via, (Opcode)op->opc);
    if (!def || def->type != op->type || !fold_reaches(f, via, def, 0)) {
        return false;
    }
    TempId x = (TempId)def->arg[1]; /* twice: back again, but extended */
    RULE(op->opc == OP_bswap64, to_mov(f, op, x));
    return to_field(op, op->arg[2] == BSWAP_SIGN ? OP_sextract : OP_extract, x,
                    0, op->opc == OP_bswap16 ? 16 : 32);
}

bool fold_count_zeros(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(in_is(a, 0), to_mov(f, op, b->t));
    if (in_known(a)) {
        uint64_t v = in_value(a) & low_mask(width(op));
        return to_const(f, op,
                        op->opc == OP_ctz
                            ? trailing_zeros(v)
                            : leading_zeros(v) - (64 - width(op)));
    }
    return false;
}

/* ---- size changes ------------------------------------------------------ */

/* The I64 that a is the low half (opc extrl) or high half of, else 0. */
static TempId half_of(const Fold *f, Opcode opc)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def_is(f, via, opc);
    return def && fold_reaches(f, via, def, 0) ? (TempId)def->arg[1] : 0;
}

bool fold_ext(Fold *f, Op *op)
{
    TempId x;
    RULE((x = half_of(f, OP_extrl_i64_i32)),
         to_field(op, OP_sextract, x, 0, 32));
    RULE((x = half_of(f, OP_extrh_i64_i32)),
         to_binary_const(f, op, OP_sar, x, 32));
    return false;
}

bool fold_extu(Fold *f, Op *op)
{
    TempId x;
    RULE((x = half_of(f, OP_extrl_i64_i32)),
         to_field(op, OP_extract, x, 0, 32));
    RULE((x = half_of(f, OP_extrh_i64_i32)),
         to_binary_const(f, op, OP_shr, x, 32));
    return false;
}

bool fold_extrl(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def(f, via);
    Field in;
    uint64_t c;
    if (!def) {
        return false;
    }
    RULE((def->opc == OP_ext_i32_i64 || def->opc == OP_extu_i32_i64) &&
             fold_reaches(f, via, def, 0),
         to_mov(f, op, (TempId)def->arg[1]));
    if (find_field(f, via, 64, &in) && in.len >= 32) {
        RULE(in.pos == 0, to_unary(op, OP_extrl_i64_i32, in.x));
        RULE(in.pos == 32, to_unary(op, OP_extrh_i64_i32, in.x));
    }
    RULE(def->opc == OP_and && fold_reaches_const(f, via, def, &c) &&
             (uint32_t)c == UINT32_MAX,
         to_unary(op, OP_extrl_i64_i32, (TempId)def->arg[1]));
    return false;
}

bool fold_extrh(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    RULE(a->bits.zeros >> 32 == UINT32_MAX, to_const(f, op, 0));
    return false;
}

/* The halves of an I128 that was put together here. */
bool fold_extr(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def_is(f, via, OP_concat_i64_i128);
    if (!def || !fold_reaches(f, via, def, 0) ||
        !fold_reaches(f, via, def, 1) || !fold_room(f, 1)) {
        return false;
    }
    TempId low = (TempId)op->arg[0], high = (TempId)op->arg[1];
    TempId a = (TempId)def->arg[1], b = (TempId)def->arg[2];
    if (low == b || low == high) {
        return false;
    }
    fold_before(f, &op, OP_mov, low, a, 0, 0);
    op->arg[0] = high;
    return to_mov(f, op, b);
}
