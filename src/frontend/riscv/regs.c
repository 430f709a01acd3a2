/* Guest registers as operands of IR ops. */
#include "frontend/riscv/trans.h"

#include <string.h>

TempId rv_src(DisasContext *ctx, int reg)
{
    return reg ? ctx->gpr[reg] : rv_imm(ctx, 0);
}

TempId rv_dst(DisasContext *ctx, int reg)
{
    ctx->known &= ~(1u << reg);
    return reg ? ctx->gpr[reg] : rv_temp(ctx);
}

void rv_set_const(DisasContext *ctx, int reg, uint64_t value)
{
    if (!reg) {
        return;
    }
    gen_mov(ir_of(ctx), TYPE_I64, ctx->gpr[reg], rv_imm(ctx, (int64_t)value));
    ctx->known |= 1u << reg;
    ctx->value[reg] = value;
}

bool rv_known(const DisasContext *ctx, int reg, uint64_t *value)
{
    *value = reg ? ctx->value[reg] : 0;
    return !reg || (ctx->known >> reg & 1);
}

TempId rv_src32(DisasContext *ctx, int reg)
{
    TempId low = ir_temp(ir_of(ctx), TYPE_I32);
    gen_extrl_i64_i32(ir_of(ctx), TYPE_I32, low, rv_src(ctx, reg));
    return low;
}

void rv_set_low(DisasContext *ctx, int reg, TempId value)
{
    gen_sextract(ir_of(ctx), TYPE_I64, rv_dst(ctx, reg), value, 0, 32);
}

void rv_set_i32(DisasContext *ctx, int reg, TempId value)
{
    gen_ext_i32_i64(ir_of(ctx), TYPE_I64, rv_dst(ctx, reg), value);
}

bool rv_binary(DisasContext *ctx, const arg_r *a, GenBinary *gen)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_src(ctx, a->rs2);
    gen(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, y);
    return true;
}

bool rv_binary_w(DisasContext *ctx, const arg_r *a, GenBinary *gen)
{
    TempId t = rv_temp(ctx);
    gen(ir_of(ctx), TYPE_I64, t, rv_src(ctx, a->rs1), rv_src(ctx, a->rs2));
    rv_set_low(ctx, a->rd, t);
    return true;
}

TempId rv_fsrc(DisasContext *ctx, Type type, int reg)
{
    if (type == TYPE_F64) {
        return ctx->fpr[reg];
    }
    if (!ctx->single[reg]) {
        ctx->single[reg] = ir_temp(ir_of(ctx), TYPE_F32);
        gen_funbox(ir_of(ctx), TYPE_F32, ctx->single[reg], ctx->fpr[reg]);
    }
    return ctx->single[reg];
}

TempId rv_fdst(DisasContext *ctx, Type type, int reg)
{
    return type == TYPE_F64 ? ctx->fpr[reg] : ir_temp(ir_of(ctx), TYPE_F32);
}

void rv_fset(DisasContext *ctx, Type type, int reg, TempId value)
{
    uint32_t bit = 1u << reg;
    if (type == TYPE_F64) {
        ctx->single[reg] = 0;
        ctx->boxed &= ~bit;
        return;
    }
    gen_fbox(ir_of(ctx), TYPE_F32, ctx->fpr[reg], value);
    ctx->single[reg] = value;
    ctx->boxed |= bit;
}

void rv_forget_temps(DisasContext *ctx)
{
    memset(ctx->single, 0, sizeof(ctx->single));
    ctx->boxed = 0;
}

void rv_exit(DisasContext *ctx, uint64_t pc, int reason)
{
    IR *ir = ir_of(ctx);
    gen_mov(ir, TYPE_I64, ctx->pc, rv_imm(ctx, (int64_t)pc));
    gen_exit_tb(ir, TYPE_I64, (Arg)reason);
    ctx->t.ended = true;
}
