/* M: multiplication and division; manual, volume I, "M" extension. */
#include "frontend/riscv/trans.h"

bool rv_trans_mul(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_mul);
}

bool rv_trans_mulh(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_mulsh);
}

bool rv_trans_mulhu(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_muluh);
}

/* A negative rs1 counts 2^64 too much as an unsigned number. */
bool rv_trans_mulhsu(DisasContext *ctx, arg_r *a)
{
    IR *ir = ir_of(ctx);
    TempId x = rv_src(ctx, a->rs1), y = rv_src(ctx, a->rs2);
    TempId excess = rv_temp(ctx), high = rv_temp(ctx);
    gen_sar(ir, TYPE_I64, excess, x, rv_imm(ctx, 63));
    gen_and(ir, TYPE_I64, excess, excess, y);
    gen_muluh(ir, TYPE_I64, high, x, y);
    gen_sub(ir, TYPE_I64, rv_dst(ctx, a->rd), high, excess);
    return true;
}

bool rv_trans_mulw(DisasContext *ctx, arg_r *a)
{
    return rv_binary_w(ctx, a, gen_mul);
}

/*
 * Division traps neither in the guest nor in the IR; the IR leaves results
 * of the corner cases open, and a selection after it puts in the guest's:
 *
 *                  x / 0    x % 0    min / -1    min % -1
 *   the guest's     -1        x        min           0
 *
 * min / -1 = -min and x / -1 = -x for all x: so whenever the divisor is -1.
 */
typedef void GenDivision(IR *ir, Type type, TempId o, TempId x, TempId y);

/* o = y == when ? then : otherwise */
static void select_eq(IR *ir, Type type, TempId o, TempId y, int64_t when,
                      TempId then, TempId otherwise)
{
    gen_movcond(ir, type, o, y, ir_const(ir, type, when), then, otherwise,
                COND_EQ);
}

static void quotient(IR *ir, Type type, TempId o, TempId x, TempId y)
{
    TempId q = ir_temp(ir, type), negated = ir_temp(ir, type);
    gen_divs(ir, type, q, x, y);
    gen_neg(ir, type, negated, x);
    select_eq(ir, type, q, y, -1, negated, q);
    select_eq(ir, type, o, y, 0, ir_const(ir, type, -1), q);
}

static void quotient_unsigned(IR *ir, Type type, TempId o, TempId x, TempId y)
{
    TempId q = ir_temp(ir, type);
    gen_divu(ir, type, q, x, y);
    select_eq(ir, type, o, y, 0, ir_const(ir, type, -1), q);
}

static void remainder_signed(IR *ir, Type type, TempId o, TempId x, TempId y)
{
    TempId r = ir_temp(ir, type);
    gen_rems(ir, type, r, x, y);
    select_eq(ir, type, r, y, -1, ir_const(ir, type, 0), r);
    select_eq(ir, type, o, y, 0, x, r);
}

static void remainder_unsigned(IR *ir, Type type, TempId o, TempId x, TempId y)
{
    TempId r = ir_temp(ir, type);
    gen_remu(ir, type, r, x, y);
    select_eq(ir, type, o, y, 0, x, r);
}

static bool divide(DisasContext *ctx, const arg_r *a, GenDivision *gen)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_src(ctx, a->rs2);
    gen(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, y);
    return true;
}

static bool divide_w(DisasContext *ctx, const arg_r *a, GenDivision *gen)
{
    TempId x = rv_src32(ctx, a->rs1), y = rv_src32(ctx, a->rs2);
    TempId result = ir_temp(ir_of(ctx), TYPE_I32);
    gen(ir_of(ctx), TYPE_I32, result, x, y);
    rv_set_i32(ctx, a->rd, result);
    return true;
}

bool rv_trans_div(DisasContext *ctx, arg_r *a)
{
    return divide(ctx, a, quotient);
}

bool rv_trans_divu(DisasContext *ctx, arg_r *a)
{
    return divide(ctx, a, quotient_unsigned);
}

bool rv_trans_rem(DisasContext *ctx, arg_r *a)
{
    return divide(ctx, a, remainder_signed);
}

bool rv_trans_remu(DisasContext *ctx, arg_r *a)
{
    return divide(ctx, a, remainder_unsigned);
}

bool rv_trans_divw(DisasContext *ctx, arg_r *a)
{
    return divide_w(ctx, a, quotient);
}

bool rv_trans_divuw(DisasContext *ctx, arg_r *a)
{
    return divide_w(ctx, a, quotient_unsigned);
}

bool rv_trans_remw(DisasContext *ctx, arg_r *a)
{
    return divide_w(ctx, a, remainder_signed);
}

bool rv_trans_remuw(DisasContext *ctx, arg_r *a)
{
    return divide_w(ctx, a, remainder_unsigned);
}
