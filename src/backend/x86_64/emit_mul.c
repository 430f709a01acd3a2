/* Emit records: multiplication and division. */
#include "backend/x86_64/x86.h"

void x86_emit_mul(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg, size = x86_size(e->type);
    bool swap = x86_is_reg(&e->in[1], out);

    if (e->in[1].kind == OPERAND_IMM) {
        x86_asm_imul_rmi(&x->a, size, out, x86_rm(&e->in[0]),
                         (int32_t)e->in[1].imm);
        return;
    }
    x86_mov_in(x, size, out, &e->in[swap]);
    asm_gpr_rm(&x->a, G_IMUL, size, out, x86_rm(&e->in[!swap]));
}

/* rdx:rax = rax * b */
void x86_emit_mul_wide(Host *x, const EmitOp *e)
{
    asm_gpr_m(&x->a, (GprOp)e->arg, x86_size(e->type), x86_rm(&e->in[1]));
}

void x86_emit_mulx(Host *x, const EmitOp *e)
{
    asm_bmi_rrm(&x->a, G_MULX, x86_size(e->type), e->out[1].reg, e->out[0].reg,
                x86_rm(&e->in[1]));
}

/* With one destination twice, mulx leaves the high half there. */
void x86_emit_mulx_high(Host *x, const EmitOp *e)
{
    asm_bmi_rrm(&x->a, G_MULX, x86_size(e->type), e->out[0].reg, e->out[0].reg,
                x86_rm(&e->in[1]));
}

/* ---- Division: rdx:rax by b -------------------------------------------- */

/*
 * b = 0 and b = -1 would trap, or could: they are left out. What then stands
 * in rax and rdx is nobody's business, but for a / -1 = -a and a % -1 = 0.
 */
static void divide_signed(Host *x, int size, int b)
{
    x86_asm_lea(&x->a, size, RDX, mem_b(b, 1));
    asm_alu_ri(&x->a, ALU_CMP, size, RDX, 1);
    uint8_t *special = x86_asm_jcc8(&x->a, CC_BE);
    x86_asm_cqo(&x->a, size);
    asm_gpr_r(&x->a, G_IDIV, size, b);
    uint8_t *done = x86_asm_jmp8(&x->a);
    x86_asm_patch8(&x->a, special, x->a.p);
    asm_gpr_r(&x->a, G_NEG, size, RAX);
    x86_asm_zero(&x->a, RDX);
    x86_asm_patch8(&x->a, done, x->a.p);
}

static void divide_unsigned(Host *x, int size, int b)
{
    asm_test_rr(&x->a, size, b, b);
    uint8_t *zero = x86_asm_jcc8(&x->a, CC_Z);
    x86_asm_zero(&x->a, RDX);
    asm_gpr_r(&x->a, G_DIV, size, b);
    x86_asm_patch8(&x->a, zero, x->a.p);
}

static void divide(Host *x, GprOp op, int size, int b)
{
    if (op == G_IDIV) {
        divide_signed(x, size, b);
    } else {
        divide_unsigned(x, size, b);
    }
}

static void slow_divide(Host *x, const SlowPath *s)
{
    divide(x, (GprOp)s->e.arg, SZ_64, s->e.in[1].reg);
    x86_jmp_back(x, s);
}

/*
 * Division of 64 bits costs several times that of 32: when both operands
 * are below 2^32, as they mostly are, 32 bits it is.
 */
void x86_emit_div(Host *x, const EmitOp *e)
{
    int b = e->in[1].reg;

    if (e->type == TYPE_I32) {
        divide(x, (GprOp)e->arg, SZ_32, b);
        return;
    }
    SlowPath *s = x86_slow(x, slow_divide, e);
    x86_asm_mov_rr(&x->a, SZ_64, RDX, RAX);
    x86_asm_alu_rr(&x->a, ALU_OR, SZ_64, RDX, b);
    asm_shift_ri(&x->a, SH_SHR, SZ_64, RDX, 32);
    x86_jcc_slow(x, s, CC_NZ);
    asm_test_rr(&x->a, SZ_32, b, b);
    uint8_t *zero = x86_asm_jcc8(&x->a, CC_Z);
    asm_gpr_r(&x->a, G_DIV, SZ_32, b);
    x86_asm_patch8(&x->a, zero, x->a.p);
    x86_slow_back(x, s);
}

/* The quotient fits exactly if the high half is below the divisor. */
void x86_emit_divu2(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type);

    x86_asm_alu_rm(&x->a, ALU_CMP, size, RDX, x86_rm(&e->in[2]));
    uint8_t *over = x86_asm_jcc8(&x->a, CC_AE);
    asm_gpr_m(&x->a, G_DIV, size, x86_rm(&e->in[2]));
    x86_asm_patch8(&x->a, over, x->a.p);
}

/* rdx:rax = -rdx:rax */
static void negate_pair(Host *x, int size)
{
    asm_gpr_r(&x->a, G_NEG, size, RAX);
    asm_alu_ri(&x->a, ALU_ADC, size, RDX, 0);
    asm_gpr_r(&x->a, G_NEG, size, RDX);
}

/* Divides magnitudes; returns the jump of what does not fit. */
static uint8_t *divide_magnitudes(Host *x, int size, int divisor)
{
    x86_asm_alu_rr(&x->a, ALU_CMP, size, RDX, divisor);
    uint8_t *over = x86_asm_jcc8(&x->a, CC_AE);
    asm_gpr_r(&x->a, G_DIV, size, divisor);
    return over;
}

/* By magnitudes: signs are given back afterwards, as truncation has them. */
void x86_emit_divs2(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type), divisor = e->tmp[0];

    x86_mov_in(x, size, divisor, &e->in[2]);
    asm_test_rr(&x->a, size, divisor, divisor);
    uint8_t *positive = x86_asm_jcc8(&x->a, CC_NS);
    asm_gpr_r(&x->a, G_NEG, size, divisor);
    x86_asm_patch8(&x->a, positive, x->a.p);
    asm_test_rr(&x->a, size, RDX, RDX);
    uint8_t *negative = x86_asm_jcc8(&x->a, CC_S);
    uint8_t *over = divide_magnitudes(x, size, divisor);
    uint8_t *divided = x86_asm_jmp8(&x->a);
    x86_asm_patch8(&x->a, negative, x->a.p);
    negate_pair(x, size);
    uint8_t *over2 = divide_magnitudes(x, size, divisor);
    asm_gpr_r(&x->a, G_NEG, size, RDX);
    asm_gpr_r(&x->a, G_NEG, size, RAX);
    x86_asm_patch8(&x->a, divided, x->a.p);
    x86_asm_alu_mi(&x->a, ALU_CMP, size, x86_rm(&e->in[2]), 0);
    uint8_t *done = x86_asm_jcc8(&x->a, CC_GE);
    asm_gpr_r(&x->a, G_NEG, size, RAX);
    x86_asm_patch8(&x->a, done, x->a.p);
    x86_asm_patch8(&x->a, over, x->a.p);
    x86_asm_patch8(&x->a, over2, x->a.p);
}
