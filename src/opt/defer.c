/*
 * Deferring canonical NaNs and boxes, in a region.
 *
 * fcanon behind each arithmetic op would cost a comparison and a jump, and
 * funbox in front of it another, although most results only flow into more
 * arithmetic, which treats all quiet NaNs alike.  Here a register may hold a
 * form of its value instead, until its bits can be seen: by an op that looks
 * at them, or from outside.  The ways out settle what is deferred: exits, the
 * stubs of inner slots (set_stub), and the sides of faults (on_fault).
 *
 * A forward pass over the ops, repeated until nothing changes, finds the form
 * of each FP global at each label (the join over all edges that lead there,
 * see Form), and a last one rewrites the ops.  An edge to a label settles
 * what the label wants settled; a branch gets a side for that, but a jump back
 * settles in front of it.  Sides are dealt with at the ops that lead there, for
 * forms are as they are there.
 *
 * Of the region's entry nothing is known.  There, the forms that the loop
 * wants are guarded: what has another form goes to the plain slot, which runs
 * one round of the loop without the region.
 *
 * Requires: a region's IR, sides at its end as opt_rename leaves them; fold
 * and reach have run.  Guarantees: the same behaviour; sides are at the end;
 * an inner slot has a set_stub if anything is deferred there.
 */
#include "opt/opt.h"

#include <string.h>
#include "core/gen.h"

/*
 * What the register of an FP value holds.  Two chains, of which each form can
 * pass for all that follow it in its chain, once it is settled if it is raw;
 * and EXACT, which all can pass for.
 */
typedef enum Form {
    UNREACHED, /* no path leads here yet */
    CLEAN32,   /* the value: a boxed single, no NaN or the canonical one */
    RAW32,     /* a boxed single; if it is a NaN, the value is canonical */
    BOXED,     /* the value: a boxed single */
    CLEAN64,   /* the value: no NaN, or the canonical one */
    RAW64,     /* if it is a NaN, the value is the canonical one */
    EXACT,     /* the value */
} Form;

enum {
    MAX_FPRS = 64,
    MAX_SIDES = IR_MAX_LABELS - 256, /* then there is room for all branches */
};

typedef struct Defer {
    IR *ir;
    bool emit;      /* the last pass, from ir->spare to ir->ops */
    bool changed;   /* the form of something at a label */
    bool reachable; /* control comes to this op */
    LabelId head;   /* where the entry leads */
    unsigned nb_fprs;
    TempId fpr[MAX_FPRS];
    bool unboxed[MAX_FPRS]; /* by some funbox */
    uint8_t entry[MAX_FPRS];
    uint8_t form[IR_MAX_TEMPS];    /* now */
    const Op *side[IR_MAX_LABELS]; /* set_side of the label, or NULL */
    const Op *back[IR_MAX_LABELS]; /* goto_tb of an inner slot behind it */
    const Op *guard;               /* on_fault of the next op, or NULL */
    /* Ops that stand behind the region's in the end wait in ir->spare: sides
       behind the ops that are read there, stubs at its end. */
    uint32_t sides, nb_sides, nb_stubs;
    uint8_t at[IR_MAX_LABELS]
              [MAX_FPRS]; /* cleared as far as there are labels */
} Defer;

/* ---- forms --------------------------------------------------------------- */

static bool is_raw(Form f)
{
    return f == RAW32 || f == RAW64;
}

static bool is_single(Form f)
{
    return f >= CLEAN32 && f <= BOXED;
}

static Form join(Form a, Form b)
{
    if (a == UNREACHED || b == UNREACHED || is_single(a) == is_single(b)) {
        return a > b ? a : b;
    }
    return EXACT;
}

static Form form_of_const(const IR *ir, Type type, uint64_t v)
{
    bool boxed = type == TYPE_F32 || v >= F32_BOX;
    uint32_t low = (uint32_t)v;
    if (boxed && (low << 1 <= 0xff000000u || low == ir_default_nan32(ir))) {
        return CLEAN32;
    }
    return boxed ? BOXED
           : v << 1 <= 0xffe0000000000000u || v == ir_default_nan64(ir)
               ? CLEAN64
               : EXACT;
}

static Form form_of(const Defer *d, TempId t)
{
    const Temp *temp = &d->ir->temps[t];
    return temp->kind == TEMP_CONST
               ? form_of_const(d->ir, (Type)temp->type, temp->value)
               : (Form)d->form[t];
}

static bool is_fp(const Defer *d, TempId t)
{
    return type_in((Type)d->ir->temps[t].type, TYPES_FP);
}

/* ---- settling ------------------------------------------------------------ */

/* o = the value of an a that is raw. */
static void emit_settled(IR *ir, TempId o, TempId a, Form f)
{
    if (f == RAW64 || ir->temps[a].type == TYPE_F32) {
        gen_fcanon(ir, f == RAW64 ? TYPE_F64 : TYPE_F32, o, a);
        return;
    }
    TempId single = ir_temp(ir, TYPE_F32);
    gen_fsingle(ir, TYPE_F32, single, a);
    gen_fcanon(ir, TYPE_F32, single, single);
    gen_fbox(ir, TYPE_F32, o, single);
}

static void settle_to(Defer *d, TempId o, TempId a)
{
    Form f = form_of(d, a);
    if (d->emit) {
        emit_settled(d->ir, o, a, f);
    }
    d->form[o] = f == RAW64 ? CLEAN64 : CLEAN32;
}

/* From here on the register holds the value. */
static void settle(Defer *d, TempId t)
{
    if (is_raw(form_of(d, t))) {
        settle_to(d, t, t);
    }
}

static void settle_all(Defer *d)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        settle(d, d->fpr[i]);
    }
}

/* A TB temp goes where its form is not followed. */
static void define(Defer *d, TempId t, Form f)
{
    d->form[t] = (uint8_t)f;
    if (d->ir->temps[t].kind == TEMP_TB) {
        settle(d, t);
    }
}

static void set_forms(Defer *d, const uint8_t *form)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        d->form[d->fpr[i]] = form[i];
    }
}

static void get_forms(const Defer *d, uint8_t *form)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        form[i] = d->form[d->fpr[i]];
    }
}

/* ---- edges --------------------------------------------------------------- */

static bool must_settle(Form now, Form wanted)
{
    return is_raw(now) && now != wanted;
}

/* Control goes to the label from here. */
static void flow_to(Defer *d, LabelId label)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        Form now = (Form)d->form[d->fpr[i]];
        uint8_t *there = &d->at[label][i];
        if (d->emit && must_settle(now, (Form)*there)) {
            settle(d, d->fpr[i]);
        } else if (!d->emit && join(now, (Form)*there) != *there) {
            *there = (uint8_t)join(now, (Form)*there);
            d->changed = true;
        }
    }
}

static bool edge_settles(const Defer *d, LabelId label)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        if (must_settle((Form)d->form[d->fpr[i]], (Form)d->at[label][i])) {
            return true;
        }
    }
    return false;
}

static void keep(Defer *d, const Op *op)
{
    if (d->emit) {
        *ir_emit(d->ir, (Opcode)op->opc, (Type)op->type) = *op;
    }
}

/*
 * The ops emitted from `from` on, a stub's or a side's, wait.  If there is no
 * room for that, there will be none for them in the end.
 */
static void put_off(Defer *d, uint32_t from, bool stub)
{
    IR *ir = d->ir;
    uint32_t n = ir->nb_ops - from;
    ir->nb_ops = from;
    if (d->sides + d->nb_sides + d->nb_stubs + n > IR_MAX_OPS) {
        ir->error = IR_TOO_MANY_OPS;
        return;
    }
    d->nb_stubs += stub ? n : 0;
    uint32_t to = stub ? IR_MAX_OPS - d->nb_stubs : d->sides + d->nb_sides;
    d->nb_sides += stub ? 0 : n;
    memcpy(ir->spare + to, ir->ops + from, n * sizeof(Op));
}

/* ---- sides --------------------------------------------------------------- */

static void general_op(Defer *d, const Op *op);

/* The form that the side's end wants of the global, EXACT behind a fault. */
static Form wanted_form(const Defer *d, const LabelId *target, TempId g)
{
    for (unsigned i = 0; target && i < d->nb_fprs; i++) {
        if (d->fpr[i] == g) {
            return (Form)d->at[*target][i];
        }
    }
    return EXACT;
}

/* A side reads a global before it writes it, if at all. */
static void side_op(Defer *d, const Op *op, const LabelId *target)
{
    TempId o = (TempId)op->arg[0], a = (TempId)op->arg[1];
    if (op->opc == OP_mov && is_fp(d, o) && d->emit &&
        must_settle(form_of(d, a), wanted_form(d, target, o))) {
        settle_to(d, o, a);
    } else {
        general_op(d, op);
    }
}

static const Op *side_end(const Op *side)
{
    do {
        side++;
    } while (!(op_flags(side) & OPF_BB_END));
    return side;
}

/*
 * What happens in a side: in that of the input, which may be NULL, and then
 * what is to be settled there; target is NULL behind a fault.
 */
static void run_side(Defer *d, const Op *side, const LabelId *target)
{
    const Op *end = side ? side_end(side) : NULL;
    for (const Op *op = side ? side + 1 : NULL; op < end; op++) {
        side_op(d, op, target);
    }
    if (target) {
        flow_to(d, *target);
    } else {
        settle_all(d);
    }
}

/* The same with all around it, from the op in hand. */
static void make_side(Defer *d, LabelId label, const LabelId *target)
{
    uint32_t from = d->ir->nb_ops;
    uint8_t before[MAX_FPRS];
    get_forms(d, before);
    if (d->emit) {
        gen_set_side(d->ir, TYPE_I64, label);
    }
    run_side(d, d->side[label], target);
    if (d->emit) {
        if (target) {
            keep(d, &(Op){.opc = OP_br, .type = TYPE_I64, .arg = {*target}});
        } else {
            gen_exit_fault(d->ir, TYPE_I64);
        }
        put_off(d, from, false);
    }
    set_forms(d, before);
}

/* ---- ops ----------------------------------------------------------------- */

static bool anything_raw(const Defer *d)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        if (is_raw((Form)d->form[d->fpr[i]])) {
            return true;
        }
    }
    return false;
}

/* Of what is deferred, or is canonical, it is no op. */
static void canon_op(Defer *d, const Op *op)
{
    TempId o = (TempId)op->arg[0], a = (TempId)op->arg[1];
    bool wide = op->type == TYPE_F64;
    Form clean = wide ? CLEAN64 : CLEAN32, raw = wide ? RAW64 : RAW32;
    Form f = form_of(d, a);
    if (f != UNREACHED && f != raw && f != clean) {
        keep(d, op);
        define(d, o, clean);
        return;
    }
    if (d->emit && o != a) {
        gen_mov(d->ir, (Type)op->type, o, a);
    }
    define(d, o, f);
}

static void funbox_op(Defer *d, const Op *op)
{
    TempId o = (TempId)op->arg[0], g = (TempId)op->arg[1];
    Form f = form_of(d, g);
    if (f == UNREACHED || is_single(f)) {
        if (d->emit) {
            gen_fsingle(d->ir, TYPE_F32, o, g);
        }
        define(d, o, f);
        return;
    }
    settle(d, g); /* a raw NaN may look boxed */
    keep(d, op);
    define(d, o, BOXED);
}

/* The op leads to a side, which goes on to a label. */
static void branch_to_side(Defer *d, LabelId side)
{
    LabelId target = (LabelId)side_end(d->side[side])->arg[0];
    make_side(d, side, &target);
}

static void jump_op(Defer *d, const Op *op)
{
    LabelId label = (LabelId)op->arg[0];
    if (d->side[label]) {
        branch_to_side(d, label);
    } else {
        flow_to(d, label);
    }
    keep(d, op);
    d->reachable = false;
}

/* What the head of the loop wants is settled before the branch, be it taken or
 * not, so that it can jump there by itself. */
static void branch_back(Defer *d, LabelId label)
{
    flow_to(d, d->ir->inner[d->back[label]->arg[0]]);
    get_forms(d, d->at[label]);
}

/* With a side if it has one, or if something is to be settled on its way. */
static void branch_op(Defer *d, const Op *op)
{
    unsigned k =
        op_outs(op) + op_ins(op) + (unsigned)opcode_label((Opcode)op->opc);
    LabelId label = (LabelId)op->arg[k];
    Op turned = *op;
    if (d->side[label]) {
        branch_to_side(d, label);
    } else if (d->back[label] && d->ir->labels[label].refs == 1) {
        branch_back(d, label);
    } else if (!d->emit) {
        flow_to(d, label);
    } else if (edge_settles(d, label)) {
        LabelId side = ir_label(d->ir);
        d->ir->labels[side].refs = 1; /* the side's own replaces this one's */
        turned.arg[k] = side;
        make_side(d, side, &label);
    }
    keep(d, &turned);
}

static void label_op(Defer *d, const Op *op)
{
    LabelId label = (LabelId)op->arg[0];
    if (d->reachable) {
        flow_to(d, label);
    }
    set_forms(d, d->at[label]);
    d->reachable = true;
    keep(d, op);
}

static void make_stub(Defer *d, Arg slot)
{
    uint32_t from = d->ir->nb_ops;
    gen_set_stub(d->ir, TYPE_I64, slot);
    settle_all(d);
    gen_exit_slot(d->ir, TYPE_I64, slot);
    put_off(d, from, true);
}

static void inner_op(Defer *d, const Op *op)
{
    flow_to(d, d->ir->inner[op->arg[0]]);
    keep(d, op);
    if (d->emit && anything_raw(d)) {
        make_stub(d, op->arg[0]);
    }
}

static bool is_plain_access(const Op *op)
{
    return (op->opc == OP_guest_ld || op->opc == OP_guest_st) &&
           !(op_const(op, 1) & MO_ALIGN);
}

/* Leads to a side where something is deferred. */
static void fault_op(Defer *d, const Op *op)
{
    const Op *guard = d->guard;
    bool room = d->ir->nb_labels < MAX_SIDES;
    d->guard = NULL;
    if (!guard && (!is_plain_access(op) || !room)) {
        settle_all(d);
    } else if (d->emit && guard) {
        make_side(d, (LabelId)guard->arg[0], NULL);
        keep(d, guard);
    } else if (d->emit && anything_raw(d)) {
        LabelId side = ir_label(d->ir);
        make_side(d, side, NULL);
        gen_on_fault(d->ir, TYPE_I64, side);
    }
}

static void call_op(Defer *d, const Op *op)
{
    unsigned flags = op_helper(op)->flags;
    if (flags & (HELPER_READS_STATE | HELPER_WRITES_STATE | HELPER_FAULTS)) {
        settle_all(d);
    }
    keep(d, op);
    for (unsigned i = 0; flags & HELPER_WRITES_STATE && i < d->nb_fprs; i++) {
        d->form[d->fpr[i]] = EXACT;
    }
}

/* fabs takes the canonical NaN to itself. */
static bool is_fabs(const Op *op)
{
    return op->opc == OP_fsgnjx && op->arg[1] == op->arg[2];
}

static Form result_form(const Defer *d, const Op *op)
{
    bool wide = d->ir->temps[op->arg[0]].type == TYPE_F64;
    Form f = op_ins(op) ? form_of(d, (TempId)op->arg[1]) : EXACT;
    if (op->opc == OP_mov || op->opc == OP_fbox) {
        return f;
    }
    if (is_fabs(op) && (f == UNREACHED || is_single(f) == !wide)) {
        return f;
    }
    if (op->opc == OP_fcvt_sf || op->opc == OP_fcvt_uf) {
        return wide ? CLEAN64 : CLEAN32;
    }
    if (opt_yields_any_nan(d->ir, op)) {
        return wide ? RAW64 : RAW32;
    }
    return wide ? EXACT : BOXED;
}

static bool passes_form(const Defer *d, const Op *op)
{
    return op->opc == OP_mov || op->opc == OP_fbox || is_fabs(op) ||
           opt_takes_any_nan(d->ir, op);
}

static void general_op(Defer *d, const Op *op)
{
    unsigned outs = op_outs(op), ins = op_ins(op);
    for (unsigned i = outs; i < outs + ins && !passes_form(d, op); i++) {
        if (is_fp(d, (TempId)op->arg[i])) {
            settle(d, (TempId)op->arg[i]);
        }
    }
    if (op_flags(op) & OPF_FAULT) {
        fault_op(d, op);
    }
    bool fp = outs && is_fp(d, (TempId)op->arg[0]);
    Form f = fp ? result_form(d, op) : EXACT;
    keep(d, op);
    if (fp) {
        define(d, (TempId)op->arg[0], f);
    }
}

/* What comes back from a call to the region may have changed all. */
static void come_back(Defer *d, LabelId label)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        d->form[d->fpr[i]] = EXACT;
    }
    flow_to(d, label);
}

static void exit_op(Defer *d, const Op *op)
{
    if (op->opc == OP_goto_tb && ir_is_inner(d->ir, (unsigned)op->arg[0])) {
        inner_op(d, op);
    } else {
        int ret = op_ret_slot(op);
        settle_all(d);
        keep(d, op);
        if (ret >= 0 && ir_is_inner(d->ir, (unsigned)ret)) {
            come_back(d, d->ir->inner[ret]);
        }
    }
    d->reachable = false;
}

static void visit(Defer *d, const Op *op)
{
    switch (op->opc) {
    case OP_nop: break;
    case OP_fcanon: canon_op(d, op); break;
    case OP_funbox: funbox_op(d, op); break;
    case OP_on_fault: d->guard = op; break;
    case OP_call: call_op(d, op); break;
    case OP_set_label: label_op(d, op); break;
    case OP_brcond:
    case OP_brcond2_i32: branch_op(d, op); break;
    case OP_br: jump_op(d, op); break;
    default:
        if (op_flags(op) & OPF_EXIT) {
            exit_op(d, op);
        } else {
            general_op(d, op);
        }
    }
}

static void walk(Defer *d, const Op *ops, uint32_t n)
{
    set_forms(d, d->entry);
    d->reachable = true;
    for (uint32_t i = 0; i < n && ops[i].opc != OP_set_side; i++) {
        visit(d, &ops[i]);
    }
}

/* ---- the entry ----------------------------------------------------------- */

static void find_forms(Defer *d)
{
    do {
        d->changed = false;
        walk(d, d->ir->ops, d->ir->nb_ops);
    } while (d->changed);
}

/* What is worth a guard: a form that saves settling or checks in the loop. */
static Form guarded_form(Form head, bool unboxed)
{
    switch (head) {
    case RAW32:
    case RAW64: return head;
    case UNREACHED: /* the region does not write it */
    case CLEAN32:
    case BOXED: return unboxed ? BOXED : EXACT;
    default: return EXACT;
    }
}

/* A guard for a form that the head does not have in the end is of no use. */
static bool drop_useless_guards(Defer *d)
{
    bool dropped = false;
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        if (d->entry[i] != EXACT && d->at[d->head][i] == EXACT) {
            d->entry[i] = EXACT;
            dropped = true;
        }
    }
    return dropped;
}

/* At first the entry is left out, to see what the loop has. */
static void choose_entry(Defer *d)
{
    bool guards = d->ir->plain_slot >= 0;
    memset(d->entry, guards ? UNREACHED : EXACT, sizeof(d->entry));
    find_forms(d);
    for (unsigned i = 0; guards && i < d->nb_fprs; i++) {
        d->entry[i] =
            (uint8_t)guarded_form((Form)d->at[d->head][i], d->unboxed[i]);
    }
    do {
        find_forms(d);
    } while (drop_useless_guards(d));
}

/* To `plain` if x << shift is above infinity << shift, the canonical NaN
 * excepted. */
static void guard_nan(IR *ir, TempId x, uint64_t canonical, unsigned shift,
                      uint64_t infinity, LabelId plain)
{
    TempId y = ir_temp(ir, TYPE_I64);
    gen_movcond(ir, TYPE_I64, y, x, ir_i64(ir, (int64_t)canonical),
                ir_i64(ir, 0), x, COND_EQ);
    gen_shl(ir, TYPE_I64, y, y, ir_i64(ir, shift));
    gen_brcond(ir, TYPE_I64, y, ir_i64(ir, (int64_t)(infinity << shift)),
               COND_GTU, plain);
}

static void guard(IR *ir, TempId g, Form f, LabelId plain)
{
    TempId x = ir_temp(ir, TYPE_I64);
    gen_fmv_fi(ir, TYPE_I64, x, g);
    if (is_single(f)) {
        gen_brcond(ir, TYPE_I64, x, ir_i64(ir, (int64_t)F32_BOX), COND_LTU,
                   plain);
    }
    if (f == RAW32) {
        guard_nan(ir, x, F32_BOX | ir_default_nan32(ir), 33, 0x7f800000, plain);
    } else if (f == RAW64) {
        guard_nan(ir, x, ir_default_nan64(ir), 1, 0x7ff0000000000000, plain);
    }
}

static void emit_guards(Defer *d, LabelId plain)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        if (d->entry[i] != EXACT) {
            guard(d->ir, d->fpr[i], (Form)d->entry[i], plain);
        }
    }
}

static void emit_plain_exit(IR *ir, LabelId plain)
{
    if (ir->labels[plain].refs) {
        gen_set_label(ir, TYPE_I64, plain);
        gen_goto_tb(ir, TYPE_I64, (Arg)ir->plain_slot, ir->entry_pc,
                    ir->entry_flags);
    }
}

/* ---- the pass ------------------------------------------------------------ */

static void find_fprs(Defer *d)
{
    for (TempId t = 0; t < d->ir->nb_globals; t++) {
        if (is_fp(d, t) && d->nb_fprs < MAX_FPRS) {
            d->fpr[d->nb_fprs++] = t;
        }
    }
}

static void note_unboxed(Defer *d, TempId g)
{
    for (unsigned i = 0; i < d->nb_fprs; i++) {
        d->unboxed[i] |= d->fpr[i] == g;
    }
}

/* Does an access to host memory touch an FP global, as far as is known? */
static bool touches_fprs(const Defer *d, const Op *op)
{
    bool access =
        (op->opc >= OP_ld8u && op->opc <= OP_st) || op->opc == OP_vdupm;
    int64_t start = (int64_t)op->arg[2];
    for (unsigned i = 0; access && i < d->nb_fprs; i++) {
        const Temp *g = &d->ir->temps[d->fpr[i]];
        if (op->arg[1] != d->ir->env ||
            (start < g->offset + type_size((Type)g->type) &&
             g->offset < start + op_access_bytes(op))) {
            return true;
        }
    }
    return false;
}

/* Sides, and labels behind which a jump back stands. */
static void note_label(Defer *d, const Op *op, const Op *end)
{
    if (op->opc == OP_set_side) {
        d->side[op->arg[0]] = op;
    }
    if (op->opc != OP_set_label) {
        return;
    }
    const Op *next = op + 1;
    while (next < end && (next->opc == OP_nop || next->opc == OP_insn_start)) {
        next++;
    }
    if (next < end && next->opc == OP_goto_tb &&
        ir_is_inner(d->ir, (unsigned)next->arg[0])) {
        d->back[op->arg[0]] = next;
    }
}

/* Is there anything to defer, and nothing in the way? */
static bool look_over(Defer *d)
{
    bool worth = false, entered = false;
    for (uint32_t i = 0; i < d->ir->nb_ops; i++) {
        const Op *op = &d->ir->ops[i];
        if (touches_fprs(d, op)) {
            return false;
        }
        if (op->opc == OP_funbox) {
            note_unboxed(d, (TempId)op->arg[1]);
        }
        if (!entered && (op->opc == OP_br || op->opc == OP_set_label)) {
            d->head = (LabelId)op->arg[0];
            entered = true;
        }
        note_label(d, op, d->ir->ops + d->ir->nb_ops);
        worth |= op->opc == OP_funbox || op->opc == OP_fcanon;
    }
    return worth && entered;
}

static void append(Defer *d, const Op *op, uint32_t n)
{
    for (uint32_t i = 0; i < n; i++) {
        keep(d, &op[i]);
    }
}

static void rewrite(Defer *d)
{
    IR *ir = d->ir;
    const Op *ops = ir->ops;
    uint32_t n = ir->nb_ops;
    LabelId plain = ir_label(ir);
    ir->ops = ir->spare;
    ir->spare = (Op *)ops;
    ir->nb_ops = 0;
    d->emit = true;
    d->sides = n;
    emit_guards(d, plain);
    walk(d, ops, n);
    append(d, ops + IR_MAX_OPS - d->nb_stubs, d->nb_stubs);
    emit_plain_exit(ir, plain);
    append(d, ops + n, d->nb_sides);
}

_Static_assert(sizeof(Defer) <= IR_WORK_BYTES, "Defer fits IR.work");

void opt_defer(IR *ir)
{
    Defer *d = ir->work;
    memset(d, 0, offsetof(Defer, at));
    memset(d->at, 0, ir->nb_labels * sizeof(d->at[0]));
    d->ir = ir;
    find_fprs(d);
    if (look_over(d)) {
        choose_entry(d);
        rewrite(d);
    }
}
