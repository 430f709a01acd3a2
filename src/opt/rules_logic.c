/* Rules for logic. */
#include "opt/fold.h"

static Type type_of(const Op *op)
{
    return (Type)op->type;
}

/* (x opc c) opc b -> x opc c', c' in *joined is c and b to be joined. */
static const Op *chain(const Fold *f, const Op *op, uint64_t *c)
{
    const In *a = &f->in[0];
    const Op *def = fold_def_is(f, a->t, (Opcode)op->opc);
    bool ok = def && in_known(&f->in[1]) && fold_reaches_const(f, a->t, def, c);
    return ok ? def : NULL;
}

/* Input i is ~x, x still there: x, else 0 (which is env, never inverted). */
static TempId inverted(const Fold *f, unsigned i)
{
    TempId t = f->in[i].t;
    const Op *def = fold_def_is(f, t, OP_not);
    return def && fold_reaches(f, t, def, 0) ? (TempId)def->arg[1] : 0;
}

/* a & (2^len - 1): the byte, half and word, and what no immediate holds. */
static bool is_field(const Op *op, const In *b, unsigned *len)
{
    uint64_t v = in_value(b) & low_mask(type_bits(type_of(op)));
    *len = trailing_zeros(~v);
    return in_known(b) && v == low_mask(*len) &&
           (*len == 8 || *len == 16 || *len >= 32);
}

/* a & mask where a = x >> c: a field of x. */
static bool and_of_shr(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned len = trailing_zeros(~in_value(b)), n = type_bits(type_of(op));
    uint64_t c;
    const Op *def = fold_def_is(f, a->t, OP_shr);
    if (!def || !in_known(b) || !len || in_value(b) != low_mask(len) ||
        !fold_reaches_const(f, a->t, def, &c)) {
        return false;
    }
    unsigned pos = (unsigned)c & (n - 1);
    RULE(pos + len <= n,
         to_field(op, OP_extract, (TempId)def->arg[1], pos, len));
    return false;
}

bool fold_and(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    unsigned len;
    uint64_t c;
    RULE(fold_same(f, a->t, b->t), to_mov(f, op, a->t)); /* a & a -> a */
    RULE((~a->bits.zeros & ~b->bits.ones) == 0, /* b is 1 where a may be */
         to_mov(f, op, a->t));
    RULE((~b->bits.zeros & ~a->bits.ones) == 0, to_mov(f, op, b->t));
    const Op *def = chain(f, op, &c);
    RULE(def, to_binary_const(f, op, OP_and, (TempId)def->arg[1],
                              c & in_value(b))); /* (x & c) & b */
    RULE(and_of_shr(f, op), true);               /* (x >> c) & mask */
    RULE(is_field(op, b, &len), to_field(op, OP_extract, a->t, 0, len));
    TempId x;
    RULE((x = inverted(f, 1)), to_binary(op, OP_andc, a->t, x));
    RULE((x = inverted(f, 0)), to_binary(op, OP_andc, b->t, x));
    return false;
}

/* (x << k) | (x >> N - k) -> x rotated left by k, either way round */
static bool or_is_rotate(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    const Op *l = fold_def(f, a->t), *r = fold_def(f, b->t);
    TempId via_l = a->t, via_r = b->t;
    if (l && l->opc == OP_shr) {
        const Op *swap = l;
        l = r, r = swap;
        via_l = b->t, via_r = a->t;
    }
    uint64_t k, j;
    if (!l || !r || l->opc != OP_shl || r->opc != OP_shr ||
        l->arg[1] != r->arg[1] || !fold_reaches_const(f, via_l, l, &k) ||
        !fold_reaches_const(f, via_r, r, &j)) {
        return false;
    }
    RULE(k + j == type_bits(type_of(op)) && k && j,
         to_binary(op, OP_rotl, (TempId)l->arg[1], (TempId)l->arg[2]));
    return false;
}

/* Is t the sign-extended low word of x << k?  x must still be there. */
static bool is_shifted_word(const Fold *f, TempId t, TempId *x, uint64_t *k)
{
    const Op *ext = fold_def_is(f, t, OP_sextract);
    TempId y = ext ? (TempId)ext->arg[1] : 0;
    if (!ext || ext->arg[2] != 0 || ext->arg[3] != 32 ||
        fold_time(f, y) >= f->info[t].def) {
        return false;
    }
    const Op *shl = fold_def_is(f, y, OP_shl);
    *x = shl ? (TempId)shl->arg[1] : 0;
    return shl && fold_reaches_const(f, y, shl, k);
}

/* slliw, srliw, or: (x << k, as a word) | (word x >> 32 - k) -> a rotate */
static bool or_is_word_rotate(Fold *f, Op *op, TempId left, TempId right)
{
    TempId x;
    uint64_t k;
    const Op *shr = fold_def_is(f, right, OP_extract);
    if (!shr || op->type != TYPE_I64 || !is_shifted_word(f, left, &x, &k) ||
        shr->arg[1] != x || fold_time(f, x) >= f->info[right].def ||
        shr->arg[2] != 32 - k || shr->arg[3] != k || !fold_room(f, 2)) {
        return false;
    }
    TempId low = fold_temp(f, TYPE_I32), word = fold_temp(f, TYPE_I32);
    TempId count = fold_const(f, TYPE_I32, k);
    op->type = TYPE_I32; /* of the ops put before */
    fold_before(f, &op, OP_extrl_i64_i32, low, x, 0, 0);
    fold_before(f, &op, OP_rotl, word, low, count, 0);
    op->type = TYPE_I64;
    return to_unary(op, OP_ext_i32_i64, word);
}

bool fold_or(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    uint64_t c;
    RULE(fold_same(f, a->t, b->t), to_mov(f, op, a->t)); /* a | a -> a */
    RULE((~b->bits.zeros & ~a->bits.ones) == 0, /* a is 1 where b may be */
         to_mov(f, op, a->t));
    RULE((~a->bits.zeros & ~b->bits.ones) == 0, to_mov(f, op, b->t));
    const Op *def = chain(f, op, &c);
    RULE(def, to_binary_const(f, op, OP_or, (TempId)def->arg[1],
                              c | in_value(b))); /* (x | c) | b */
    RULE(or_is_rotate(f, op), true);
    RULE(or_is_word_rotate(f, op, a->t, b->t), true);
    RULE(or_is_word_rotate(f, op, b->t, a->t), true);
    TempId x;
    RULE((x = inverted(f, 1)), to_binary(op, OP_orc, a->t, x));
    RULE((x = inverted(f, 0)), to_binary(op, OP_orc, b->t, x));
    return false;
}

bool fold_xor(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    uint64_t c;
    RULE(fold_same(f, a->t, b->t), to_const(f, op, 0)); /* a ^ a -> 0 */
    RULE(in_is(b, 0), to_mov(f, op, a->t));             /* a ^ 0 -> a */
    RULE(in_is(b, -1), to_unary(op, OP_not, a->t));     /* a ^ -1 -> ~a */
    const Op *def = chain(f, op, &c);
    RULE(def, to_binary_const(f, op, OP_xor, (TempId)def->arg[1],
                              c ^ in_value(b))); /* (x ^ c) ^ b */
    def = fold_def_is(f, a->t, OP_setcond);
    if (def && in_is(b, 1) && fold_reaches(f, a->t, def, 0) &&
        fold_reaches(f, a->t, def, 1)) { /* (x cond y) ^ 1 -> x !cond y */
        op->arg[3] = cond_invert((Cond)def->arg[3]);
        return to_binary(op, OP_setcond, (TempId)def->arg[1],
                         (TempId)def->arg[2]);
    }
    TempId x;
    RULE((x = inverted(f, 1)), to_binary(op, OP_eqv, a->t, x));
    RULE((x = inverted(f, 0)), to_binary(op, OP_eqv, b->t, x));
    return false;
}

bool fold_not(Fold *f, Op *op)
{
    TempId x = inverted(f, 0);
    RULE(x, to_mov(f, op, x)); /* ~~x -> x */
    return false;
}

bool fold_andc(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    TempId x;
    RULE(fold_same(f, a->t, b->t), to_const(f, op, 0)); /* a & ~a -> 0 */
    RULE(in_known(b), to_binary_const(f, op, OP_and, a->t, ~in_value(b)));
    RULE(in_is(a, -1), to_unary(op, OP_not, b->t)); /* -1 & ~b -> ~b */
    RULE((x = inverted(f, 1)), to_binary(op, OP_and, a->t, x));
    return false;
}

bool fold_orc(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    TempId x;
    RULE(fold_same(f, a->t, b->t), to_const(f, op, ~0ull)); /* a | ~a -> -1 */
    RULE(in_known(b), to_binary_const(f, op, OP_or, a->t, ~in_value(b)));
    RULE(in_is(a, 0), to_unary(op, OP_not, b->t)); /* 0 | ~b -> ~b */
    RULE((x = inverted(f, 1)), to_binary(op, OP_or, a->t, x));
    return false;
}

bool fold_eqv(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    TempId x;
    RULE(fold_same(f, a->t, b->t), to_const(f, op, ~0ull)); /* -1 */
    RULE(in_known(b), to_binary_const(f, op, OP_xor, a->t, ~in_value(b)));
    RULE((x = inverted(f, 1)), to_binary(op, OP_xor, a->t, x));
    RULE((x = inverted(f, 0)), to_binary(op, OP_xor, b->t, x));
    return false;
}

bool fold_nand(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_unary(op, OP_not, a->t)); /* ~a */
    RULE(in_is(b, -1), to_unary(op, OP_not, a->t)); /* ~(a & -1) -> ~a */
    return false;
}

bool fold_nor(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_unary(op, OP_not, a->t)); /* ~a */
    RULE(in_is(b, 0), to_unary(op, OP_not, a->t)); /* ~(a | 0) -> ~a */
    return false;
}
