/*
 * F and D: loads, stores, arithmetic, comparison and moves; manual, volume I,
 * chapters "F" and "D".
 *
 * Doubles are computed in the registers' globals, singles in F32 temps that
 * regs.c boxes and remembers.  Arithmetic of the IR may give any quiet NaN
 * (rv_fp_policy), so fcanon follows it.
 */
#include "frontend/riscv/trans_fp.h"

#include "core/softfp.h"

/* Rounding ------------------------------------------------------------ */

int rv_rounding(const DisasContext *ctx, int rm)
{
    if (rm != RV_DYN) {
        return rm <= RV_RMM ? rm : ROUNDING_ILLEGAL;
    }
    switch (ctx->t.flags) {
    case RV_FRM_NORMAL: return FP_ROUND_ENV;
    case RV_FRM_RMM: return FP_ROUND_AWAY;
    default: return ROUNDING_ILLEGAL;
    }
}

void rv_fset_canonical(DisasContext *ctx, Type type, int rd, TempId value)
{
    gen_fcanon(ir_of(ctx), type, value, value);
    rv_fset(ctx, type, rd, value);
}

/* Software arithmetic ------------------------------------------------- */

static unsigned format(Type type)
{
    return type == TYPE_F64 ? SF_F64 : SF_F32;
}

TempId rv_call_rmm(DisasContext *ctx, RmmOp op, Type to, Type from,
                   const TempId bits[3])
{
    IR *ir = ir_of(ctx);
    uint32_t control = rmm_control(op, format(to), format(from));
    TempId args[5] = {ir->env, ir_const(ir, TYPE_I32, (int32_t)control)};
    for (int i = 0; i < 3; i++) {
        args[i + 2] = bits[i] ? bits[i] : rv_imm(ctx, 0);
    }
    TempId result = rv_temp(ctx);
    gen_call(ir, &rv_helper_rmm, result, 5, args);
    return result;
}

TempId rv_fbits(DisasContext *ctx, Type type, int reg)
{
    IR *ir = ir_of(ctx);
    TempId value = rv_fsrc(ctx, type, reg), bits = rv_temp(ctx);
    if (type == TYPE_F64) {
        gen_fmv_fi(ir, TYPE_I64, bits, value);
    } else {
        TempId bits32 = ir_temp(ir, TYPE_I32);
        gen_fmv_fi(ir, TYPE_I32, bits32, value);
        gen_extu_i32_i64(ir, TYPE_I64, bits, bits32);
    }
    return bits;
}

void rv_fset_bits(DisasContext *ctx, Type type, int rd, TempId bits)
{
    IR *ir = ir_of(ctx);
    TempId value = rv_fdst(ctx, type, rd);
    if (type == TYPE_F32) {
        TempId bits32 = ir_temp(ir, TYPE_I32);
        gen_extrl_i64_i32(ir, TYPE_I32, bits32, bits);
        bits = bits32;
    }
    gen_fmv_if(ir, type, value, bits);
    rv_fset(ctx, type, rd, value);
}

static bool arith_rmm(DisasContext *ctx, Type type, RmmOp op, int rd,
                      const int regs[3])
{
    TempId bits[3] = {0};
    for (int i = 0; i < 3 && regs[i] >= 0; i++) {
        bits[i] = rv_fbits(ctx, type, regs[i]);
    }
    rv_fset_bits(ctx, type, rd, rv_call_rmm(ctx, op, type, type, bits));
    return true;
}

/* Loads and stores: the bits as they are ------------------------------ */

bool rv_trans_fld(DisasContext *ctx, arg_i *a)
{
    TempId value = rv_fdst(ctx, TYPE_F64, a->rd);
    gen_guest_ld(ir_of(ctx), TYPE_F64, value, rv_src(ctx, a->rs1),
                 (Arg)(int64_t)a->imm, MO_UQ);
    rv_fset(ctx, TYPE_F64, a->rd, value);
    return true;
}

bool rv_trans_flw(DisasContext *ctx, arg_i *a)
{
    TempId value = rv_fdst(ctx, TYPE_F32, a->rd);
    gen_guest_ld(ir_of(ctx), TYPE_F32, value, rv_src(ctx, a->rs1),
                 (Arg)(int64_t)a->imm, MO_UL);
    rv_fset(ctx, TYPE_F32, a->rd, value);
    return true;
}

bool rv_trans_fsd(DisasContext *ctx, arg_s *a)
{
    gen_guest_st(ir_of(ctx), TYPE_F64, ctx->fpr[a->rs2], rv_src(ctx, a->rs1),
                 (Arg)(int64_t)a->imm, MO_UQ);
    return true;
}

/* The raw bits, as an I64. */
static TempId raw_bits(DisasContext *ctx, int reg)
{
    TempId bits = rv_temp(ctx);
    gen_fmv_fi(ir_of(ctx), TYPE_I64, bits, ctx->fpr[reg]);
    return bits;
}

bool rv_trans_fsw(DisasContext *ctx, arg_s *a)
{
    bool boxed = ctx->boxed >> a->rs2 & 1;
    TempId value = boxed ? ctx->single[a->rs2] : raw_bits(ctx, a->rs2);
    gen_guest_st(ir_of(ctx), boxed ? TYPE_F32 : TYPE_I64, value,
                 rv_src(ctx, a->rs1), (Arg)(int64_t)a->imm, MO_UL);
    return true;
}

/* Arithmetic ---------------------------------------------------------- */

typedef void GenArith1(IR *, Type, TempId o, TempId a, Arg rm);
typedef void GenArith2(IR *, Type, TempId o, TempId a, TempId b, Arg k);
typedef void GenArith3(IR *, Type, TempId o, TempId a, TempId b, TempId c,
                       Arg rm);

static bool arith1(DisasContext *ctx, const arg_fr2 *a, Type type, RmmOp op,
                   GenArith1 *gen)
{
    int rm = rv_rounding(ctx, a->rm);
    if (rm == ROUNDING_ILLEGAL) {
        return false;
    }
    if (rm == FP_ROUND_AWAY) {
        return arith_rmm(ctx, type, op, a->rd, (int[]){a->rs1, -1, -1});
    }
    TempId x = rv_fsrc(ctx, type, a->rs1), o = rv_fdst(ctx, type, a->rd);
    gen(ir_of(ctx), type, o, x, (Arg)rm);
    rv_fset_canonical(ctx, type, a->rd, o);
    return true;
}

static bool arith2(DisasContext *ctx, const arg_fr *a, Type type, RmmOp op,
                   GenArith2 *gen)
{
    int rm = rv_rounding(ctx, a->rm);
    if (rm == ROUNDING_ILLEGAL) {
        return false;
    }
    if (rm == FP_ROUND_AWAY) {
        return arith_rmm(ctx, type, op, a->rd, (int[]){a->rs1, a->rs2, -1});
    }
    TempId x = rv_fsrc(ctx, type, a->rs1), y = rv_fsrc(ctx, type, a->rs2);
    TempId o = rv_fdst(ctx, type, a->rd);
    gen(ir_of(ctx), type, o, x, y, (Arg)rm);
    rv_fset_canonical(ctx, type, a->rd, o);
    return true;
}

static bool arith3(DisasContext *ctx, const arg_fr4 *a, Type type, RmmOp op,
                   GenArith3 *gen)
{
    int rm = rv_rounding(ctx, a->rm);
    if (rm == ROUNDING_ILLEGAL) {
        return false;
    }
    if (rm == FP_ROUND_AWAY) {
        return arith_rmm(ctx, type, op, a->rd, (int[]){a->rs1, a->rs2, a->rs3});
    }
    TempId x = rv_fsrc(ctx, type, a->rs1), y = rv_fsrc(ctx, type, a->rs2);
    TempId z = rv_fsrc(ctx, type, a->rs3), o = rv_fdst(ctx, type, a->rd);
    gen(ir_of(ctx), type, o, x, y, z, (Arg)rm);
    rv_fset_canonical(ctx, type, a->rd, o);
    return true;
}

/* The same instruction of both formats. */
#define ARITH(name, args, arith, op)                                           \
    bool rv_trans_##name##_s(DisasContext *ctx, arg_##args *a)                 \
    {                                                                          \
        return arith(ctx, a, TYPE_F32, op, gen_##name);                        \
    }                                                                          \
    bool rv_trans_##name##_d(DisasContext *ctx, arg_##args *a)                 \
    {                                                                          \
        return arith(ctx, a, TYPE_F64, op, gen_##name);                        \
    }

ARITH(fadd, fr, arith2, RMM_ADD)
ARITH(fsub, fr, arith2, RMM_SUB)
ARITH(fmul, fr, arith2, RMM_MUL)
ARITH(fdiv, fr, arith2, RMM_DIV)
ARITH(fsqrt, fr2, arith1, RMM_SQRT)
ARITH(fmadd, fr4, arith3, RMM_MADD)
ARITH(fmsub, fr4, arith3, RMM_MSUB)
ARITH(fnmsub, fr4, arith3, RMM_NMSUB)
ARITH(fnmadd, fr4, arith3, RMM_NMADD)

/* Minimum, sign injection, comparison, class -------------------------- */

typedef void GenPlain2(IR *, Type, TempId o, TempId a, TempId b);

static bool min_max(DisasContext *ctx, const arg_r *a, Type type,
                    GenArith2 *gen)
{
    TempId x = rv_fsrc(ctx, type, a->rs1), y = rv_fsrc(ctx, type, a->rs2);
    TempId o = rv_fdst(ctx, type, a->rd);
    gen(ir_of(ctx), type, o, x, y, FMIN_NUMBER);
    rv_fset_canonical(ctx, type, a->rd, o);
    return true;
}

/* Works on bits: NaNs stay as they are. */
static bool inject_sign(DisasContext *ctx, const arg_r *a, Type type,
                        GenPlain2 *gen)
{
    TempId x = rv_fsrc(ctx, type, a->rs1), y = rv_fsrc(ctx, type, a->rs2);
    TempId o = rv_fdst(ctx, type, a->rd);
    if (gen == gen_fsgnj && a->rs1 == a->rs2) { /* fmv */
        gen_mov(ir_of(ctx), type, o, x);
    } else {
        gen(ir_of(ctx), type, o, x, y);
    }
    rv_fset(ctx, type, a->rd, o);
    return true;
}

static bool compare(DisasContext *ctx, const arg_r *a, Type type, FCmp cmp)
{
    TempId x = rv_fsrc(ctx, type, a->rs1), y = rv_fsrc(ctx, type, a->rs2);
    gen_fcmp(ir_of(ctx), type, rv_dst(ctx, a->rd), x, y, cmp);
    return true;
}

/* The bits of fclass are those of FCLASS_*. */
_Static_assert(FCLASS_NEG_INFINITY == 1 << 0 && FCLASS_NEG_ZERO == 1 << 3 &&
                   FCLASS_ZERO == 1 << 4 && FCLASS_INFINITY == 1 << 7 &&
                   FCLASS_SIGNALLING == 1 << 8 && FCLASS_QUIET == 1 << 9,
               "fclass");

static bool classify(DisasContext *ctx, const arg_r2 *a, Type type)
{
    TempId x = rv_fsrc(ctx, type, a->rs1);
    gen_fclass(ir_of(ctx), type, rv_dst(ctx, a->rd), x);
    return true;
}

#define BOTH(name, args, fn, ...)                                              \
    bool rv_trans_##name##_s(DisasContext *ctx, arg_##args *a)                 \
    {                                                                          \
        return fn(ctx, a, TYPE_F32, ##__VA_ARGS__);                            \
    }                                                                          \
    bool rv_trans_##name##_d(DisasContext *ctx, arg_##args *a)                 \
    {                                                                          \
        return fn(ctx, a, TYPE_F64, ##__VA_ARGS__);                            \
    }

BOTH(fmin, r, min_max, gen_fmin)
BOTH(fmax, r, min_max, gen_fmax)
BOTH(fsgnj, r, inject_sign, gen_fsgnj)
BOTH(fsgnjn, r, inject_sign, gen_fsgnjn)
BOTH(fsgnjx, r, inject_sign, gen_fsgnjx)
BOTH(feq, r, compare, FCMP_EQ)
BOTH(flt, r, compare, FCMP_LT)
BOTH(fle, r, compare, FCMP_LE)
BOTH(fclass, r2, classify)

/* Moves between the files: bits --------------------------------------- */

bool rv_trans_fmv_x_d(DisasContext *ctx, arg_r2 *a)
{
    gen_fmv_fi(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), ctx->fpr[a->rs1]);
    return true;
}

bool rv_trans_fmv_x_w(DisasContext *ctx, arg_r2 *a)
{
    rv_set_low(ctx, a->rd, raw_bits(ctx, a->rs1));
    return true;
}

bool rv_trans_fmv_d_x(DisasContext *ctx, arg_r2 *a)
{
    rv_fset_bits(ctx, TYPE_F64, a->rd, rv_src(ctx, a->rs1));
    return true;
}

bool rv_trans_fmv_w_x(DisasContext *ctx, arg_r2 *a)
{
    rv_fset_bits(ctx, TYPE_F32, a->rd, rv_src(ctx, a->rs1));
    return true;
}
