/* Rules for integer arithmetic. */
#include "opt/fold.h"

static unsigned width(const Op *op)
{
    return type_bits((Type)op->type);
}

/* The value as unsigned of the op's type. */
static uint64_t unsigned_value(const Op *op, const In *in)
{
    return in_value(in) & low_mask(width(op));
}

/* Is it 2^k, k > 0, and which k? */
static bool is_power(const Op *op, const In *in, unsigned *k)
{
    uint64_t v = unsigned_value(op, in);
    *k = trailing_zeros(v);
    return in_known(in) && v > 1 && (v & (v - 1)) == 0;
}

static bool non_negative(const In *in)
{
    return in->bits.zeros >> 63;
}

bool fold_add(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    const Op *def = fold_def(f, a->t);
    uint64_t c;
    RULE(in_is(b, 0), to_mov(f, op, a->t)); /* a + 0 -> a */
    if (!def) {
        return false;
    }
    if (in_known(b) && def->opc == OP_add &&
        fold_reaches_const(f, a->t, def, &c)) { /* (x + c) + b -> x + (c + b) */
        return to_binary_const(f, op, OP_add, (TempId)def->arg[1],
                               c + in_value(b));
    }
    RULE(def->opc == OP_neg && !in_known(b) && /* -x + b -> b - x */
             fold_reaches(f, a->t, def, 0),
         to_binary(op, OP_sub, b->t, (TempId)def->arg[1]));
    return false;
}

bool fold_sub(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_const(f, op, 0)); /* a - a -> 0 */
    RULE(in_known(b),                                   /* a - c -> a + -c */
         to_binary_const(f, op, OP_add, a->t, -in_value(b)));
    RULE(in_is(a, 0), to_unary(op, OP_neg, b->t)); /* 0 - b -> -b */
    const Op *def = fold_def_is(f, b->t, OP_neg);
    RULE(def && fold_reaches(f, b->t, def, 0), /* a - -x -> a + x */
         to_binary(op, OP_add, a->t, (TempId)def->arg[1]));
    return false;
}

bool fold_mul(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k;
    RULE(in_is(b, 0), to_const(f, op, 0));          /* a * 0 -> 0 */
    RULE(in_is(b, 1), to_mov(f, op, a->t));         /* a * 1 -> a */
    RULE(in_is(b, -1), to_unary(op, OP_neg, a->t)); /* a * -1 -> -a */
    RULE(is_power(op, b, &k),                       /* a * 2^k -> a << k */
         to_binary_const(f, op, OP_shl, a->t, k));
    return false;
}

bool fold_neg(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    const Op *def = fold_def(f, a->t);
    if (!def) {
        return false;
    }
    RULE(def->opc == OP_neg && fold_reaches(f, a->t, def, 0),
         to_mov(f, op, (TempId)def->arg[1])); /* -(-x) -> x */
    RULE(def->opc == OP_sub && fold_reaches(f, a->t, def, 0) &&
             fold_reaches(f, a->t, def, 1), /* -(x - y) -> y - x */
         to_binary(op, OP_sub, (TempId)def->arg[2], (TempId)def->arg[1]));
    return false;
}

/*
 * Signed division by 2^k rounds towards zero: 2^k - 1 is added first if a is
 * negative.  Puts a + (a < 0 ? 2^k - 1 : 0) before the op; its temp.
 */
static TempId bias(Fold *f, Op **op, unsigned k)
{
    Type t = (Type)(*op)->type;
    unsigned n = width(*op);
    TempId a = f->in[0].t;
    TempId sign = fold_temp(f, t), add = fold_temp(f, t), sum = fold_temp(f, t);
    fold_before(f, op, OP_sar, sign, a, fold_const(f, t, n - 1), 0);
    fold_before(f, op, OP_shr, add, sign, fold_const(f, t, n - k), 0);
    fold_before(f, op, OP_add, sum, a, add, 0);
    return sum;
}

bool fold_divs(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k;
    RULE(in_is(b, 1), to_mov(f, op, a->t));         /* a / 1 -> a */
    RULE(in_is(b, -1), to_unary(op, OP_neg, a->t)); /* a / -1 -> -a */
    RULE(non_negative(a) && non_negative(b),        /* a, b >= 0: unsigned */
         to_binary(op, OP_divu, a->t, b->t));
    if (is_power(op, b, &k) && k < width(op) - 1 && fold_room(f, 3)) {
        TempId sum = bias(f, &op, k); /* a / 2^k -> (a + bias) >> k */
        return to_binary_const(f, op, OP_sar, sum, k);
    }
    return false;
}

bool fold_divu(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k;
    RULE(in_is(b, 1), to_mov(f, op, a->t)); /* a / 1 -> a */
    RULE(is_power(op, b, &k),               /* a / 2^k -> a >> k */
         to_binary_const(f, op, OP_shr, a->t, k));
    return false;
}

bool fold_rems(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k;
    RULE(in_is(b, 1) || in_is(b, -1), to_const(f, op, 0)); /* a % +-1 -> 0 */
    RULE(non_negative(a) && non_negative(b), /* a, b >= 0: unsigned */
         to_binary(op, OP_remu, a->t, b->t));
    if (is_power(op, b, &k) && k < width(op) - 1 && fold_room(f, 4)) {
        TempId sum = bias(f, &op, k); /* a % 2^k -> a - (a + bias & -2^k) */
        TempId high = fold_temp(f, (Type)op->type);
        TempId mask = fold_const(f, (Type)op->type, ~low_mask(k));
        TempId num = (TempId)op->arg[1];
        fold_before(f, &op, OP_and, high, sum, mask, 0);
        return to_binary(op, OP_sub, num, high);
    }
    return false;
}

bool fold_remu(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k;
    RULE(in_is(b, 1), to_const(f, op, 0)); /* a % 1 -> 0 */
    RULE(is_power(op, b, &k),              /* a % 2^k -> a & 2^k - 1 */
         to_binary_const(f, op, OP_and, a->t, low_mask(k)));
    return false;
}

bool fold_mulsh(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(in_is(b, 0), to_const(f, op, 0)); /* high half of a * 0 -> 0 */
    RULE(in_is(b, 1),                      /* high half of a * 1 -> sign */
         to_binary_const(f, op, OP_sar, a->t, width(op) - 1));
    return false;
}

bool fold_muluh(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned k;
    RULE(in_is(b, 0) || in_is(b, 1), to_const(f, op, 0)); /* a * 1 >> N -> 0 */
    RULE(is_power(op, b, &k), /* a * 2^k >> N -> a >> N - k */
         to_binary_const(f, op, OP_shr, a->t, width(op) - k));
    return false;
}

/* muls2, mulu2: both halves. */
bool fold_mul2(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    Type t = (Type)op->type;
    bool is_signed = op->opc == OP_muls2;
    TempId low = (TempId)op->arg[0], high = (TempId)op->arg[1];
    if (!(in_is(b, 0) || in_is(b, 1)) || low == high || !fold_room(f, 1)) {
        return false;
    }
    TempId zero = fold_const(f, t, 0);
    if (in_is(b, 0)) { /* a * 0 -> 0, 0 */
        fold_before(f, &op, OP_mov, low, zero, 0, 0);
    } else { /* a * 1 -> a, sign or 0 */
        fold_before(f, &op, OP_mov, low, a->t, 0, 0);
    }
    op->arg[0] = high;
    if (in_is(b, 1) && is_signed) {
        return to_binary_const(f, op, OP_sar, low, width(op) - 1);
    }
    return to_mov(f, op, zero);
}
