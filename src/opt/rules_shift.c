/*
 * Rules for shifts and rotates.  Counts are taken modulo the width; two
 * shifts by constants become a bit field where there is one.
 */
#include "opt/fold.h"

/* A shift by a constant of something that a shift or field op yields. */
typedef struct Inner {
    const Op *def;
    TempId x;          /* its input, which can still be read */
    unsigned n;        /* width */
    unsigned k;        /* the count here */
    unsigned c;        /* shl, shr, sar: the count there */
    unsigned pos, len; /* shr, sar, extract, sextract: the field it takes */
} Inner;

static bool find_inner(const Fold *f, const Op *op, Inner *s)
{
    TempId via = f->in[0].t;
    s->def = fold_def(f, via);
    s->n = type_bits((Type)op->type);
    s->k = (unsigned)in_value(&f->in[1]);
    if (!s->def || !in_known(&f->in[1])) {
        return false;
    }
    uint64_t c;
    switch (s->def->opc) {
    case OP_shl:
    case OP_shr:
    case OP_sar:
        if (!fold_reaches_const(f, via, s->def, &c)) {
            return false;
        }
        s->c = (unsigned)c & (s->n - 1);
        s->pos = s->c;
        s->len = s->n - s->c;
        break;
    case OP_extract:
    case OP_sextract:
        if (!fold_reaches(f, via, s->def, 0)) {
            return false;
        }
        s->pos = (unsigned)s->def->arg[2];
        s->len = (unsigned)s->def->arg[3];
        break;
    default: return false;
    }
    s->x = (TempId)s->def->arg[1];
    return true;
}

/* Counts that only their low bits matter of, and trivial ones. */
static bool fold_count(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned n = type_bits((Type)op->type);
    uint64_t low = n - 1, c;
    if (in_known(b)) {
        RULE((in_value(b) & low) == 0, to_mov(f, op, a->t)); /* a << 0 -> a */
        RULE(in_value(b) > low,
             to_binary_const(f, op, (Opcode)op->opc, a->t, in_value(b) & low));
    }
    RULE(in_is(a, 0), to_const(f, op, 0)); /* 0 << b -> 0 */
    const Op *def = fold_def(f, b->t);
    if (!def) {
        return false;
    }
    RULE(def->opc == OP_and && fold_reaches_const(f, b->t, def, &c) &&
             (c & low) == low, /* a << (x & N - 1) -> a << x */
         to_binary(op, (Opcode)op->opc, a->t, (TempId)def->arg[1]));
    RULE((def->opc == OP_extract || def->opc == OP_sextract) &&
             def->arg[2] == 0 && low_mask((unsigned)def->arg[3]) >= low &&
             fold_reaches(f, b->t, def, 0),
         to_binary(op, (Opcode)op->opc, a->t, (TempId)def->arg[1]));
    return false;
}

/* (x << c) >> k, k < c, for a field that one move extends: two cheap ops. */
static bool extend_and_shift(Fold *f, Op *op, const Inner *s, Opcode extend)
{
    unsigned len = s->n - s->c;
    if ((len != 8 && len != 16 && len != 32) || !fold_room(f, 1)) {
        return false;
    }
    TempId t = fold_temp(f, (Type)op->type);
    fold_before(f, &op, extend, t, s->x, 0, len);
    return to_binary_const(f, op, OP_shl, t, s->c - s->k);
}

bool fold_shl(Fold *f, Op *op)
{
    Inner s;
    RULE(fold_count(f, op), true);
    if (!find_inner(f, op, &s)) {
        return false;
    }
    if (s.def->opc == OP_shl) { /* (x << c) << k */
        RULE(s.c + s.k >= s.n, to_const(f, op, 0));
        return to_binary_const(f, op, OP_shl, s.x, s.c + s.k);
    }
    RULE((s.def->opc == OP_shr || s.def->opc == OP_sar) && s.c == s.k &&
             s.k < 32, /* (x >> k) << k -> x & -2^k */
         to_binary_const(f, op, OP_and, s.x, ~low_mask(s.k)));
    return false;
}

bool fold_shr(Fold *f, Op *op)
{
    Inner s;
    RULE(fold_count(f, op), true);
    if (!find_inner(f, op, &s)) {
        return false;
    }
    switch (s.def->opc) {
    case OP_shl: /* (x << c) >> k */
        RULE(s.k >= s.c, to_field(op, OP_extract, s.x, s.k - s.c, s.n - s.k));
        return extend_and_shift(f, op, &s, OP_extract);
    case OP_shr:
    case OP_extract: /* a field's upper part */
        RULE(s.k >= s.len, to_const(f, op, 0));
        return to_field(op, OP_extract, s.x, s.pos + s.k, s.len - s.k);
    case OP_sar: /* the sign alone */
        RULE(s.k == s.n - 1, to_binary_const(f, op, OP_shr, s.x, s.k));
        return false;
    default: return false;
    }
}

bool fold_sar(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    Inner s;
    RULE(fold_count(f, op), true);
    RULE(a->bits.signs == 64, to_mov(f, op, a->t)); /* 0 or -1 stays */
    if (!find_inner(f, op, &s)) {
        return false;
    }
    switch (s.def->opc) {
    case OP_shl: /* (x << c) >> k */
        RULE(s.k >= s.c, to_field(op, OP_sextract, s.x, s.k - s.c, s.n - s.k));
        return extend_and_shift(f, op, &s, OP_sextract);
    case OP_sar:
    case OP_sextract: /* a field's upper part, or its sign */
        s.k = s.k < s.len ? s.k : s.len - 1;
        return to_field(op, OP_sextract, s.x, s.pos + s.k, s.len - s.k);
    case OP_shr:
    case OP_extract:
        RULE(s.len < s.n && s.k >= s.len, to_const(f, op, 0));
        RULE(s.len < s.n,
             to_field(op, OP_extract, s.x, s.pos + s.k, s.len - s.k));
        return false;
    default: return false;
    }
}

bool fold_rotate(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    RULE(fold_count(f, op), true);
    RULE(in_is(a, -1), to_mov(f, op, a->t)); /* all ones stay */
    return false;
}
