/* Rules for vector ops: identities that need no knowledge of elements. */
#include "opt/fold.h"

/* Is it a vector constant, all of whose 64-bit pieces are v? */
static bool is_vector(const Fold *f, const In *in, uint64_t v)
{
    return temp_is_const(f->ir, in->t) && f->ir->temps[in->t].value == v;
}

static bool to_vector(Fold *f, Op *op, uint64_t v)
{
    return to_mov(f, op, fold_const(f, (Type)op->type, v));
}

/* The low 8 << vece bits of v in each element of 64 bits. */
static uint64_t repeat(unsigned vece, uint64_t v)
{
    unsigned n = 8u << vece;
    v &= low_mask(n);
    for (; n < 64; n *= 2) {
        v |= v << n;
    }
    return v;
}

bool fold_vdup(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    RULE(in_known(a), to_vector(f, op, repeat(op->vece, in_value(a))));
    return false;
}

/* a + 0 -> a */
bool fold_vzero(Fold *f, Op *op)
{
    RULE(is_vector(f, &f->in[1], 0), to_mov(f, op, f->in[0].t));
    return false;
}

bool fold_vsub(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_vector(f, op, 0)); /* a - a -> 0 */
    RULE(is_vector(f, b, 0), to_mov(f, op, a->t));       /* a - 0 -> a */
    return false;
}

bool fold_vand(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_mov(f, op, a->t)); /* a & a -> a */
    RULE(is_vector(f, b, 0), to_mov(f, op, b->t));       /* a & 0 -> 0 */
    RULE(is_vector(f, b, ~0ull), to_mov(f, op, a->t));   /* a & -1 -> a */
    return false;
}

bool fold_vor(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_mov(f, op, a->t)); /* a | a -> a */
    RULE(is_vector(f, b, 0), to_mov(f, op, a->t));       /* a | 0 -> a */
    RULE(is_vector(f, b, ~0ull), to_mov(f, op, b->t));   /* a | -1 -> -1 */
    return false;
}

bool fold_vxor(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_vector(f, op, 0)); /* a ^ a -> 0 */
    RULE(is_vector(f, b, 0), to_mov(f, op, a->t));       /* a ^ 0 -> a */
    RULE(is_vector(f, b, ~0ull), to_unary(op, OP_vnot, a->t));
    return false;
}

bool fold_vandc(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_vector(f, op, 0)); /* a & ~a -> 0 */
    RULE(is_vector(f, b, 0), to_mov(f, op, a->t));       /* a & ~0 -> a */
    return false;
}

/* ~~x -> x */
bool fold_vnot(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def_is(f, via, OP_vnot);
    RULE(def && fold_reaches(f, via, def, 0),
         to_mov(f, op, (TempId)def->arg[1]));
    return false;
}

/* a << 0 -> a */
bool fold_vshift(Fold *f, Op *op)
{
    RULE(op->arg[2] == 0, to_mov(f, op, f->in[0].t));
    return false;
}

bool fold_vcmp(Fold *f, Op *op)
{
    bool same = fold_same(f, f->in[0].t, f->in[1].t);
    switch ((Cond)op->arg[3]) {
    case COND_NEVER: return to_vector(f, op, 0);
    case COND_ALWAYS: return to_vector(f, op, ~0ull);
    case COND_EQ:
    case COND_GE:
    case COND_LE:
    case COND_GEU:
    case COND_LEU: return same && to_vector(f, op, ~0ull);
    case COND_NE:
    case COND_LT:
    case COND_GT:
    case COND_LTU:
    case COND_GTU: return same && to_vector(f, op, 0);
    default: return false;
    }
}

bool fold_vbitsel(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1], *c = &f->in[2];
    RULE(is_vector(f, a, ~0ull), to_mov(f, op, b->t)); /* all from b */
    RULE(is_vector(f, a, 0), to_mov(f, op, c->t));     /* all from c */
    RULE(fold_same(f, b->t, c->t), to_mov(f, op, b->t));
    return false;
}

/* low(set_low(x)) -> x, of one type */
bool fold_vlow(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def(f, via);
    if (!def || def->type != op->type ||
        (def->opc != OP_vlow_zero && def->opc != OP_vlow_keep)) {
        return false;
    }
    unsigned i = def->opc == OP_vlow_keep;
    RULE(fold_reaches(f, via, def, i), to_mov(f, op, (TempId)def->arg[1 + i]));
    return false;
}

/* a with its own lowest element -> a */
bool fold_vlow_keep(Fold *f, Op *op)
{
    TempId a = f->in[0].t, low = f->in[1].t;
    const Op *def = fold_def_is(f, low, OP_vlow);
    RULE(def && def->type == op->type && fold_reaches(f, low, def, 0) &&
             fold_same(f, (TempId)def->arg[1], a),
         to_mov(f, op, a));
    return false;
}
