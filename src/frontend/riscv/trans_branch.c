/*
 * Control transfer: manual, volume I, "Control Transfer Instructions".
 *
 * Which jumps are calls and returns follows the manual's table of hints: x1
 * and x5 are link registers; a jump that writes one calls, an indirect jump
 * through one that writes none returns.
 */
#include "frontend/riscv/trans.h"

static bool is_link(int reg)
{
    return reg == RV_RA || reg == RV_T0;
}

/* A branch ends the block: not taken by the first slot, taken by the next. */
static bool branch(DisasContext *ctx, const arg_b *a, Cond cond)
{
    Translation *t = &ctx->t;
    uint64_t taken = t->pc + (uint64_t)(int64_t)a->imm, fall = t->next_pc;
    if (translator_falls_to(t, taken)) {
        cond = cond_invert(cond);
        fall = taken;
        taken = t->next_pc;
    }
    gen_brcond(t->ir, TYPE_I64, rv_src(ctx, a->rs1), rv_src(ctx, a->rs2), cond,
               translator_label(t, taken));
    translator_goto(t, fall);
    return true;
}

bool rv_trans_beq(DisasContext *ctx, arg_b *a)
{
    return branch(ctx, a, COND_EQ);
}

bool rv_trans_bne(DisasContext *ctx, arg_b *a)
{
    return branch(ctx, a, COND_NE);
}

bool rv_trans_blt(DisasContext *ctx, arg_b *a)
{
    return branch(ctx, a, COND_LT);
}

bool rv_trans_bge(DisasContext *ctx, arg_b *a)
{
    return branch(ctx, a, COND_GE);
}

bool rv_trans_bltu(DisasContext *ctx, arg_b *a)
{
    return branch(ctx, a, COND_LTU);
}

bool rv_trans_bgeu(DisasContext *ctx, arg_b *a)
{
    return branch(ctx, a, COND_GEU);
}

/* To a known address, rd = return address. */
static void jump(DisasContext *ctx, int rd, uint64_t target)
{
    Translation *t = &ctx->t;
    rv_set_const(ctx, rd, t->next_pc);
    if (is_link(rd)) {
        translator_call(t, target);
    } else {
        translator_goto(t, target);
    }
}

bool rv_trans_jal(DisasContext *ctx, arg_j *a)
{
    jump(ctx, a->rd, ctx->t.pc + (uint64_t)(int64_t)a->imm);
    return true;
}

/* rs1 + imm; bit 0 does not count (pc_mask). */
static TempId jump_target(DisasContext *ctx, const arg_i *a)
{
    TempId sum = rv_temp(ctx);
    if (a->imm) {
        gen_add(ir_of(ctx), TYPE_I64, sum, rv_src(ctx, a->rs1),
                rv_imm(ctx, a->imm));
    } else {
        gen_mov(ir_of(ctx), TYPE_I64, sum, rv_src(ctx, a->rs1));
    }
    return sum;
}

static void jump_indirect(DisasContext *ctx, const arg_i *a)
{
    Translation *t = &ctx->t;
    TempId target = jump_target(ctx, a);
    rv_set_const(ctx, a->rd, t->next_pc);
    if (is_link(a->rd)) {
        translator_call_ptr(t, target);
    } else if (is_link(a->rs1)) {
        translator_ret_ptr(t, target);
    } else {
        translator_goto_ptr(t, target);
    }
}

bool rv_trans_jalr(DisasContext *ctx, arg_i *a)
{
    uint64_t base;
    if (rv_known(ctx, a->rs1, &base)) { /* after auipc or lui: call, tail */
        jump(ctx, a->rd, (base + (uint64_t)(int64_t)a->imm) & ~1ull);
    } else {
        jump_indirect(ctx, a);
    }
    return true;
}
