/*
 * Tests of what is loaded, in all rounds of a step at once: each round is a
 * lane. Lanes of 64 bits compute what the loop does; narrower ones hold values
 * that are extended in the loop, so that bits and comparisons are the same but
 * sums are not. What a narrow lane is compared with must fit it, too: constants
 * are looked at here, globals by the code.
 */
#include "core/gen.h"
#include "opt/skip.h"

/* ---- what fits ----------------------------------------------------------- */

typedef struct LaneOp {
    uint16_t opc;       /* the vector op, 0: there is none */
    bool narrow;        /* good in lanes that stand for extended values, */
    bool narrow_signed; /* and if the sign is extended */
    bool by_const;      /* the second input is the op's constant */
} LaneOp;

static const LaneOp lane_op[OP_COUNT] = {
    [OP_add] = {OP_vadd, false, false, false},
    [OP_sub] = {OP_vsub, false, false, false},
    [OP_neg] = {OP_vneg, false, false, false},
    [OP_and] = {OP_vand, true, true, false},
    [OP_or] = {OP_vor, true, true, false},
    [OP_xor] = {OP_vxor, true, true, false},
    [OP_andc] = {OP_vandc, true, true, false},
    [OP_not] = {OP_vnot, false, true, false},
    [OP_orc] = {OP_vorc, false, true, false},
    [OP_eqv] = {OP_veqv, false, true, false},
    [OP_nand] = {OP_vnand, false, true, false},
    [OP_nor] = {OP_vnor, false, true, false},
    [OP_shl] = {OP_vshli, false, false, true},
    [OP_shr] = {OP_vshri, false, false, true},
    [OP_sar] = {OP_vsari, false, false, true},
};

static bool const_fits(const Skip *s, int64_t v)
{
    unsigned bits = 8u << s->size_log2;
    if (bits == 64) {
        return true;
    }
    return s->is_signed ? v >= -(1ll << (bits - 1)) && v < 1ll << (bits - 1)
                        : v >= 0 && v < 1ll << bits;
}

static bool node_fits(const Skip *s, NodeId id);

static bool op_fits(const Skip *s, const Node *n)
{
    const LaneOp *lane = &lane_op[n->op.opc];
    const Node *b = &s->loop.node[n->in[1]];
    bool width = s->size_log2 == SKIP_WORD_LOG2 ||
                 (s->is_signed ? lane->narrow_signed : lane->narrow);
    if (!lane->opc || !width || !node_fits(s, n->in[0])) {
        return false;
    }
    if (lane->by_const) {
        return b->kind == NODE_CONST && b->value >= 0 && b->value < 64;
    }
    return op_ins(&n->op) < 2 || node_fits(s, n->in[1]);
}

static bool node_fits(const Skip *s, NodeId id)
{
    const Node *n = &s->loop.node[id];
    int64_t step;
    switch ((NodeKind)n->kind) {
    case NODE_CONST: return const_fits(s, n->value);
    case NODE_LINEAR: return loop_step(&s->loop, n->base, &step) && !step;
    case NODE_LOAD: return true;
    case NODE_OP: return op_fits(s, n);
    }
    return false;
}

bool skip_has_lanes(const Skip *s, const Test *t)
{
    const Node *node = s->loop.node;
    return (node[t->a].of_load || node[t->b].of_load) && node_fits(s, t->a) &&
           node_fits(s, t->b);
}

/* ---- lanes --------------------------------------------------------------- */

static TempId new_vector(Skip *s)
{
    return ir_temp(s->ir, TYPE_V256);
}

/* Goes back unless a narrow lane can hold the value. */
static void emit_width_check(Skip *s, TempId value)
{
    unsigned bits = 8u << s->size_log2;
    TempId cut = ir_temp(s->ir, TYPE_I64);
    if (bits == 64) {
        return;
    }
    if (s->is_signed) {
        gen_sextract(s->ir, TYPE_I64, cut, value, 0, bits);
    } else {
        gen_extract(s->ir, TYPE_I64, cut, value, 0, bits);
    }
    skip_emit_back_if(s, cut, value, COND_NE);
}

static TempId emit_same(Skip *s, const Node *n)
{
    TempId value = skip_emit_sum(s, n->base, n->value), out = new_vector(s);
    emit_width_check(s, value);
    gen_vdup(s->ir, TYPE_V256, s->size_log2, out, value);
    return out;
}

static TempId emit_const(Skip *s, int64_t value)
{
    unsigned bits = 8u << s->size_log2;
    uint64_t lane = (uint64_t)value << (64 - bits) >> (64 - bits);
    for (unsigned filled = bits; filled < 64; filled *= 2) {
        lane |= lane << filled;
    }
    return ir_const(s->ir, TYPE_V256, (int64_t)lane);
}

static TempId emit_load(Skip *s, const Node *n, unsigned vector)
{
    const Node *addr = &s->loop.node[n->in[0]];
    TempId out = new_vector(s);
    skip_emit_load(s, TYPE_V256, out, addr->base,
                   addr->value + n->value + vector * SKIP_VECTOR_BYTES, MO_256);
    return out;
}

/* Is it the inverse of another node? */
static bool is_inverse(const Skip *s, NodeId id, NodeId *of)
{
    const Node *n = &s->loop.node[id];
    const Node *b = n->kind == NODE_OP ? &s->loop.node[n->in[1]] : NULL;
    *of = n->in[0];
    return b &&
           (n->op.opc == OP_not ||
            (n->op.opc == OP_xor && b->kind == NODE_CONST && b->value == -1));
}

static TempId emit_node(Skip *s, NodeId id, unsigned vector);

/* a & ~b, if the op is that. */
static TempId emit_andc(Skip *s, const Node *n, unsigned vector)
{
    for (unsigned i = 0; n->op.opc == OP_and && i < 2; i++) {
        NodeId of;
        if (is_inverse(s, n->in[i], &of)) {
            TempId a = emit_node(s, n->in[!i], vector);
            TempId b = emit_node(s, of, vector), out = new_vector(s);
            gen_vandc(s->ir, TYPE_V256, s->size_log2, out, a, b);
            return out;
        }
    }
    return 0;
}

static TempId emit_op(Skip *s, const Node *n, unsigned vector)
{
    const LaneOp *lane = &lane_op[n->op.opc];
    TempId andc = emit_andc(s, n, vector);
    if (andc) {
        return andc;
    }
    TempId a = emit_node(s, n->in[0], vector), out = new_vector(s), b = 0;
    if (!lane->by_const && op_ins(&n->op) == 2) {
        b = emit_node(s, n->in[1], vector);
    }
    Op *op = ir_emit(s->ir, (Opcode)lane->opc, TYPE_V256);
    op->vece = (uint8_t)s->size_log2;
    op->arg[0] = out;
    op->arg[1] = a;
    op->arg[2] = lane->by_const ? (Arg)s->loop.node[n->in[1]].value : b;
    return out;
}

/* The lanes of vector number `vector` of the step. */
static TempId emit_node(Skip *s, NodeId id, unsigned vector)
{
    const Node *n = &s->loop.node[id];
    if (!s->made[id]) {
        s->made[id] = n->kind == NODE_CONST    ? emit_const(s, n->value)
                      : n->kind == NODE_LINEAR ? emit_same(s, n)
                      : n->kind == NODE_LOAD   ? emit_load(s, n, vector)
                                               : emit_op(s, n, vector);
    }
    return s->made[id];
}

/* ---- tests --------------------------------------------------------------- */

/* Extended with zeros, values are not negative in the loop. */
static Cond lane_cond(const Skip *s, Cond cond)
{
    bool zeros = s->size_log2 < SKIP_WORD_LOG2 && !s->is_signed;
    return !zeros            ? cond
           : cond == COND_LT ? COND_LTU
           : cond == COND_GE ? COND_GEU
           : cond == COND_GT ? COND_GTU
           : cond == COND_LE ? COND_LEU
                             : cond;
}

static TempId emit_compare(Skip *s, const Test *t, Cond cond, unsigned vector)
{
    TempId a = emit_node(s, t->a, vector), b = emit_node(s, t->b, vector);
    TempId out = new_vector(s);
    gen_vcmp(s->ir, TYPE_V256, s->size_log2, out, a, b, lane_cond(s, cond));
    return out;
}

static bool stays_if_equal(const Skip *s)
{
    for (unsigned i = 0; i < s->loop.nb_tests; i++) {
        const Test *t = &s->loop.test[i];
        if (skip_has_lanes(s, t) && t->stay == COND_EQ) {
            return true;
        }
    }
    return false;
}

/*
 * How the results of tests come together: where all hold (stay), or where one
 * does not. == is the cheapest comparison, so that a test for != is made by
 * it, and taken as its opposite.
 */
typedef struct Sum {
    bool stay;
    TempId all; /* 0: of no test yet */
} Sum;

static void emit_test(Skip *s, Sum *sum, const Test *t, unsigned vector)
{
    bool direct = sum->stay && t->stay != COND_NE;
    Cond cond = direct ? t->stay : cond_invert(t->stay);
    TempId one = emit_compare(s, t, cond, vector);
    TempId all = sum->all ? new_vector(s) : one;
    if (sum->all && !sum->stay) {
        gen_vor(s->ir, TYPE_V256, s->size_log2, all, sum->all, one);
    } else if (sum->all && direct) {
        gen_vand(s->ir, TYPE_V256, s->size_log2, all, sum->all, one);
    } else if (sum->all) {
        gen_vandc(s->ir, TYPE_V256, s->size_log2, all, sum->all, one);
    }
    sum->all = all;
}

/* Those that hold if two values are equal, or the others. */
static void emit_some_tests(Skip *s, Sum *sum, bool equal, unsigned vector)
{
    for (unsigned i = 0; i < s->loop.nb_tests; i++) {
        const Test *t = &s->loop.test[i];
        if (skip_has_lanes(s, t) && (t->stay == COND_EQ) == equal) {
            emit_test(s, sum, t, vector);
        }
    }
}

static TempId emit_tests(Skip *s, bool stay, unsigned vector)
{
    Sum sum = {stay, 0};
    emit_some_tests(s, &sum, true, vector);
    emit_some_tests(s, &sum, false, vector);
    return sum.all;
}

static void forget_loads(Skip *s)
{
    for (unsigned i = 0; i < s->loop.nb_nodes; i++) {
        s->made[i] = s->loop.node[i].of_load ? 0 : s->made[i];
    }
}

/* mask with that of a vector in its place. */
static TempId emit_join(Skip *s, TempId mask, TempId part, unsigned vector)
{
    TempId out = ir_temp(s->ir, TYPE_I64);
    TempId shift = ir_i64(s->ir, (int64_t)vector * SKIP_VECTOR_BYTES);
    if (!vector) {
        return part;
    }
    gen_shl(s->ir, TYPE_I64, out, part, shift);
    gen_or(s->ir, TYPE_I64, out, out, mask);
    return out;
}

static TempId emit_invert(Skip *s, TempId mask)
{
    TempId out = ir_temp(s->ir, TYPE_I64);
    uint64_t all = s->vectors * SKIP_VECTOR_BYTES == 64
                       ? UINT64_MAX
                       : (1ull << s->vectors * SKIP_VECTOR_BYTES) - 1;
    gen_xor(s->ir, TYPE_I64, out, mask, ir_i64(s->ir, (int64_t)all));
    return out;
}

TempId skip_emit_lanes(Skip *s)
{
    bool stay = stays_if_equal(s);
    TempId mask = 0;
    for (unsigned i = 0; i < LOOP_NODES; i++) {
        s->made[i] = 0;
    }
    for (unsigned v = 0; v < s->vectors; v++) {
        TempId part = ir_temp(s->ir, TYPE_I64);
        forget_loads(s);
        gen_vmask(s->ir, TYPE_V256, 0, part, emit_tests(s, stay, v));
        mask = emit_join(s, mask, part, v);
    }
    return stay ? emit_invert(s, mask) : mask;
}
