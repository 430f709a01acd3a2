/* Emit records: FP conversions, moves between files, the FP environment. */
#include "backend/x86_64/emit_fp.h"

#include "backend/x86_64/mxcsr.h"

/* [to or from F64][64 bits] */
static const uint16_t from_signed[2][2] = {{V_CVTSI2SS32, V_CVTSI2SS64},
                                           {V_CVTSI2SD32, V_CVTSI2SD64}};
static const uint16_t from_unsigned[2][2] = {{V_CVTUSI2SS32, V_CVTUSI2SS64},
                                             {V_CVTUSI2SD32, V_CVTUSI2SD64}};
static const uint16_t to_signed[2][2] = {{V_CVTSS2SI32, V_CVTSS2SI64},
                                         {V_CVTSD2SI32, V_CVTSD2SI64}};
static const uint16_t to_signed_rtz[2][2] = {{V_CVTTSS2SI32, V_CVTTSS2SI64},
                                             {V_CVTTSD2SI32, V_CVTTSD2SI64}};

/* ---- Between formats ---------------------------------------------------- */

/* A single takes its upper bits from the temporary: ones. */
static void prepare_upper(Host *x, unsigned type, int tmp)
{
    if (type == TYPE_F32) {
        x86_fp_ones(x, tmp);
    } else {
        x86_fp_zero(x, tmp);
    }
}

/* out = converted, with tmp's upper bits; nothing waits for old registers. */
static void convert(Host *x, VecOp op, const EmitOp *e, Mem src)
{
    int out = e->out[0].reg, tmp = e->tmp[0];

    prepare_upper(x, e->type, tmp);
    if (x->avx) {
        asm_avx_rrm(&x->a, op, VEX_128, out, tmp, src);
    } else {
        asm_sse_rm(&x->a, op, tmp, src);
        x86_fp_mov(x, out, tmp);
    }
}

void x86_emit_fcvt_ff(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];
    int in = e->in[0].reg;

    if (e->type == e->in_type || rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
    } else if (e->type == TYPE_F32) {
        x86_fp_begin_rm(x, rm);
        convert(x, V_CVTSD2SS, e, mem_reg(in));
        x86_fp_end_rm(x, rm);
    } else if (x->avx) {
        asm_avx_rrr(&x->a, V_CVTSS2SD, VEX_128, e->out[0].reg, in, in);
    } else {
        convert(x, V_CVTSS2SD, e, mem_reg(in));
    }
}

/* To F32 where tininess, say, may be other than the host's. */
void x86_emit_fcvt_checked(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (e->type == e->in_type || rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    x86_fp_begin_rm(x, rm);
    convert(x, V_CVTSD2SS, e, mem_reg(e->in[0].reg));
    x86_fp_end_rm(x, rm);
    x86_fp_check_result(x, e, s, e->out[0].reg, e->tmp[1]);
    x86_slow_back(x, s);
}

/* ---- From integers: e->arg is 1 for unsigned ones ----------------------- */

/*
 * A 64-bit value with its top bit set: half of it, the lost bit or-ed in so
 * that rounding sees it, then doubled, which is exact.
 */
static void convert_big(Host *x, const EmitOp *e)
{
    int in = e->in[0].reg, out = e->out[0].reg;
    int half = e->tmp[1], odd = e->tmp[2];

    x86_asm_mov_rr(&x->a, SZ_64, half, in);
    asm_shift_ri(&x->a, SH_SHR, SZ_64, half, 1);
    x86_asm_mov_rr(&x->a, SZ_32, odd, in);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, odd, 1);
    x86_asm_alu_rr(&x->a, ALU_OR, SZ_64, half, odd);
    convert(x, (VecOp)from_signed[fp_format(e->type)][1], e, mem_reg(half));
    x86_fp_op3(x, e->type == TYPE_F64 ? V_ADDSD : V_ADDSS, out, out,
               mem_reg(out));
}

/* Unsigned by signed conversions of 64 bits. */
static void convert_by_signed(Host *x, const EmitOp *e)
{
    VecOp op = (VecOp)from_signed[fp_format(e->type)][1];
    int in = e->in[0].reg;

    if (e->in_type == TYPE_I32) {
        x86_asm_mov_rr(&x->a, SZ_32, e->tmp[1], in);
        convert(x, op, e, mem_reg(e->tmp[1]));
        return;
    }
    asm_test_rr(&x->a, SZ_64, in, in);
    uint8_t *big = x86_asm_jcc8(&x->a, CC_S);
    convert(x, op, e, mem_reg(in));
    uint8_t *done = x86_asm_jmp8(&x->a);
    x86_asm_patch8(&x->a, big, x->a.p);
    convert_big(x, e);
    x86_asm_patch8(&x->a, done, x->a.p);
}

static void from_int(Host *x, const EmitOp *e)
{
    int f = fp_format(e->type), wide = e->in_type == TYPE_I64;

    if (!e->arg) {
        convert(x, (VecOp)from_signed[f][wide], e, x86_rm(&e->in[0]));
    } else if (x->features & X86_AVX512) {
        convert(x, (VecOp)from_unsigned[f][wide], e, x86_rm(&e->in[0]));
    } else {
        convert_by_signed(x, e);
    }
}

static void slow_from_int(Host *x, const SlowPath *s)
{
    unsigned rm = (unsigned)s->e.k[0];

    x86_fp_begin_rm(x, rm);
    from_int(x, &s->e);
    x86_fp_end_rm(x, rm);
    x86_jmp_back(x, s);
}

/* Jumps unless the integer has no more bits than the format's precision, so
   that it is the same in any mode. */
static void check_exact(Host *x, const EmitOp *e, SlowPath *s)
{
    unsigned precision = e->type == TYPE_F64 ? 53 : 24;
    int tmp = e->tmp[1];

    if (e->in_type == TYPE_I64) {
        x86_mov_in(x, SZ_64, tmp, &e->in[0]);
    } else if (e->arg) {
        x86_mov_in(x, SZ_32, tmp, &e->in[0]);
    } else {
        x86_asm_movsx_rm(&x->a, SZ_32, SZ_64, tmp, x86_rm(&e->in[0]));
    }
    asm_shift_ri(&x->a, e->arg ? SH_SHR : SH_SAR, SZ_64, tmp, precision);
    if (!e->arg) {
        asm_alu_ri(&x->a, ALU_ADD, SZ_64, tmp, 1);
        asm_shift_ri(&x->a, SH_SHR, SZ_64, tmp, 1);
    }
    x86_jcc_slow(x, s, CC_NZ);
}

void x86_emit_fcvt_if(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
    } else if (rm == FP_ROUND_ENV ||
               (e->in_type == TYPE_I32 && e->type == TYPE_F64)) {
        from_int(x, e);
    } else {
        SlowPath *s = x86_slow(x, slow_from_int, e);
        check_exact(x, e, s);
        from_int(x, e);
        x86_slow_back(x, s);
    }
}

/* ---- To integral values ------------------------------------------------- */

enum { ROUND_QUIET = 8 };

/* out = in rounded; ROUND_QUIET: without raising inexact. Without AVX an F32
   is not boxed unless out is in. */
static void round_to(Host *x, unsigned type, int out, int in, unsigned imm)
{
    VecOp op = type == TYPE_F64 ? V_ROUNDSD : V_ROUNDSS;

    if (x->avx) {
        asm_avx_rrri(&x->a, op, VEX_128, out, in, in, (int)imm);
    } else {
        asm_sse_rri(&x->a, op, out, in, (int)imm);
    }
}

static unsigned round_imm(unsigned rm)
{
    static const uint8_t imm[8] = {[FP_ROUND_EVEN] = 0,
                                   [FP_ROUND_ZERO] = 3,
                                   [FP_ROUND_DOWN] = 1,
                                   [FP_ROUND_UP] = 2,
                                   [FP_ROUND_ENV] = 4};
    return imm[rm];
}

void x86_emit_fround(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
    } else {
        round_to(x, e->type, e->out[0].reg, e->in[0].reg, round_imm(rm));
    }
}

/* ---- To integers -------------------------------------------------------- */

static void truncate(Host *x, const EmitOp *e, bool bits64, int in)
{
    x86_fp_op2(x, (VecOp)to_signed_rtz[fp_format(e->in_type)][bits64],
               e->out[0].reg, mem_reg(in));
}

static void convert_here(Host *x, const EmitOp *e, bool bits64)
{
    x86_fp_op2(x, (VecOp)to_signed[fp_format(e->in_type)][bits64],
               e->out[0].reg, mem_reg(e->in[0].reg));
}

/* A fixed mode that roundsd can do ahead of truncation. */
static bool rounds_first(const Host *x, unsigned rm)
{
    return x->features & X86_SSE41 && rm != FP_ROUND_ZERO && rm != FP_ROUND_ENV;
}

/*
 * By the instruction for 32 or 64 bits. Rounding first is quiet, as what then
 * does not fit must not raise inexact; raise_inexact() does it for the rest.
 */
static void to_int(Host *x, const EmitOp *e, bool bits64)
{
    unsigned rm = (unsigned)e->k[0];

    if (rm == FP_ROUND_ZERO) {
        truncate(x, e, bits64, e->in[0].reg);
    } else if (rounds_first(x, rm)) {
        round_to(x, e->in_type, e->tmp[0], e->in[0].reg,
                 round_imm(rm) | ROUND_QUIET);
        truncate(x, e, bits64, e->tmp[0]);
    } else {
        x86_fp_begin_rm(x, rm);
        convert_here(x, e, bits64);
        x86_fp_end_rm(x, rm);
    }
}

static void raise_inexact(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (rounds_first(x, rm)) {
        round_to(x, e->in_type, e->tmp[0], e->in[0].reg, round_imm(rm));
    }
}

/*
 * Out of range, the host gives the least integer and raises invalid alone;
 * so far that is right, C gives the value, unless that is it (e->arg).
 */
void x86_emit_fcvt_fs(Host *x, const EmitOp *e)
{
    if (e->k[0] == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    to_int(x, e, e->type == TYPE_I64);
    if (!e->arg || rounds_first(x, (unsigned)e->k[0])) {
        asm_alu_ri(&x->a, ALU_CMP, x86_size(e->type), e->out[0].reg, 1);
        x86_jcc_slow(x, s, CC_O);
    }
    raise_inexact(x, e);
    x86_slow_back(x, s);
}

/* Jumps unless 0 <= in < 2^32 - 1 or 2^63: bits compare like values, and
   negative numbers and NaNs are above. */
static void check_range(Host *x, const EmitOp *e, SlowPath *s)
{
    const X86Data *d = x->rt.data;
    int out = e->out[0].reg;
    bool wide = e->type == TYPE_I64;

    x86_fp_to_gpr(x, e->in_type, out, e->in[0].reg);
    if (e->in_type == TYPE_F64) {
        x86_asm_alu_rm(&x->a, ALU_CMP, SZ_64, out,
                       x86_data(x, wide ? &d->two63_f64 : &d->max_u32_f64));
    } else {
        asm_alu_ri(&x->a, ALU_CMP, SZ_32, out, wide ? 0x5f000000 : 0x4f800000);
    }
    x86_jcc_slow(x, s, CC_AE);
}

void x86_emit_fcvt_fu(Host *x, const EmitOp *e)
{
    if (e->k[0] == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    check_range(x, e, s);
    to_int(x, e, true);
    raise_inexact(x, e);
    x86_slow_back(x, s);
}

/* ---- Bits --------------------------------------------------------------- */

void x86_emit_fmv_fi(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    if (e->in[0].kind == OPERAND_MEM) {
        x86_asm_mov_rm(&x->a, x86_size(e->type), out, x86_rm(&e->in[0]));
    } else {
        x86_fp_to_gpr(x, e->in_type, out, e->in[0].reg);
    }
}

void x86_emit_fmv_if(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    x86_fp_op2(x, e->type == TYPE_F64 ? V_MOVQG : V_MOVD, out,
               x86_rm(&e->in[0]));
    if (e->type == TYPE_F32) {
        x86_fp_op_data(x, V_ORPS, out, out, &x->rt.data->box);
    }
}

/* ---- The FP environment ------------------------------------------------- */

/* dst = table[index]; tmp may be dst. */
static void look_up(Host *x, int dst, int index, int tmp, const void *table)
{
    x86_asm_lea(&x->a, SZ_64, tmp, x86_data(x, table));
    x86_asm_movzx_rm(&x->a, SZ_8, dst, x86_mem_bis(tmp, index, 0, 0));
}

void x86_emit_fflags_get(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, x86_slow_word(0));
    x86_asm_mov_rm(&x->a, SZ_32, out, x86_slow_word(0));
    asm_alu_ri(&x->a, ALU_AND, SZ_32, out, MXCSR_FLAGS);
    look_up(x, out, out, e->tmp[0], &x->rt.data->fflags_of);
    if (x->fp->subnormal == FP_SUBNORMAL_FLUSHED) {
        x86_asm_alu_rm(&x->a, ALU_OR, SZ_32, out, X86_OWN(subnormal));
    }
}

/* MXCSR = MXCSR with the bits of mask replaced by tmp << shift. */
static void replace(Host *x, int32_t mask, int tmp, unsigned shift)
{
    Mem word = x86_slow_word(0);

    if (shift) {
        asm_shift_ri(&x->a, SH_SHL, SZ_32, tmp, shift);
    }
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, word);
    x86_asm_alu_mi(&x->a, ALU_AND, SZ_32, word, ~mask);
    x86_asm_alu_mr(&x->a, ALU_OR, SZ_32, word, tmp);
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, word);
}

/* MXCSR's bits in mask are those of the table, at the low bits of the input. */
static void set_from(Host *x, const EmitOp *e, const void *table,
                     int32_t index_mask, int32_t mask, unsigned shift)
{
    int index = e->tmp[0], base = e->tmp[1];

    x86_asm_mov_rr(&x->a, SZ_32, index, e->in[0].reg);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, index, index_mask);
    look_up(x, index, index, base, table);
    replace(x, mask, index, shift);
}

void x86_emit_fflags_set(Host *x, const EmitOp *e)
{
    set_from(x, e, &x->rt.data->mxcsr_of, (int32_t)fp_flags_of(x->fp),
             MXCSR_FLAGS, 0);
    if (x->fp->subnormal == FP_SUBNORMAL_FLUSHED) {
        x86_asm_mov_rr(&x->a, SZ_32, e->tmp[0], e->in[0].reg);
        asm_alu_ri(&x->a, ALU_AND, SZ_32, e->tmp[0], FP_FLAG_SUBNORMAL);
        x86_asm_mov_mr(&x->a, SZ_32, X86_OWN(subnormal), e->tmp[0]);
    }
}

static bool may_flush(const Host *x)
{
    bool flush = false;

    for (unsigned i = 0; i < x->nb_fp; i++) {
        flush |= x->fp[i].flush;
    }
    return flush;
}

void x86_emit_fmode_set(Host *x, const EmitOp *e)
{
    int index = e->tmp[0], base = e->tmp[1];

    if (!may_flush(x)) {
        set_from(x, e, &x->rt.data->rc_of, 3, 3 << MXCSR_RC_SHIFT,
                 MXCSR_RC_SHIFT);
        return;
    }
    x86_asm_mov_rr(&x->a, SZ_32, index, e->in[0].reg);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, index, FP_MODE_FLUSH | 3);
    x86_asm_lea(&x->a, SZ_64, base, x86_data(x, &x->rt.data->mode_of));
    x86_asm_movzx_rm(&x->a, SZ_16, index, x86_mem_bis(base, index, 1, 0));
    replace(x, MXCSR_MODE, index, 0);
}
