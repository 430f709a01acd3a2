/*
 * The last of the rounds that are skipped. It is done as the loop does it, but
 * globals are written only when all of its loads and tests have gone well.
 */
#include "core/gen.h"
#include "opt/skip.h"

/*
 * Where a global stands in that round: temp + offset. When all of the step is
 * skipped, temp is the global, which is written last; else a new temp.
 */
typedef struct Place {
    TempId temp;
    int64_t offset;
} Place;

typedef struct Round {
    Skip *s;
    TempId bytes; /* that streams advance, 0: all of the step */
    Place place[LOOP_VARS];
} Round;

/* ---- linear values ------------------------------------------------------- */

static int64_t step_of(const Round *r, TempId global)
{
    int64_t step;
    loop_step(&r->s->loop, global, &step);
    return step;
}

/* temp = global + what the rounds add to it. */
static TempId emit_advanced(const Round *r, TempId global, int64_t step)
{
    IR *ir = r->s->ir;
    TempId out = ir_temp(ir, TYPE_I64), add = r->bytes;
    if (step == -skip_size(r->s)) {
        gen_sub(ir, TYPE_I64, out, global, add);
        return out;
    }
    if (step != skip_size(r->s)) {
        add = ir_temp(ir, TYPE_I64);
        gen_shr(ir, TYPE_I64, add, r->bytes, ir_i64(ir, r->s->size_log2));
        gen_mul(ir, TYPE_I64, add, add, ir_i64(ir, step));
    }
    gen_add(ir, TYPE_I64, out, global, add);
    return out;
}

/* One of several linear nodes of a global. */
static Place find_place(Round *r, TempId global)
{
    const Loop *l = &r->s->loop;
    int64_t step = step_of(r, global);
    unsigned i = 0;
    if (!step) {
        return (Place){global, 0};
    }
    if (!r->bytes) {
        return (Place){global, step * (int64_t)(r->s->rounds - 1)};
    }
    while (l->var[i].temp != global) {
        i++;
    }
    if (!r->place[i].temp) {
        r->place[i] = (Place){emit_advanced(r, global, step), -step};
    }
    return r->place[i];
}

static Place linear(Round *r, const Node *n)
{
    Place p = find_place(r, n->base);
    return (Place){p.temp, p.offset + n->value};
}

/* ---- the round ----------------------------------------------------------- */

static TempId emit_value(Round *r, NodeId id);

static TempId emit_load(Round *r, const Node *n)
{
    Place addr = linear(r, &r->s->loop.node[n->in[0]]);
    TempId out = ir_temp(r->s->ir, TYPE_I64);
    skip_emit_load(r->s, TYPE_I64, out, addr.temp, addr.offset + n->value,
                   n->memop);
    return out;
}

static TempId emit_op(Round *r, const Node *n)
{
    TempId out = ir_temp(r->s->ir, TYPE_I64), in[2];
    for (unsigned i = 0; i < op_ins(&n->op); i++) {
        in[i] = emit_value(r, n->in[i]);
    }
    Op *op = ir_emit(r->s->ir, (Opcode)n->op.opc, TYPE_I64);
    *op = n->op;
    op->life = 0;
    op->arg[0] = out;
    for (unsigned i = 0; i < op_ins(&n->op); i++) {
        op->arg[1 + i] = in[i];
    }
    return out;
}

static TempId emit_value(Round *r, NodeId id)
{
    Skip *s = r->s;
    const Node *n = &s->loop.node[id];
    if (n->kind == NODE_CONST) {
        return ir_i64(s->ir, n->value);
    }
    if (n->kind == NODE_LINEAR) {
        Place p = linear(r, n);
        return skip_emit_sum(s, p.temp, p.offset);
    }
    if (!s->made[id]) {
        s->made[id] = n->kind == NODE_LOAD ? emit_load(r, n) : emit_op(r, n);
    }
    return s->made[id];
}

/* All of them, even if nobody wants the value: the loop would fault. */
static void emit_loads(Round *r)
{
    for (unsigned i = 0; i < r->s->loop.nb_nodes; i++) {
        if (r->s->loop.node[i].kind == NODE_LOAD) {
            emit_value(r, (NodeId)i);
        }
    }
}

/* Counters have been looked at; what is loaded may have changed since. */
static void emit_tests(Round *r)
{
    const Loop *l = &r->s->loop;
    for (unsigned i = 0; i < l->nb_tests; i++) {
        const Test *t = &l->test[i];
        if (skip_has_lanes(r->s, t)) {
            TempId a = emit_value(r, t->a), b = emit_value(r, t->b);
            skip_emit_back_if(r->s, a, b, cond_invert(t->stay));
        }
    }
}

/* ---- the state after it -------------------------------------------------- */

static bool is_result(const Round *r, const Var *var)
{
    return var->written && r->s->ir->temps[var->temp].kind == TEMP_GLOBAL;
}

/* Does a round add to it? */
static bool is_counter(const Round *r, const Var *var)
{
    const Node *now = &r->s->loop.node[var->now];
    return now->kind == NODE_LINEAR && now->base == var->temp;
}

static void emit_counter(Round *r, const Var *var)
{
    Place p = linear(r, &r->s->loop.node[var->now]);
    if (p.temp != var->temp) {
        gen_mov(r->s->ir, TYPE_I64, var->temp, p.temp);
    } else {
        gen_add(r->s->ir, TYPE_I64, var->temp, var->temp,
                ir_i64(r->s->ir, p.offset));
    }
}

/* Values read counters as they were, but no global that is none. */
static void emit_state(Round *r)
{
    const Loop *l = &r->s->loop;
    TempId value[LOOP_VARS] = {0};
    for (unsigned i = 0; i < l->nb_vars; i++) {
        if (is_result(r, &l->var[i]) && !is_counter(r, &l->var[i])) {
            value[i] = emit_value(r, l->var[i].now);
        }
    }
    for (unsigned i = 0; i < l->nb_vars; i++) {
        if (value[i]) {
            gen_mov(r->s->ir, TYPE_I64, l->var[i].temp, value[i]);
        }
    }
    for (unsigned i = 0; i < l->nb_vars; i++) {
        if (is_result(r, &l->var[i]) && is_counter(r, &l->var[i])) {
            emit_counter(r, &l->var[i]);
        }
    }
}

void skip_emit_rounds(Skip *s, TempId bytes)
{
    Round r = {.s = s, .bytes = bytes};
    for (unsigned i = 0; i < LOOP_NODES; i++) {
        s->made[i] = 0;
    }
    emit_loads(&r);
    emit_tests(&r);
    emit_state(&r);
}
