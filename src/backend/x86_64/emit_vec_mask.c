/* vmask: from a vector to a mask in a general register. */
#include "backend/x86_64/x86.h"

static void mask_128(Host *x, int out, int reg)
{
    if (x->avx) {
        asm_avx_rr(&x->a, V_PMOVMSKB, VEX_128, out, reg);
    } else {
        asm_sse_rr(&x->a, V_PMOVMSKB, out, reg);
    }
}

/* Where no register holds a V256: the halves come to reg in turn. */
static void mask_wide(Host *x, int out, int reg, int tmp)
{
    asm_sse_rm(&x->a, V_MOVAPS, reg, x86_wide(reg, 16));
    mask_128(x, out, reg);
    asm_shift_ri(&x->a, SH_SHL, SZ_64, out, 16);
    asm_sse_rm(&x->a, V_MOVAPS, reg, x86_wide(reg, 0));
    mask_128(x, tmp, reg);
    x86_asm_alu_rr(&x->a, ALU_OR, SZ_64, out, tmp);
}

void x86_emit_vmask(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg, reg = e->in[0].reg;

    if (x86_is_wide(x, e->type)) {
        mask_wide(x, out, reg, e->tmp[0]);
    } else if (e->type == TYPE_V256) {
        asm_avx_rr(&x->a, V_PMOVMSKB, VEX_256, out, reg);
    } else {
        mask_128(x, out, reg);
    }
    if (e->type == TYPE_V64) {
        asm_movzx_rr(&x->a, SZ_8, out, out);
    }
}
