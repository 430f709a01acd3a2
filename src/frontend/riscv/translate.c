/*
 * The RISC-V frontend: RV64IMAFDC, Zicsr, Zifencei, Zicntr, user level.
 *
 * Instructions are read 16 bits at a time, decoded by the decoders made from
 * insn16.decode and insn32.decode, and emitted by rv_trans_*.c.
 */
#include <stdlib.h>
#include "frontend/riscv/debug.h"
#include "frontend/riscv/helper.h"
#include "frontend/riscv/trans.h"

/* What the decoders call: an instruction is illegal without its extension. */
#define INSN(name, ext, args, operands)                                        \
    static bool have_##name(DisasContext *ctx, arg_##args *a)                  \
    {                                                                          \
        return ctx->features & RV_##ext && rv_trans_##name(ctx, a);            \
    }
#include "frontend/riscv/insns.def"

#include "gen/riscv/insn16.inc"
#include "gen/riscv/insn32.inc"

/*
 * The registers that deserve a host register, the most useful first, of
 * either file; see docs/riscv-frontend.md for how the order was found.
 */
static const char *const hot[] = {
    "a5",  "a4",  "a3",  "a0",  "a2",  "sp",   "s0",   "a1",   "a6",
    "s1",  "ra",  "a7",  "s2",  "t1",  "s5",   "t3",   "s3",   "t6",
    "s4",  "s6",  "t4",  "s7",  "s11", "t2",   "t5",   "t0",   "s8",
    "s10", "s9",  "fa5", "fa4", "fa3", "fa2",  "fa1",  "fa0",  "ft1",
    "ft0", "fa6", "fa7", "ft2", "ft3", "ft4",  "ft5",  "fs0",  "fs1",
    "ft6", "ft7", "fs2", "ft8", "ft9", "fs3",  "ft10", "ft11", "fs4",
    "fs5", "fs6", "fs7", "fs8", "fs9", "fs10", "fs11", NULL,
};

static void *create(IR *ir, uint64_t features)
{
    DisasContext *ctx = calloc(1, sizeof(*ctx));
    if (!ctx) {
        return NULL;
    }
    ctx->t.ir = ir;
    ctx->features = features;
    for (int i = 1; i < 32; i++) {
        ctx->gpr[i] = ir_global(
            ir, TYPE_I64, (int32_t)offsetof(RVState, gpr[i]), rv_gpr_name[i]);
    }
    for (int i = 0; i < 32; i++) {
        ctx->fpr[i] = ir_global(
            ir, TYPE_F64, (int32_t)offsetof(RVState, fpr[i]), rv_fpr_name[i]);
    }
    ctx->pc = ir_global(ir, TYPE_I64, offsetof(RVState, pc), "pc");
    ctx->load_res =
        ir_global(ir, TYPE_I64, offsetof(RVState, load_res), "load_res");
    ctx->load_val =
        ir_global(ir, TYPE_I64, offsetof(RVState, load_val), "load_val");
    ir->helpers = rv_helpers;
    ir_set_fp_policies(ir, &rv_fp_policy, 1);
    ir->state_bytes = sizeof(RVState);
    return ctx;
}

/* Bits 1:0 of the first half say whether there is a second. */
static unsigned fetch(Translation *t)
{
    DisasContext *ctx = (DisasContext *)t;
    uint16_t half[2] = {0, 0};
    if (!translator_read(t, t->pc, &half[0], 2)) {
        return 0;
    }
    bool is_long = (half[0] & 3) == 3;
    if (is_long && !translator_read(t, t->pc + 2, &half[1], 2)) {
        return 0;
    }
    ctx->insn = (uint32_t)half[1] << 16 | half[0];
    return is_long ? 4 : 2;
}

static void translate_insn(Translation *t)
{
    DisasContext *ctx = (DisasContext *)t;
    bool is_long = (ctx->insn & 3) == 3;
    bool short_ok = ctx->features & RV_c;
    if (!short_ok && t->pc & 2) {
        rv_exit(ctx, t->pc, EXIT_MISALIGNED);
        return;
    }
    bool legal = is_long ? decode_insn32(ctx, ctx->insn)
                         : short_ok && decode_insn16(ctx, (uint16_t)ctx->insn);
    if (!legal) {
        rv_exit(ctx, t->pc, EXIT_ILLEGAL);
    }
}

static void leave(Translation *t, int reason)
{
    rv_exit((DisasContext *)t, t->pc, reason);
}

static void begin(Translation *t)
{
    DisasContext *ctx = (DisasContext *)t;
    ctx->known = 0;
    rv_forget_temps(ctx);
}

static void translate(void *translator, const BlockRequest *req,
                      BlockInfo *info)
{
    static const GuestHooks hooks = {begin, fetch, translate_insn, leave};
    DisasContext *ctx = translator;
    translator_run(&ctx->t, &riscv64_frontend, &hooks, req, info);
}

static uint32_t tb_flags(const CPUState *cpu)
{
    return rv_frm_class(((const RVState *)cpu->guest)->frm);
}

const Frontend riscv64_frontend = {
    .name = "riscv64",
    .state_bytes = sizeof(RVState),
    .pc_offset = offsetof(RVState, pc),
    .insn_bytes = 4,
    .insn_align = 2,
    .page_bits = 12,
    .insn_limits = {.ops = 64, .temps = 64, .labels = 4, .slots = 3},
    .pc_mask = ~1ull,
    .memory_model = MEMORY_RVWMO,
    .hot = hot,
    .helpers = rv_helpers,
    .models = &rv_models,
    .address_bits = rv_address_bits,
    .create = create,
    .destroy = free,
    .translate = translate,
    .tb_flags = tb_flags,
    .nb_tb_flags = RV_FRM_INVALID + 1,
    .reset = rv_reset,
    .show_state = rv_show_state,
    .debug = &rv_debug,
};
