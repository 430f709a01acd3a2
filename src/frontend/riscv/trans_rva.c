/*
 * A: atomics; manual, volume I, "A" extension.
 *
 * Read-modify-writes are sequentially consistent ops of the IR, which is at
 * least what aq and rl ask.  lr remembers the address and the value; sc
 * stores if the address is the same and memory still has that value: a value
 * that went and came back is not noticed.  Misaligned accesses fault.
 */
#include "frontend/riscv/trans.h"

enum {
    MEM_W = MO_SL | MO_ALIGN | MO_ATOMIC,
    MEM_D = MO_UQ | MO_ALIGN | MO_ATOMIC,
};

static bool load_reserved(DisasContext *ctx, const arg_atomic *a, MemOp memop)
{
    IR *ir = ir_of(ctx);
    TempId address = rv_src(ctx, a->rs1);
    gen_guest_ld(ir, TYPE_I64, ctx->load_val, address, 0, memop);
    gen_mov(ir, TYPE_I64, ctx->load_res, address);
    gen_mov(ir, TYPE_I64, rv_dst(ctx, a->rd), ctx->load_val);
    return true;
}

bool rv_trans_lr_w(DisasContext *ctx, arg_atomic *a)
{
    return load_reserved(ctx, a, MEM_W);
}

bool rv_trans_lr_d(DisasContext *ctx, arg_atomic *a)
{
    return load_reserved(ctx, a, MEM_D);
}

/* rd = 0 if it stored, else 1; the reservation is gone either way. */
static bool store_conditional(DisasContext *ctx, const arg_atomic *a,
                              MemOp memop)
{
    IR *ir = ir_of(ctx);
    LabelId fail = ir_label(ir), done = ir_label(ir);
    TempId address = rv_src(ctx, a->rs1), value = rv_src(ctx, a->rs2);
    TempId old = rv_temp(ctx), rd = rv_dst(ctx, a->rd);

    gen_brcond(ir, TYPE_I64, address, ctx->load_res, COND_NE, fail);
    gen_atomic_cmpxchg(ir, TYPE_I64, old, address, ctx->load_val, value, 0,
                       memop);
    gen_setcond(ir, TYPE_I64, rd, old, ctx->load_val, COND_NE);
    gen_br(ir, TYPE_I64, done);
    gen_set_label(ir, TYPE_I64, fail);
    gen_mov(ir, TYPE_I64, rd, rv_imm(ctx, 1));
    gen_set_label(ir, TYPE_I64, done);
    gen_mov(ir, TYPE_I64, ctx->load_res,
            rv_imm(ctx, (int64_t)RV_NO_RESERVATION));
    rv_forget_temps(ctx);
    return true;
}

bool rv_trans_sc_w(DisasContext *ctx, arg_atomic *a)
{
    return store_conditional(ctx, a, MEM_W);
}

bool rv_trans_sc_d(DisasContext *ctx, arg_atomic *a)
{
    return store_conditional(ctx, a, MEM_D);
}

/* rd = old value at rs1, memory = old op rs2; both widths of each. */
#define AMO(name, op)                                                          \
    static bool amo##name(DisasContext *ctx, const arg_atomic *a, MemOp m)     \
    {                                                                          \
        TempId address = rv_src(ctx, a->rs1), value = rv_src(ctx, a->rs2);     \
        gen_atomic_##op(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), address,     \
                        value, 0, m);                                          \
        return true;                                                           \
    }                                                                          \
    bool rv_trans_amo##name##_w(DisasContext *ctx, arg_atomic *a)              \
    {                                                                          \
        return amo##name(ctx, a, MEM_W);                                       \
    }                                                                          \
    bool rv_trans_amo##name##_d(DisasContext *ctx, arg_atomic *a)              \
    {                                                                          \
        return amo##name(ctx, a, MEM_D);                                       \
    }

AMO(swap, xchg)
AMO(add, fetch_add)
AMO(xor, fetch_xor)
AMO(and, fetch_and)
AMO(or, fetch_or)
AMO(min, fetch_smin)
AMO(max, fetch_smax)
AMO(minu, fetch_umin)
AMO(maxu, fetch_umax)
