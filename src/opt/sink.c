/*
 * Sinking: what is computed for sides alone is computed there.
 *
 * Requires: sides at the end, as opt_rename leaves them; opt_reach has run.
 *   1. Forward: what is known of the bits of temps, who reads them, and which
 *      sides do.
 *   2. Backward: a pure op whose output is read by sides only, and whose
 *      inputs hold the same wherever these are led to, is sunk.
 *   3. Each side computes what it reads of that.  A temp that is known to be
 *      a low half sign-extended is extended there, whatever it is: so the
 *      extension before need not be done (liveness).
 *
 * A sunk op may be done in several sides: they are cold.
 */
#include "opt/bits.h"
#include "opt/opt.h"

#include <stdlib.h>
#include <string.h>
#include "core/gen.h"
#include "util/check.h"

enum { MAX_DEPTH = 8, MANY = UINT8_MAX };

typedef struct Sink {
    IR *ir;
    const Op *in;
    uint32_t nb_in, nb_main; /* ops; of those, not in sides */
    uint8_t nb_defs[IR_MAX_TEMPS];   /* up to MANY */
    uint16_t nb_reads[IR_MAX_TEMPS]; /* outside of sides */
    uint32_t last[IR_MAX_TEMPS];     /* op that leads to a side that reads it */
    uint32_t def[IR_MAX_TEMPS];      /* the op that sets it */
    uint32_t done[IR_MAX_TEMPS];     /* computed in the side of this label + 1 */
    uint8_t depth[IR_MAX_TEMPS];     /* ops to compute it in a side, nested */
    Bits bits[IR_MAX_TEMPS];
    bool sunk[IR_MAX_OPS];
    uint32_t leads[IR_MAX_LABELS];   /* the op that leads to the side */
} Sink;

static bool is_ebb(const Sink *s, Arg t)
{
    return s->ir->temps[t].kind == TEMP_EBB;
}

static bool is_sunk(const Sink *s, TempId t)
{
    return is_ebb(s, t) && s->nb_defs[t] == 1 && s->sunk[s->def[t]];
}

/* ---- step 1 -------------------------------------------------------------------- */

static Bits bits_of(const Sink *s, TempId t)
{
    const Temp *temp = &s->ir->temps[t];
    if (temp->kind == TEMP_CONST && type_size((Type)temp->type) <= 8) {
        return bits_of_value(temp->value);
    }
    return temp->kind == TEMP_EBB && s->nb_defs[t] == 1
               ? s->bits[t]
               : bits_unknown((Type)temp->type);
}

static void note_bits(Sink *s, const Op *op)
{
    enum { MAX_BIT_INPUTS = 4 };
    Bits in[MAX_BIT_INPUTS];
    unsigned outs = op_outs(op), ins = op_ins(op);
    for (unsigned i = 0; i < ins && i < MAX_BIT_INPUTS; i++) {
        in[i] = bits_of(s, (TempId)op->arg[outs + i]);
    }
    s->bits[op->arg[0]] = bits_of_op(s->ir, op, in);
}

static void note_op(Sink *s, uint32_t i)
{
    const Op *op = &s->in[i];
    unsigned outs = op_outs(op);
    int label = opcode_label((Opcode)op->opc);
    for (unsigned k = outs; k < outs + op_ins(op); k++) {
        s->nb_reads[op->arg[k]]++;
    }
    for (unsigned k = 0; k < outs; k++) {
        TempId t = (TempId)op->arg[k];
        s->nb_defs[t] = (uint8_t)(s->nb_defs[t] + (s->nb_defs[t] < MANY));
        s->def[t] = i;
    }
    if (outs == 1 && is_ebb(s, op->arg[0])) {
        note_bits(s, op);
    }
    if (label >= 0) {
        s->leads[op_const(op, (unsigned)label)] = i;
    }
}

static void note_sides(Sink *s)
{
    uint32_t from = 0;
    for (uint32_t i = s->nb_main; i < s->nb_in; i++) {
        const Op *op = &s->in[i];
        from = op->opc == OP_set_side ? s->leads[op->arg[0]] : from;
        for (unsigned k = op_outs(op); k < op_outs(op) + op_ins(op); k++) {
            uint32_t *last = &s->last[op->arg[k]];
            *last = from > *last ? from : *last;
        }
    }
}

/* ---- step 2 -------------------------------------------------------------------- */

static bool writes(const Op *op, TempId t)
{
    for (unsigned k = 0; k < op_outs(op); k++) {
        if (op->arg[k] == t) {
            return true;
        }
    }
    return false;
}

/* Does t hold the same from op i to op last? */
static bool lasts(const Sink *s, TempId t, uint32_t i, uint32_t last)
{
    const Temp *temp = &s->ir->temps[t];
    if (temp->kind == TEMP_EBB) {
        return s->nb_defs[t] == 1 && s->depth[t] < MAX_DEPTH;
    }
    if (temp->kind != TEMP_GLOBAL) {
        return temp->kind == TEMP_CONST;
    }
    while (++i < last) {
        if (writes(&s->in[i], t)) {
            return false;
        }
    }
    return true;
}

static bool is_pure(const Op *op)
{
    return !(op_flags(op) & (OPF_SIDE | OPF_FAULT | OPF_BB_START | OPF_BB_END |
                             OPF_CALL | OPF_CARRY_IN | OPF_CARRY_OUT |
                             OPF_FPENV)) &&
           !(op->opc >= OP_ld8u && op->opc <= OP_ld) && op->opc != OP_vdupm;
}

static bool can_sink(const Sink *s, uint32_t i)
{
    const Op *op = &s->in[i];
    TempId o = (TempId)op->arg[0];
    if (op_outs(op) != 1 || !is_ebb(s, o) || s->nb_defs[o] != 1 ||
        s->nb_reads[o] || !is_pure(op)) {
        return false;
    }
    for (unsigned k = 1; k < 1 + op_ins(op); k++) {
        if (!lasts(s, (TempId)op->arg[k], i, s->last[o])) {
            return false;
        }
    }
    return true;
}

/* The inputs are read where the output was. */
static void sink(Sink *s, uint32_t i)
{
    const Op *op = &s->in[i];
    TempId o = (TempId)op->arg[0];
    s->sunk[i] = true;
    for (unsigned k = 1; k < 1 + op_ins(op); k++) {
        TempId t = (TempId)op->arg[k];
        s->nb_reads[t]--;
        s->last[t] = s->last[t] < s->last[o] ? s->last[o] : s->last[t];
        s->depth[t] = s->depth[t] <= s->depth[o] ? s->depth[o] + 1
                                                 : s->depth[t];
    }
}

/* ---- step 3 -------------------------------------------------------------------- */

static void append(IR *ir, const Op *op)
{
    *ir_emit(ir, (Opcode)op->opc, (Type)op->type) = *op;
}

/* Computes, for the side of the label, what the op reads of sunk temps. */
static void bring_inputs(Sink *s, const Op *op, LabelId label)
{
    unsigned outs = op_outs(op);
    for (unsigned k = outs; k < outs + op_ins(op); k++) {
        TempId t = (TempId)op->arg[k];
        const Op *def = &s->in[s->def[t]];
        if (!is_sunk(s, t) || s->done[t] == label + 1) {
            continue;
        }
        s->done[t] = label + 1;
        bring_inputs(s, def, label);
        append(s->ir, def);
    }
}

/* Is the upper half of t, which is not sunk, its low half's sign? */
static bool is_extended(const Sink *s, TempId t)
{
    return is_ebb(s, t) && s->ir->temps[t].type == TYPE_I64 &&
           s->nb_defs[t] == 1 && !is_sunk(s, t) && s->bits[t].signs > 32;
}

static void emit_side_op(Sink *s, const Op *op, LabelId label)
{
    bring_inputs(s, op, label);
    if (op->opc == OP_mov && is_extended(s, (TempId)op->arg[1])) {
        gen_sextract(s->ir, TYPE_I64, (TempId)op->arg[0], (TempId)op->arg[1],
                     0, 32);
    } else {
        append(s->ir, op);
    }
}

static void emit(Sink *s)
{
    LabelId label = 0;
    for (uint32_t i = 0; i < s->nb_main; i++) {
        if (!s->sunk[i]) {
            append(s->ir, &s->in[i]);
        }
    }
    for (uint32_t i = s->nb_main; i < s->nb_in; i++) {
        const Op *op = &s->in[i];
        label = op->opc == OP_set_side ? (LabelId)op->arg[0] : label;
        emit_side_op(s, op, label);
    }
}

/* ---- the pass ---------------------------------------------------------------- */

static uint32_t first_side(const IR *ir)
{
    uint32_t i = 0;
    while (i < ir->nb_ops && ir->ops[i].opc != OP_set_side) {
        i++;
    }
    return i;
}

void opt_sink(IR *ir)
{
    uint32_t nb_main = first_side(ir);
    if (nb_main == ir->nb_ops) {
        return;
    }
    Sink *s = calloc(1, sizeof(*s));
    check(s, "out of memory");
    s->ir = ir;
    s->in = ir->ops;
    s->nb_in = ir->nb_ops;
    s->nb_main = nb_main;
    for (uint32_t i = 0; i < nb_main; i++) {
        note_op(s, i);
    }
    note_sides(s);
    for (uint32_t i = nb_main; i-- > 0;) {
        if (can_sink(s, i)) {
            sink(s, i);
        }
    }
    ir->ops = ir->spare;
    ir->spare = (Op *)s->in;
    ir->nb_ops = 0;
    emit(s);
    free(s);
}
