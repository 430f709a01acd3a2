/*
 * vlow, vlow_zero, vlow_keep: scalars in vector registers.  Where a register is
 * right as it is, there is no instruction.
 */
#include "backend/x86_64/emit_fp.h"

/* What is above an F64 does not matter; above an F32 it does if there are
   boxes. */
void x86_emit_vlow(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    if (e->in[0].kind == OPERAND_MEM) {
        x86_fp_op2(x, x86_vec_move(e->type), out, x86_rm(&e->in[0]));
    } else {
        x86_fp_mov(x, out, e->in[0].reg);
    }
    if (e->type == TYPE_F32 && !x->ir->unboxed) {
        x86_box(x, out);
    }
}

/* out = the lowest word of a, zeros above. */
static void zero_above_single(Host *x, int out, int a)
{
    enum { ZERO_1_2_3 = 0xe };

    if (x->avx) {
        asm_avx_rrri(&x->a, V_INSERTPS, VEX_128, out, a, a, ZERO_1_2_3);
    } else if (x->features & X86_SSE41) {
        asm_sse_rri(&x->a, V_INSERTPS, out, a, ZERO_1_2_3);
    } else {
        x86_fp_zero(x, out);
        asm_sse_rr(&x->a, V_MOVSS, out, a);
    }
}

/* Loads have zeroed what is above, but box singles. */
void x86_emit_vlow_zero(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    if (e->low && (e->type == TYPE_F64 || x->ir->unboxed) &&
        e->in[0].kind == OPERAND_REG) {
        x86_fp_mov(x, out, e->in[0].reg);
    } else if (e->type == TYPE_F64) {
        x86_fp_op2(x, V_MOVQ, out, x86_rm(&e->in[0]));
    } else {
        zero_above_single(x, out, e->in[0].reg);
    }
}

void x86_emit_vlow_keep(Host *x, const EmitOp *e)
{
    bool wide = e->type == TYPE_F64;
    int out = e->out[0].reg, a = e->in[0].reg, b = e->in[1].reg;

    if (!x->avx) {
        asm_sse_rr(&x->a, wide ? V_MOVSD : V_MOVSS, out, b);
    } else if (wide) {
        enum { LOW_HIGH = 2 };
        asm_avx_rrri(&x->a, V_SHUFPD, VEX_128, out, b, a, LOW_HIGH);
    } else {
        asm_avx_rrri(&x->a, V_INSERTPS, VEX_128, out, a, b, 0);
    }
}
