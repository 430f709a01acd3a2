/*
 * Folding: each op becomes the simplest one with the same effect.
 *
 * One forward pass from ir->ops to ir->spare, which then change places.  It
 * keeps for each temp what is known of its value (bits, copies, NaNs) and
 * which op computed it, and for each op
 *   1. replaces each input that is a copy by what it is a copy of;
 *   2. computes it, if all inputs are known integers;
 *   3. applies the rules of its opcode (fold.def) until none does;
 *   4. makes it a constant if all bits of its result are known;
 *   5. notes what is now known of its outputs.
 * Knowledge of a temp is never erased: it holds while nothing has redefined
 * the temp, or lost its kind of temp, since; see fold.h.
 *
 * Requires: verified IR.  Guarantees: the same behaviour; the known input of a
 * commutative op is its second; Label.refs is exact.  Dead ops are left for
 * liveness.
 */
#include "opt/eval.h"
#include "opt/fold.h"

#include <string.h>

/* ---- what is known ----------------------------------------------------- */

static bool is_global(const Fold *f, TempId t)
{
    return f->ir->temps[t].kind == TEMP_GLOBAL;
}

/* Does t hold what the guest sees in a global? (See opt_rename.) */
static bool is_named(const Fold *f, TempId t)
{
    return is_global(f, t) || f->ir->temps[t].like;
}

static bool is_scratch(const Fold *f, TempId t)
{
    unsigned kind = f->ir->temps[t].kind;
    return (kind == TEMP_EBB || kind == TEMP_TB) && !is_named(f, t);
}

/* What t is a copy of, or t. */
static TempId root(const Fold *f, TempId t)
{
    const Info *info = &f->info[t];
    bool copy = info->copy_time && info->copy_time > fold_lost_at(f, t) &&
                fold_time(f, info->copy_of) <= info->copy_time;
    return copy ? info->copy_of : t;
}

bool fold_same(const Fold *f, TempId a, TempId b)
{
    return a == b || root(f, a) == root(f, b);
}

const Op *fold_def(const Fold *f, TempId t)
{
    int32_t def = f->info[t].def;
    if (def <= 0 || fold_lost(f, t)) {
        return NULL;
    }
    const Op *op = &f->out[def - 1];
    return op_outs(op) && op->arg[0] == t ? op : NULL;
}

const Op *fold_def_is(const Fold *f, TempId t, Opcode opc)
{
    const Op *def = fold_def(f, t);
    return def && def->opc == opc ? def : NULL;
}

bool fold_reaches(const Fold *f, TempId via, const Op *def, unsigned i)
{
    TempId x = (TempId)def->arg[op_outs(def) + i];
    return fold_time(f, x) < f->info[via].def &&
           !(is_named(f, via) && is_scratch(f, x));
}

bool fold_reaches_const(const Fold *f, TempId via, const Op *def, uint64_t *v)
{
    TempId second = (TempId)def->arg[op_outs(def) + 1];
    *v = f->ir->temps[second].value;
    return temp_is_const(f->ir, second) && fold_reaches(f, via, def, 0);
}

/* Can values of type t be known? */
static bool is_small(Type t)
{
    return type_in(t, TYPES_INT | TYPES_FP);
}

/* ---- temps -----------------------------------------------------------------
 */

static void note_const(Info *info, const Temp *t)
{
    Bits bits = is_small((Type)t->type) ? bits_of_value(t->value)
                                        : bits_unknown((Type)t->type);
    info->zeros = bits.zeros;
    info->ones = bits.ones;
    info->signs = (uint8_t)bits.signs;
}

/* Temps that are new: all zero is to know nothing. */
static void note_temps(Fold *f)
{
    for (; f->nb_info < f->ir->nb_temps; f->nb_info++) {
        Info *info = &f->info[f->nb_info];
        *info = (Info){0};
        if (temp_is_const(f->ir, f->nb_info)) {
            note_const(info, &f->ir->temps[f->nb_info]);
        }
    }
}

TempId fold_const(Fold *f, Type t, uint64_t v)
{
    TempId temp = ir_const(f->ir, t, (int64_t)v);
    note_temps(f);
    return temp;
}

TempId fold_temp(Fold *f, Type t)
{
    TempId temp = ir_temp(f->ir, t);
    note_temps(f);
    return temp;
}

/* ---- rewriting -------------------------------------------------------------
 */

bool to_mov(Fold *f, Op *op, TempId s)
{
    op->opc = OP_mov;
    op->vece = 0;
    op->type = f->ir->temps[op->arg[0]].type;
    op->arg[1] = s;
    return true;
}

bool to_const(Fold *f, Op *op, uint64_t v)
{
    Type t = (Type)f->ir->temps[op->arg[0]].type;
    return to_mov(f, op, fold_const(f, t, v));
}

bool to_nop(Op *op)
{
    op->opc = OP_nop;
    return true;
}

static void finish(Fold *f);

bool fold_room(const Fold *f, unsigned n)
{
    return f->nb_out + f->nb_left + n + 1 <= IR_MAX_OPS;
}

void fold_before(Fold *f, Op **op, Opcode opc, TempId o, Arg a, Arg b, Arg c)
{
    Op *first = *op;
    *op = first + 1;
    **op = *first;
    *first =
        (Op){.opc = (uint16_t)opc, .type = first->type, .arg = {o, a, b, c}};
    if (opc == OP_mov) {
        first->type = f->ir->temps[o].type;
    }
    finish(f);
    if (*op != &f->out[f->nb_out]) { /* it was not needed */
        *first = **op;
        *op = first;
    }
}

/* ---- the current op ---------------------------------------------------------
 */

/* A constant that an op may have instead of a global that holds it. */
static bool is_cheap(const Temp *t)
{
    return t->kind != TEMP_CONST || (type_in((Type)t->type, TYPES_INT) &&
                                     (int64_t)t->value == (int32_t)t->value);
}

static void resolve_inputs(Fold *f, Op *op)
{
    unsigned outs = op_outs(op), ins = op_ins(op);
    for (unsigned i = outs; i < outs + ins; i++) {
        TempId t = (TempId)op->arg[i], r = root(f, t);
        if (r != t && (!is_global(f, t) || is_cheap(&f->ir->temps[r]))) {
            op->arg[i] = r;
        }
    }
}

/* Fills f->in; true if all inputs are known. */
static bool load_inputs(Fold *f, const Op *op)
{
    unsigned outs = op_outs(op), ins = op_ins(op);
    bool known = ins > 0;
    for (unsigned i = 0; i < ins && i < FOLD_INPUTS; i++) {
        TempId t = (TempId)op->arg[outs + i];
        f->in[i] = (In){t, fold_bits(f, t)};
        known &= in_known(&f->in[i]);
    }
    return known && ins <= FOLD_INPUTS;
}

static bool is_pinned_op(const Op *op)
{
    return op_flags(op) &
           (OPF_SIDE | OPF_FAULT | OPF_CARRY_IN | OPF_CARRY_OUT | OPF_FPENV);
}

/* Step 2. */
static bool compute(Fold *f, Op *op)
{
    uint64_t in[FOLD_INPUTS], out[2];
    unsigned ins = op_ins(op), outs = op_outs(op);
    if (op->opc == OP_mov || is_pinned_op(op) || outs > 2) {
        return false;
    }
    for (unsigned i = 0; i < ins; i++) {
        in[i] = in_value(&f->in[i]);
    }
    if (!eval_op(op, in, out)) {
        return false;
    }
    if (outs == 2) {
        if (!fold_room(f, 1)) {
            return false;
        }
        TempId high = (TempId)op->arg[1];
        TempId low = fold_const(f, (Type)op->type, out[0]);
        fold_before(f, &op, OP_mov, (TempId)op->arg[0], low, 0, 0);
        op->arg[0] = high;
        return to_const(f, op, out[1]);
    }
    return to_const(f, op, out[0]);
}

static void order_inputs(Fold *f, Op *op)
{
    unsigned outs = op_outs(op);
    if (op_ins(op) < 2) {
        return; /* there is no f->in[1] */
    }
    bool swap = in_known(&f->in[0]) && !in_known(&f->in[1]);
    swap |=
        temp_is_const(f->ir, f->in[0].t) && !temp_is_const(f->ir, f->in[1].t);
    if (swap && op_commutes(f->ir, op)) {
        In in = f->in[0];
        f->in[0] = f->in[1];
        f->in[1] = in;
        op->arg[outs] = f->in[0].t;
        op->arg[outs + 1] = f->in[1].t;
    }
}

typedef bool FoldRules(Fold *f, Op *op);

static FoldRules *const rules[OP_COUNT] = {
#define FOLD(name, function) [OP_##name] = function,
#include "opt/fold.def"
};

enum { MAX_ROUNDS = 16 };

/* Steps 2 and 3; the current op may have moved. */
static void simplify(Fold *f)
{
    for (unsigned round = 0; round < MAX_ROUNDS; round++) {
        Op *op = &f->out[f->nb_out];
        bool known = load_inputs(f, op);
        if (known && compute(f, op)) {
            continue;
        }
        order_inputs(f, op);
        if (!rules[op->opc] || !rules[op->opc](f, op)) {
            return;
        }
    }
}

/* ---- what is known after an op
 * ----------------------------------------------- */

static void define(Fold *f, TempId t, Bits bits)
{
    Info *info = &f->info[t];
    info->zeros = bits.zeros;
    info->ones = bits.ones;
    info->signs = (uint8_t)bits.signs;
    info->def = fold_now(f);
    info->copy_time = 0;
    info->canonical = false;
}

/* o and s hold the same from now on.  A global is preferred to a scratch. */
static void note_copy(Fold *f, TempId o, TempId s)
{
    bool flip = is_global(f, o) && is_scratch(f, s);
    Info *info = &f->info[flip ? s : o];
    info->copy_of = flip ? o : s;
    info->copy_time = fold_now(f);
}

static bool gives_canonical(const Fold *f, const Op *op)
{
    switch (op->opc) {
    case OP_mov:
        return f->info[op->arg[1]].canonical && !fold_lost(f, op->arg[1]);
    case OP_fcanon:
    case OP_fcvt_sf:
    case OP_fcvt_uf: return true;
    default: return false;
    }
}

static void define_output(Fold *f, const Op *op, Bits bits)
{
    TempId o = (TempId)op->arg[0];
    bool canonical = gives_canonical(f, op);
    define(f, o, bits);
    f->info[o].canonical = canonical;
    if (op->opc == OP_mov) {
        note_copy(f, o, (TempId)op->arg[1]);
    }
}

static Bits result_bits(const Fold *f, const Op *op)
{
    Bits in[FOLD_INPUTS];
    unsigned outs = op_outs(op), ins = op_ins(op);
    for (unsigned i = 0; i < ins && i < FOLD_INPUTS; i++) {
        in[i] = fold_bits(f, (TempId)op->arg[outs + i]);
    }
    return bits_of_op(f->ir, op, in);
}

static void lose_all(Fold *f)
{
    f->lost[TEMP_EBB] = f->lost[TEMP_TB] = f->lost[TEMP_GLOBAL] = fold_now(f);
}

/* Step 4; false: the op does nothing. */
static bool conclude(Fold *f, Op *op, Bits *bits)
{
    TempId o = (TempId)op->arg[0];
    if (op->opc == OP_mov) {
        *bits = fold_bits(f, (TempId)op->arg[1]);
        return !fold_same(f, o, (TempId)op->arg[1]);
    }
    *bits = result_bits(f, op);
    if (bits_known(*bits) && is_small((Type)f->ir->temps[o].type) &&
        !is_pinned_op(op)) {
        to_const(f, op, bits->ones);
    }
    return true;
}

/* Steps 4 and 5: the current op stays as it is. */
static void finish(Fold *f)
{
    Op *op = &f->out[f->nb_out];
    unsigned outs = op_outs(op);
    Bits bits = {0, 0, 1};
    if (op->opc == OP_nop || (outs == 1 && !conclude(f, op, &bits))) {
        return;
    }
    if (state_concerned(op)) {
        state_effects(f, op);
    }
    if (op_sets_label(op)) {
        lose_all(f);
    }
    if (outs == 1) {
        define_output(f, op, bits);
    }
    for (unsigned i = 0; outs > 1 && i < outs; i++) {
        TempId t = (TempId)op->arg[i];
        define(f, t, bits_unknown((Type)f->ir->temps[t].type));
    }
    f->nb_out++;
}

/* insn_start is nearly half of all ops. */
static void fold_op(Fold *f, const Op *in)
{
    Op *op = &f->out[f->nb_out];
    *op = *in;
    if (op->opc == OP_insn_start) {
        f->nb_out++;
        return;
    }
    if (op_ins(op)) {
        resolve_inputs(f, op);
        simplify(f);
    }
    finish(f);
}

/* ---- the pass
 * ---------------------------------------------------------------- */

static void start(Fold *f, IR *ir, OptConfig config)
{
    f->ir = ir;
    f->out = ir->spare;
    f->nb_out = 0;
    f->exposed = 0;
    f->forward = !(config & OPT_NO_FORWARD);
    f->nb_state = f->next_state = 0;
    memset(f->lost, 0, sizeof(f->lost));
    f->lost[TEMP_CONST] = -1;
    f->nb_info = ir->nb_globals;
    memset(f->info, 0, f->nb_info * sizeof(Info));
    note_temps(f);
}

_Static_assert(sizeof(Fold) <= IR_WORK_BYTES, "Fold fits IR.work");

void opt_fold(IR *ir, OptConfig config)
{
    Fold *f = ir->work;
    start(f, ir, config);
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        f->nb_left = ir->nb_ops - i - 1;
        fold_op(f, &ir->ops[i]);
    }
    ir->spare = ir->ops;
    ir->ops = f->out;
    ir->nb_ops = f->nb_out;
}
