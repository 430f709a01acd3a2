/*
 * Which singles need a box: ones above them in their register, as a guest's
 * FP register has them.
 *
 * One backward pass over the ops of a region. A single needs its box if it is
 * boxed (fbox) or if an op's result, which gets its upper half from an input,
 * needs one (of fadd, fsub, fmul and fdiv: from the first input); if it lives
 * on in another extended basic block; and if an op is not known here. What a
 * side does is not looked at: sides make their boxes themselves, as few ever
 * run.
 *
 * Requires: liveness has run.
 * Guarantees: LIFE_LOW of a guest load of a single: it needs no box.
 */
#include "opt/opt.h"

#include <string.h>

typedef enum BoxUse { BOX_WANTED, BOX_PASSED, BOX_FIRST, BOX_UNSEEN } BoxUse;

/* What an op wants of the singles that it reads. */
static const BoxUse box_use[OP_COUNT] = {
    [OP_mov] = BOX_PASSED,      [OP_fcanon] = BOX_PASSED,
    [OP_fadd] = BOX_FIRST,      [OP_fsub] = BOX_FIRST,
    [OP_fmul] = BOX_FIRST,      [OP_fdiv] = BOX_FIRST,
    [OP_fsqrt] = BOX_PASSED,    [OP_fmadd] = BOX_PASSED,
    [OP_fmsub] = BOX_PASSED,    [OP_fnmsub] = BOX_PASSED,
    [OP_fnmadd] = BOX_PASSED,   [OP_fmin] = BOX_PASSED,
    [OP_fmax] = BOX_PASSED,     [OP_fround] = BOX_PASSED,
    [OP_fsgnj] = BOX_PASSED,    [OP_fsgnjn] = BOX_PASSED,
    [OP_fsgnjx] = BOX_PASSED,   [OP_fcmp] = BOX_UNSEEN,
    [OP_fclass] = BOX_UNSEEN,   [OP_fcvt_ff] = BOX_UNSEEN,
    [OP_fcvt_fs] = BOX_UNSEEN,  [OP_fcvt_fu] = BOX_UNSEEN,
    [OP_guest_st] = BOX_UNSEEN, [OP_guest_stx] = BOX_UNSEEN,
};

static void visit(const IR *ir, Op *op, bool *wants)
{
    BoxUse use = box_use[op->opc];
    unsigned outs = op_outs(op), ins = use == BOX_FIRST ? 1 : op_ins(op);
    bool wanted = use == BOX_WANTED;
    for (unsigned i = 0; i < outs; i++) {
        TempId t = (TempId)op->arg[i];
        bool needs = wants[t] || ir->temps[t].kind != TEMP_EBB;
        wanted |= needs && use != BOX_UNSEEN;
        if ((op->opc == OP_guest_ld || op->opc == OP_guest_ldx) &&
            op->type == TYPE_F32 && !needs) {
            op->life |= LIFE_LOW;
        }
    }
    for (unsigned i = outs; wanted && i < outs + ins; i++) {
        wants[op->arg[i]] = true;
    }
}

_Static_assert(IR_MAX_TEMPS * sizeof(bool) <= IR_WORK_BYTES, "wants");

/* The first op of the stretch that ends before `end`: it begins at a label. */
static uint32_t stretch_start(const IR *ir, uint32_t end)
{
    do {
        end--;
    } while (end > 0 && !(op_flags(&ir->ops[end]) & OPF_BB_START));
    return end;
}

void opt_single(IR *ir)
{
    bool *wants = ir->work;
    memset(wants, 0, ir->nb_temps * sizeof(*wants));
    for (uint32_t end = ir->nb_ops; end > 0;) {
        uint32_t start = stretch_start(ir, end);
        bool side = ir->ops[start].opc == OP_set_side;
        for (uint32_t i = end; i-- > start && !side;) {
            visit(ir, &ir->ops[i], wants);
        }
        end = start;
    }
}
