/*
 * F and D: conversions; manual, volume I, "Single-Precision Floating-Point
 * Conversion and Move Instructions" and its double counterpart.
 *
 * Those that are always exact take the dynamic mode, which costs nothing; a
 * reserved rm is illegal in them too.
 */
#include "frontend/riscv/trans_fp.h"

/* Between formats ----------------------------------------------------- */

bool rv_trans_fcvt_s_d(DisasContext *ctx, arg_fr2 *a)
{
    int rm = rv_rounding(ctx, a->rm);
    if (rm == ROUNDING_ILLEGAL) {
        return false;
    }
    if (rm == FP_ROUND_AWAY) {
        TempId bits[3] = {rv_fbits(ctx, TYPE_F64, a->rs1)};
        TempId result = rv_call_rmm(ctx, RMM_CVT_FF, TYPE_F32, TYPE_F64, bits);
        rv_fset_bits(ctx, TYPE_F32, a->rd, result);
        return true;
    }
    TempId x = rv_fsrc(ctx, TYPE_F64, a->rs1);
    TempId o = rv_fdst(ctx, TYPE_F32, a->rd);
    gen_fcvt_ff(ir_of(ctx), TYPE_F32, o, x, (Arg)rm);
    rv_fset_canonical(ctx, TYPE_F32, a->rd, o);
    return true;
}

bool rv_trans_fcvt_d_s(DisasContext *ctx, arg_fr2 *a)
{
    if (rv_rounding(ctx, a->rm) == ROUNDING_ILLEGAL) {
        return false;
    }
    TempId x = rv_fsrc(ctx, TYPE_F32, a->rs1);
    TempId o = rv_fdst(ctx, TYPE_F64, a->rd);
    gen_fcvt_ff(ir_of(ctx), TYPE_F64, o, x, FP_ROUND_ENV);
    rv_fset_canonical(ctx, TYPE_F64, a->rd, o);
    return true;
}

/* To integers --------------------------------------------------------- */

typedef void GenConvert(IR *, Type, TempId o, TempId a, Arg rm);

/* To an integer of type `to`; 32-bit ones are sign-extended, wu too. */
static bool to_int(DisasContext *ctx, const arg_fr2 *a, Type from, Type to,
                   RmmOp op, GenConvert *gen)
{
    IR *ir = ir_of(ctx);
    int rm = rv_rounding(ctx, a->rm);
    if (rm == ROUNDING_ILLEGAL) {
        return false;
    }
    if (rm == FP_ROUND_AWAY) {
        TempId bits[3] = {rv_fbits(ctx, from, a->rs1)};
        TempId result = rv_call_rmm(ctx, op, from, from, bits);
        gen_mov(ir, TYPE_I64, rv_dst(ctx, a->rd), result);
        return true;
    }
    TempId x = rv_fsrc(ctx, from, a->rs1);
    if (to == TYPE_I64) {
        gen(ir, to, rv_dst(ctx, a->rd), x, (Arg)rm);
    } else {
        TempId result = ir_temp(ir, to);
        gen(ir, to, result, x, (Arg)rm);
        rv_set_i32(ctx, a->rd, result);
    }
    return true;
}

#define TO_INT(name, to, op, gen)                                              \
    bool rv_trans_fcvt_##name##_s(DisasContext *ctx, arg_fr2 *a)               \
    {                                                                          \
        return to_int(ctx, a, TYPE_F32, to, op, gen);                          \
    }                                                                          \
    bool rv_trans_fcvt_##name##_d(DisasContext *ctx, arg_fr2 *a)               \
    {                                                                          \
        return to_int(ctx, a, TYPE_F64, to, op, gen);                          \
    }

TO_INT(w, TYPE_I32, RMM_TO_W, gen_fcvt_fs)
TO_INT(wu, TYPE_I32, RMM_TO_WU, gen_fcvt_fu)
TO_INT(l, TYPE_I64, RMM_TO_L, gen_fcvt_fs)
TO_INT(lu, TYPE_I64, RMM_TO_LU, gen_fcvt_fu)

/* From integers ------------------------------------------------------- */

/* The helper takes 64 bits: a 32-bit source extended by its sign or not. */
static TempId widened(DisasContext *ctx, int reg, Type type, RmmOp op)
{
    TempId wide = rv_temp(ctx);
    if (type == TYPE_I64) {
        return rv_src(ctx, reg);
    }
    if (op == RMM_FROM_S) {
        gen_sextract(ir_of(ctx), TYPE_I64, wide, rv_src(ctx, reg), 0, 32);
    } else {
        gen_extract(ir_of(ctx), TYPE_I64, wide, rv_src(ctx, reg), 0, 32);
    }
    return wide;
}

static bool from_int(DisasContext *ctx, const arg_fr2 *a, Type to, Type from,
                     RmmOp op, GenConvert *gen)
{
    int rm = rv_rounding(ctx, a->rm);
    if (rm == ROUNDING_ILLEGAL) {
        return false;
    }
    if (to == TYPE_F64 && from == TYPE_I32) {
        rm = FP_ROUND_ENV;
    }
    if (rm == FP_ROUND_AWAY) {
        TempId bits[3] = {widened(ctx, a->rs1, from, op)};
        rv_fset_bits(ctx, to, a->rd, rv_call_rmm(ctx, op, to, to, bits));
        return true;
    }
    TempId x = from == TYPE_I32 ? rv_src32(ctx, a->rs1) : rv_src(ctx, a->rs1);
    TempId o = rv_fdst(ctx, to, a->rd);
    gen(ir_of(ctx), to, o, x, (Arg)rm);
    rv_fset(ctx, to, a->rd, o);
    return true;
}

#define FROM_INT(name, from, op, gen)                                          \
    bool rv_trans_fcvt_s_##name(DisasContext *ctx, arg_fr2 *a)                 \
    {                                                                          \
        return from_int(ctx, a, TYPE_F32, from, op, gen);                      \
    }                                                                          \
    bool rv_trans_fcvt_d_##name(DisasContext *ctx, arg_fr2 *a)                 \
    {                                                                          \
        return from_int(ctx, a, TYPE_F64, from, op, gen);                      \
    }

FROM_INT(w, TYPE_I32, RMM_FROM_S, gen_fcvt_sf)
FROM_INT(wu, TYPE_I32, RMM_FROM_U, gen_fcvt_uf)
FROM_INT(l, TYPE_I64, RMM_FROM_S, gen_fcvt_sf)
FROM_INT(lu, TYPE_I64, RMM_FROM_U, gen_fcvt_uf)
