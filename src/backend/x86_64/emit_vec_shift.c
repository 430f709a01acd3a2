/*
 * Vector shifts and rotates. What is not one instruction is done, in this
 * order of preference, by
 * - halves: the even and the odd elements, each in elements twice as wide;
 * - steps: for each bit of the count, shift by its constant and keep that
 *   where the bit is set.
 */
#include "backend/x86_64/emit_vec.h"

typedef enum ShiftKind { SHL, SHR, SAR, ROTL, ROTR } ShiftKind;
typedef enum CountForm { BY_CONST, BY_SCALAR, BY_VECTOR } CountForm;

/* value: the constant, or a vector register. */
typedef struct Count {
    CountForm form;
    int value;
} Count;

_Static_assert(OP_vsari == OP_vshli + SAR && OP_vrotli == OP_vshli + ROTL &&
                   OP_vsars == OP_vshls + SAR && OP_vrotls == OP_vshls + ROTL &&
                   OP_vsarv == OP_vshlv + SAR && OP_vrotrv == OP_vshlv + ROTR,
               "kinds of shifts in the order of opcode.def");

static Opcode shift_opcode(ShiftKind kind, CountForm form)
{
    static const Opcode first[] = {OP_vshli, OP_vshls, OP_vshlv};

    return (Opcode)(first[form] + kind);
}

static bool has_shift(const Vec *v, ShiftKind kind, CountForm form,
                      unsigned vece)
{
    return (kind != ROTR || form == BY_VECTOR) &&
           x86_vec_has(v, shift_opcode(kind, form), vece);
}

static void native_shift(Vec *v, ShiftKind kind, unsigned vece, int d, int a,
                         Count n)
{
    Opcode opc = shift_opcode(kind, n.form);
    VecOp insn = (VecOp)x86_vec_insn[opc][vece].insn;

    check(x86_vec_has(v, opc, vece), "no instruction for %s of size %u",
          opcode_info[opc].name, vece);
    if (n.form == BY_CONST) {
        x86_vec_opi(v, insn, d, a, n.value);
    } else {
        x86_vec_op3(v, insn, d, a, n.value);
    }
}

static void shift_const(Vec *v, ShiftKind kind, unsigned vece, int d, int a,
                        int n)
{
    native_shift(v, kind, vece, d, a, (Count){BY_CONST, n});
}

/* ---- Halves -------------------------------------------------------------- */

/* The count of the odd or the even elements, alone in wide elements. */
static Count half_count(Vec *v, unsigned vece, Count n, bool odd)
{
    int bits = 8 << vece;

    if (n.form != BY_VECTOR) {
        return n;
    }
    int t = x86_vec_tmp(v, 1);
    if (odd) {
        shift_const(v, SHR, vece + 1, t, n.value, bits);
    } else {
        shift_const(v, SHL, vece + 1, t, n.value, bits);
        shift_const(v, SHR, vece + 1, t, t, bits);
    }
    return (Count){BY_VECTOR, t};
}

/* t = the odd elements shifted, zeros between them. */
static void odd_half(Vec *v, ShiftKind kind, unsigned vece, int t, int a,
                     Count n)
{
    int bits = 8 << vece;

    if (kind == SHL) {
        shift_const(v, SHR, vece + 1, t, a, bits);
        shift_const(v, SHL, vece + 1, t, t, bits);
        native_shift(v, SHL, vece + 1, t, t, n);
    } else {
        native_shift(v, kind, vece + 1, t, a, n);
        shift_const(v, SHR, vece + 1, t, t, bits);
        shift_const(v, SHL, vece + 1, t, t, bits);
    }
}

static void even_half(Vec *v, ShiftKind kind, unsigned vece, int d, int a,
                      Count n)
{
    int bits = 8 << vece;

    shift_const(v, SHL, vece + 1, d, a, bits);
    native_shift(v, kind, vece + 1, d, d, n);
    shift_const(v, SHR, vece + 1, d, d, bits);
}

/* d, a and t differ. Uses temporary 1 for counts by element. */
static void by_halves(Vec *v, ShiftKind kind, unsigned vece, int d, int a,
                      Count n, int t)
{
    odd_half(v, kind, vece, t, a, half_count(v, vece, n, true));
    even_half(v, kind, vece, d, a, half_count(v, vece, n, false));
    vec_or(v, d, d, t);
}

/* ---- One shift ----------------------------------------------------------- */

/* ((a ^ s) >> n) ^ s, s the sign */
static void sar64(Vec *v, int d, int a, Count n, int t)
{
    x86_vec_sign(v, 3, t, a);
    vec_xor(v, d, a, t);
    native_shift(v, SHR, 3, d, d, n);
    vec_xor(v, d, d, t);
}

/*
 * d, a and t differ. A constant may be the width for shl and shr, which then
 * give zeros.
 */
static void shift(Vec *v, ShiftKind kind, unsigned vece, int d, int a, Count n,
                  int t)
{
    if (has_shift(v, kind, n.form, vece)) {
        native_shift(v, kind, vece, d, a, n);
    } else if (kind == SAR && vece == 3) {
        sar64(v, d, a, n, t);
    } else {
        by_halves(v, kind, vece, d, a, n, t);
    }
}

/* d, a, t and u differ. */
static void rotate_const(Vec *v, unsigned vece, int d, int a, int n, int t,
                         int u)
{
    int bits = 8 << vece;

    if (has_shift(v, ROTL, BY_CONST, vece)) {
        shift_const(v, ROTL, vece, d, a, n);
        return;
    }
    shift(v, SHL, vece, d, a, (Count){BY_CONST, n}, t);
    shift(v, SHR, vece, t, a, (Count){BY_CONST, bits - n}, u);
    vec_or(v, d, d, t);
}

static void shift_any(Vec *v, ShiftKind kind, unsigned vece, int d, int a,
                      int n, int t, int u)
{
    int bits = 8 << vece;

    if (kind == ROTL || kind == ROTR) {
        rotate_const(v, vece, d, a, kind == ROTL ? n : bits - n, t, u);
    } else {
        shift(v, kind, vece, d, a, (Count){BY_CONST, n}, t);
    }
}

/* ---- By constants -------------------------------------------------------- */

void x86_vec_do_shifti(Vec *v)
{
    shift_any(v, (ShiftKind)(v->e->opc - OP_vshli), v->vece, v->d, v->in[0],
              (int)v->e->k[0], x86_vec_tmp(v, 0), x86_vec_tmp(v, 1));
}

/* ---- By a scalar --------------------------------------------------------- */

static void load_count(Vec *v, int d, int gpr)
{
    if (v->level >= VEC_AVX2) {
        asm_avx_rr(v->a, V_MOVD, VEX_128, d, gpr);
    } else {
        asm_sse_rr(v->a, V_MOVD, d, gpr);
    }
}

/* a << n | a >> (bits - 1 - n) >> 1 */
static void rotate_scalar(Vec *v, int n)
{
    int a = v->in[0], t = x86_vec_tmp(v, 1), u = x86_vec_tmp(v, 2);
    Count count = {BY_SCALAR, n};
    unsigned log_bits = v->vece + 3;

    shift(v, SHL, v->vece, v->d, a, count, t);
    x86_vec_ones(v, t);
    x86_vec_opi(v, V_PSRLQ_I, t, t, (int)(64 - log_bits));
    vec_xor(v, n, n, t);
    shift(v, SHR, v->vece, t, a, count, u);
    shift(v, SHR, v->vece, n, t, (Count){BY_CONST, 1}, u);
    vec_or(v, v->d, v->d, n);
}

static void broadcast_count(Vec *v, int n)
{
    VecOp insn = v->vece == 2 ? V_PBROADCASTD : V_PBROADCASTQ;

    x86_vec_op2(v, insn, n, n);
}

void x86_vec_do_shifts(Vec *v)
{
    ShiftKind kind = (ShiftKind)(v->e->opc - OP_vshls);
    int n = x86_vec_tmp(v, 0);

    load_count(v, n, v->in[1]);
    if (kind != ROTL) {
        shift(v, kind, v->vece, v->d, v->in[0], (Count){BY_SCALAR, n},
              x86_vec_tmp(v, 1));
    } else if (has_shift(v, ROTL, BY_VECTOR, v->vece)) {
        broadcast_count(v, n);
        native_shift(v, ROTL, v->vece, v->d, v->in[0], (Count){BY_VECTOR, n});
    } else {
        rotate_scalar(v, n);
    }
}

/* ---- Each element by its own count --------------------------------------- */

/* Bit j of the counts as a mask; in t or u. */
static int bit_mask(Vec *v, int count, int j, int t, int u)
{
    unsigned wide = v->vece ? v->vece : 1;

    shift_const(v, SHL, wide, t, count, (8 << v->vece) - 1 - j);
    if (v->vece == 0) {
        x86_vec_sign(v, 0, u, t);
        return u;
    }
    x86_vec_sign(v, v->vece, t, t);
    return t;
}

static void by_steps(Vec *v, ShiftKind kind)
{
    int d = v->d, shifted = x86_vec_tmp(v, 0);
    int t = x86_vec_tmp(v, 1), u = x86_vec_tmp(v, 2);

    x86_vec_mov(v, d, v->in[0]);
    for (int j = 0; j < (int)v->vece + 3; j++) {
        shift_any(v, kind, v->vece, shifted, d, 1 << j, t, u);
        x86_vec_merge(v, d, shifted, bit_mask(v, v->in[1], j, t, u));
    }
}

/* a << n | a >> (bits - n); a shift by bits gives 0. */
static void rotate_vector(Vec *v, ShiftKind kind)
{
    int a = v->in[0], n = v->in[1], t = x86_vec_tmp(v, 0),
        u = x86_vec_tmp(v, 1);
    ShiftKind there = kind == ROTL ? SHL : SHR;
    ShiftKind back = kind == ROTL ? SHR : SHL;
    int log_bits = (int)v->vece + 3, bits = 1 << log_bits;

    x86_vec_ones(v, t);
    shift_const(v, SHR, v->vece, t, t, bits - 1);
    shift_const(v, SHL, v->vece, t, t, log_bits);
    x86_vec_do3(v, OP_vsub, v->vece, t, t, n);
    native_shift(v, back, v->vece, u, a, (Count){BY_VECTOR, t});
    native_shift(v, there, v->vece, v->d, a, (Count){BY_VECTOR, n});
    vec_or(v, v->d, v->d, u);
}

/* Elements twice as wide can be shifted so, or the same ones without sign. */
static bool can_shift(const Vec *v, ShiftKind kind)
{
    return v->vece < 3 ? has_shift(v, kind, BY_VECTOR, v->vece + 1)
                       : has_shift(v, SHR, BY_VECTOR, 3);
}

void x86_vec_do_shiftv(Vec *v)
{
    ShiftKind kind = (ShiftKind)(v->e->opc - OP_vshlv);

    if (kind >= ROTL && has_shift(v, SHL, BY_VECTOR, v->vece)) {
        rotate_vector(v, kind);
    } else if (kind < ROTL && can_shift(v, kind)) {
        shift(v, kind, v->vece, v->d, v->in[0], (Count){BY_VECTOR, v->in[1]},
              x86_vec_tmp(v, 0));
    } else {
        by_steps(v, kind);
    }
}
