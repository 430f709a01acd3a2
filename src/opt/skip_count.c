/*
 * Tests of counters: one side moves towards the other by a power of two, or
 * neither moves. How many rounds are left is then a matter of a subtraction.
 */
#include "core/gen.h"
#include "opt/skip.h"

/* A test with the side that moves, if one does, as a. */
typedef struct Count {
    Test test;
    int64_t step; /* of a */
} Count;

static bool node_step(const Skip *s, NodeId id, int64_t *step)
{
    const Node *n = &s->loop.node[id];
    *step = 0;
    return n->kind == NODE_CONST ||
           (n->kind == NODE_LINEAR && loop_step(&s->loop, n->base, step));
}

static bool find_count(const Skip *s, const Test *t, Count *c)
{
    int64_t a, b;
    if (!node_step(s, t->a, &a) || !node_step(s, t->b, &b) || (a && b)) {
        return false;
    }
    *c = (Count){*t, a};
    if (b) {
        *c = (Count){{cond_swap(t->stay), t->b, t->a}, b};
    }
    return true;
}

static uint64_t magnitude(int64_t step)
{
    return step < 0 ? -(uint64_t)step : (uint64_t)step;
}

/* Does a come to where the test fails, on its way to b? */
static bool approaches(Cond stay, bool up)
{
    switch (stay) {
    case COND_NE: return true;
    case COND_LT:
    case COND_LE:
    case COND_LTU:
    case COND_LEU: return up;
    case COND_GT:
    case COND_GE:
    case COND_GTU:
    case COND_GEU: return !up;
    default: return false;
    }
}

bool skip_can_count(const Skip *s, const Test *t)
{
    Count c;
    return find_count(s, t, &c) &&
           (!c.step || (approaches(c.test.stay, c.step > 0) &&
                        __builtin_popcountll(magnitude(c.step)) == 1));
}

static TempId side(Skip *s, NodeId id)
{
    const Node *n = &s->loop.node[id];
    return n->kind == NODE_CONST ? ir_i64(s->ir, n->value)
                                 : skip_emit_sum(s, n->base, n->value);
}

/*
 * Rounds that stay for sure: the distance in steps, rounded down. If the test
 * is no !=, it must hold now, or the distance would be none.
 */
static TempId emit_rounds_left(Skip *s, const Count *c, TempId a, TempId b)
{
    TempId left = ir_temp(s->ir, TYPE_I64);
    bool up = c->step > 0;
    int shift = __builtin_ctzll(magnitude(c->step));
    if (c->test.stay != COND_NE) {
        skip_emit_back_if(s, a, b, cond_invert(c->test.stay));
    }
    gen_sub(s->ir, TYPE_I64, left, up ? b : a, up ? a : b);
    gen_shr(s->ir, TYPE_I64, left, left, ir_i64(s->ir, shift));
    return left;
}

/* mask with the first byte of round `left` set, if that is in the step. */
static TempId emit_limit(Skip *s, TempId mask, TempId left)
{
    IR *ir = s->ir;
    TempId bit = ir_temp(ir, TYPE_I64), out = ir_temp(ir, TYPE_I64);
    gen_shl(ir, TYPE_I64, bit, left, ir_i64(ir, s->size_log2));
    gen_shl(ir, TYPE_I64, bit, ir_i64(ir, 1), bit);
    gen_movcond(ir, TYPE_I64, bit, left, ir_i64(ir, s->rounds), bit,
                ir_i64(ir, 0), COND_LTU);
    gen_or(ir, TYPE_I64, out, mask, bit);
    return out;
}

static TempId emit_count(Skip *s, const Count *c, TempId mask)
{
    TempId a = side(s, c->test.a), b = side(s, c->test.b);
    if (c->step) {
        return emit_limit(s, mask, emit_rounds_left(s, c, a, b));
    }
    skip_emit_back_if(s, a, b, cond_invert(c->test.stay));
    return mask;
}

TempId skip_emit_counts(Skip *s, TempId mask)
{
    for (unsigned i = 0; i < s->loop.nb_tests; i++) {
        const Test *t = &s->loop.test[i];
        Count c;
        if (!skip_has_lanes(s, t) && find_count(s, t, &c)) {
            mask = emit_count(s, &c, mask);
        }
    }
    return mask;
}
