/*
 * Selection: a branch over little becomes a conditional move.
 *
 *     brcond a, b, c, L               t = op x, y
 *     g = op x, y           ->        g = a c b ? g : t
 *   L:
 *
 * where the ops passed over are cheap, few (OptTarget says how few), and write
 * one global besides EBB temps.  Guests without conditional moves branch on
 * what may go either way; and where L has no other branch to it, one extended
 * basic block goes on.
 *
 * Runs on regions alone, which are known to run often.
 *
 * Requires: opt_reach has run, Label.refs is exact.  Guarantees: it still is,
 * and a label in the code is referenced.
 */
#include "opt/opt.h"

#include <string.h>

enum { MAX_DISTANCE = 24 };

typedef struct Passed {
    uint32_t label; /* the op that sets it */
    TempId global;  /* that is written, 0: none */
    unsigned ops, max_ops;
} Passed;

static bool is_transparent(const Op *op)
{
    return op->opc == OP_nop || op->opc == OP_insn_start;
}

static bool is_global(const IR *ir, Arg t)
{
    return ir->temps[t].kind == TEMP_GLOBAL;
}

/* Pure, and done in a cycle or three: no division, no load. */
static bool is_cheap(const Op *op)
{
    return op_outs(op) == 1 && !(op->opc >= OP_divs && op->opc <= OP_divu2) &&
           !(op->opc >= OP_ld8u && op->opc <= OP_ld) && op->opc != OP_vdupm &&
           !(op_flags(op) &
             (OPF_SIDE | OPF_FAULT | OPF_BB_START | OPF_BB_END | OPF_CALL |
              OPF_CARRY_IN | OPF_CARRY_OUT | OPF_FPENV));
}

/* Notes an op that br passes over; false: it may not be. */
static bool pass(const IR *ir, Passed *p, const Op *br, const Op *op)
{
    TempId o = (TempId)op->arg[0];
    if (!is_cheap(op) || ++p->ops > p->max_ops) {
        return false;
    }
    if (!is_global(ir, o)) {
        return ir->temps[o].kind == TEMP_EBB && o != br->arg[0] &&
               o != br->arg[1];
    }
    if (p->global && p->global != o) {
        return false;
    }
    p->global = o;
    return ir->temps[o].type == TYPE_I64;
}

/* What the brcond at i passes over, if it is little. */
static bool find_passed(const IR *ir, uint32_t i, Passed *p)
{
    const Op *br = &ir->ops[i];
    for (uint32_t k = i + 1; k < ir->nb_ops && k < i + MAX_DISTANCE; k++) {
        const Op *op = &ir->ops[k];
        if (op->opc == OP_set_label) {
            p->label = k;
            return op->arg[0] == br->arg[3] && p->global;
        }
        if (!is_transparent(op) && !pass(ir, p, br, op)) {
            return false;
        }
    }
    return false;
}

/* Ops from start to end write and read t where they did the global. */
static void redirect(IR *ir, uint32_t start, uint32_t end, TempId global,
                     TempId t)
{
    bool written = false;
    for (uint32_t k = start; k < end; k++) {
        Op *op = &ir->ops[k];
        for (unsigned i = op_outs(op); i < op_outs(op) + op_ins(op); i++) {
            op->arg[i] = op->arg[i] == global && written ? t : op->arg[i];
        }
        if (op_outs(op) && op->arg[0] == global) {
            op->arg[0] = t;
            written = true;
        }
    }
}

/* The ops move up to the brcond's place, and it becomes the last. */
static void select_op(IR *ir, uint32_t i, const Passed *p)
{
    Op br = ir->ops[i];
    TempId t = ir_temp(ir, TYPE_I64);
    LabelId label = (LabelId)br.arg[3];
    redirect(ir, i + 1, p->label, p->global, t);
    memmove(&ir->ops[i], &ir->ops[i + 1], (p->label - i - 1) * sizeof(Op));
    ir->ops[p->label - 1] = (Op){
        .opc = OP_movcond,
        .type = TYPE_I64,
        .arg = {p->global, br.arg[0], br.arg[1], p->global, t, br.arg[2]},
    };
    if (--ir->labels[label].refs == 0) {
        ir->ops[p->label].opc = OP_nop;
        ir->labels[label].present = false;
    }
}

void opt_select(IR *ir, const OptTarget *target)
{
    for (uint32_t i = 0; i < ir->nb_ops && !ir->error; i++) {
        const Op *op = &ir->ops[i];
        Passed p = {.max_ops = target->host.movcond_ops};
        if (op->opc == OP_brcond && op->type == TYPE_I64 &&
            find_passed(ir, i, &p)) {
            select_op(ir, i, &p);
        }
    }
}
