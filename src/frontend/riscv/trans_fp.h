/*
 * Private to frontend/riscv: what trans_fp.c and trans_fcvt.c share, the
 * rounding mode of an instruction and the way out to software arithmetic.
 */
#ifndef FRONTEND_RISCV_TRANS_FP_H
#define FRONTEND_RISCV_TRANS_FP_H

#include "frontend/riscv/helper.h"
#include "frontend/riscv/trans.h"

enum { ROUNDING_ILLEGAL = -1 };

/* FP_ROUND_* for the field rm; AWAY also if the dynamic mode is that. */
int rv_rounding(const DisasContext *ctx, int rm);

/* rd = value, with its canonical NaN. */
void rv_fset_canonical(DisasContext *ctx, Type type, int rd, TempId value);

/* A new I64 temp: the result of rv_helper_rmm; absent inputs are 0. */
TempId rv_call_rmm(DisasContext *ctx, RmmOp op, Type to, Type from,
                   const TempId bits[3]);
/* Bits of an FP register as the helper takes them. */
TempId rv_fbits(DisasContext *ctx, Type type, int reg);
/* rd = the value with these bits. */
void rv_fset_bits(DisasContext *ctx, Type type, int rd, TempId bits);

#endif
