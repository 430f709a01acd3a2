/*
 * V256 on a host without AVX2, where no register holds one: the value of a
 * V256 "in xmm N" is in x86_wide(N), and xmm N itself has none. Arithmetic
 * is done in two halves (emit_vec.c); here are the moves.
 */
#include "backend/x86_64/x86.h"

void x86_wide_load(Host *x, int dst, Mem m)
{
    for (int32_t half = 0; half < 32; half += 16, m.disp += 16) {
        asm_sse_rm(&x->a, V_MOVUPS, dst, m);
        asm_sse_mr(&x->a, V_MOVAPS, x86_wide(dst, half), dst);
    }
}

void x86_wide_store(Host *x, Mem m, int src)
{
    for (int32_t half = 0; half < 32; half += 16, m.disp += 16) {
        asm_sse_rm(&x->a, V_MOVAPS, src, x86_wide(src, half));
        asm_sse_mr(&x->a, V_MOVUPS, m, src);
    }
}
