/*
 * Private to frontend/riscv: the context of a translation and what the trans
 * functions share.
 *
 * A trans function emits its instruction and returns true; it returns false,
 * having emitted nothing, if the instruction is illegal after all.  It writes
 * globals directly, and its destination last, after everything that can
 * fault.
 */
#ifndef FRONTEND_RISCV_TRANS_H
#define FRONTEND_RISCV_TRANS_H

#include "core/gen.h"
#include "frontend/riscv/args.h"
#include "frontend/riscv/cpu.h"
#include "frontend/riscv/decode_fields.h"
#include "frontend/riscv/isa.h"
#include "frontend/translator.h"

struct DisasContext {
    Translation t;     /* first: the hooks are given its address */
    uint64_t features; /* RV_* */
    uint32_t insn;     /* in hand; a 16-bit one if its bits 1:0 are not 3 */

    TempId gpr[32]; /* globals; gpr[0] is not one */
    TempId fpr[32];
    TempId pc, load_res, load_val;

    /* Integer registers whose value is known here, as bits of a mask. */
    uint32_t known;
    uint64_t value[32];

    /*
     * What the FP registers hold as singles, if a temp of this extended basic
     * block has it, else 0; and of those, which are known to be boxed, so
     * that the temp has the register's own bits.
     */
    TempId single[32];
    uint32_t boxed;
};

#define INSN(name, ext, args, operands)                                        \
    bool rv_trans_##name(DisasContext *ctx, arg_##args *a);
#include "frontend/riscv/insns.def"

static inline IR *ir_of(DisasContext *ctx)
{
    return ctx->t.ir;
}

/* Integer registers: as a source, and as a destination ---------------- */

TempId rv_src(DisasContext *ctx, int reg);
/* A dead temp for x0.  The register's value is not known any more. */
TempId rv_dst(DisasContext *ctx, int reg);
void rv_set_const(DisasContext *ctx, int reg, uint64_t value);
/* Whether the value is known here; x0's is. */
bool rv_known(const DisasContext *ctx, int reg, uint64_t *value);

static inline TempId rv_temp(DisasContext *ctx)
{
    return ir_temp(ir_of(ctx), TYPE_I64);
}

static inline TempId rv_imm(DisasContext *ctx, int64_t value)
{
    return ir_const(ir_of(ctx), TYPE_I64, value);
}

/* The low half of a register, as an I32 temp. */
TempId rv_src32(DisasContext *ctx, int reg);
/* rd = the sign-extended low half of an I64, or an I32. */
void rv_set_low(DisasContext *ctx, int reg, TempId value);
void rv_set_i32(DisasContext *ctx, int reg, TempId value);

/* rd = rs1 op rs2 in 64 bits; and of that the sign-extended low half. */
typedef void GenBinary(IR *ir, Type type, TempId o, TempId a, TempId b);
bool rv_binary(DisasContext *ctx, const arg_r *a, GenBinary *gen);
bool rv_binary_w(DisasContext *ctx, const arg_r *a, GenBinary *gen);

/* FP registers as values of type F32 or F64 --------------------------- */

/* A badly boxed single is the canonical NaN. */
TempId rv_fsrc(DisasContext *ctx, Type type, int reg);
/* Where to compute a result for the register; rv_fset() completes it.  Take
   the sources first. */
TempId rv_fdst(DisasContext *ctx, Type type, int reg);
void rv_fset(DisasContext *ctx, Type type, int reg, TempId value);
/* To be called after a set_label: temps have no value there. */
void rv_forget_temps(DisasContext *ctx);

/* Ends of a block ------------------------------------------------------ */

void rv_exit(DisasContext *ctx, uint64_t pc, int reason);

#endif
