/*
 * What RISC-V instructions call in C, in generated code: reading counters and
 * arithmetic that rounds to nearest, ties away from zero, which no host does.
 */
#ifndef FRONTEND_RISCV_HELPER_H
#define FRONTEND_RISCV_HELPER_H

#include "core/helper.h"

/* What rv_helper_rmm computes from a, b, c, bits of the source format. */
typedef enum RmmOp {
    RMM_ADD,
    RMM_SUB,
    RMM_MUL,
    RMM_DIV,
    RMM_SQRT,
    RMM_MADD,
    RMM_MSUB,
    RMM_NMSUB,
    RMM_NMADD,
    RMM_CVT_FF,
    RMM_TO_W,
    RMM_TO_WU,
    RMM_TO_L,
    RMM_TO_LU, /* sign-extended to 64 bits */
    RMM_FROM_S,
    RMM_FROM_U, /* a is 64 bits wide */
} RmmOp;

/* Second argument of rv_helper_rmm; to, from: SfFormat. */
static inline uint32_t rmm_control(RmmOp op, unsigned to, unsigned from)
{
    return (uint32_t)op | to << 8 | from << 16;
}

extern const Helper rv_helper_rmm;   /* i64 (env, i32 control,
                                        i64 a, b, c) */
extern const Helper rv_helper_cycle; /* i64 (): nanoseconds */
extern const Helper rv_helper_time;  /* i64 (): 10 MHz */

/* All of the above, and helper_plugin; NULL-terminated. */
extern const Helper *const rv_helpers[];

#endif
