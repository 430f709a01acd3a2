/*
 * Zicsr, and the CSRs of user programs: manual, volume I, "Zicsr", "F"
 * section "Floating-point control and status register", and "Zicntr".
 *
 * Any other CSR, and a write to a counter, is illegal.
 */
#include "frontend/riscv/helper.h"
#include "frontend/riscv/trans.h"

enum {
    CSR_FFLAGS = 0x001,
    CSR_FRM = 0x002,
    CSR_FCSR = 0x003,
    CSR_CYCLE = 0xc00,
    CSR_TIME = 0xc01,
    CSR_INSTRET = 0xc02,
};

static bool is_fp_csr(int csr)
{
    return csr == CSR_FFLAGS || csr == CSR_FRM || csr == CSR_FCSR;
}

static bool is_counter(int csr)
{
    return csr == CSR_CYCLE || csr == CSR_TIME || csr == CSR_INSTRET;
}

static bool has_csr(const DisasContext *ctx, int csr)
{
    return (is_fp_csr(csr) && ctx->features & RV_f) ||
           (is_counter(csr) && ctx->features & RV_zicntr);
}

static TempId read_fflags(DisasContext *ctx)
{
    TempId flags = ir_temp(ir_of(ctx), TYPE_I32), wide = rv_temp(ctx);
    gen_fflags_get(ir_of(ctx), TYPE_I32, flags);
    gen_extu_i32_i64(ir_of(ctx), TYPE_I64, wide, flags);
    return wide;
}

static TempId read_frm(DisasContext *ctx)
{
    TempId frm = rv_temp(ctx);
    gen_ld32u(ir_of(ctx), TYPE_I64, frm, ir_of(ctx)->env,
              offsetof(RVState, frm));
    return frm;
}

static TempId read_fcsr(DisasContext *ctx)
{
    IR *ir = ir_of(ctx);
    TempId frm = read_frm(ctx), flags = read_fflags(ctx);
    TempId fcsr = rv_temp(ctx);
    gen_shl(ir, TYPE_I64, fcsr, frm, rv_imm(ctx, 5));
    gen_or(ir, TYPE_I64, fcsr, fcsr, flags);
    return fcsr;
}

static TempId read_counter(DisasContext *ctx, const Helper *helper)
{
    TempId count = rv_temp(ctx);
    gen_call(ir_of(ctx), helper, count, 0, NULL);
    return count;
}

static TempId read_csr(DisasContext *ctx, int csr)
{
    switch (csr) {
    case CSR_FFLAGS: return read_fflags(ctx);
    case CSR_FRM: return read_frm(ctx);
    case CSR_FCSR: return read_fcsr(ctx);
    case CSR_TIME: return read_counter(ctx, &rv_helper_time);
    default: return read_counter(ctx, &rv_helper_cycle);
    }
}

static void write_fflags(DisasContext *ctx, TempId value)
{
    IR *ir = ir_of(ctx);
    TempId flags = ir_temp(ir, TYPE_I32);
    gen_extrl_i64_i32(ir, TYPE_I32, flags, value);
    gen_and(ir, TYPE_I32, flags, flags, ir_const(ir, TYPE_I32, RV_FFLAGS));
    gen_fflags_set(ir, TYPE_I32, flags);
}

/* Goes to next_pc if frm is of that class. */
static void leave_if_class(DisasContext *ctx, TempId frm, uint32_t class)
{
    Translation *t = &ctx->t;
    LabelId label = translator_label_at(t, (BlockAt){t->next_pc, class});
    gen_brcond(t->ir, TYPE_I64, frm, rv_imm(ctx, RV_RMM),
               class == RV_FRM_NORMAL ? COND_LTU
               : class == RV_FRM_RMM  ? COND_EQ
                                      : COND_GTU,
               label);
}

/*
 * Blocks are translated for a class of frm.  A new one that is not known stays
 * most likely in the same class, as when a program sets it back.
 */
static void new_class(DisasContext *ctx, TempId frm)
{
    if (temp_is_const(ir_of(ctx), frm)) {
        ctx->t.flags = rv_frm_class((uint32_t)ir_of(ctx)->temps[frm].value);
        return;
    }
    for (uint32_t class = 0; class <= RV_FRM_INVALID; class ++) {
        if (class != ctx->t.flags) {
            leave_if_class(ctx, frm, class);
        }
    }
}

/* Bits 2:0 of value; the FP environment rounds to nearest if it cannot. */
static void write_frm(DisasContext *ctx, TempId frm)
{
    IR *ir = ir_of(ctx);
    TempId mode = rv_temp(ctx), mode32 = ir_temp(ir, TYPE_I32);
    gen_st32(ir, TYPE_I64, frm, ir->env, offsetof(RVState, frm));
    gen_movcond(ir, TYPE_I64, mode, frm, rv_imm(ctx, RV_RUP), frm,
                rv_imm(ctx, RV_RNE), COND_LEU);
    gen_extrl_i64_i32(ir, TYPE_I32, mode32, mode);
    gen_fmode_set(ir, TYPE_I32, mode32);
}

/* The rounding mode in what is written to the CSR. */
static TempId frm_of(DisasContext *ctx, int csr, TempId value)
{
    IR *ir = ir_of(ctx);
    unsigned position = csr == CSR_FCSR ? 5 : 0;
    if (temp_is_const(ir, value)) {
        return rv_imm(ctx, ir->temps[value].value >> position & 7);
    }
    TempId frm = rv_temp(ctx);
    gen_extract(ir, TYPE_I64, frm, value, position, 3);
    return frm;
}

/* The new rounding mode, or 0: it is what it was. */
static TempId write_csr(DisasContext *ctx, int csr, TempId value)
{
    if (csr != CSR_FRM) {
        write_fflags(ctx, value);
    }
    if (csr == CSR_FFLAGS) {
        return 0;
    }
    TempId frm = frm_of(ctx, csr, value);
    write_frm(ctx, frm);
    return frm;
}

typedef enum Access { ACCESS_SWAP, ACCESS_SET, ACCESS_CLEAR } Access;

/* What an access makes of the old value. */
static TempId new_value(DisasContext *ctx, Access access, TempId old,
                        TempId with)
{
    TempId value = rv_temp(ctx);
    switch (access) {
    case ACCESS_SWAP: return with;
    case ACCESS_SET: gen_or(ir_of(ctx), TYPE_I64, value, old, with); break;
    case ACCESS_CLEAR: gen_andc(ir_of(ctx), TYPE_I64, value, old, with); break;
    }
    return value;
}

/* swap does not read for rd = x0; set and clear do not write for rs1 = 0. */
static bool access_csr(DisasContext *ctx, const arg_csr *a, Access access,
                       TempId with)
{
    bool writes = access == ACCESS_SWAP || a->rs1;
    bool reads = access != ACCESS_SWAP || a->rd;
    if (!has_csr(ctx, a->csr) || (writes && is_counter(a->csr))) {
        return false;
    }
    TempId old = reads ? read_csr(ctx, a->csr) : 0, frm = 0;
    if (writes) {
        frm = write_csr(ctx, a->csr, new_value(ctx, access, old, with));
    }
    if (a->rd) {
        gen_mov(ir_of(ctx), TYPE_I64, rv_dst(ctx, a->rd), old);
    }
    if (frm) {
        new_class(ctx, frm);
    }
    return true;
}

/* rs1, as the constant that it is known to be if so. */
static TempId operand(DisasContext *ctx, int rs1)
{
    uint64_t value;
    return rv_known(ctx, rs1, &value) ? rv_imm(ctx, (int64_t)value)
                                      : rv_src(ctx, rs1);
}

bool rv_trans_csrrw(DisasContext *ctx, arg_csr *a)
{
    return access_csr(ctx, a, ACCESS_SWAP, operand(ctx, a->rs1));
}

bool rv_trans_csrrs(DisasContext *ctx, arg_csr *a)
{
    return access_csr(ctx, a, ACCESS_SET, operand(ctx, a->rs1));
}

bool rv_trans_csrrc(DisasContext *ctx, arg_csr *a)
{
    return access_csr(ctx, a, ACCESS_CLEAR, operand(ctx, a->rs1));
}

bool rv_trans_csrrwi(DisasContext *ctx, arg_csr *a)
{
    return access_csr(ctx, a, ACCESS_SWAP, rv_imm(ctx, a->rs1));
}

bool rv_trans_csrrsi(DisasContext *ctx, arg_csr *a)
{
    return access_csr(ctx, a, ACCESS_SET, rv_imm(ctx, a->rs1));
}

bool rv_trans_csrrci(DisasContext *ctx, arg_csr *a)
{
    return access_csr(ctx, a, ACCESS_CLEAR, rv_imm(ctx, a->rs1));
}
