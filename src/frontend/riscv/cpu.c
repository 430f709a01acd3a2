/* The hart's state outside generated code. */
#include "frontend/riscv/cpu.h"

#include <inttypes.h>
#include <string.h>

const char *const rv_gpr_name[32] = {
    "zero", "ra", "sp", "gp", "tp",  "t0",  "t1", "t2", "s0", "s1", "a0",
    "a1",   "a2", "a3", "a4", "a5",  "a6",  "a7", "s2", "s3", "s4", "s5",
    "s6",   "s7", "s8", "s9", "s10", "s11", "t3", "t4", "t5", "t6",
};

const char *const rv_fpr_name[32] = {
    "ft0", "ft1", "ft2",  "ft3",  "ft4", "ft5", "ft6",  "ft7",
    "fs0", "fs1", "fa0",  "fa1",  "fa2", "fa3", "fa4",  "fa5",
    "fa6", "fa7", "fs2",  "fs3",  "fs4", "fs5", "fs6",  "fs7",
    "fs8", "fs9", "fs10", "fs11", "ft8", "ft9", "ft10", "ft11",
};

const FpPolicy rv_fp_policy = {
    .default_nan = 0x40,
    .nan = FP_NAN_ANY,
    .to_int = FP_INT_SATURATE,
    .subnormal = FP_SUBNORMAL_SILENT,
    .fma_invalid = true,
};

uint32_t rv_get_fcsr(const CPUState *cpu)
{
    const RVState *rv = (const RVState *)cpu->guest;
    return rv->frm << 5 | cpu->fp->get(cpu).flags;
}

void rv_set_fcsr(CPUState *cpu, uint32_t fcsr)
{
    uint32_t frm = fcsr >> 5 & 7;
    rv_state(cpu)->frm = frm;
    uint8_t rounding = frm <= RV_RUP ? (uint8_t)frm : RV_RNE;
    cpu->fp->set(cpu, (FpEnv){rounding, fcsr & RV_FFLAGS});
}

void rv_reset(CPUState *cpu)
{
    RVState *rv = rv_state(cpu);
    memset(rv, 0, sizeof(*rv));
    rv->load_res = RV_NO_RESERVATION;
    rv_set_fcsr(cpu, 0);
}

enum { REGISTERS_A_LINE = 4 };

static void show_file(FILE *f, const uint64_t reg[32],
                      const char *const name[32])
{
    for (int i = 0; i < 32; i++) {
        fprintf(f, " %-4s %016" PRIx64 "%s", name[i], reg[i],
                i % REGISTERS_A_LINE == REGISTERS_A_LINE - 1 ? "\n" : "");
    }
}

void rv_show_state(FILE *f, const CPUState *cpu, bool fp)
{
    const RVState *rv = (const RVState *)cpu->guest;
    fprintf(f, " pc   %016" PRIx64 "\n", rv->pc);
    show_file(f, rv->gpr, rv_gpr_name);
    if (fp) {
        show_file(f, rv->fpr, rv_fpr_name);
        fprintf(f, " fcsr %02" PRIx32 "\n", rv_get_fcsr(cpu));
    }
}
