/* RV32I and RV64I, Zifencei: manual, volume I, chapters RV32I and RV64I. */
#include "frontend/riscv/trans.h"

/* Constants: lui, auipc ----------------------------------------------- */

bool rv_trans_lui(DisasContext *ctx, arg_u *a)
{
    rv_set_const(ctx, a->rd, (uint64_t)(int64_t)a->imm);
    return true;
}

bool rv_trans_auipc(DisasContext *ctx, arg_u *a)
{
    rv_set_const(ctx, a->rd, ctx->t.pc + (uint64_t)(int64_t)a->imm);
    return true;
}

/* Arithmetic ---------------------------------------------------------- */

static bool binary_imm(DisasContext *ctx, const arg_i *a, GenBinary *gen)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_imm(ctx, a->imm);
    gen(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, y);
    return true;
}

static bool compare(DisasContext *ctx, int rd, TempId x, TempId y, Cond cond)
{
    gen_setcond(ir_of(ctx), TYPE_I64, rv_dst(ctx, rd), x, y, cond);
    return true;
}

bool rv_trans_add(DisasContext *ctx, arg_r *a)
{
    uint64_t value;
    if (!a->rs1 || !a->rs2) { /* c.mv */
        if (rv_known(ctx, a->rs1 | a->rs2, &value)) {
            rv_set_const(ctx, a->rd, value);
            return true;
        }
        TempId from = rv_src(ctx, a->rs1 | a->rs2);
        gen_mov(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), from);
        return true;
    }
    return rv_binary(ctx, a, gen_add);
}

bool rv_trans_sub(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_sub);
}

bool rv_trans_xor(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_xor);
}

bool rv_trans_or(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_or);
}

bool rv_trans_and(DisasContext *ctx, arg_r *a)
{
    return rv_binary(ctx, a, gen_and);
}

bool rv_trans_slt(DisasContext *ctx, arg_r *a)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_src(ctx, a->rs2);
    return compare(ctx, a->rd, x, y, COND_LT);
}

bool rv_trans_sltu(DisasContext *ctx, arg_r *a)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_src(ctx, a->rs2);
    return compare(ctx, a->rd, x, y, COND_LTU);
}

bool rv_trans_addi(DisasContext *ctx, arg_i *a)
{
    uint64_t value;
    if (rv_known(ctx, a->rs1, &value)) { /* li, la */
        rv_set_const(ctx, a->rd, value + (uint64_t)(int64_t)a->imm);
        return true;
    }
    if (!a->imm) {
        TempId from = rv_src(ctx, a->rs1);
        gen_mov(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), from);
        return true;
    }
    return binary_imm(ctx, a, gen_add);
}

bool rv_trans_xori(DisasContext *ctx, arg_i *a)
{
    return binary_imm(ctx, a, gen_xor);
}

bool rv_trans_ori(DisasContext *ctx, arg_i *a)
{
    return binary_imm(ctx, a, gen_or);
}

bool rv_trans_andi(DisasContext *ctx, arg_i *a)
{
    return binary_imm(ctx, a, gen_and);
}

bool rv_trans_slti(DisasContext *ctx, arg_i *a)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_imm(ctx, a->imm);
    return compare(ctx, a->rd, x, y, COND_LT);
}

bool rv_trans_sltiu(DisasContext *ctx, arg_i *a)
{
    TempId x = rv_src(ctx, a->rs1), y = rv_imm(ctx, a->imm);
    return compare(ctx, a->rd, x, y, COND_LTU);
}

bool rv_trans_addw(DisasContext *ctx, arg_r *a)
{
    return rv_binary_w(ctx, a, gen_add);
}

bool rv_trans_subw(DisasContext *ctx, arg_r *a)
{
    return rv_binary_w(ctx, a, gen_sub);
}

bool rv_trans_addiw(DisasContext *ctx, arg_i *a)
{
    uint64_t value;
    if (rv_known(ctx, a->rs1, &value)) { /* li of 32 bits */
        rv_set_const(ctx, a->rd, (uint64_t)(int32_t)(value + (uint64_t)a->imm));
        return true;
    }
    TempId sum = rv_src(ctx, a->rs1);
    if (a->imm) {
        sum = rv_temp(ctx);
        gen_add(ir_of(ctx), TYPE_I64, sum, rv_src(ctx, a->rs1),
                rv_imm(ctx, a->imm));
    }
    rv_set_low(ctx, a->rd, sum);
    return true;
}

/* Shifts -------------------------------------------------------------- */

/* The low 5 or 6 bits of rs2. */
static TempId shift_count(DisasContext *ctx, int rs2, int mask)
{
    TempId count = rv_temp(ctx);
    gen_and(ir_of(ctx), TYPE_I64, count, rv_src(ctx, rs2), rv_imm(ctx, mask));
    return count;
}

static bool shift(DisasContext *ctx, const arg_r *a, GenBinary *gen)
{
    TempId count = shift_count(ctx, a->rs2, 63), x = rv_src(ctx, a->rs1);
    gen(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, count);
    return true;
}

static bool shift_imm(DisasContext *ctx, const arg_shift *a, GenBinary *gen)
{
    TempId x = rv_src(ctx, a->rs1), count = rv_imm(ctx, a->shamt);
    gen(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, count);
    return true;
}

bool rv_trans_sll(DisasContext *ctx, arg_r *a)
{
    return shift(ctx, a, gen_shl);
}

bool rv_trans_srl(DisasContext *ctx, arg_r *a)
{
    return shift(ctx, a, gen_shr);
}

bool rv_trans_sra(DisasContext *ctx, arg_r *a)
{
    return shift(ctx, a, gen_sar);
}

bool rv_trans_slli(DisasContext *ctx, arg_shift *a)
{
    return shift_imm(ctx, a, gen_shl);
}

bool rv_trans_srli(DisasContext *ctx, arg_shift *a)
{
    return shift_imm(ctx, a, gen_shr);
}

bool rv_trans_srai(DisasContext *ctx, arg_shift *a)
{
    return shift_imm(ctx, a, gen_sar);
}

/* 32-bit ops on halves: the host's 32-bit shift needs no extension before. */
static bool shift_w(DisasContext *ctx, const arg_r *a, GenBinary *gen)
{
    IR *ir = ir_of(ctx);
    TempId x = rv_src32(ctx, a->rs1), count = rv_src32(ctx, a->rs2);
    TempId masked = ir_temp(ir, TYPE_I32), result = ir_temp(ir, TYPE_I32);
    gen_and(ir, TYPE_I32, masked, count, ir_const(ir, TYPE_I32, 31));
    gen(ir, TYPE_I32, result, x, masked);
    rv_set_i32(ctx, a->rd, result);
    return true;
}

bool rv_trans_sllw(DisasContext *ctx, arg_r *a)
{
    return shift_w(ctx, a, gen_shl);
}

bool rv_trans_srlw(DisasContext *ctx, arg_r *a)
{
    return shift_w(ctx, a, gen_shr);
}

bool rv_trans_sraw(DisasContext *ctx, arg_r *a)
{
    return shift_w(ctx, a, gen_sar);
}

bool rv_trans_slliw(DisasContext *ctx, arg_shift *a)
{
    TempId t = rv_temp(ctx);
    gen_shl(ir_of(ctx), TYPE_I64, t, rv_src(ctx, a->rs1),
            rv_imm(ctx, a->shamt));
    rv_set_low(ctx, a->rd, t);
    return true;
}

bool rv_trans_srliw(DisasContext *ctx, arg_shift *a)
{
    TempId x = rv_src(ctx, a->rs1);
    if (a->shamt) { /* bit 31 of the result is 0 */
        gen_extract(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, (Arg)a->shamt,
                    32 - (Arg)a->shamt);
    } else {
        rv_set_low(ctx, a->rd, x);
    }
    return true;
}

bool rv_trans_sraiw(DisasContext *ctx, arg_shift *a)
{
    TempId x = rv_src(ctx, a->rs1);
    gen_sextract(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), x, (Arg)a->shamt,
                 32 - (Arg)a->shamt);
    return true;
}

/* Loads and stores: any alignment ------------------------------------- */

static bool load(DisasContext *ctx, const arg_i *a, MemOp memop)
{
    TempId base = rv_src(ctx, a->rs1);
    gen_guest_ld(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), base,
                 (Arg)(int64_t)a->imm, memop);
    return true;
}

static bool store(DisasContext *ctx, const arg_s *a, MemOp memop)
{
    gen_guest_st(ir_of(ctx), TYPE_I64, rv_src(ctx, a->rs2), rv_src(ctx, a->rs1),
                 (Arg)(int64_t)a->imm, memop);
    return true;
}

bool rv_trans_lb(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_SB);
}

bool rv_trans_lh(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_SW);
}

bool rv_trans_lw(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_SL);
}

bool rv_trans_ld(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_UQ);
}

bool rv_trans_lbu(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_UB);
}

bool rv_trans_lhu(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_UW);
}

bool rv_trans_lwu(DisasContext *ctx, arg_i *a)
{
    return load(ctx, a, MO_UL);
}

bool rv_trans_sb(DisasContext *ctx, arg_s *a)
{
    return store(ctx, a, MO_UB);
}

bool rv_trans_sh(DisasContext *ctx, arg_s *a)
{
    return store(ctx, a, MO_UW);
}

bool rv_trans_sw(DisasContext *ctx, arg_s *a)
{
    return store(ctx, a, MO_UL);
}

bool rv_trans_sd(DisasContext *ctx, arg_s *a)
{
    return store(ctx, a, MO_UQ);
}

/* fence: bits 3:0 of a set are I O R W -------------------------------- */

enum { SET_W = 1, SET_R = 2, SET_O = 4, SET_I = 8 };

static bool barrier(DisasContext *ctx, int pred, int succ)
{
    bool read1 = pred & (SET_R | SET_I), write1 = pred & (SET_W | SET_O);
    bool read2 = succ & (SET_R | SET_I), write2 = succ & (SET_W | SET_O);
    Arg kind =
        (read1 && read2 ? MB_LD_LD : 0) | (write1 && read2 ? MB_ST_LD : 0) |
        (read1 && write2 ? MB_LD_ST : 0) | (write1 && write2 ? MB_ST_ST : 0);
    if (kind) {
        gen_mb(ir_of(ctx), TYPE_I64, kind);
    }
    return true;
}

bool rv_trans_fence(DisasContext *ctx, arg_fence *a)
{
    return barrier(ctx, a->pred, a->succ);
}

/* All orders but writes before reads. */
bool rv_trans_fence_tso(DisasContext *ctx, arg_empty *a)
{
    (void)a;
    gen_mb(ir_of(ctx), TYPE_I64, MB_LD_LD | MB_LD_ST | MB_ST_ST);
    return true;
}

bool rv_trans_pause(DisasContext *ctx, arg_empty *a)
{
    (void)ctx;
    (void)a;
    return true;
}

bool rv_trans_fence_i(DisasContext *ctx, arg_empty *a)
{
    (void)a;
    rv_exit(ctx, ctx->t.next_pc, EXIT_CODE_CHANGED);
    return true;
}

bool rv_trans_ecall(DisasContext *ctx, arg_empty *a)
{
    (void)a;
    rv_exit(ctx, ctx->t.next_pc, EXIT_SYSCALL);
    return true;
}

bool rv_trans_ebreak(DisasContext *ctx, arg_empty *a)
{
    (void)a;
    rv_exit(ctx, ctx->t.pc, EXIT_BREAK);
    return true;
}

/* True: returning false would try the pattern that this one overlaps. */
bool rv_trans_illegal(DisasContext *ctx, arg_empty *a)
{
    (void)a;
    rv_exit(ctx, ctx->t.pc, EXIT_ILLEGAL);
    return true;
}
