/*
 * Sinking: a side computes what it puts in globals, if it can, so that no
 * register need hold it up to there, and what is computed for sides alone is
 * not computed outside of them.
 *
 * At the op that leads to a side, a temp is at hand if an op further down
 * reads it, or if it is kept for a side.
 *   1. Forward: what is known of the bits of temps; backward: who reads them
 *      last, but for ops whose results only sides want.
 *   2. Sides, the last first: a temp that a side reads is at hand; or pure ops
 *      can compute it from temps at hand, constants, and globals that hold
 *      what they did; or it has to be kept, or what it is computed from.
 *   3. Sides again, with the ops that compute.  A temp at hand of which it is
 *      known that it is a low half sign-extended is extended there, whatever
 *      it is: so the extension before need not be done (liveness).
 *
 * An op may be done in several sides: they are cold.  Liveness removes those
 * outside that nobody reads then.
 *
 * Requires: sides at the end, in the order of the ops that lead to them, as
 * opt_rename leaves them; opt_reach has run.
 */
#include "opt/bits.h"
#include "opt/opt.h"

#include <string.h>
#include "core/gen.h"

enum {
    MANY = UINT8_MAX,
    MAX_VALUE_OPS = 8,             /* to compute a temp */
    MAX_SIDE_OPS = IR_MAX_OPS / 2, /* in all sides */
};

/* What is known of a temp. */
typedef struct SinkTemp {
    uint32_t def;       /* the op that sets it */
    uint32_t last;      /* op that reads it last, not for sides alone */
    uint32_t kept;      /* it is kept for a side of this op */
    uint32_t stands_at; /* in the side of this op, it is stood for */
    TempId stands;      /* by this one */
    uint8_t nb_defs;    /* outside of sides; up to MANY */
    Bits bits;
} SinkTemp;

typedef struct Sink {
    IR *ir;
    const Op *in;
    uint32_t nb_in, nb_main;       /* ops; of those, not in sides */
    uint32_t ops_left;             /* that sides may have */
    uint32_t leads[IR_MAX_LABELS]; /* the op that leads to the side */
    SinkTemp of[IR_MAX_TEMPS];
} Sink;

/* An EBB temp that one op sets. */
static bool is_value(const Sink *s, TempId t)
{
    return s->ir->temps[t].kind == TEMP_EBB && s->of[t].nb_defs == 1;
}

/* ---- step 1
 * -------------------------------------------------------------------- */

static Bits bits_of(const Sink *s, TempId t)
{
    const Temp *temp = &s->ir->temps[t];
    if (temp->kind == TEMP_CONST && type_size((Type)temp->type) <= 8) {
        return bits_of_value(temp->value);
    }
    return is_value(s, t) ? s->of[t].bits : bits_unknown((Type)temp->type);
}

static void note_bits(Sink *s, const Op *op)
{
    enum { MAX_BIT_INPUTS = 4 };
    Bits in[MAX_BIT_INPUTS];
    unsigned outs = op_outs(op), ins = op_ins(op);
    for (unsigned i = 0; i < ins && i < MAX_BIT_INPUTS; i++) {
        in[i] = bits_of(s, (TempId)op->arg[outs + i]);
    }
    s->of[op->arg[0]].bits = bits_of_op(s->ir, op, in);
}

static void note_op(Sink *s, uint32_t i)
{
    const Op *op = &s->in[i];
    unsigned outs = op_outs(op);
    int label = opcode_label((Opcode)op->opc);
    for (unsigned k = 0; k < outs; k++) {
        SinkTemp *of = &s->of[op->arg[k]];
        of->nb_defs = (uint8_t)(of->nb_defs + (of->nb_defs < MANY));
        of->def = i;
    }
    if (outs == 1 && is_value(s, (TempId)op->arg[0])) {
        note_bits(s, op);
    }
    if (label >= 0) {
        s->leads[op_const(op, (unsigned)label)] = i;
    }
}

static bool is_pure(const Op *op)
{
    return op_outs(op) == 1 &&
           !(op_flags(op) &
             (OPF_SIDE | OPF_FAULT | OPF_BB_START | OPF_BB_END | OPF_CALL |
              OPF_CARRY_IN | OPF_CARRY_OUT | OPF_FPENV)) &&
           !(op->opc >= OP_ld8u && op->opc <= OP_ld) && op->opc != OP_vdupm;
}

/* For the last op first: reads of what only sides want do not count. */
static void note_reads(Sink *s, uint32_t i)
{
    const Op *op = &s->in[i];
    unsigned outs = op_outs(op);
    if (is_pure(op) && is_value(s, (TempId)op->arg[0]) &&
        !s->of[op->arg[0]].last) {
        return;
    }
    for (unsigned k = outs; k < outs + op_ins(op); k++) {
        SinkTemp *of = &s->of[op->arg[k]];
        of->last = of->last ? of->last : i;
    }
}

/* ---- step 2
 * -------------------------------------------------------------------- */

static bool at_hand(const Sink *s, TempId t, uint32_t at)
{
    return !is_value(s, t) || s->of[t].last >= at || s->of[t].kept >= at;
}

static bool writes(const Op *op, TempId t)
{
    for (unsigned k = 0; k < op_outs(op); k++) {
        if (op->arg[k] == t) {
            return true;
        }
    }
    return false;
}

/* Does what op i reads as t hold the same at op `at`? */
static bool lasts(const Sink *s, TempId t, uint32_t i, uint32_t at)
{
    if (s->ir->temps[t].kind != TEMP_GLOBAL) {
        return s->ir->temps[t].kind == TEMP_CONST;
    }
    while (++i < at) {
        if (writes(&s->in[i], t)) {
            return false;
        }
    }
    return true;
}

/* Can t be computed at op `at`, by at most *left ops? */
static bool can_compute(const Sink *s, TempId t, uint32_t at, unsigned *left)
{
    const Op *def = &s->in[s->of[t].def];
    if (!is_pure(def) || *left == 0) {
        return false;
    }
    --*left;
    for (unsigned k = 1; k < 1 + op_ins(def); k++) {
        TempId in = (TempId)def->arg[k];
        if (is_value(s, in)
                ? !at_hand(s, in, at) && !can_compute(s, in, at, left)
                : !lasts(s, in, s->of[t].def, at)) {
            return false;
        }
    }
    return true;
}

/*
 * What to keep so that t, which cannot be computed at op `at`, can be: an
 * input, if t is for sides alone and that is all that is missing; else t.
 */
static TempId to_keep(const Sink *s, TempId t, uint32_t at)
{
    const Op *def = &s->in[s->of[t].def];
    TempId missing = t;
    if (s->of[t].last || !is_pure(def)) {
        return t;
    }
    for (unsigned k = 1; k < 1 + op_ins(def); k++) {
        TempId in = (TempId)def->arg[k];
        bool value = is_value(s, in);
        if (value ? at_hand(s, in, at) : lasts(s, in, s->of[t].def, at)) {
            continue;
        }
        if (!value || (missing != t && missing != in)) {
            return t;
        }
        missing = in;
    }
    return missing;
}

static void need(Sink *s, TempId t, uint32_t at)
{
    unsigned left = MAX_VALUE_OPS;
    if (at_hand(s, t, at)) {
        return;
    }
    if (s->ops_left < MAX_VALUE_OPS) {
        s->of[t].kept = at;
        return;
    }
    while (!can_compute(s, t, at, &left)) {
        TempId keep = to_keep(s, t, at);
        s->of[keep].kept = at;
        if (keep == t) {
            return;
        }
        left = MAX_VALUE_OPS;
    }
    s->ops_left -= MAX_VALUE_OPS - left;
}

static void find_kept(Sink *s)
{
    uint32_t end = s->nb_in;
    for (uint32_t i = s->nb_in; i-- > s->nb_main;) {
        if (s->in[i].opc != OP_set_side) {
            continue;
        }
        uint32_t at = s->leads[s->in[i].arg[0]];
        for (const Op *op = &s->in[i]; op < &s->in[end]; op++) {
            for (unsigned k = op_outs(op); k < op_outs(op) + op_ins(op); k++) {
                need(s, (TempId)op->arg[k], at);
            }
        }
        end = i;
    }
}

/* ---- step 3
 * -------------------------------------------------------------------- */

static bool is_extended(const Sink *s, TempId t)
{
    return is_value(s, t) && s->ir->temps[t].type == TYPE_I64 &&
           s->of[t].bits.signs > 32;
}

static void stand(Sink *s, TempId t, TempId for_t, uint32_t at)
{
    s->of[for_t].stands = t;
    s->of[for_t].stands_at = at;
}

static void compute(Sink *s, const Op *op, uint32_t at);

/* What the side reads for t, which is made if need be. */
static TempId bring(Sink *s, TempId t, uint32_t at)
{
    if (!is_value(s, t) || (at_hand(s, t, at) && !is_extended(s, t))) {
        return t;
    }
    if (s->of[t].stands_at != at) {
        TempId to = ir_temp(s->ir, (Type)s->ir->temps[t].type);
        if (at_hand(s, t, at)) {
            gen_sextract(s->ir, TYPE_I64, to, t, 0, 32);
        } else {
            Op op = s->in[s->of[t].def];
            op.arg[0] = to;
            compute(s, &op, at);
        }
        stand(s, to, t, at);
    }
    return s->of[t].stands;
}

static void compute(Sink *s, const Op *op, uint32_t at)
{
    Op made = *op;
    unsigned outs = op_outs(op);
    for (unsigned k = outs; k < outs + op_ins(op); k++) {
        made.arg[k] = bring(s, (TempId)op->arg[k], at);
    }
    *ir_emit(s->ir, (Opcode)op->opc, (Type)op->type) = made;
}

static void copy(Sink *s, const Op *op)
{
    *ir_emit(s->ir, (Opcode)op->opc, (Type)op->type) = *op;
}

/*
 * The side that begins at op i; where the next one does is returned.  All is
 * computed before a global is written, for it may be computed from that.
 */
static uint32_t emit_side(Sink *s, uint32_t i)
{
    uint32_t at = s->leads[s->in[i].arg[0]], end = i + 1;
    copy(s, &s->in[i]);
    for (; end < s->nb_in && s->in[end].opc != OP_set_side; end++) {
        const Op *op = &s->in[end];
        for (unsigned k = op_outs(op); k < op_outs(op) + op_ins(op); k++) {
            bring(s, (TempId)op->arg[k], at);
        }
    }
    while (++i < end) {
        compute(s, &s->in[i], at);
    }
    return end;
}

static void emit(Sink *s)
{
    for (uint32_t i = 0; i < s->nb_main; i++) {
        copy(s, &s->in[i]);
    }
    for (uint32_t i = s->nb_main; i < s->nb_in;) {
        i = emit_side(s, i);
    }
}

/* ---- the pass
 * ---------------------------------------------------------------- */

static uint32_t first_side(const IR *ir)
{
    uint32_t i = 0;
    while (i < ir->nb_ops && ir->ops[i].opc != OP_set_side) {
        i++;
    }
    return i;
}

_Static_assert(sizeof(Sink) <= IR_WORK_BYTES, "Sink fits IR.work");

void opt_sink(IR *ir)
{
    uint32_t nb_main = first_side(ir);
    if (nb_main == ir->nb_ops) {
        return;
    }
    Sink *s = ir->work;
    memset(s->leads, 0, ir->nb_labels * sizeof(s->leads[0]));
    memset(s->of, 0, ir->nb_temps * sizeof(s->of[0]));
    s->ir = ir;
    s->in = ir->ops;
    s->nb_in = ir->nb_ops;
    s->nb_main = nb_main;
    s->ops_left = ir->nb_ops < MAX_SIDE_OPS ? MAX_SIDE_OPS - ir->nb_ops : 0;
    for (uint32_t i = 0; i < nb_main; i++) {
        note_op(s, i);
    }
    for (uint32_t i = nb_main; i-- > 0;) {
        note_reads(s, i);
    }
    find_kept(s);
    ir->ops = ir->spare;
    ir->spare = (Op *)s->in;
    ir->nb_ops = 0;
    emit(s);
}
