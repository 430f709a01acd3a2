/* Emit records: FP conversions, moves between files, the FP environment. */
#include "backend/x86_64/emit_fp.h"

#include "core/fpenv.h"

/* [to or from F64][64 bits] */
static const uint16_t from_signed[2][2] = {
    {V_CVTSI2SS32, V_CVTSI2SS64}, {V_CVTSI2SD32, V_CVTSI2SD64}};
static const uint16_t from_unsigned[2][2] = {
    {V_CVTUSI2SS32, V_CVTUSI2SS64}, {V_CVTUSI2SD32, V_CVTUSI2SD64}};
static const uint16_t to_signed[2][2] = {
    {V_CVTSS2SI32, V_CVTSS2SI64}, {V_CVTSD2SI32, V_CVTSD2SI64}};
static const uint16_t to_signed_rtz[2][2] = {
    {V_CVTTSS2SI32, V_CVTTSS2SI64}, {V_CVTTSD2SI32, V_CVTTSD2SI64}};

/* ---- Between formats ---------------------------------------------------- */

/* A single takes its upper bits from the temporary: ones. */
static void prepare_upper(Host *x, unsigned type, int tmp)
{
    if (type == TYPE_F32) {
        fp_ones(x, tmp);
    } else {
        fp_zero(x, tmp);
    }
}

/* out = converted, with tmp's upper bits; nothing waits for old registers. */
static void convert(Host *x, VecOp op, const EmitOp *e, Mem src)
{
    int out = e->out[0].reg, tmp = e->tmp[0];
    unsigned rm = (unsigned)e->k[0];

    if (rm == FRM_RMM) {
        rm = FRM_RNE;
    }
    prepare_upper(x, e->type, tmp);
    fp_begin_rm(x, rm);
    if (x->avx) {
        asm_avx_rrm(&x->a, op, VEX_128, out, tmp, src);
    } else {
        asm_sse_rm(&x->a, op, tmp, src);
        fp_mov(x, out, tmp);
    }
    fp_end_rm(x, rm);
}

void emit_fcvt_ff(Host *x, const EmitOp *e)
{
    if (e->type == e->in_type) {
        fp_compare_itself(x, e->type, e->in[0].reg);
        fp_mov(x, e->out[0].reg, e->in[0].reg);
        return;
    }
    convert(x, e->type == TYPE_F64 ? V_CVTSS2SD : V_CVTSD2SS, e,
            mem_reg(e->in[0].reg));
}

/* ---- From integers ------------------------------------------------------ */

void emit_fcvt_sf(Host *x, const EmitOp *e)
{
    convert(x, (VecOp)from_signed[fp_format(e->type)][e->in_type == TYPE_I64],
            e, x86_rm(&e->in[0]));
}

void emit_fcvt_uf(Host *x, const EmitOp *e)
{
    convert(x,
            (VecOp)from_unsigned[fp_format(e->type)][e->in_type == TYPE_I64],
            e, x86_rm(&e->in[0]));
}

/*
 * A 64-bit value with its top bit set: half of it, the lost bit or-ed in so
 * that rounding sees it, then doubled, which is exact.
 */
static void convert_big(Host *x, const EmitOp *e, VecOp op)
{
    int in = e->in[0].reg, tmp = e->tmp[0];
    int half = e->tmp[1], odd = e->tmp[2];

    asm_mov_rr(&x->a, SZ_64, half, in);
    asm_shift_ri(&x->a, SH_SHR, SZ_64, half, 1);
    asm_mov_rr(&x->a, SZ_32, odd, in);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, odd, 1);
    asm_alu_rr(&x->a, ALU_OR, SZ_64, half, odd);
    fp_op3(x, op, tmp, tmp, mem_reg(half));
    fp_op3(x, e->type == TYPE_F64 ? V_ADDSD : V_ADDSS, tmp, tmp,
           mem_reg(tmp));
}

void emit_fcvt_uf_plain(Host *x, const EmitOp *e)
{
    int in = e->in[0].reg, tmp = e->tmp[0], half = e->tmp[1];
    VecOp op = (VecOp)from_signed[fp_format(e->type)][1];
    unsigned rm = e->k[0] == FRM_RMM ? FRM_RNE : (unsigned)e->k[0];

    prepare_upper(x, e->type, tmp);
    fp_begin_rm(x, rm);
    if (e->in_type == TYPE_I32) {
        asm_mov_rr(&x->a, SZ_32, half, in);
        fp_op3(x, op, tmp, tmp, mem_reg(half));
    } else {
        asm_test_rr(&x->a, SZ_64, in, in);
        uint8_t *big = asm_jcc8(&x->a, CC_S);
        fp_op3(x, op, tmp, tmp, mem_reg(in));
        uint8_t *done = asm_jmp8(&x->a);
        asm_patch8(&x->a, big, x->a.p);
        convert_big(x, e, op);
        asm_patch8(&x->a, done, x->a.p);
    }
    fp_mov(x, e->out[0].reg, tmp);
    fp_end_rm(x, rm);
}

/* ---- To integers -------------------------------------------------------- */

/* By the instruction for `bits64`; a fixed mode other than RTZ is set. */
static void to_int(Host *x, const EmitOp *e, bool bits64)
{
    unsigned rm = (unsigned)e->k[0];
    int f = fp_format(e->in_type), out = e->out[0].reg;
    Mem in = mem_reg(e->in[0].reg);

    if (rm == FRM_RTZ) {
        fp_op2(x, (VecOp)to_signed_rtz[f][bits64], out, in);
        return;
    }
    fp_begin_rm(x, rm);
    fp_op2(x, (VecOp)to_signed[f][bits64], out, in);
    fp_end_rm(x, rm);
}

/*
 * Out of range, the host gives the least integer and raises invalid alone;
 * so far that is right, C gives the value.
 */
void emit_fcvt_fs(Host *x, const EmitOp *e)
{
    if (e->k[0] == FRM_RMM) {
        fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, fp_slow_soft, e);
    to_int(x, e, e->type == TYPE_I64);
    asm_alu_ri(&x->a, ALU_CMP, x86_size(e->type), e->out[0].reg, 1);
    x86_jcc_slow(x, s, CC_O);
    x86_slow_back(x, s);
}

/* Jumps unless 0 <= in < 2^32 - 1 or 2^63: bits compare like values, and
   negative numbers and NaNs are above. */
static void check_range(Host *x, const EmitOp *e, SlowPath *s)
{
    const X86Data *d = x->rt.data;
    int out = e->out[0].reg, in = e->in[0].reg;
    bool wide = e->type == TYPE_I64;
    VecOp move = e->in_type == TYPE_F64 ? V_MOVQG : V_MOVD;

    if (x->avx) {
        asm_avx_mr(&x->a, move, VEX_128, mem_reg(out), in);
    } else {
        asm_sse_mr(&x->a, move, mem_reg(out), in);
    }
    if (e->in_type == TYPE_F64) {
        asm_alu_rm(&x->a, ALU_CMP, SZ_64, out,
                   x86_data(x, wide ? &d->two63_f64 : &d->max_u32_f64));
    } else {
        asm_alu_ri(&x->a, ALU_CMP, SZ_32, out, wide ? 0x5f000000 : 0x4f800000);
    }
    x86_jcc_slow(x, s, CC_AE);
}

void emit_fcvt_fu(Host *x, const EmitOp *e)
{
    if (e->k[0] == FRM_RMM) {
        fp_call_soft(x, e);
        return;
    }
    SlowPath *s = x86_slow(x, fp_slow_soft, e);
    check_range(x, e, s);
    to_int(x, e, true);
    x86_slow_back(x, s);
}

/* imm8: 0 nearest, 1 down, 2 up, 3 to zero, 4 as MXCSR says. */
void emit_fround(Host *x, const EmitOp *e)
{
    static const uint8_t mode[8] = {
        [FRM_RNE] = 0, [FRM_RTZ] = 3, [FRM_RDN] = 1, [FRM_RUP] = 2,
        [FRM_DYN] = 4};
    int in = e->in[0].reg;

    if (e->k[0] == FRM_RMM) {
        fp_call_soft(x, e);
        return;
    }
    asm_avx_rrri(&x->a, e->type == TYPE_F64 ? V_ROUNDSD : V_ROUNDSS, VEX_128,
                 e->out[0].reg, in, in, mode[e->k[0]]);
}

/* ---- Bits --------------------------------------------------------------- */

void emit_fmv_fi(Host *x, const EmitOp *e)
{
    VecOp op = e->type == TYPE_I64 ? V_MOVQG : V_MOVD;
    int out = e->out[0].reg;

    if (e->in[0].kind == OPERAND_MEM) {
        asm_mov_rm(&x->a, x86_size(e->type), out, x86_rm(&e->in[0]));
    } else if (x->avx) {
        asm_avx_mr(&x->a, op, VEX_128, mem_reg(out), e->in[0].reg);
    } else {
        asm_sse_mr(&x->a, op, mem_reg(out), e->in[0].reg);
    }
}

void emit_fmv_if(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    fp_op2(x, e->type == TYPE_F64 ? V_MOVQG : V_MOVD, out,
           x86_rm(&e->in[0]));
    if (e->type == TYPE_F32) {
        fp_op_data(x, V_ORPS, out, out, &x->rt.data->box);
    }
}

/* ---- The FP environment ------------------------------------------------- */

/* dst = table[index]; tmp may be dst. */
static void look_up(Host *x, int dst, int index, int tmp, const void *table)
{
    asm_lea(&x->a, SZ_64, tmp, x86_data(x, table));
    asm_movzx_rm(&x->a, SZ_8, dst, mem_bis(tmp, index, 0, 0));
}

void emit_fflags_get(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, x86_slow_word(0));
    asm_mov_rm(&x->a, SZ_32, out, x86_slow_word(0));
    asm_alu_ri(&x->a, ALU_AND, SZ_32, out, MXCSR_FLAGS);
    look_up(x, out, out, e->tmp[0], &x->rt.data->fflags_of);
}

/* MXCSR = MXCSR with the bits of mask replaced by tmp << shift. */
static void replace(Host *x, int32_t mask, int tmp, unsigned shift)
{
    Mem word = x86_slow_word(0);

    if (shift) {
        asm_shift_ri(&x->a, SH_SHL, SZ_32, tmp, shift);
    }
    asm_gpr_m(&x->a, G_STMXCSR, SZ_32, word);
    asm_alu_mi(&x->a, ALU_AND, SZ_32, word, ~mask);
    asm_alu_mr(&x->a, ALU_OR, SZ_32, word, tmp);
    asm_gpr_m(&x->a, G_LDMXCSR, SZ_32, word);
}

/* The table has 32 entries for fflags, 4 for rounding modes. */
static void set_from(Host *x, const EmitOp *e, const void *table,
                     int32_t index_mask, int32_t mask, unsigned shift)
{
    int index = e->tmp[0], base = e->tmp[1];

    asm_mov_rr(&x->a, SZ_32, index, e->in[0].reg);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, index, index_mask);
    look_up(x, index, index, base, table);
    replace(x, mask, index, shift);
}

void emit_fflags_set(Host *x, const EmitOp *e)
{
    set_from(x, e, &x->rt.data->mxcsr_of, 31, MXCSR_FLAGS, 0);
}

void emit_frm_set(Host *x, const EmitOp *e)
{
    set_from(x, e, &x->rt.data->rc_of, 3, 3 << MXCSR_RC_SHIFT,
             MXCSR_RC_SHIFT);
}
