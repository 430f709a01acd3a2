/* Vector arithmetic and logic that takes more than one instruction. */
#include "backend/x86_64/emit_vec.h"

/* ---- Multiplication ------------------------------------------------------ */

/* Bytes: the odd ones and the even ones, each as words. */
static void mul8(Vec *v)
{
    int a = v->in[0], b = v->in[1], d = v->d, t = x86_vec_tmp(v, 0);

    x86_vec_opi(v, V_PSRLW_I, t, a, 8);
    x86_vec_opi(v, V_PSRLW_I, d, b, 8);
    x86_vec_op3(v, V_PMULLW, d, d, t);
    x86_vec_opi(v, V_PSLLW_I, d, d, 8);
    x86_vec_op3(v, V_PMULLW, t, a, b);
    x86_vec_opi(v, V_PSLLW_I, t, t, 8);
    x86_vec_opi(v, V_PSRLW_I, t, t, 8);
    vec_or(v, d, d, t);
}

/* The products of the even and of the odd elements, interleaved. */
static void mul32(Vec *v)
{
    int a = v->in[0], b = v->in[1], d = v->d;
    int odd = x86_vec_tmp(v, 0), t = x86_vec_tmp(v, 1);
    enum { EVEN_DOWN = 0x08 };

    x86_vec_op3(v, V_PMULUDQ, d, a, b);
    x86_vec_opi(v, V_PSRLQ_I, odd, a, 32);
    x86_vec_opi(v, V_PSRLQ_I, t, b, 32);
    x86_vec_op3(v, V_PMULUDQ, odd, odd, t);
    x86_vec_op2i(v, V_PSHUFD, d, d, EVEN_DOWN);
    x86_vec_op2i(v, V_PSHUFD, odd, odd, EVEN_DOWN);
    x86_vec_op3(v, V_PUNPCKLDQ, d, d, odd);
}

/* low * low + ((high * low + low * high) << 32) */
static void mul64(Vec *v)
{
    int a = v->in[0], b = v->in[1], d = v->d, t = x86_vec_tmp(v, 0);

    x86_vec_opi(v, V_PSRLQ_I, t, a, 32);
    x86_vec_op3(v, V_PMULUDQ, t, t, b);
    x86_vec_opi(v, V_PSRLQ_I, d, b, 32);
    x86_vec_op3(v, V_PMULUDQ, d, d, a);
    x86_vec_op3(v, V_PADDQ, d, d, t);
    x86_vec_opi(v, V_PSLLQ_I, d, d, 32);
    x86_vec_op3(v, V_PMULUDQ, t, a, b);
    x86_vec_op3(v, V_PADDQ, d, d, t);
}

void x86_vec_do_mul(Vec *v)
{
    switch (v->vece) {
    case 0: mul8(v); break;
    case 2: mul32(v); break;
    default: mul64(v);
    }
}

/* ---- Sign ---------------------------------------------------------------- */

void x86_vec_do_neg(Vec *v)
{
    x86_vec_zero(v, v->d);
    x86_vec_do3(v, OP_vsub, v->vece, v->d, v->d, v->in[0]);
}

static void sign8(Vec *v, int d, int a)
{
    enum { K1 = 1 };

    if (v->level >= VEC_AVX512) {
        asm_avx_rr(v->a, V_PMOVB2M, v->vl, K1, a);
        asm_avx_rr(v->a, V_PMOVM2B, v->vl, d, K1);
    } else {
        x86_vec_zero(v, d);
        x86_vec_op3(v, V_PCMPGTB, d, d, a);
    }
}

void x86_vec_sign(Vec *v, unsigned vece, int d, int a)
{
    enum { ODD_TWICE = 0xf5 };

    if (vece == 0) {
        sign8(v, d, a);
    } else if (vece == 1) {
        x86_vec_opi(v, V_PSRAW_I, d, a, 15);
    } else {
        x86_vec_opi(v, V_PSRAD_I, d, a, 31);
        if (vece == 3) {
            x86_vec_op2i(v, V_PSHUFD, d, d, ODD_TWICE);
        }
    }
}

/* (a ^ s) - s, s the sign */
void x86_vec_do_abs(Vec *v)
{
    int t = x86_vec_tmp(v, 0);

    x86_vec_sign(v, v->vece, t, v->in[0]);
    vec_xor(v, v->d, v->in[0], t);
    x86_vec_do3(v, OP_vsub, v->vece, v->d, v->d, t);
}

/* ---- Saturation: elements of 32 and 64 bits ------------------------------ */

void x86_vec_merge(Vec *v, int d, int x, int mask)
{
    vec_xor(v, x, x, d);
    vec_and(v, x, x, mask);
    vec_xor(v, d, d, x);
}

/* The largest signed number. */
static void max_signed(Vec *v, int d)
{
    x86_vec_ones(v, d);
    x86_vec_opi(v, (VecOp)x86_vec_insn[OP_vshri][v->vece].insn, d, d, 1);
}

/*
 * A sum r overflows if a and b have one sign and r the other, a difference if
 * a and b differ and r is not like a. The result then has the sign of a.
 */
void x86_vec_do_ssat(Vec *v)
{
    bool sub = v->e->opc == OP_vsssub;
    int a = v->in[0], b = v->in[1], d = v->d;
    int over = x86_vec_tmp(v, 0), t = x86_vec_tmp(v, 1),
        limit = x86_vec_tmp(v, 2);

    x86_vec_do3(v, sub ? OP_vsub : OP_vadd, v->vece, d, a, b);
    vec_xor(v, t, d, a);
    vec_xor(v, over, a, b);
    x86_vec_op3(v, sub ? V_PAND : V_PANDN, over, over, t);
    x86_vec_sign(v, v->vece, over, over);
    x86_vec_sign(v, v->vece, t, a);
    max_signed(v, limit);
    vec_xor(v, limit, limit, t);
    x86_vec_merge(v, d, limit, over);
}

/* a + min(~a, b) */
void x86_vec_do_usadd(Vec *v)
{
    int a = v->in[0], b = v->in[1], not_a = x86_vec_tmp(v, 2);

    x86_vec_ones(v, not_a);
    vec_xor(v, not_a, not_a, a);
    x86_vec_minmax(v, OP_vumin, v->d, not_a, b);
    x86_vec_do3(v, OP_vadd, v->vece, v->d, v->d, a);
}

/* max(a, b) - b */
void x86_vec_do_ussub(Vec *v)
{
    x86_vec_minmax(v, OP_vumax, v->d, v->in[0], v->in[1]);
    x86_vec_do3(v, OP_vsub, v->vece, v->d, v->d, v->in[1]);
}

/* ---- Logic --------------------------------------------------------------- */

void x86_vec_do_andc(Vec *v)
{
    x86_vec_op3(v, V_PANDN, v->d, v->in[1], v->in[0]);
}

/* The truth table, for the instruction's second and third operand. */
static int truth_table(Opcode opc)
{
    enum { B = 0xcc, C = 0xaa };

    switch (opc) {
    case OP_vorc: return B | (C ^ 0xff);
    case OP_vnand: return (B & C) ^ 0xff;
    case OP_vnor: return (B | C) ^ 0xff;
    default: return B ^ C ^ 0xff;
    }
}

static void not(Vec * v, int d, int a)
{
    x86_vec_ones(v, d);
    vec_xor(v, d, d, a);
}

static void negated(Vec *v, VecOp insn)
{
    int t = x86_vec_tmp(v, 0);

    x86_vec_op3(v, insn, t, v->in[0], v->in[1]);
    not(v, v->d, t);
}

void x86_vec_do_logic(Vec *v)
{
    Opcode opc = (Opcode)v->e->opc;

    if (v->level >= VEC_AVX512) {
        asm_avx_rrri(v->a, V_PTERNLOGQ, v->vl, v->d, v->in[0], v->in[1],
                     truth_table(opc));
    } else if (opc == OP_vorc) {
        not(v, v->d, v->in[1]);
        vec_or(v, v->d, v->d, v->in[0]);
    } else {
        negated(v, opc == OP_vnand ? V_PAND : opc == OP_vnor ? V_POR : V_PXOR);
    }
}

void x86_vec_do_not(Vec *v)
{
    if (v->level >= VEC_AVX512) {
        asm_avx_rrri(v->a, V_PTERNLOGQ, v->vl, v->d, v->in[0], v->in[0], 0x55);
    } else {
        not(v, v->d, v->in[0]);
    }
}

/* The mask is in the output's register where there is AVX-512. */
void x86_vec_do_bitsel(Vec *v)
{
    int mask = v->in[0], b = v->in[1], c = v->in[2];
    enum { SELECT = 0xca };

    if (v->level >= VEC_AVX512) {
        asm_avx_rrri(v->a, V_PTERNLOGQ, v->vl, v->d, b, c, SELECT);
        return;
    }
    vec_and(v, x86_vec_tmp(v, 0), mask, b);
    x86_vec_op3(v, V_PANDN, v->d, mask, c);
    vec_or(v, v->d, v->d, x86_vec_tmp(v, 0));
}
