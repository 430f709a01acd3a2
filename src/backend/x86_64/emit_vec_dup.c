/* Vectors whose elements are all one value. */
#include "backend/x86_64/emit_vec.h"

/* ---- From a register ----------------------------------------------------- */

static void spread_gpr512(Vec *v, int gpr)
{
    static const VecOp insn[] = {V_PBROADCASTB_G, V_PBROADCASTW_G,
                                 V_PBROADCASTD_G, V_PBROADCASTQ_G};

    asm_avx_rr(v->a, insn[v->vece], v->vl, v->d, gpr);
}

static void spread_gpr256(Vec *v, int gpr)
{
    static const VecOp insn[] = {V_PBROADCASTB, V_PBROADCASTW, V_PBROADCASTD,
                                 V_PBROADCASTQ};

    asm_avx_rr(v->a, v->vece == 3 ? V_MOVQG : V_MOVD, VEX_128, v->d, gpr);
    asm_avx_rr(v->a, insn[v->vece], v->vl, v->d, v->d);
}

static void spread_gpr(Vec *v, int gpr)
{
    int d = v->d;

    asm_sse_rr(v->a, v->vece == 3 ? V_MOVQG : V_MOVD, d, gpr);
    if (v->vece == 0) {
        asm_sse_rr(v->a, V_PUNPCKLBW, d, d);
    }
    if (v->vece <= 1) {
        asm_sse_rri(v->a, V_PSHUFLW, d, d, 0);
    }
    if (v->vece == 2) {
        asm_sse_rri(v->a, V_PSHUFD, d, d, 0);
    } else {
        asm_sse_rr(v->a, V_PUNPCKLQDQ, d, d);
    }
}

static void spread(Vec *v, int gpr)
{
    if (v->level >= VEC_AVX512) {
        spread_gpr512(v, gpr);
    } else if (v->level >= VEC_AVX2) {
        spread_gpr256(v, gpr);
    } else {
        spread_gpr(v, gpr);
    }
}

void x86_vec_do_dup(Vec *v)
{
    const Operand *in = &v->e->in[0];

    if (in->kind != OPERAND_IMM) {
        spread(v, in->reg);
    } else if (in->imm) {
        x86_vec_ones(v, v->d);
    } else {
        x86_vec_zero(v, v->d);
    }
}

void x86_vec_do_dup2(Vec *v)
{
    int d = v->d, t = x86_vec_tmp(v, 0);

    if (v->level < VEC_AVX2) {
        asm_sse_rr(v->a, V_MOVD, d, v->in[0]);
        asm_sse_rr(v->a, V_MOVD, t, v->in[1]);
        asm_sse_rr(v->a, V_PUNPCKLDQ, d, t);
        asm_sse_rr(v->a, V_PUNPCKLQDQ, d, d);
        return;
    }
    asm_avx_rr(v->a, V_MOVD, VEX_128, d, v->in[0]);
    asm_avx_rr(v->a, V_MOVD, VEX_128, t, v->in[1]);
    asm_avx_rrr(v->a, V_PUNPCKLDQ, VEX_128, d, d, t);
    asm_avx_rr(v->a, V_PBROADCASTQ, v->vl, d, d);
}

/* ---- From memory --------------------------------------------------------- */

static void spread_mem(Vec *v, Mem m)
{
    static const VecOp insn[] = {V_PBROADCASTB, V_PBROADCASTW, V_PBROADCASTD,
                                 V_PBROADCASTQ};

    asm_avx_rm(v->a, insn[v->vece], v->vl, v->d, m);
}

/* At the lowest level the row has one temporary, a general register. */
void x86_vec_do_dupm(Vec *v)
{
    Mem m = x86_host_mem(&v->e->in[0], (int64_t)v->e->k[0]);
    int gpr = v->e->tmp[0];

    if (v->level >= VEC_AVX2) {
        spread_mem(v, m);
        return;
    }
    if (v->vece < 2) {
        x86_asm_movzx_rm(v->a, (int)v->vece, gpr, m);
    } else {
        x86_asm_mov_rm(v->a, (int)v->vece, gpr, m);
    }
    spread_gpr(v, gpr);
}
