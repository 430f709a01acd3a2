/*
 * Choosing a region's convention.
 *
 * Each global weighs as often as ops read and write it, more so in loops; a
 * write counts twice, for it stores, and what is read next waits for it. The
 * heaviest globals of a class get its pinned registers. A default pin stays
 * unless its register is wanted by a global so much heavier that changing over
 * pays, at the region's ends and around its calls. Without a loop nothing
 * changes: a way through uses a part of the region only, but would pay whole.
 */
#include "backend/adapter.h"

#include <string.h>
#include "util/check.h"

enum {
    LOOP_SHIFT = 3, /* a loop's ops count 8 times */
    MAX_SHIFT = 12,
    WRITE_WEIGHT = 2,
    GAIN_MIN = 4, /* less is not worth a store and a load, twice */
};

typedef struct Weights {
    const IR *ir;
    const HostDesc *desc;
    int32_t pc_offset; /* the global there is the run loop's: not pinned */
    bool has_loop;
    uint64_t change_cost;
    uint64_t of[IR_MAX_TEMPS];      /* by global */
    bool written[IR_MAX_TEMPS];     /* by global */
    uint32_t depth[IR_MAX_OPS + 1]; /* by op: at first its change of depth */
} Weights;

/* ---- Loops -------------------------------------------------------------- */

/* Positions of labels; ops that are not there: nb_ops. */
static void find_labels(const IR *ir, uint32_t *at)
{
    for (LabelId i = 0; i < ir->nb_labels; i++) {
        at[i] = ir->nb_ops;
    }
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        if (ir->ops[i].opc == OP_set_label) {
            at[ir->ops[i].arg[0]] = i;
        }
    }
}

/* The inner slot that stands right behind the label's op at i, or -1. */
static int slot_at(const IR *ir, uint32_t i)
{
    while (++i < ir->nb_ops) {
        const Op *op = &ir->ops[i];
        if (op->opc == OP_goto_tb) {
            return ir_is_inner(ir, (unsigned)op->arg[0]) ? (int)op->arg[0] : -1;
        }
        if (op->opc != OP_nop && op->opc != OP_insn_start) {
            return -1;
        }
    }
    return -1;
}

/* The slot by which the op jumps back, perhaps over a label; or -1. */
static int slot_back(const IR *ir, const Op *op, const uint32_t *at)
{
    if (op->opc == OP_goto_tb && ir_is_inner(ir, (unsigned)op->arg[0])) {
        return (int)op->arg[0];
    }
    return op->opc == OP_brcond && at[op->arg[3]] < ir->nb_ops
               ? slot_at(ir, at[op->arg[3]])
               : -1;
}

/* Loop depth of each op: how many jumps back pass over it. */
static void find_depths(Weights *w)
{
    const IR *ir = w->ir;
    uint32_t at[IR_MAX_LABELS];
    uint32_t depth = 0;

    find_labels(ir, at);
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        int slot = slot_back(ir, &ir->ops[i], at);
        uint32_t head = slot < 0 ? i : at[ir->inner[slot]];
        if (head < i) {
            w->has_loop = true;
            w->depth[head]++;
            w->depth[i + 1]--;
        }
    }
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        depth += w->depth[i];
        w->depth[i] = depth;
    }
}

/* ---- Weights ------------------------------------------------------------ */

static uint64_t op_frequency(uint32_t depth)
{
    unsigned shift = depth * LOOP_SHIFT;

    return 1ull << (shift > MAX_SHIFT ? MAX_SHIFT : shift);
}

static void weigh_op(Weights *w, const Op *op, uint32_t depth)
{
    unsigned outs = op_outs(op), ins = op_ins(op);
    uint64_t weight = op_frequency(depth);

    for (unsigned i = 0; i < outs + ins; i++) {
        TempId t = (TempId)op->arg[i];
        if (t < w->ir->nb_globals) {
            w->of[t] += i < outs ? weight * WRITE_WEIGHT : weight;
            w->written[t] |= i < outs;
        }
    }
}

static void note_writes(Weights *w, const Op *op)
{
    for (unsigned i = 0; i < op_outs(op); i++) {
        if (op->arg[i] < w->ir->nb_globals) {
            w->written[op->arg[i]] = true;
        }
    }
}

/* Sides, which stand at the end, are cold: they weigh nothing. */
static void weigh(Weights *w)
{
    bool in_side = false;

    for (uint32_t i = 0; i < w->ir->nb_ops; i++) {
        const Op *op = &w->ir->ops[i];
        in_side |= op->opc == OP_set_side;
        if (in_side) {
            note_writes(w, op);
        } else if (op->opc != OP_nop && op->opc != OP_discard) {
            weigh_op(w, op, w->depth[i]);
        }
    }
}

/* ---- Choice ------------------------------------------------------------- */

static const Pin *find_pin(const Convention *c, TempId t)
{
    for (unsigned i = 0; i < c->nb_pins; i++) {
        if (c->pin[i].temp == t) {
            return &c->pin[i];
        }
    }
    return NULL;
}

static bool is_lost(const Adapter *a, TempId t)
{
    for (unsigned i = 0; i < a->nb_lose; i++) {
        if (a->lose[i].temp == t) {
            return true;
        }
    }
    return false;
}

/* The lightest pin of the class that is not lost yet, or NULL. */
static const Pin *lightest(const Adapter *a, const Convention *c,
                           const Weights *w, RegClass class)
{
    const Pin *best = NULL;

    for (unsigned i = 0; i < c->nb_pins; i++) {
        const Pin *p = &c->pin[i];
        if (host_class(c->desc, p->type) == class && !is_lost(a, p->temp) &&
            (!best || w->of[p->temp] < w->of[best->temp])) {
            best = p;
        }
    }
    return best;
}

static bool may_pin(const Weights *w, TempId t, RegClass class)
{
    const Temp *temp = &w->ir->temps[t];
    return temp->kind == TEMP_GLOBAL && temp->offset != w->pc_offset &&
           temp->type != TYPE_I32 && temp->type != TYPE_F32 &&
           type_in((Type)temp->type, w->desc->pin_types) &&
           host_class(w->desc, temp->type) == class;
}

/* The heaviest global that is not pinned on either side, or 0. */
static TempId heaviest(const Adapter *a, const Convention *c, const Weights *w,
                       RegClass class)
{
    TempId best = 0;

    for (TempId t = 1; t < w->ir->nb_globals; t++) {
        bool taken = find_pin(c, t) != NULL;
        for (unsigned i = 0; i < a->nb_gain; i++) {
            taken |= a->gain[i].temp == t;
        }
        if (!taken && may_pin(w, t, class) &&
            w->of[t] > (best ? w->of[best] : 0)) {
            best = t;
        }
    }
    return best;
}

static void choose_class(Adapter *a, const Convention *c, const Weights *w,
                         RegClass class)
{
    for (;;) {
        const Pin *loser = lightest(a, c, w, class);
        TempId t = heaviest(a, c, w, class);
        if (!loser || !t || w->of[t] < w->change_cost + w->of[loser->temp]) {
            return;
        }
        const Temp *temp = &w->ir->temps[t];
        a->lose[a->nb_lose++] = *loser;
        a->written[a->nb_gain] = w->written[t];
        a->gain[a->nb_gain++] = (Pin){t, loser->reg, temp->type, temp->offset};
    }
}

/*
 * What a change costs at the entry and a way out, and around each call as
 * often as that runs.
 */
static uint64_t change_cost(const Weights *w)
{
    uint64_t cost = GAIN_MIN;

    for (uint32_t i = 0; i < w->ir->nb_ops; i++) {
        const Op *op = &w->ir->ops[i];
        if (op->opc == OP_call || op_ret_slot(op) >= 0) {
            cost += GAIN_MIN * op_frequency(w->depth[i]);
        }
    }
    return cost;
}

_Static_assert(sizeof(Weights) <= IR_WORK_BYTES, "Weights fit IR.work");

void adapter_choose(Adapter *a, const Convention *c, const IR *ir,
                    uint32_t pc_offset)
{
    Weights *w = ir->work;
    w->ir = ir;
    w->desc = c->desc;
    w->pc_offset = (int32_t)pc_offset;
    w->has_loop = false;
    memset(w->of, 0, ir->nb_globals * sizeof(w->of[0]));
    memset(w->written, 0, ir->nb_globals * sizeof(w->written[0]));
    memset(w->depth, 0, (ir->nb_ops + 1) * sizeof(w->depth[0]));
    a->nb_lose = a->nb_gain = 0;
    find_depths(w);
    weigh(w);
    w->change_cost = change_cost(w);
    for (unsigned class = 0; w->has_loop && class < CLASS_COUNT; class ++) {
        choose_class(a, c, w, class);
    }
}

/* ---- Changing over ------------------------------------------------------ */

static void store(const HostDesc *d, Host *host, const Pin *p)
{
    d->store(host, p->type, p->reg, p->offset);
}

static void load(const HostDesc *d, Host *host, const Pin *p)
{
    d->load(host, p->type, p->reg, p->offset);
}

void adapter_emit_enter(const Adapter *a, const HostDesc *d, Host *host)
{
    for (unsigned i = 0; i < a->nb_lose; i++) {
        store(d, host, &a->lose[i]);
        load(d, host, &a->gain[i]);
    }
}

void adapter_emit_leave(const Adapter *a, const HostDesc *d, Host *host)
{
    for (unsigned i = 0; i < a->nb_gain; i++) {
        if (a->written[i]) {
            store(d, host, &a->gain[i]);
        }
        load(d, host, &a->lose[i]);
    }
}

static void pin(RegAlloc *ra, const Pin *p)
{
    ra_release(ra, p->temp);
    ra->state[p->temp] = (TempState){.reg = (int8_t)p->reg, .pinned = true};
}

static void unpin(RegAlloc *ra, const Pin *p)
{
    ra->state[p->temp] = (TempState){.reg = NOWHERE, .mem = true};
}

void adapter_pin_inside(const Adapter *a, RegAlloc *ra)
{
    for (unsigned i = 0; i < a->nb_gain; i++) {
        unpin(ra, &a->lose[i]);
        pin(ra, &a->gain[i]);
    }
}

static void pin_outside(const Adapter *a, RegAlloc *ra)
{
    for (unsigned i = 0; i < a->nb_gain; i++) {
        unpin(ra, &a->gain[i]);
        pin(ra, &a->lose[i]);
    }
}

static void sync_pins(RegAlloc *ra, const Pin *p, unsigned n)
{
    for (unsigned i = 0; i < n; i++) {
        if (ra->state[p[i].temp].reg != NOWHERE) { /* else it is dead */
            ra_sync(ra, p[i].temp);
        }
    }
}

/* The change from `old` to `new` pins; stores of those alone that differ from
   memory. */
static void trace_change(RegAlloc *ra, const Pin *old, const Pin *new,
                         const bool *stored, unsigned n)
{
    ra_why(ra, TRACE_REGION_REASON);
    for (unsigned i = 0; ra->trace && i < n; i++) {
        if (!stored || stored[i]) {
            ra_trace(ra, TRACE_STORE, old[i].temp, old[i].reg, NOWHERE);
        }
        ra_trace(ra, TRACE_LOAD, new[i].temp, new[i].reg, NOWHERE);
    }
}

void adapter_leave(const Adapter *a, RegAlloc *ra)
{
    ra_vacate_homes(ra);
    sync_pins(ra, a->lose, a->nb_lose);
    trace_change(ra, a->gain, a->lose, a->written, a->nb_gain);
    adapter_emit_leave(a, ra->desc, ra->host);
    pin_outside(a, ra);
}

void adapter_enter(const Adapter *a, RegAlloc *ra)
{
    sync_pins(ra, a->gain, a->nb_gain);
    trace_change(ra, a->lose, a->gain, NULL, a->nb_gain);
    adapter_emit_enter(a, ra->desc, ra->host);
    adapter_pin_inside(a, ra);
}
