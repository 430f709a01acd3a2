/*
 * Loops of a region, read as expressions; see loop.h.
 *
 * Inside a region control goes forward but for its inner slots, so one pass
 * backward finds how far it is from each op to the jump back; the round is
 * what one meets on the shortest way. Where a branch leaves that way but may
 * come back, too, the other way must be much longer: else it may well be taken
 * as often, and what is true of the shortest way says little of the loop.
 */
#include "opt/loop.h"

#include <string.h>

enum {
    NO_WAY = UINT32_MAX / 2,
    SIDE_MIN = 8, /* ops by which a side way must be longer */
};

typedef struct Ways {
    const IR *ir;
    LabelId head;
    uint64_t pc;                     /* the guest's, at the head */
    uint32_t at[IR_MAX_LABELS];      /* ops of labels */
    uint32_t length[IR_MAX_OPS + 1]; /* from this op to the jump back */
} Ways;

/* ---- the shortest way ---------------------------------------------------- */

static void find_labels(Ways *w)
{
    for (LabelId i = 0; i < w->ir->nb_labels; i++) {
        w->at[i] = w->ir->nb_ops;
    }
    for (uint32_t i = 0; i < w->ir->nb_ops; i++) {
        if (w->ir->ops[i].opc == OP_set_label) {
            w->at[w->ir->ops[i].arg[0]] = i;
        }
    }
}

static bool is_marker(const Op *op)
{
    return op->opc == OP_insn_start || op->opc == OP_nop ||
           op->opc == OP_set_label || op->opc == OP_discard;
}

static uint32_t shorter(uint32_t a, uint32_t b)
{
    return a < b ? a : b;
}

/* Where the jumps back lead to, in the guest. */
static uint64_t head_pc(const IR *ir, LabelId head)
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        if (op->opc == OP_goto_tb && ir_is_inner(ir, (unsigned)op->arg[0]) &&
            ir->inner[op->arg[0]] == head) {
            return op->arg[1];
        }
    }
    return 0;
}

/* Labels further up count as no way: they have no length yet. */
static uint32_t length_from(const Ways *w, uint32_t i)
{
    const Op *op = &w->ir->ops[i];
    uint32_t next = w->length[i + 1];
    switch (op->opc) {
    case OP_goto_tb:
        return ir_is_inner(w->ir, (unsigned)op->arg[0]) &&
                       w->ir->inner[op->arg[0]] == w->head
                   ? 0
                   : NO_WAY;
    case OP_br: return w->length[w->at[op->arg[0]]];
    case OP_brcond: return shorter(next, w->length[w->at[op->arg[3]]]) + 1;
    default: return op_flags(op) & OPF_EXIT ? NO_WAY : next + !is_marker(op);
    }
}

static void measure(Ways *w, const IR *ir, LabelId head)
{
    w->ir = ir;
    w->head = head;
    w->pc = head_pc(ir, head);
    find_labels(w);
    for (uint32_t i = 0; i <= ir->nb_ops; i++) {
        w->length[i] = NO_WAY;
    }
    for (uint32_t i = ir->nb_ops; i-- > w->at[head];) {
        w->length[i] = shorter(length_from(w, i), NO_WAY);
    }
}

/* ---- nodes --------------------------------------------------------------- */

static bool add_node(Loop *l, const Node *n, NodeId *id)
{
    if (l->nb_nodes == LOOP_NODES) {
        return false;
    }
    *id = (NodeId)l->nb_nodes;
    l->node[l->nb_nodes++] = *n;
    return true;
}

static Var *find_var(Loop *l, TempId t)
{
    for (unsigned i = 0; i < l->nb_vars; i++) {
        if (l->var[i].temp == t) {
            return &l->var[i];
        }
    }
    return NULL;
}

/* A new one for a temp whose value is n. */
static Var *add_var(Loop *l, TempId t, const Node *n)
{
    NodeId id;
    if (l->nb_vars == LOOP_VARS || !add_node(l, n, &id)) {
        return NULL;
    }
    l->var[l->nb_vars] = (Var){.temp = t, .now = id};
    return &l->var[l->nb_vars++];
}

/* The value of a temp that is read. */
static bool read_temp(Loop *l, TempId t, NodeId *id)
{
    const Temp *temp = &l->ir->temps[t];
    const Var *var = find_var(l, t);
    if (temp->type != TYPE_I64) {
        return false;
    }
    if (!var && temp->kind == TEMP_GLOBAL) {
        var = add_var(l, t, &(Node){.kind = NODE_LINEAR, .base = t});
    } else if (!var && temp->kind == TEMP_CONST) {
        var = add_var(
            l, t, &(Node){.kind = NODE_CONST, .value = (int64_t)temp->value});
    }
    if (!var) {
        return false;
    }
    *id = var->now;
    return true;
}

static bool write_temp(Loop *l, TempId t, const Node *n)
{
    NodeId id;
    Var *var = find_var(l, t);
    if (l->ir->temps[t].type != TYPE_I64) {
        return false;
    }
    if (!var) {
        var = add_var(l, t, n);
    } else if (add_node(l, n, &id)) {
        var->now = id;
    } else {
        return false;
    }
    if (var) {
        var->written = true;
    }
    return var;
}

/* ---- ops ----------------------------------------------------------------- */

/* Of I64s alone, with a value that depends on them alone. */
static bool is_pure(const Op *op)
{
    bool host_load = op->opc >= OP_ld8u && op->opc <= OP_ld;
    return !(op_flags(op) & ~(unsigned)(OPF_COMM | OPF_COND)) && !host_load &&
           op_outs(op) == 1 && op_ins(op) >= 1 && op_ins(op) <= 2 &&
           op->type == TYPE_I64;
}

/* a + b, or a - b, as something linear. */
static bool linear_sum(const Loop *l, const Op *op, const Node *n, Node *sum)
{
    const Node *a = &l->node[n->in[0]], *b = &l->node[n->in[1]];
    if (op->opc == OP_add && a->kind == NODE_CONST) {
        const Node *c = a;
        a = b;
        b = c;
    }
    if ((op->opc != OP_add && op->opc != OP_sub) || a->kind != NODE_LINEAR ||
        b->kind != NODE_CONST) {
        return false;
    }
    *sum = *a;
    sum->value =
        (int64_t)(op->opc == OP_add ? (uint64_t)a->value + (uint64_t)b->value
                                    : (uint64_t)a->value - (uint64_t)b->value);
    return true;
}

static bool pure_op(Loop *l, const Op *op)
{
    Node n = {.kind = NODE_OP, .op = *op}, sum;
    for (unsigned i = 0; i < op_ins(op); i++) {
        if (!read_temp(l, (TempId)op->arg[1 + i], &n.in[i])) {
            return false;
        }
        n.of_load |= l->node[n.in[i]].of_load;
    }
    if (op->opc == OP_mov) {
        n = l->node[n.in[0]];
    } else if (linear_sum(l, op, &n, &sum)) {
        n = sum;
    }
    return write_temp(l, (TempId)op->arg[0], &n);
}

static bool load_op(Loop *l, const Op *op)
{
    Node n = {.kind = NODE_LOAD,
              .of_load = true,
              .value = (int64_t)op->arg[2],
              .memop = (MemOp)op->arg[3]};
    return op->type == TYPE_I64 && !(n.memop & (MO_ALIGN | MO_BSWAP)) &&
           read_temp(l, (TempId)op->arg[1], &n.in[0]) &&
           l->node[n.in[0]].kind == NODE_LINEAR &&
           write_temp(l, (TempId)op->arg[0], &n);
}

/* ---- the walk ------------------------------------------------------------ */

/* Notes what keeps control on the way; *i becomes the next op on it. */
static bool branch_op(Loop *l, const Ways *w, const Op *op, uint32_t *i)
{
    uint32_t target = w->at[op->arg[3]];
    uint32_t falls = w->length[*i + 1], taken = w->length[target];
    bool take = taken < falls;
    uint32_t way = take ? taken : falls, side = take ? falls : taken;
    Test *t = &l->test[l->nb_tests];
    if ((side < NO_WAY && side < way + SIDE_MIN) || l->nb_tests == LOOP_TESTS ||
        op->type != TYPE_I64 || !read_temp(l, (TempId)op->arg[0], &t->a) ||
        !read_temp(l, (TempId)op->arg[1], &t->b)) {
        return false;
    }
    Cond cond = (Cond)op->arg[2];
    t->stay = take ? cond : cond_invert(cond);
    l->nb_tests++;
    *i = take ? target : *i + 1;
    return true;
}

/* In a loop that is laid out several times, each copy is a round. */
static void begin_round(Loop *l)
{
    l->nb_nodes = l->nb_tests = l->nb_vars = 0;
}

/* One op on the way; false: not one that can be expressed. */
static bool walk_op(Loop *l, const Ways *w, uint32_t *i)
{
    const Op *op = &l->ir->ops[*i];
    if (op->opc == OP_insn_start && op->arg[0] == w->pc) {
        begin_round(l);
    }
    if (op->opc == OP_brcond) {
        return branch_op(l, w, op, i);
    }
    if (op->opc == OP_br) {
        *i = w->at[op->arg[0]];
        return true;
    }
    (*i)++;
    return is_marker(op) || (op->opc == OP_guest_ld && load_op(l, op)) ||
           (is_pure(op) && pure_op(l, op));
}

static bool walk(Loop *l, const Ways *w)
{
    uint32_t i = l->head;
    if (w->length[i] >= NO_WAY) {
        return false;
    }
    while (w->length[i]) {
        if (!walk_op(l, w, &i)) {
            return false;
        }
    }
    while (l->ir->ops[i].opc != OP_goto_tb) { /* markers, br */
        if (!walk_op(l, w, &i)) {
            return false;
        }
    }
    l->back = i;
    return true;
}

bool loop_find(Loop *l, const IR *ir, LabelId head)
{
    Ways w;
    measure(&w, ir, head);
    l->ir = ir;
    l->head = w.at[head];
    begin_round(l);
    return l->head < ir->nb_ops && walk(l, &w);
}

bool loop_step(const Loop *l, TempId global, int64_t *step)
{
    *step = 0;
    for (unsigned i = 0; i < l->nb_vars; i++) {
        const Var *var = &l->var[i];
        const Node *now = &l->node[var->now];
        if (var->temp == global && var->written) {
            *step = now->value;
            return now->kind == NODE_LINEAR && now->base == global;
        }
    }
    return true;
}
