#include "linux-user/abi/riscv64/trace_regs.h"

#include <string.h>
#include "frontend/riscv/cpu.h"

void trace_regs_get(CPUState *cpu, TraceRegs *regs, TraceFpRegs *fp)
{
    const RVState *s = rv_state(cpu);

    memcpy(regs->r, s->gpr, sizeof(regs->r));
    regs->r[TRACE_REG_PC] = s->pc;
    memcpy(fp->f, s->fpr, sizeof(fp->f));
    fp->fcsr = rv_get_fcsr(cpu);
}

void trace_regs_set(CPUState *cpu, const TraceRegs *regs,
                    const TraceFpRegs *fp)
{
    RVState *s = rv_state(cpu);

    if (regs) {
        memcpy(s->gpr + 1, regs->r + 1, sizeof(s->gpr) - sizeof(s->gpr[0]));
        s->pc = regs->r[TRACE_REG_PC];
        s->load_res = RV_NO_RESERVATION;
    }
    if (fp) {
        memcpy(s->fpr, fp->f, sizeof(s->fpr));
        rv_set_fcsr(cpu, fp->fcsr & 0xff);
    }
}
