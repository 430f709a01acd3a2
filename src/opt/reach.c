/*
 * Unreachable code and labels.
 *
 * One forward pass.  Behind an op after which control never goes on, ops
 * become nop up to the next label that is referenced; what they branched to
 * loses a reference.  A branch to the label that follows it becomes nop, and
 * a conditional branch around an unconditional one takes over its target.
 * Labels without references become nop.
 *
 * Requires: Label.refs is exact.  Guarantees: it still is; a label left in
 * the code is referenced, except one whose only branches, from further down,
 * were removed here (liveness removes those).
 */
#include "opt/opt.h"

static Label *label_of(IR *ir, const Op *op)
{
    int k = opcode_label((Opcode)op->opc);
    return k < 0 ? NULL : &ir->labels[op_const(op, (unsigned)k)];
}

static void remove_op(IR *ir, Op *op)
{
    Label *label = label_of(ir, op);
    if (label && !op_sets_label(op)) {
        label->refs--;
    } else if (label) {
        label->present = false;
    }
    op->opc = OP_nop;
}

/* The next op that is not a nop, or the end. */
static Op *next_op(Op *op, const Op *end)
{
    do {
        op++;
    } while (op < end && op->opc == OP_nop);
    return op;
}

static bool is_label(const Op *op, const Op *end, Arg label)
{
    return op < end && op->opc == OP_set_label && op->arg[0] == label;
}

/* brcond a, b, c, L; br M; set_label L -> brcond a, b, !c, M */
static void skip_branch(IR *ir, Op *op, const Op *end)
{
    Op *br = next_op(op, end);
    if (op->opc != OP_brcond || br >= end || br->opc != OP_br ||
        !is_label(next_op(br, end), end, op->arg[3])) {
        return;
    }
    ir->labels[op->arg[3]].refs--;
    op->arg[2] = cond_invert((Cond)op->arg[2]);
    op->arg[3] = br->arg[0];
    br->opc = OP_nop;
}

static void branch(IR *ir, Op *op, const Op *end)
{
    skip_branch(ir, op, end);
    Arg label = op_const(op, (unsigned)opcode_label((Opcode)op->opc));
    if (is_label(next_op(op, end), end, label)) {
        remove_op(ir, op);
    }
}

void opt_reach(IR *ir)
{
    const Op *end = ir->ops + ir->nb_ops;
    bool reachable = true;
    for (Op *op = ir->ops; op < end; op++) {
        if (reachable && !(op_flags(op) & (OPF_BB_START | OPF_BB_END))) {
            continue;
        }
        if (op_sets_label(op)) {
            if (ir->labels[op->arg[0]].refs) {
                reachable = true;
            } else {
                remove_op(ir, op);
            }
        } else if (!reachable) {
            remove_op(ir, op);
        } else if (op_flags(op) & OPF_EXIT) {
            reachable = false;
        } else if (op_flags(op) & OPF_BB_END) {
            bool always = op->opc == OP_br;
            branch(ir, op, end);
            reachable = !always || op->opc == OP_nop;
        }
    }
}
