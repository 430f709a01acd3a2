/* Rules for memory: constants added to addresses become displacements. */
#include "opt/fold.h"

/* [x + c] + k -> [x] + c + k */
static bool fold_address(Fold *f, Op *op, unsigned base)
{
    TempId via = (TempId)op->arg[base];
    const Op *def = fold_def_is(f, via, OP_add);
    Arg *disp = &op->arg[op_outs(op) + op_ins(op)];
    uint64_t c;
    if (!def || !fold_reaches_const(f, via, def, &c)) {
        return false;
    }
    int64_t sum = (int64_t)(*disp + c);
    if (sum != (int32_t)sum) {
        return false;
    }
    op->arg[base] = def->arg[1];
    f->in[base - op_outs(op)].t = (TempId)def->arg[1];
    *disp = (Arg)sum;
    return true;
}

bool fold_load(Fold *f, Op *op)
{
    return fold_address(f, op, 1) || state_load(f, op);
}

bool fold_store(Fold *f, Op *op)
{
    return fold_address(f, op, 1) || state_store(f, op);
}

bool fold_guest_ld(Fold *f, Op *op)
{
    return fold_address(f, op, 1);
}

bool fold_guest_st(Fold *f, Op *op)
{
    return fold_address(f, op, 1);
}

bool fold_guest_ld2(Fold *f, Op *op)
{
    return fold_address(f, op, 2);
}

bool fold_guest_st2(Fold *f, Op *op)
{
    return fold_address(f, op, 2);
}

bool fold_guest_atomic(Fold *f, Op *op)
{
    return fold_address(f, op, 1);
}
