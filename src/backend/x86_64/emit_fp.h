/* Inside the floating-point records (emit_fp*.c). */
#ifndef BACKEND_X86_64_EMIT_FP_H
#define BACKEND_X86_64_EMIT_FP_H

#include "backend/x86_64/x86.h"

/* Column of the tables of instructions: 0 for single, 1 for double. */
static inline int fp_format(unsigned type)
{
    return type == TYPE_F64;
}

/* out = a op b; without AVX, out is a. */
void x86_fp_op3(Host *, VecOp, int out, int a, Mem b);
/* out = op b, for instructions without a first source. */
void x86_fp_op2(Host *, VecOp, int out, Mem b);
void x86_fp_mov(Host *, int out, int src);
/* out op= what is at the data word. */
void x86_fp_op_data(Host *, VecOp, int out, int a, const void *data);
/* Parity says NaN; a signalling one raises invalid. */
void x86_fp_compare_itself(Host *, unsigned type, int reg);
void x86_fp_ones(Host *, int reg);
void x86_fp_zero(Host *, int reg);
/* All 64 bits between a vector register and a word of memory. */
void x86_fp_store64(Host *, Mem m, int src);
void x86_fp_load64(Host *, int dst, Mem m);
/* The bits of an F32 or F64, zero-extended. */
void x86_fp_to_gpr(Host *, unsigned type, int dst, int src);

/*
 * Around an instruction: the fixed rounding mode rm in MXCSR. Nothing for
 * FP_ROUND_ENV. RMM has no counterpart. Both use slow words and keep registers.
 */
void x86_fp_begin_rm(Host *, unsigned rm);
void x86_fp_end_rm(Host *, unsigned rm);

/* Jumps if the result is one that the host may make otherwise than the policy
   has it: a NaN, or a number that is tiny or next to that. */
void x86_fp_check_result(Host *, const EmitOp *, SlowPath *, int result,
                         int tmp);

/* The whole op in C (fp_soft.c), now, or in a slow path, which then goes on. */
void x86_fp_call_soft(Host *, const EmitOp *);
SlowFn x86_fp_slow_soft;

#endif
