/* Rules for floating point: moves, boxes, signs, canonical NaNs. */
#include "opt/fold.h"

bool fold_fsgnj(Fold *f, Op *op)
{
    const In *a = &f->in[0], *b = &f->in[1];
    RULE(fold_same(f, a->t, b->t), to_mov(f, op, a->t)); /* its own sign */
    return false;
}

/* No NaN, or the canonical one? */
static bool is_canonical(const Fold *f, const Op *op, const In *a)
{
    bool single = op->type == TYPE_F32;
    uint64_t exponent = single ? 0x7f800000u : 0x7ff0000000000000u;
    uint64_t fraction = single ? 0x7fffffu : 0xfffffffffffffu;
    uint64_t nan = single ? ir_default_nan32(f->ir) : ir_default_nan64(f->ir);
    const Info *info = &f->info[a->t];
    return (info->canonical && fold_time(f, a->t) == info->def) ||
           (a->bits.zeros & exponent) ||
           (in_known(a) &&
            ((in_value(a) & fraction) == 0 || in_value(a) == nan));
}

bool fold_fcanon(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    RULE(is_canonical(f, op, a), to_mov(f, op, a->t));
    return false;
}

/* box(unbox(x)) -> x, if x is boxed */
bool fold_fbox(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    const Op *def = fold_def_is(f, via, OP_funbox);
    if (!def || !fold_reaches(f, via, def, 0)) {
        return false;
    }
    TempId x = (TempId)def->arg[1];
    RULE(fold_bits(f, x).ones >= F32_BOX, to_mov(f, op, x));
    return false;
}

/* unbox(box(x)) -> x; what is known not to be boxed -> the default NaN */
bool fold_funbox(Fold *f, Op *op)
{
    const In *a = &f->in[0];
    RULE(in_known(a) && in_value(a) < F32_BOX,
         to_const(f, op, ir_default_nan32(f->ir)));
    TempId via = f->in[0].t;
    const Op *def = fold_def_is(f, via, OP_fbox);
    TempId x = def ? (TempId)def->arg[1] : 0;
    RULE(def && fold_time(f, x) < f->info[via].def, to_mov(f, op, x));
    return false;
}

/* bits(value(x)) -> x, value(bits(x)) -> x */
bool fold_fmv(Fold *f, Op *op)
{
    TempId via = f->in[0].t;
    Opcode back = op->opc == OP_fmv_fi ? OP_fmv_if : OP_fmv_fi;
    const Op *def = fold_def_is(f, via, back);
    RULE(def && fold_reaches(f, via, def, 0) &&
             f->ir->temps[def->arg[1]].type == op->type,
         to_mov(f, op, (TempId)def->arg[1]));
    return false;
}

/* The op that computed t, extensions and the like aside, or NULL. */
static const Op *low_half_origin(const Fold *f, TempId t)
{
    const Op *def = fold_def(f, t);
    while (def && (def->opc == OP_extrl_i64_i32 ||
                   def->opc == OP_extu_i32_i64 || def->opc == OP_mov)) {
        TempId from = (TempId)def->arg[1];
        bool same = fold_time(f, from) <= def - f->out;
        def = same ? fold_def(f, from) : NULL;
    }
    return def;
}

/* What may stand between: comparisons, and what does nothing with flags. */
static bool keeps_flags(const Op *op)
{
    return op->opc == OP_fcmp || op->opc == OP_insn_start ||
           op->opc == OP_discard ||
           !(op_flags(op) & (OPF_SIDE | OPF_FAULT | OPF_FPENV));
}

/*
 * fflags_set(fflags_get()) around comparisons: these raise nothing, which is
 * how compilers make quiet ones.
 */
bool fold_fflags_set(Fold *f, Op *op)
{
    const Op *def = low_half_origin(f, f->in[0].t);
    if (!def || def->opc != OP_fflags_get) {
        return false;
    }
    Op *first = &f->out[def - f->out + 1];
    for (const Op *o = first; o < op; o++) {
        if (!keeps_flags(o)) {
            return false;
        }
    }
    for (Op *o = first; o < op; o++) {
        if (o->opc == OP_fcmp) {
            o->arg[3] = FCMP_EQ_SILENT + fcmp_relation((FCmp)o->arg[3]);
        }
    }
    return to_nop(op);
}
