/*
 * Inside the vector records (x86_emit_vec*.c).
 *
 * Three levels: SSE2 alone, two operands; AVX2, three operands (VEX); AVX-512
 * (F, VL, BW, DQ), where every instruction must have an EVEX form, since its
 * operands may be in xmm16-31. Mask register k1 is the records' own.
 *
 * A V64 is computed as a V128: what is in the high half does not matter.
 *
 * A host without AVX2 has no register that holds a V256. There the value of a
 * V256 "in xmm N" is in x86_wide(N), a place in CPUState, and xmm N itself has
 * no value. Records run once for each half; inputs are brought to their
 * registers before, the output is brought to its place after.
 */
#ifndef BACKEND_X86_64_EMIT_VEC_H
#define BACKEND_X86_64_EMIT_VEC_H

#include "backend/x86_64/x86.h"

typedef enum VecLevel { VEC_NEVER, VEC_SSE2, VEC_AVX2, VEC_AVX512 } VecLevel;

enum { VEC_TEMPS = 3, VEC_BORROWED = 8 };

/* A record at work. */
typedef struct Vec {
    Host *x;
    Asm *a;
    const EmitOp *e;
    VecLevel level;
    int vl; /* VEX_128 or VEX_256 */
    unsigned vece;
    int32_t half;       /* bytes: 16 in the second half of a wide V256 */
    int d;              /* the output's register */
    int in[MAX_INS];    /* the inputs' registers, of their own class */
    int tmp[VEC_TEMPS]; /* or -1: x86_vec_tmp() */
    uint32_t used;      /* registers that are not to be borrowed */
    unsigned nb_borrowed;
    int borrowed[VEC_BORROWED];
} Vec;

typedef void VecFn(Vec *);

/* An instruction and the level from which it exists. */
typedef struct VecInsn {
    uint16_t insn; /* VecOp */
    uint8_t level; /* VecLevel */
} VecInsn;

extern const VecInsn x86_vec_insn[OP_COUNT][4];

/* One instruction does op on elements of 8 << vece bits. */
bool x86_vec_has(const Vec *v, Opcode opc, unsigned vece);

/*
 * Temporary i (0-2): the row's, or a register that is saved for the time of
 * the record.
 */
int x86_vec_tmp(Vec *v, unsigned i);

/* ---- Instructions ------------------------------------------------------- */

/*
 * d = a op b. With two operands d must not be b, unless it is a too.
 */
void x86_vec_op3(Vec *v, VecOp insn, int d, int a, int b);
/* d = op a, for instructions without a first source. */
void x86_vec_op2(Vec *v, VecOp insn, int d, int a);
void x86_vec_op2i(Vec *v, VecOp insn, int d, int a, int imm);
/* Shifts by an immediate. */
void x86_vec_opi(Vec *v, VecOp insn, int d, int a, int imm);
/* The instruction of op for elements of 8 << vece bits; there must be one. */
void x86_vec_do3(Vec *v, Opcode opc, unsigned vece, int d, int a, int b);

void x86_vec_mov(Vec *v, int d, int a);
void x86_vec_zero(Vec *v, int d);
void x86_vec_ones(Vec *v, int d);
static inline void vec_and(Vec *v, int d, int a, int b)
{
    x86_vec_op3(v, V_PAND, d, a, b);
}
static inline void vec_or(Vec *v, int d, int a, int b)
{
    x86_vec_op3(v, V_POR, d, a, b);
}
static inline void vec_xor(Vec *v, int d, int a, int b)
{
    x86_vec_op3(v, V_PXOR, d, a, b);
}

/* ---- Pieces shared by sequences ----------------------------------------- */

/* Each element of d all ones where a is negative; d is not a. */
void x86_vec_sign(Vec *v, unsigned vece, int d, int a);
/* d = mask ? x : d, where mask is ones or zeros in each bit; destroys x. */
void x86_vec_merge(Vec *v, int d, int x, int mask);
/* d = a cond b ? ones : 0; d is neither input. Uses temporaries 0 and 1. */
void x86_vec_compare(Vec *v, Cond cond, int d, int a, int b);
/* Opcode vsmin, vumin, vsmax or vumax; likewise. */
void x86_vec_minmax(Vec *v, Opcode opc, int d, int a, int b);

/* ---- Records: of an op whose elements no single instruction does -------- */

VecFn x86_vec_do_mul, x86_vec_do_neg, x86_vec_do_abs, x86_vec_do_ssat,
    x86_vec_do_usadd, x86_vec_do_ussub, x86_vec_do_minmax, x86_vec_do_andc,
    x86_vec_do_logic, x86_vec_do_not, x86_vec_do_shifti, x86_vec_do_shifts,
    x86_vec_do_shiftv, x86_vec_do_cmp, x86_vec_do_cmpsel, x86_vec_do_bitsel,
    x86_vec_do_dup, x86_vec_do_dup2, x86_vec_do_dupm;

#endif
