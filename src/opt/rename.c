/*
 * Renaming: what an extended basic block leaves in a global only for a time
 * is kept in a temp of its own, and goes to the global on the ways out alone.
 *
 * A stretch is a part of an extended basic block in which all ways out can be
 * given a side (set_side in core/opcode.def): loads and stores that may fault,
 * and branches.  In it, a definition of a global is passing if another one
 * follows.
 *   1. Backward: which definitions are passing.  The cost of a stretch in ops
 *      of sides is bounded; the dearest stay as they are.
 *   2. Forward: the output of a passing definition becomes a temp, which later
 *      ops read instead.  A passing mov is no op at all.  A temp also takes
 *      over what a global held when that is still wanted while the global is
 *      written; a global whose content nobody wants is discarded.
 *   3. Each way out on which globals should hold what is in a temp, or in
 *      another global, gets a side that puts it there.  A fault then exits; a
 *      branch goes on to where it went.
 *
 * Runs on loops alone, whose ways out are cold, before fold, for temps that
 * are defined once show it more.
 *
 * Requires: opt_reach has run.  Guarantees: sides stand at the end; they are
 * movs, then exit_fault or br.
 */
#include "opt/opt.h"

#include <string.h>
#include "core/gen.h"
#include "util/check.h"

enum {
    MAX_GLOBALS = IR_SIDE_GLOBALS,
    MAX_SIDES = 512,
    MAX_ENTRIES = 4096, /* movs of all sides */
};

typedef struct Entry {
    TempId global, value;
} Entry;

typedef struct Side {
    LabelId label;
    LabelId target; /* of a branch */
    bool is_fault;
    uint32_t first, count; /* entries */
} Side;

typedef struct Rename {
    IR *ir;
    const Op *in;
    uint32_t nb_in;
    unsigned nb_moved; /* globals with another value than theirs */
    uint32_t nb_sides, nb_entries;
    bool inner_exit[IR_MAX_LABELS]; /* an inner slot is behind the label */
    uint8_t nb_defs[IR_MAX_TEMPS];  /* 2: several */
    bool passing[IR_MAX_OPS];       /* from here on not cleared */
    TempId value[MAX_GLOBALS];      /* where what a global should hold is */
    uint16_t users[MAX_GLOBALS];    /* globals that should hold its content */
    Side side[MAX_SIDES];
    Entry entry[MAX_ENTRIES];
} Rename;

static bool is_global(const Rename *r, Arg t)
{
    return t < r->ir->nb_globals && t != r->ir->env;
}

/* ---- stretches ------------------------------------------------------------
 */

static bool is_plain_access(const Op *op)
{
    return (op->opc == OP_guest_ld || op->opc == OP_guest_st) &&
           !(op_const(op, 1) & MO_ALIGN);
}

static bool is_side_exit(const Rename *r, const Op *op)
{
    return op->opc == OP_brcond && !r->inner_exit[op->arg[3]];
}

/* May it have a side? */
static bool is_way_out(const Rename *r, const Op *op)
{
    return is_plain_access(op) || is_side_exit(r, op);
}

static bool touches_globals(const Rename *r, const Op *op)
{
    int64_t start = (int64_t)op_const(op, 0), bytes = op_access_bytes(op);
    for (TempId t = 0; t < r->ir->nb_globals; t++) {
        const Temp *g = &r->ir->temps[t];
        if (is_global(r, t) && g->offset < start + bytes &&
            start < g->offset + type_size((Type)g->type)) {
            return true;
        }
    }
    return false;
}

static bool is_host_access(const Op *op)
{
    return (op->opc >= OP_ld8u && op->opc <= OP_st) || op->opc == OP_vdupm;
}

/* Globals must hold what they should before it. */
static bool ends_stretch(const Rename *r, const Op *op)
{
    unsigned flags = op_flags(op);
    if (is_host_access(op)) {
        return op->arg[1] != r->ir->env || touches_globals(r, op);
    }
    if (is_way_out(r, op) || op->opc == OP_insn_start || op->opc == OP_mb) {
        return false;
    }
    return op_outs(op) > 1 ||
           flags & (OPF_SIDE | OPF_FAULT | OPF_CALL | OPF_BB_START |
                    OPF_BB_END | OPF_CARRY_IN | OPF_CARRY_OUT);
}

/* A stretch as seen backward, from its end. */
typedef struct Stretch {
    uint32_t number, end; /* behind its last op */
    uint32_t written[MAX_GLOBALS], counted[MAX_GLOBALS]; /* stretch numbers */
    uint32_t nb_ways_out, nb_passing;                    /* globals */
    uint32_t sides, entries;                             /* left to have */
} Stretch;

static void end_stretch(Rename *r, Stretch *s, uint32_t start)
{
    uint64_t entries = (uint64_t)s->nb_ways_out * s->nb_passing;
    if (entries > s->entries || s->nb_ways_out > s->sides) {
        memset(&r->passing[start], 0, s->end - start);
    } else if (s->nb_passing) {
        s->entries -= (uint32_t)entries;
        s->sides -= s->nb_ways_out;
    }
    s->number++;
    s->end = start;
    s->nb_ways_out = s->nb_passing = 0;
}

static void note_output(Rename *r, Stretch *s, uint32_t i, TempId g)
{
    if (s->written[g] == s->number) {
        r->passing[i] = true;
        s->nb_passing += s->counted[g] != s->number;
        s->counted[g] = s->number;
    }
    s->written[g] = s->number;
}

/* Step 1. */
static void find_passing(Rename *r)
{
    Stretch s = {.number = 1, .end = r->nb_in, .entries = MAX_ENTRIES};
    uint32_t labels = IR_MAX_LABELS - r->ir->nb_labels;
    s.sides = labels < MAX_SIDES ? labels : MAX_SIDES;
    for (uint32_t i = r->nb_in; i-- > 0;) {
        const Op *op = &r->in[i];
        r->passing[i] = false;
        if (op_outs(op) == 1 && is_global(r, op->arg[0])) {
            note_output(r, &s, i, (TempId)op->arg[0]);
        }
        s.nb_ways_out += is_way_out(r, op);
        if (ends_stretch(r, op)) {
            end_stretch(r, &s, i);
        }
    }
    end_stretch(r, &s, 0);
}

/* ---- values -----------------------------------------------------------------
 */

/* g should hold what value does; if nobody wants what it held, says so. */
static void set_value(Rename *r, TempId g, TempId value)
{
    TempId old = r->value[g];
    r->nb_moved += (value != g) - (unsigned)(old != g);
    r->value[g] = value;
    if (is_global(r, value)) {
        r->users[value]++;
    }
    if (is_global(r, old) && --r->users[old] == 0) {
        gen_discard(r->ir, (Type)r->ir->temps[old].type, old);
    }
}

static TempId new_temp(Rename *r, TempId like)
{
    TempId t = ir_temp(r->ir, (Type)r->ir->temps[like].type);
    r->ir->temps[t].like = like;
    return t;
}

/* g is going to be written: what it holds goes to a temp if it is wanted. */
static void save_content(Rename *r, TempId g)
{
    TempId saved = 0;
    for (TempId h = 1; h < r->ir->nb_globals; h++) {
        if (r->users[g] == (r->value[g] == g)) {
            return;
        }
        if (h == g || r->value[h] != g) {
            continue;
        }
        if (!saved) {
            saved = new_temp(r, h);
            gen_mov(r->ir, (Type)r->ir->temps[g].type, saved, g);
        }
        r->users[g]--;
        r->value[h] = saved;
    }
}

/* ---- sides
 * -------------------------------------------------------------------- */

static Side *new_side(Rename *r)
{
    check(r->nb_sides < MAX_SIDES, "too many sides");
    Side *s = &r->side[r->nb_sides++];
    *s = (Side){.label = ir_label(r->ir), .first = r->nb_entries};
    for (TempId g = 1; g < r->ir->nb_globals; g++) {
        if (r->value[g] != g) {
            check(r->nb_entries < MAX_ENTRIES, "too many movs in sides");
            r->entry[r->nb_entries++] = (Entry){g, r->value[g]};
        }
    }
    s->count = r->nb_entries - s->first;
    return s;
}

static void guard_fault(Rename *r)
{
    Side *s = new_side(r);
    s->is_fault = true;
    gen_on_fault(r->ir, TYPE_I64, s->label);
}

static void guard_branch(Rename *r, Op *op)
{
    Side *s = new_side(r);
    s->target = (LabelId)op->arg[3];
    op->arg[3] = s->label;
    r->ir->labels[s->label].refs = 1;
    r->ir->labels[s->target].refs--;
}

static bool side_writes(const Rename *r, const Side *s, TempId t)
{
    for (uint32_t i = s->first; i < s->first + s->count; i++) {
        if (r->entry[i].global == t) {
            return true;
        }
    }
    return false;
}

static void emit_side(Rename *r, const Side *s)
{
    IR *ir = r->ir;
    Entry *e = &r->entry[s->first];
    gen_set_side(ir, TYPE_I64, s->label);
    for (uint32_t i = 0; i < s->count; i++) { /* read before written */
        if (side_writes(r, s, e[i].value)) {
            TempId t = new_temp(r, e[i].value);
            gen_mov(ir, (Type)ir->temps[t].type, t, e[i].value);
            e[i].value = t;
        }
    }
    for (uint32_t i = 0; i < s->count; i++) {
        gen_mov(ir, (Type)ir->temps[e[i].global].type, e[i].global, e[i].value);
    }
    if (s->is_fault) {
        gen_exit_fault(ir, TYPE_I64);
    } else {
        gen_br(ir, TYPE_I64, s->target);
    }
}

/* ---- ops --------------------------------------------------------------------
 */

static void resolve_inputs(const Rename *r, Op *op)
{
    unsigned outs = op_outs(op);
    for (unsigned i = outs; i < outs + op_ins(op); i++) {
        if (is_global(r, op->arg[i])) {
            op->arg[i] = r->value[op->arg[i]];
        }
    }
}

/* Does t hold the same as long as it is read? */
static bool is_lasting(const Rename *r, TempId t)
{
    switch (r->ir->temps[t].kind) {
    case TEMP_CONST:
    case TEMP_GLOBAL: return true; /* what it holds is saved in time */
    case TEMP_EBB: return r->nb_defs[t] < 2;
    default: return false;
    }
}

/* A mov that needs no op, or none as yet. */
static bool absorb_mov(Rename *r, const Op *op, bool passing)
{
    TempId o = (TempId)op->arg[0], from = (TempId)op->arg[1];
    if (op->opc != OP_mov || !is_global(r, o) ||
        (from != o && !(passing && is_lasting(r, from)))) {
        return false;
    }
    set_value(r, o, from);
    return true;
}

static void append(Rename *r, const Op *op)
{
    Op *to = ir_emit(r->ir, (Opcode)op->opc, (Type)op->type);
    *to = *op;
}

static void guard(Rename *r, Op *op)
{
    if (r->nb_moved && is_plain_access(op)) {
        guard_fault(r);
    } else if (r->nb_moved && is_side_exit(r, op)) {
        guard_branch(r, op);
    }
}

static void rename_op(Rename *r, uint32_t i)
{
    Op op = r->in[i];
    resolve_inputs(r, &op);
    if (absorb_mov(r, &op, r->passing[i])) {
        return;
    }
    TempId g = op_outs(&op) == 1 ? (TempId)op.arg[0] : 0;
    bool defines = is_global(r, g);
    if (r->passing[i]) {
        op.arg[0] = new_temp(r, g);
    } else if (defines) {
        save_content(r, g);
    }
    guard(r, &op);
    append(r, &op);
    if (defines) {
        set_value(r, g, (TempId)op.arg[0]);
    }
}

/* ---- the pass
 * ---------------------------------------------------------------- */

/* Labels by which the loop goes on, if a branch leads there. */
static void find_inner_exits(Rename *r)
{
    LabelId label = IR_MAX_LABELS;
    for (uint32_t i = 0; i < r->nb_in; i++) {
        const Op *op = &r->in[i];
        if (op->opc == OP_set_label) {
            label = (LabelId)op->arg[0];
        } else if (op->opc == OP_goto_tb && label < IR_MAX_LABELS) {
            r->inner_exit[label] = ir_is_inner(r->ir, (unsigned)op->arg[0]);
        }
        if (op->opc != OP_set_label && op->opc != OP_insn_start &&
            op->opc != OP_nop) {
            label = IR_MAX_LABELS;
        }
    }
}

static void count_defs(Rename *r)
{
    for (uint32_t i = 0; i < r->nb_in; i++) {
        const Op *op = &r->in[i];
        for (unsigned k = 0; k < op_outs(op); k++) {
            uint8_t *n = &r->nb_defs[op->arg[k]];
            *n = (uint8_t)(*n + (*n < 2));
        }
    }
}

static void start_pass(Rename *r, IR *ir)
{
    r->ir = ir;
    r->in = ir->ops;
    r->nb_in = ir->nb_ops;
    find_inner_exits(r);
    count_defs(r);
    for (TempId t = 0; t < ir->nb_globals; t++) {
        r->value[t] = t;
        r->users[t] = 1;
    }
    find_passing(r);
    ir->ops = ir->spare;
    ir->spare = (Op *)r->in;
    ir->nb_ops = 0;
}

_Static_assert(sizeof(Rename) <= IR_WORK_BYTES, "Rename fits IR.work");

void opt_rename(IR *ir)
{
    if (ir->nb_globals > MAX_GLOBALS) {
        return;
    }
    Rename *r = ir->work;
    memset(r, 0, offsetof(Rename, passing));
    start_pass(r, ir);
    for (uint32_t i = 0; i < r->nb_in; i++) {
        rename_op(r, i);
    }
    for (uint32_t i = 0; i < r->nb_sides; i++) {
        emit_side(r, &r->side[i]);
    }
}
