/* The registers of a thread, as ptrace and core files have them. */
#include "linux-user/abi/riscv64/abi.h"

#include <string.h>
#include "frontend/riscv/cpu.h"

/* struct user_regs_struct: pc, x1 to x31. */
typedef struct Regs {
    uint64_t r[32];
} Regs;

/* struct __riscv_d_ext_state */
typedef struct FpRegs {
    uint64_t f[32];
    uint32_t fcsr, pad;
} FpRegs;

_Static_assert(sizeof(Regs) == RISCV64_REGS_BYTES, "NT_PRSTATUS");
_Static_assert(sizeof(FpRegs) == RISCV64_FP_REGS_BYTES, "NT_FPREGSET");

void riscv64_regs_get(CPUState *cpu, void *bytes)
{
    const RVState *s = rv_state(cpu);
    Regs *regs = bytes;

    memcpy(regs->r, s->gpr, sizeof(regs->r));
    regs->r[0] = s->pc;
}

void riscv64_regs_set(CPUState *cpu, const void *bytes)
{
    const Regs *regs = bytes;
    RVState *s = rv_state(cpu);

    memcpy(s->gpr + 1, regs->r + 1, sizeof(s->gpr) - sizeof(s->gpr[0]));
    s->pc = regs->r[0];
    riscv64_leave(cpu);
}

void riscv64_fp_regs_get(CPUState *cpu, void *bytes)
{
    FpRegs *regs = bytes;

    memcpy(regs->f, rv_state(cpu)->fpr, sizeof(regs->f));
    regs->fcsr = rv_get_fcsr(cpu);
    regs->pad = 0;
}

void riscv64_fp_regs_set(CPUState *cpu, const void *bytes)
{
    const FpRegs *regs = bytes;

    memcpy(rv_state(cpu)->fpr, regs->f, sizeof(regs->f));
    rv_set_fcsr(cpu, regs->fcsr & 0xff);
}

void riscv64_leave(CPUState *cpu)
{
    rv_state(cpu)->load_res = RV_NO_RESERVATION;
}
