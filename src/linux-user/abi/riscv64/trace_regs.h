/* The registers of a traced thread, as ptrace gives them: NT_PRSTATUS, ... */
#ifndef LINUX_USER_ABI_RISCV64_TRACE_REGS_H
#define LINUX_USER_ABI_RISCV64_TRACE_REGS_H

#include <stdint.h>

/* struct user_regs_struct: pc, x1 to x31. */
typedef struct TraceRegs {
    uint64_t r[32];
} TraceRegs;

/* struct __riscv_d_ext_state */
typedef struct TraceFpRegs {
    uint64_t f[32];
    uint64_t fcsr;
} TraceFpRegs;

enum { TRACE_REG_PC = 0, TRACE_REG_SP = 2, TRACE_REG_A0 = 10,
       TRACE_REG_A7 = 17 };

struct CPUState;

void trace_regs_get(struct CPUState *cpu, TraceRegs *regs, TraceFpRegs *fp);
/* NULL: those stay. */
void trace_regs_set(struct CPUState *cpu, const TraceRegs *regs,
                    const TraceFpRegs *fp);

#endif
