/*
 * Rules for comparisons.  A comparison is brought into its canonical form
 * (constant on the right, against zero where possible, looking through what
 * computes its left side) and decided if what is known of its bits allows.
 */
#include "opt/eval.h"
#include "opt/fold.h"

typedef struct Cmp {
    Type type;
    Cond cond;
    In a, b;
} Cmp;

static bool is_equality(Cond c)
{
    return c == COND_EQ || c == COND_NE;
}

static bool set_a(Fold *f, Cmp *c, TempId t)
{
    c->a = (In){t, fold_bits(f, t)};
    return true;
}

static bool set_b(Fold *f, Cmp *c, TempId t)
{
    c->b = (In){t, fold_bits(f, t)};
    return true;
}

static bool set_b_const(Fold *f, Cmp *c, uint64_t v)
{
    return set_b(f, c, fold_const(f, c->type, v));
}

static bool set_cond_const(Fold *f, Cmp *c, Cond cond, uint64_t v)
{
    c->cond = cond;
    return set_b_const(f, c, v);
}

/* ---- against constants ------------------------------------------------- */

/* Comparisons with 1, 0 or -1 that are comparisons with 0. */
typedef struct ConstRow {
    uint8_t cond;
    int8_t value;
    uint8_t to; /* cond with 0 */
} ConstRow;

static const ConstRow const_rows[] = {
    {COND_LT, 1, COND_LE},     /* a <  1 -> a <= 0 */
    {COND_GE, 1, COND_GT},     /* a >= 1 -> a >  0 */
    {COND_GT, -1, COND_GE},    /* a > -1 -> a >= 0 */
    {COND_LE, -1, COND_LT},    /* a <= -1 -> a < 0 */
    {COND_LTU, 1, COND_EQ},    /* a <u 1 -> a == 0 */
    {COND_GEU, 1, COND_NE},    /* a >=u 1 -> a != 0 */
    {COND_LEU, 0, COND_EQ},    /* a <=u 0 -> a == 0 */
    {COND_GTU, 0, COND_NE},    /* a >u 0 -> a != 0 */
    {COND_TSTEQ, -1, COND_EQ}, /* (a & -1) == 0 -> a == 0 */
    {COND_TSTNE, -1, COND_NE},
};

static bool against_const(Fold *f, Cmp *c)
{
    uint64_t v = in_value(&c->b);
    for (unsigned i = 0; i < sizeof(const_rows) / sizeof(*const_rows); i++) {
        const ConstRow *row = &const_rows[i];
        RULE(c->cond == row->cond && v == (uint64_t)row->value,
             set_cond_const(f, c, (Cond)row->to, 0));
    }
    bool boolean = (~c->a.bits.zeros & ~1ull) == 0;
    RULE(is_equality(c->cond) && v == 1 && boolean, /* a == 1 -> a != 0 */
         set_cond_const(f, c, cond_invert(c->cond), 0));
    if (cond_is_tst(c->cond)) {
        bool ne = c->cond == COND_TSTNE;
        RULE((~c->a.bits.zeros & ~v) == 0, /* the mask clears nothing */
             set_cond_const(f, c, ne ? COND_NE : COND_EQ, 0));
        RULE(v == fit_value(c->type, 1ull << (type_bits(c->type) - 1)),
             set_cond_const(f, c, ne ? COND_LT : COND_GE, 0));
    }
    return false;
}

/* ---- through the op that computes the left side ------------------------- */

/* Can v be an immediate of a test? */
static bool is_mask(uint64_t v)
{
    return v && (int64_t)v == (int32_t)v;
}

/* c takes its sides from the first two inputs of def. */
static bool set_sides(Fold *f, Cmp *c, const Op *def, Cond cond)
{
    if (!fold_reaches(f, c->a.t, def, 0) || !fold_reaches(f, c->a.t, def, 1)) {
        return false;
    }
    c->cond = cond;
    set_a(f, c, (TempId)def->arg[1]);
    return set_b(f, c, (TempId)def->arg[2]);
}

/* x - y, x ^ y, x & y, -x, x cond y, a field of x: zero or not? */
static bool zero_through(Fold *f, Cmp *c, const Op *def)
{
    bool ne = c->cond == COND_NE;
    switch (def->opc) {
    case OP_sub:
    case OP_xor: return set_sides(f, c, def, c->cond);
    case OP_and: return set_sides(f, c, def, ne ? COND_TSTNE : COND_TSTEQ);
    case OP_setcond:
    case OP_negsetcond:
        return set_sides(
            f, c, def, ne ? (Cond)def->arg[3] : cond_invert((Cond)def->arg[3]));
    case OP_neg:
        return fold_reaches(f, c->a.t, def, 0) &&
               set_a(f, c, (TempId)def->arg[1]);
    case OP_extract:
    case OP_sextract: {
        uint64_t mask =
            field_mask((unsigned)def->arg[2], (unsigned)def->arg[3]);
        if (!is_mask(mask) || !fold_reaches(f, c->a.t, def, 0)) {
            return false;
        }
        set_a(f, c, (TempId)def->arg[1]);
        return set_cond_const(f, c, ne ? COND_TSTNE : COND_TSTEQ, mask);
    }
    default: return false;
    }
}

/* (x + k) == b -> x == b - k; (x ^ k) == b -> x == b ^ k */
static bool equality_through(Fold *f, Cmp *c, const Op *def)
{
    uint64_t k, v = in_value(&c->b);
    if ((def->opc != OP_add && def->opc != OP_xor) ||
        !fold_reaches_const(f, c->a.t, def, &k)) {
        return false;
    }
    set_a(f, c, (TempId)def->arg[1]);
    return set_b_const(f, c, def->opc == OP_add ? v - k : v ^ k);
}

/* The masks of x & k, x >> k and a field of x join the mask of the test. */
static bool test_through(Fold *f, Cmp *c, const Op *def)
{
    uint64_t k, v = in_value(&c->b) & low_mask(type_bits(c->type));
    uint64_t mask = 0;
    switch (def->opc) {
    case OP_and:
        mask = fold_reaches_const(f, c->a.t, def, &k) ? v & k : 0;
        break;
    case OP_shr:
        if (fold_reaches_const(f, c->a.t, def, &k)) {
            k &= type_bits(c->type) - 1;
            mask = v << k >> k == v ? v << k : 0;
        }
        break;
    case OP_extract:
        if (fold_reaches(f, c->a.t, def, 0)) {
            mask = (v & low_mask((unsigned)def->arg[3])) << def->arg[2];
        }
        break;
    default: break;
    }
    if (!is_mask(mask)) {
        return false;
    }
    set_a(f, c, (TempId)def->arg[1]);
    return set_b_const(f, c, mask);
}

static bool look_through(Fold *f, Cmp *c)
{
    const Op *def = fold_def(f, c->a.t);
    if (!def) {
        return false;
    }
    if (cond_is_tst(c->cond)) {
        return test_through(f, c, def);
    }
    if (!is_equality(c->cond)) {
        return false;
    }
    return (in_is(&c->b, 0) && zero_through(f, c, def)) ||
           equality_through(f, c, def);
}

/* One step towards the canonical form. */
static bool canonical_step(Fold *f, Cmp *c)
{
    if (in_known(&c->a) && !in_known(&c->b)) {
        In a = c->a;
        c->a = c->b;
        c->b = a;
        c->cond = cond_swap(c->cond);
        return true;
    }
    if (cond_is_tst(c->cond) && fold_same(f, c->a.t, c->b.t) &&
        !in_known(&c->b)) { /* a & a */
        return set_cond_const(f, c, c->cond == COND_TSTNE ? COND_NE : COND_EQ,
                              0);
    }
    return in_known(&c->b) && !in_known(&c->a) &&
           (against_const(f, c) || look_through(f, c));
}

/* ---- deciding ------------------------------------------------------------ */

enum { NO, YES, OPEN };

static int64_t signed_min(Bits b)
{
    bool positive = b.zeros >> 63;
    return (int64_t)(b.ones | (positive ? 0 : ~low_mask(64 - b.signs)));
}

static int64_t signed_max(Bits b)
{
    bool negative = b.ones >> 63;
    return (int64_t)(~b.zeros & (negative ? ~0ull : low_mask(64 - b.signs)));
}

static int decide_signed_less(Bits a, Bits b)
{
    return signed_max(a) < signed_min(b)    ? YES
           : signed_min(a) >= signed_max(b) ? NO
                                            : OPEN;
}

static int decide_unsigned_less(Type t, Bits a, Bits b)
{
    uint64_t mask = low_mask(type_bits(t));
    return (~a.zeros & mask) < (b.ones & mask)    ? YES
           : (a.ones & mask) >= (~b.zeros & mask) ? NO
                                                  : OPEN;
}

static int decide_equal(Bits a, Bits b)
{
    return (a.ones & b.zeros) | (a.zeros & b.ones) ? NO : OPEN;
}

static int decide_test_zero(Bits a, Bits b)
{
    return a.ones & b.ones ? NO : (~a.zeros & ~b.zeros) == 0 ? YES : OPEN;
}

static int negate(int decided)
{
    return decided == OPEN ? OPEN : !decided;
}

static int decide(const Fold *f, const Cmp *c)
{
    Bits a = c->a.bits, b = c->b.bits;
    if (c->cond <= COND_ALWAYS) {
        return c->cond == COND_ALWAYS;
    }
    if ((in_known(&c->a) && in_known(&c->b)) ||
        (fold_same(f, c->a.t, c->b.t) && !cond_is_tst(c->cond))) {
        uint64_t v = in_value(&c->b);
        return eval_cond(c->type, c->cond, in_known(&c->a) ? a.ones : v, v);
    }
    switch (c->cond) {
    case COND_EQ: return decide_equal(a, b);
    case COND_NE: return negate(decide_equal(a, b));
    case COND_LT: return decide_signed_less(a, b);
    case COND_GE: return negate(decide_signed_less(a, b));
    case COND_GT: return decide_signed_less(b, a);
    case COND_LE: return negate(decide_signed_less(b, a));
    case COND_LTU: return decide_unsigned_less(c->type, a, b);
    case COND_GEU: return negate(decide_unsigned_less(c->type, a, b));
    case COND_GTU: return decide_unsigned_less(c->type, b, a);
    case COND_LEU: return negate(decide_unsigned_less(c->type, b, a));
    case COND_TSTEQ: return decide_test_zero(a, b);
    default: return negate(decide_test_zero(a, b));
    }
}

/*
 * Simplifies the comparison of op: sides in arg[first], arg[first + 1],
 * condition in *cond.  *changed: op has another form now.
 */
static int compare(Fold *f, Op *op, unsigned first, Arg *cond, bool *changed)
{
    Cmp c = {(Type)op->type, (Cond)*cond, f->in[0], f->in[1]};
    int decided;
    *changed = false;
    while ((decided = decide(f, &c)) == OPEN && canonical_step(f, &c)) {
        *changed = true;
    }
    op->arg[first] = c.a.t;
    op->arg[first + 1] = c.b.t;
    *cond = c.cond;
    f->in[0] = c.a;
    f->in[1] = c.b;
    return decided;
}

/* ---- the ops ---------------------------------------------------------------
 */

static bool is_single_bit(const In *b, unsigned n, unsigned *pos)
{
    uint64_t v = in_value(b) & low_mask(n);
    *pos = trailing_zeros(v);
    return in_known(b) && v && (v & (v - 1)) == 0;
}

static bool is_boolean(const In *a)
{
    return (~a->bits.zeros & ~1ull) == 0;
}

bool fold_setcond(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned n = type_bits((Type)op->type), pos;
    bool changed;
    int decided = compare(f, op, 1, &op->arg[3], &changed);
    RULE(decided != OPEN, to_const(f, op, decided == YES));
    Cond cond = (Cond)op->arg[3];
    if (in_is(b, 0)) {
        RULE(cond == COND_NE && is_boolean(a), to_mov(f, op, a->t));
        RULE(cond == COND_EQ && is_boolean(a),
             to_binary_const(f, op, OP_xor, a->t, 1));
        RULE(cond == COND_LT, to_binary_const(f, op, OP_shr, a->t, n - 1));
    }
    RULE(cond == COND_TSTNE && is_single_bit(b, n, &pos),
         to_field(op, OP_extract, a->t, pos, 1));
    return changed;
}

bool fold_negsetcond(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned n = type_bits((Type)op->type), pos;
    bool changed;
    int decided = compare(f, op, 1, &op->arg[3], &changed);
    RULE(decided != OPEN, to_const(f, op, decided == YES ? ~0ull : 0));
    Cond cond = (Cond)op->arg[3];
    if (in_is(b, 0)) {
        RULE(cond == COND_NE && is_boolean(a), to_unary(op, OP_neg, a->t));
        RULE(cond == COND_LT, to_binary_const(f, op, OP_sar, a->t, n - 1));
    }
    RULE(cond == COND_TSTNE && is_single_bit(b, n, &pos),
         to_field(op, OP_sextract, a->t, pos, 1));
    return changed;
}

/* a cond b ? 1 : 0 and its like: setcond, negsetcond of cond. */
static bool movcond_to_set(Op *op, Opcode opc, Cond cond)
{
    op->arg[3] = cond;
    op->opc = (uint16_t)opc;
    return true;
}

bool fold_movcond(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1], *c = &f->in[2], *d = &f->in[3];
    bool changed;
    int decided = compare(f, op, 1, &op->arg[5], &changed);
    RULE(decided != OPEN, to_mov(f, op, decided == YES ? c->t : d->t));
    RULE(fold_same(f, c->t, d->t), to_mov(f, op, c->t));
    Cond cond = (Cond)op->arg[5], not = cond_invert(cond);
    bool same = fold_same(f, a->t, c->t) && fold_same(f, b->t, d->t);
    bool crossed = fold_same(f, a->t, d->t) && fold_same(f, b->t, c->t);
    if (is_equality(cond) && (same || crossed)) {
        /* a == b ? a : b -> b; a != b ? a : b -> a; so too crossed */
        return to_mov(f, op, cond == COND_EQ ? d->t : c->t);
    }
    RULE(in_is(c, 1) && in_is(d, 0), movcond_to_set(op, OP_setcond, cond));
    RULE(in_is(c, 0) && in_is(d, 1), movcond_to_set(op, OP_setcond, not ));
    RULE(in_is(c, -1) && in_is(d, 0), movcond_to_set(op, OP_negsetcond, cond));
    RULE(in_is(c, 0) && in_is(d, -1), movcond_to_set(op, OP_negsetcond, not ));
    return changed;
}

/* The branch at op, to label, is always or never taken. */
static bool decide_branch(Fold *f, Op *op, Arg label, bool taken)
{
    if (!taken) {
        f->ir->labels[label].refs--;
        return to_nop(op);
    }
    op->opc = OP_br;
    op->arg[0] = label;
    return true;
}

bool fold_brcond(Fold *f, Op *op)
{
    bool changed;
    int decided = compare(f, op, 0, &op->arg[2], &changed);
    RULE(decided != OPEN, decide_branch(f, op, op->arg[3], decided == YES));
    return changed;
}

/* ---- pairs of I32: b:a cond d:c --------------------------------------------
 */

static int compare2(const Fold *f, Cond cond)
{
    const In *in = f->in;
    if (in_known(&in[0]) && in_known(&in[1]) && in_known(&in[2]) &&
        in_known(&in[3])) {
        uint64_t a = in_value(&in[1]) << 32 | (uint32_t)in_value(&in[0]);
        uint64_t b = in_value(&in[3]) << 32 | (uint32_t)in_value(&in[2]);
        return eval_cond(TYPE_I64, cond, a, b);
    }
    return cond <= COND_ALWAYS ? cond == COND_ALWAYS : OPEN;
}

/* Equal high halves do not count, where there is no order to keep. */
static bool low_decides(const Fold *f, Cond cond)
{
    return is_equality(cond) && fold_same(f, f->in[1].t, f->in[3].t);
}

bool fold_setcond2(Fold *f, Op *op)
{
    Cond cond = (Cond)op->arg[5];
    int decided = compare2(f, cond);
    RULE(decided != OPEN, to_const(f, op, decided == YES));
    if (low_decides(f, cond)) {
        op->arg[3] = cond;
        return to_binary(op, OP_setcond, f->in[0].t, f->in[2].t);
    }
    return false;
}

bool fold_brcond2(Fold *f, Op *op)
{
    Cond cond = (Cond)op->arg[4];
    Arg label = op->arg[5];
    int decided = compare2(f, cond);
    RULE(decided != OPEN, decide_branch(f, op, label, decided == YES));
    if (low_decides(f, cond)) {
        op->opc = OP_brcond;
        op->arg[1] = f->in[2].t;
        op->arg[2] = cond;
        op->arg[3] = label;
        return true;
    }
    return false;
}
