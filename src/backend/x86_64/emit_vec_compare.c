/*
 * Vector comparisons, selection, minimum and maximum. AVX-512 compares into
 * mask register k1 by any condition; else there is == and signed >, which
 * SSE2 lacks for 64 bits.
 */
#include "backend/x86_64/emit_vec.h"

enum { K1 = 1 };

/* ---- AVX-512 ------------------------------------------------------------ */

static const uint8_t predicate[COND_COUNT] = {
    [COND_NEVER] = 3, [COND_ALWAYS] = 7, [COND_EQ] = 0,  [COND_NE] = 4,
    [COND_LT] = 1,    [COND_GE] = 5,     [COND_GT] = 6,  [COND_LE] = 2,
    [COND_LTU] = 1,   [COND_GEU] = 5,    [COND_GTU] = 6, [COND_LEU] = 2,
};

static bool is_unsigned(Cond c)
{
    return c >= COND_LTU && c <= COND_LEU;
}

static void compare_k1(Vec *v, Cond cond, int a, int b)
{
    static const VecOp signed_cmp[] = {V_PCMPB, V_PCMPW, V_PCMPD, V_PCMPQ};
    static const VecOp unsigned_cmp[] = {V_PCMPUB, V_PCMPUW, V_PCMPUD,
                                         V_PCMPUQ};
    static const VecOp any_bit[] = {V_PTESTMB, V_PTESTMW, V_PTESTMD, V_PTESTMQ};
    static const VecOp no_bit[] = {V_PTESTNMB, V_PTESTNMW, V_PTESTNMD,
                                   V_PTESTNMQ};

    if (cond_is_tst(cond)) {
        const VecOp *test = cond == COND_TSTEQ ? no_bit : any_bit;
        asm_avx_rrr(v->a, test[v->vece], v->vl, K1, a, b);
    } else {
        const VecOp *cmp = is_unsigned(cond) ? unsigned_cmp : signed_cmp;
        asm_avx_rrri(v->a, cmp[v->vece], v->vl, K1, a, b, predicate[cond]);
    }
}

static void expand_k1(Vec *v, int d)
{
    static const VecOp expand[] = {V_PMOVM2B, V_PMOVM2W, V_PMOVM2D, V_PMOVM2Q};

    asm_avx_rr(v->a, expand[v->vece], v->vl, d, K1);
}

static void blend_k1(Vec *v, int d, int yes, int no)
{
    static const VecOp blend[] = {V_PBLENDMB, V_PBLENDMW, V_PBLENDMD,
                                  V_PBLENDMQ};

    asm_avx_rrr(v->a, blend[v->vece], v->vl | EVEX_K(K1), d, no, yes);
}

/* ---- Without ------------------------------------------------------------ */

/* d is neither a nor b; destroys t, which may be either. */
static void equal(Vec *v, int d, int a, int b, int t)
{
    static const VecOp insn[] = {V_PCMPEQB, V_PCMPEQW, V_PCMPEQD, V_PCMPEQQ};
    enum { SWAP_HALVES = 0xb1 };

    if (v->vece < 3 || v->level >= VEC_AVX2) {
        x86_vec_op3(v, insn[v->vece], d, a, b);
        return;
    }
    x86_vec_op3(v, V_PCMPEQD, d, a, b);
    x86_vec_op2i(v, V_PSHUFD, t, d, SWAP_HALVES);
    vec_and(v, d, d, t);
}

/* Sign of b - a, as if it had one bit more. */
static void greater64(Vec *v, int d, int a, int b, bool sign)
{
    int t = x86_vec_tmp(v, 0), u = x86_vec_tmp(v, 1);

    x86_vec_op3(v, V_PSUBQ, d, b, a);
    vec_xor(v, t, b, a);
    if (sign) {
        vec_xor(v, u, d, b);
        vec_and(v, t, t, u);
        vec_xor(v, d, d, t);
    } else {
        x86_vec_op3(v, V_PANDN, t, t, d);
        x86_vec_op3(v, V_PANDN, u, b, a);
        vec_or(v, d, t, u);
    }
    x86_vec_sign(v, 3, d, d);
}

static void greater(Vec *v, int d, int a, int b)
{
    static const VecOp insn[] = {V_PCMPGTB, V_PCMPGTW, V_PCMPGTD, V_PCMPGTQ};

    if (v->vece == 3 && v->level < VEC_AVX2) {
        greater64(v, d, a, b, true);
    } else {
        x86_vec_op3(v, insn[v->vece], d, a, b);
    }
}

/* Bytes and words: a - b, saturating, is 0 if a <= b. */
static void less_equal_unsigned(Vec *v, int d, int a, int b)
{
    int zero = x86_vec_tmp(v, 0), t = x86_vec_tmp(v, 1);

    x86_vec_do3(v, OP_vussub, v->vece, t, a, b);
    x86_vec_zero(v, zero);
    equal(v, d, t, zero, t);
}

/* The others: both with the sign bit flipped. */
static void greater_flipped(Vec *v, int d, int a, int b)
{
    int t = x86_vec_tmp(v, 0), u = x86_vec_tmp(v, 1);
    VecOp shift = v->vece == 2 ? V_PSLLD_I : V_PSLLQ_I;

    x86_vec_ones(v, t);
    x86_vec_opi(v, shift, t, t, (8 << v->vece) - 1);
    vec_xor(v, u, a, t);
    vec_xor(v, t, t, b);
    greater(v, d, u, t);
}

/* Returns whether d is the opposite. */
static bool greater_unsigned(Vec *v, int d, int a, int b)
{
    if (v->vece < 2) {
        less_equal_unsigned(v, d, a, b);
        return true;
    }
    if (v->vece == 3 && v->level < VEC_AVX2) {
        greater64(v, d, a, b, false);
    } else {
        greater_flipped(v, d, a, b);
    }
    return false;
}

static void no_common_bit(Vec *v, int d, int a, int b)
{
    int zero = x86_vec_tmp(v, 0), t = x86_vec_tmp(v, 1);

    vec_and(v, t, a, b);
    x86_vec_zero(v, zero);
    equal(v, d, t, zero, t);
}

/* How to get a condition from the few there are. */
typedef enum Base { ALL, EQUAL, GREATER, GREATER_U, NO_BIT } Base;

static const struct CompareRule {
    uint8_t base;
    bool swap, invert;
} compare_rule[COND_COUNT] = {
    [COND_NEVER] = {ALL, false, true},
    [COND_ALWAYS] = {ALL, false, false},
    [COND_EQ] = {EQUAL, false, false},
    [COND_NE] = {EQUAL, false, true},
    [COND_LT] = {GREATER, true, false},
    [COND_GE] = {GREATER, true, true},
    [COND_GT] = {GREATER, false, false},
    [COND_LE] = {GREATER, false, true},
    [COND_LTU] = {GREATER_U, true, false},
    [COND_GEU] = {GREATER_U, true, true},
    [COND_GTU] = {GREATER_U, false, false},
    [COND_LEU] = {GREATER_U, false, true},
    [COND_TSTEQ] = {NO_BIT, false, false},
    [COND_TSTNE] = {NO_BIT, false, true},
};

static void compare_composed(Vec *v, Cond cond, int d, int a, int b)
{
    const struct CompareRule *r = &compare_rule[cond];
    int x = r->swap ? b : a, y = r->swap ? a : b;
    bool invert = r->invert;

    switch ((Base)r->base) {
    case ALL: x86_vec_ones(v, d); break;
    case EQUAL: equal(v, d, x, y, x86_vec_tmp(v, 0)); break;
    case GREATER: greater(v, d, x, y); break;
    case GREATER_U: invert ^= greater_unsigned(v, d, x, y); break;
    case NO_BIT: no_common_bit(v, d, x, y); break;
    }
    if (invert) {
        x86_vec_ones(v, x86_vec_tmp(v, 0));
        vec_xor(v, d, d, x86_vec_tmp(v, 0));
    }
}

/* ---- Records ------------------------------------------------------------ */

/* Into a register at once, which only those of AVX2 can be. */
static bool is_plain_equal(Cond cond, int d, int a, int b)
{
    return cond == COND_EQ && (d | a | b) < 16;
}

void x86_vec_compare(Vec *v, Cond cond, int d, int a, int b)
{
    if (v->level >= VEC_AVX512 && is_plain_equal(cond, d, a, b)) {
        equal(v, d, a, b, d);
    } else if (v->level >= VEC_AVX512) {
        compare_k1(v, cond, a, b);
        expand_k1(v, d);
    } else {
        compare_composed(v, cond, d, a, b);
    }
}

void x86_vec_do_cmp(Vec *v)
{
    x86_vec_compare(v, (Cond)v->e->k[0], v->d, v->in[0], v->in[1]);
}

void x86_vec_do_cmpsel(Vec *v)
{
    Cond cond = (Cond)v->e->k[0];
    int d = v->d, yes = v->in[2], no = v->in[3];

    if (v->level >= VEC_AVX512) {
        compare_k1(v, cond, v->in[0], v->in[1]);
        blend_k1(v, d, yes, no);
        return;
    }
    x86_vec_compare(v, cond, d, v->in[0], v->in[1]);
    int t = x86_vec_tmp(v, 0);
    vec_and(v, t, d, yes);
    x86_vec_op3(v, V_PANDN, d, d, no);
    vec_or(v, d, d, t);
}

/* With the mask m of a > b: the greater is b ^ ((a ^ b) & m). */
void x86_vec_minmax(Vec *v, Opcode opc, int d, int a, int b)
{
    bool max = opc == OP_vsmax || opc == OP_vumax;
    bool sign = opc == OP_vsmin || opc == OP_vsmax;

    if (x86_vec_has(v, opc, v->vece)) {
        x86_vec_do3(v, opc, v->vece, d, a, b);
        return;
    }
    x86_vec_compare(v, sign ? COND_GT : COND_GTU, d, a, b);
    int t = x86_vec_tmp(v, 0);
    vec_xor(v, t, a, b);
    vec_and(v, d, d, t);
    vec_xor(v, d, d, max ? b : a);
}

void x86_vec_do_minmax(Vec *v)
{
    x86_vec_minmax(v, (Opcode)v->e->opc, v->d, v->in[0], v->in[1]);
}
