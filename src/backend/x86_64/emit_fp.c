/*
 * Emit records: floating-point arithmetic, comparisons, signs, NaNs, boxes.
 *
 * An F32 has ones in bits 63:32, unless nothing but sides would see them
 * (opt_single). Scalar instructions keep bits 63:32 of their first source (or
 * destination), so what comes from a boxed value is boxed.
 */
#include "backend/x86_64/emit_fp.h"

#include "backend/x86_64/mxcsr.h"

static const uint16_t fp_insn[][2] = {
    [FP_ADD] = {V_ADDSS, V_ADDSD},      [FP_SUB] = {V_SUBSS, V_SUBSD},
    [FP_MUL] = {V_MULSS, V_MULSD},      [FP_DIV] = {V_DIVSS, V_DIVSD},
    [FP_MIN] = {V_MINSS, V_MINSD},      [FP_MAX] = {V_MAXSS, V_MAXSD},
    [FP_SQRT] = {V_SQRTSS, V_SQRTSD},   [FP_COM] = {V_COMISS, V_COMISD},
    [FP_UCOM] = {V_UCOMISS, V_UCOMISD},
};

/* [how][format][0: 132, out is a factor; 1: 231, out is the addend] */
static const uint16_t fma_insn[][2][2] = {
    [FMA_ADD] = {{V_FMADD132SS, V_FMADD231SS}, {V_FMADD132SD, V_FMADD231SD}},
    [FMA_SUB] = {{V_FMSUB132SS, V_FMSUB231SS}, {V_FMSUB132SD, V_FMSUB231SD}},
    [FMA_NADD] = {{V_FNMADD132SS, V_FNMADD231SS},
                  {V_FNMADD132SD, V_FNMADD231SD}},
    [FMA_NSUB] = {{V_FNMSUB132SS, V_FNMSUB231SS},
                  {V_FNMSUB132SD, V_FNMSUB231SD}},
};

static VecOp insn(int which, unsigned type)
{
    return (VecOp)fp_insn[which][fp_format(type)];
}

/* ---- Instructions of both encodings ------------------------------------- */

void x86_fp_op3(Host *x, VecOp op, int out, int a, Mem b)
{
    if (x->avx) {
        asm_avx_rrm(&x->a, op, VEX_128, out, a, b);
    } else {
        check(out == a, "two operands, not three");
        asm_sse_rm(&x->a, op, out, b);
    }
}

void x86_fp_op2(Host *x, VecOp op, int out, Mem b)
{
    x86_load_vec(x, op, VEX_128, out, b);
}

void x86_fp_mov(Host *x, int out, int src)
{
    if (out != src) {
        x86_fp_op2(x, V_MOVAPS, out, mem_reg(src));
    }
}

void x86_fp_op_data(Host *x, VecOp op, int out, int a, const void *data)
{
    if (!x->avx) {
        x86_fp_mov(x, out, a);
        a = out;
    }
    x86_fp_op3(x, op, out, a, x86_data(x, data));
}

void x86_fp_compare_itself(Host *x, unsigned type, int reg)
{
    x86_fp_op2(x, insn(FP_UCOM, type), reg, mem_reg(reg));
}

void x86_fp_ones(Host *x, int reg)
{
    x86_fp_op3(x, V_PCMPEQD, reg, reg, mem_reg(reg));
}

void x86_fp_zero(Host *x, int reg)
{
    x86_fp_op3(x, V_XORPS, reg, reg, mem_reg(reg));
}

void x86_fp_store64(Host *x, Mem m, int src)
{
    x86_store_vec(x, V_MOVSD, VEX_128, m, src);
}

void x86_fp_load64(Host *x, int dst, Mem m)
{
    x86_fp_op2(x, V_MOVSD, dst, m);
}

void x86_fp_to_gpr(Host *x, unsigned type, int dst, int src)
{
    VecOp op = type == TYPE_F64 ? V_MOVQG : V_MOVD;

    if (x->avx) {
        asm_avx_mr(&x->a, op, VEX_128, mem_reg(dst), src);
    } else {
        asm_sse_mr(&x->a, op, mem_reg(dst), src);
    }
}

/* ---- Rounding modes ----------------------------------------------------- */

enum { RC_MASK = 3 << MXCSR_RC_SHIFT };

void x86_fp_begin_rm(Host *x, unsigned rm)
{
    Mem saved = x86_slow_word(0), changed = x86_slow_word(1);

    if (rm == FP_ROUND_ENV) {
        return;
    }
    check(rm < FP_ROUND_AWAY, "no instruction rounds as %u", rm);
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, saved);
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, changed);
    x86_asm_alu_mi(&x->a, ALU_AND, SZ_32, changed, ~RC_MASK);
    x86_asm_alu_mi(&x->a, ALU_OR, SZ_32, changed, (int32_t)mxcsr_rounding(rm));
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, changed);
}

/* The mode that was there before, with the flags that are there now. */
void x86_fp_end_rm(Host *x, unsigned rm)
{
    Mem saved = x86_slow_word(0), changed = x86_slow_word(1);

    if (rm == FP_ROUND_ENV) {
        return;
    }
    x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(2), RAX);
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, changed);
    x86_asm_mov_rm(&x->a, SZ_32, RAX, changed);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, RAX, MXCSR_FLAGS);
    x86_asm_alu_mr(&x->a, ALU_OR, SZ_32, saved, RAX);
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, saved);
    x86_asm_mov_rm(&x->a, SZ_64, RAX, x86_slow_word(2));
}

/* ---- Arithmetic --------------------------------------------------------- */

void x86_emit_fp2(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    x86_fp_begin_rm(x, rm);
    x86_fp_op3(x, insn(e->arg, e->type), e->out[0].reg, e->in[0].reg,
               x86_rm(&e->in[1]));
    x86_fp_end_rm(x, rm);
}

void x86_emit_fsqrt(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    x86_fp_begin_rm(x, rm);
    x86_fp_op3(x, insn(FP_SQRT, e->type), e->out[0].reg, e->in[0].reg,
               mem_reg(e->in[0].reg));
    x86_fp_end_rm(x, rm);
}

/* ---- Policies ----------------------------------------------------------- */

uint32_t x86_policy_bits(const FpPolicy *p)
{
    bool used = p->subnormal == FP_SUBNORMAL_USED;
    bool same_flush = p->flush_inexact && !p->tiny_before &&
                      p->subnormal != FP_SUBNORMAL_FLUSHED;
    bool any = p->nan == FP_NAN_ANY;
    bool first = p->nan == FP_NAN_FIRST && p->default_nan == 0xc0;
    bool fma =
        first && !p->fma_addend_first && !p->fma_invalid && !p->fma_negates_nan;

    return (!p->flush || same_flush ? X86_FLUSH : 0) |
           (any || first ? X86_NAN : 0) | (p->tiny_before ? 0 : X86_TINY) |
           (any && !used ? X86_ANY_NAN : 0) | (fma ? X86_FMA_NAN : 0) |
           (used ? 0 : X86_NO_DE) |
           (p->to_int == FP_INT_INDEFINITE ? X86_INT : 0);
}

/* One test for exponents all ones and 1: plus 1, they are 0 and 2. */
void x86_fp_check_result(Host *x, const EmitOp *e, SlowPath *s, int result,
                         int tmp)
{
    bool wide = e->type == TYPE_F64;

    x86_fp_to_gpr(x, e->type, tmp, result);
    asm_shift_ri(&x->a, SH_SHR, SZ_64, tmp, wide ? 52 : 23);
    asm_alu_ri(&x->a, ALU_ADD, SZ_32, tmp, 1);
    asm_test_ri(&x->a, SZ_32, tmp, wide ? 0x7fd : 0xfd);
    x86_jcc_slow(x, s, CC_Z);
}

/* a op b, or of one operand op a, to the first temporary, so that inputs are
   still there if C has to do it. */
void x86_emit_fp_checked(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0], n = opcode_info[e->opc].ins;
    int a = e->in[0].reg, b = e->in[n - 1].reg, tmp = e->tmp[0];

    if (rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    x86_fp_begin_rm(x, rm);
    x86_fp_mov(x, tmp, a);
    x86_fp_op3(x, insn(e->arg, e->type), tmp, tmp, mem_reg(b));
    x86_fp_end_rm(x, rm);
    x86_fp_check_result(x, e, s, tmp, e->tmp[1]);
    x86_fp_mov(x, e->out[0].reg, tmp);
    x86_slow_back(x, s);
}

/* ---- Fused operations --------------------------------------------------- */

/* out = +-(a * b) +- c; the form is chosen by what out is. */
static void multiply_add(Host *x, const EmitOp *e)
{
    const uint16_t *form = fma_insn[e->arg][fp_format(e->type)];
    int out = e->out[0].reg, a = e->in[0].reg, c = e->in[2].reg;
    Mem b = x86_rm(&e->in[1]);

    if (out != c && out == a) {
        asm_avx_rrm(&x->a, (VecOp)form[0], VEX_128, out, c, b);
    } else if (out != c && x86_is_reg(&e->in[1], out)) {
        asm_avx_rrr(&x->a, (VecOp)form[0], VEX_128, out, c, a);
    } else {
        x86_fp_mov(x, out, c);
        asm_avx_rrm(&x->a, (VecOp)form[1], VEX_128, out, a, b);
    }
}

/* The host raises nothing for 0 * infinity plus a quiet NaN, so that NaNs as
   addends go to C. */
void x86_emit_fma(Host *x, const EmitOp *e)
{
    unsigned rm = (unsigned)e->k[0];

    if (rm == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    x86_fp_compare_itself(x, e->type, e->in[2].reg);
    x86_jcc_slow(x, s, CC_P);
    x86_fp_begin_rm(x, rm);
    multiply_add(x, e);
    x86_fp_end_rm(x, rm);
    x86_slow_back(x, s);
}

/* As the host does it, product first. */
static void fused(Host *x, const EmitOp *e, int out)
{
    unsigned rm = (unsigned)e->k[0];
    const uint16_t *form = fma_insn[e->arg][fp_format(e->type)];

    x86_fp_begin_rm(x, rm);
    x86_fp_mov(x, out, e->in[2].reg);
    asm_avx_rrm(&x->a, (VecOp)form[1], VEX_128, out, e->in[0].reg,
                x86_rm(&e->in[1]));
    x86_fp_end_rm(x, rm);
}

void x86_emit_fma_host(Host *x, const EmitOp *e)
{
    if (e->k[0] == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
    } else {
        fused(x, e, e->out[0].reg);
    }
}

void x86_emit_fma_checked(Host *x, const EmitOp *e)
{
    if (e->k[0] == FP_ROUND_AWAY) {
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    fused(x, e, e->tmp[0]);
    x86_fp_check_result(x, e, s, e->tmp[0], e->tmp[1]);
    x86_fp_mov(x, e->out[0].reg, e->tmp[0]);
    x86_slow_back(x, s);
}

/* ---- Minimum and maximum ------------------------------------------------ */

/* Equal, so at most the signs of zeros differ: any -0 makes the minimum so,
   only two make the maximum so. NaNs go to C. */
static void slow_minmax(Host *x, const SlowPath *s)
{
    const EmitOp *e = &s->e;
    VecOp op = e->opc == OP_fmin ? V_ORPS : V_ANDPS;

    uint8_t *nan = x86_asm_jcc32(&x->a, CC_P);
    x86_fp_op3(x, op, e->out[0].reg, e->in[0].reg, mem_reg(e->in[1].reg));
    x86_jmp_back(x, s);
    x86_asm_patch32(&x->a, nan, x->a.p);
    x86_fp_slow_soft(x, s);
}

/* The host's own gives its second operand for equals and NaNs, as FMIN_SECOND
   wants; ucomis sets the zero flag for both. */
void x86_emit_fminmax(Host *x, const EmitOp *e)
{
    int a = e->in[0].reg, b = e->in[1].reg;

    if (e->k[0] == FMIN_SECOND) {
        x86_fp_op3(x, insn(e->arg, e->type), e->out[0].reg, a, mem_reg(b));
        return;
    }
    if (x->fp[e->fp].flush) { /* equal need not be the same then */
        x86_fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, slow_minmax, e);
    x86_fp_op2(x, insn(FP_UCOM, e->type), a, mem_reg(b));
    x86_jcc_slow(x, s, CC_E);
    x86_fp_op3(x, insn(e->arg, e->type), e->out[0].reg, a, mem_reg(b));
    x86_slow_back(x, s);
}

/* ---- Comparisons -------------------------------------------------------- */

/* No flags are raised; those of the processor are kept. */
static void compare_silently(Host *x, VecOp op, int b, Mem a)
{
    Mem saved = x86_slow_word(0);

    if (x->features & X86_AVX512 && a.base == MEM_REG) {
        x86_load_vec(x, op, VEX_128 | EVEX_SAE, b, a);
        return;
    }
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, saved);
    x86_fp_op2(x, op, b, a);
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, saved);
}

/*
 * comis b, a: above if a < b, above or equal if a <= b, neither with a NaN.
 * For equality, unordered must be told from equal.
 */
void x86_emit_fcmp(Host *x, const EmitOp *e)
{
    FCmp k = fcmp_relation((FCmp)e->k[0]);
    VecOp op = insn(k == FCMP_EQ ? FP_UCOM : FP_COM, e->type);
    int out = e->out[0].reg;

    x86_asm_zero(&x->a, out);
    if (fcmp_is_silent((FCmp)e->k[0])) {
        compare_silently(x, op, e->in[1].reg, x86_rm(&e->in[0]));
    } else {
        x86_fp_op2(x, op, e->in[1].reg, x86_rm(&e->in[0]));
    }
    if (k == FCMP_EQ) {
        uint8_t *unordered = x86_asm_jcc8(&x->a, CC_P);
        asm_setcc_r(&x->a, CC_E, out);
        x86_asm_patch8(&x->a, unordered, x->a.p);
    } else {
        asm_setcc_r(&x->a, k == FCMP_LT ? CC_A : CC_AE, out);
    }
}

/* ---- Classes ------------------------------------------------------------ */

/*
 * Normal numbers, whose exponent is neither all zeros nor all ones: bit 1 or
 * 6 by the sign. The rest in C.
 */
void x86_emit_fclass(Host *x, const EmitOp *e)
{
    SlowPath *s = x86_slow(x, x86_fp_slow_soft, e);
    bool wide = e->type == TYPE_F64;
    int out = e->out[0].reg;

    x86_fp_to_gpr(x, e->type, out, e->in[0].reg);
    asm_shift_ri(&x->a, SH_SHR, SZ_64, out, wide ? 52 : 23);
    asm_alu_ri(&x->a, ALU_ADD, SZ_32, out, 1);
    asm_test_ri(&x->a, SZ_32, out, wide ? 0x7fe : 0xfe);
    x86_jcc_slow(x, s, CC_Z);
    asm_shift_ri(&x->a, SH_SHR, SZ_32, out, wide ? 11 : 8);
    asm_imul_rri(&x->a, SZ_32, out, out, (1 << 1) - (1 << 6));
    asm_alu_ri(&x->a, ALU_ADD, SZ_32, out, 1 << 6);
    x86_slow_back(x, s);
}

/* ---- Signs -------------------------------------------------------------- */

static const void *sign_mask(const Host *x, unsigned type)
{
    const X86Data *d = x->rt.data;
    return type == TYPE_F64 ? &d->sign64 : &d->sign32;
}

static const void *abs_mask(const Host *x, unsigned type)
{
    const X86Data *d = x->rt.data;
    return type == TYPE_F64 ? &d->abs64 : &d->abs32;
}

/* Both inputs are one: move, negation, absolute value. */
static void sign_of_itself(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg, a = e->in[0].reg;

    if (e->opc == OP_fsgnj) {
        x86_fp_mov(x, out, a);
    } else if (e->opc == OP_fsgnjn) {
        x86_fp_op_data(x, V_XORPS, out, a, sign_mask(x, e->type));
    } else {
        x86_fp_op_data(x, V_ANDPS, out, a, abs_mask(x, e->type));
    }
}

void x86_emit_fsgnj(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg, a = e->in[0].reg, tmp = e->tmp[0];

    if (e->k[-1] == e->k[-2]) {
        sign_of_itself(x, e);
        return;
    }
    x86_fp_op_data(x, e->opc == OP_fsgnjn ? V_ANDNPS : V_ANDPS, tmp,
                   e->in[1].reg, sign_mask(x, e->type));
    if (e->opc == OP_fsgnjx) {
        x86_fp_op3(x, V_XORPS, out, a, mem_reg(tmp));
    } else {
        x86_fp_op_data(x, V_ANDPS, out, a, abs_mask(x, e->type));
        x86_fp_op3(x, V_ORPS, out, out, mem_reg(tmp));
    }
}

/* ---- NaNs and boxes ----------------------------------------------------- */

static void slow_canon(Host *x, const SlowPath *s)
{
    const X86Data *d = x->rt.data;

    x86_fp_load64(
        x, s->e.out[0].reg,
        x86_data(x, s->e.type == TYPE_F64 ? &d->canon64 : &d->canon32));
    x86_jmp_back(x, s);
}

/* The comparison raises nothing: the input does not signal. */
void x86_emit_fcanon(Host *x, const EmitOp *e)
{
    SlowPath *s = x86_slow(x, slow_canon, e);
    int in = e->in[0].reg;

    x86_fp_compare_itself(x, e->type, in);
    x86_fp_mov(x, e->out[0].reg, in);
    x86_jcc_slow(x, s, CC_P);
    x86_slow_back(x, s);
}

void x86_emit_fmove(Host *x, const EmitOp *e)
{
    x86_fp_mov(x, e->out[0].reg, e->in[0].reg);
}

/* Outside of sides, what is boxed has its box already (opt_single). */
void x86_emit_fbox(Host *x, const EmitOp *e)
{
    x86_fp_mov(x, e->out[0].reg, e->in[0].reg);
    if (x->build->in_side) {
        x86_box(x, e->out[0].reg);
    }
}

/* ptest: carry if the register has all the ones that the mask has. */
void x86_emit_funbox(Host *x, const EmitOp *e)
{
    SlowPath *s = x86_slow(x, slow_canon, e);
    int in = e->in[0].reg;

    x86_fp_op2(x, V_PTEST, in, x86_data(x, &x->rt.data->box));
    x86_fp_mov(x, e->out[0].reg, in);
    x86_jcc_slow(x, s, CC_NC);
    x86_slow_back(x, s);
}

void x86_emit_funbox_plain(Host *x, const EmitOp *e)
{
    SlowPath *s = x86_slow(x, slow_canon, e);
    int in = e->in[0].reg, high = e->tmp[0], word = e->tmp[1];

    asm_sse_rri(&x->a, V_PSHUFD, high, in, 0x55);
    asm_sse_mr(&x->a, V_MOVD, mem_reg(word), high);
    x86_fp_mov(x, e->out[0].reg, in);
    asm_alu_ri(&x->a, ALU_CMP, SZ_32, word, -1);
    x86_jcc_slow(x, s, CC_NE);
    x86_slow_back(x, s);
}
