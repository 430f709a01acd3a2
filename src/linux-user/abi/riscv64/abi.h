/* The Linux of riscv64. */
#ifndef LINUX_USER_ABI_RISCV64_ABI_H
#define LINUX_USER_ABI_RISCV64_ABI_H

#include "linux-user/abi/abi.h"
#include "linux-user/task/sys.h"

extern const GuestAbi riscv64_abi;

/* --- of abi.c, in other files --- */

#define OWN(number, name, arguments, handler) SysFn handler;
#include "linux-user/abi/riscv64/numbers.def"

extern const AbiVdso riscv64_vdso;
extern const AbiPrctl riscv64_prctls[];

enum {
    RISCV64_REGS_BYTES = 256,
    RISCV64_FP_REGS_BYTES = 264,
    RISCV64_FRAME_BYTES = 1088,
};

void riscv64_regs_get(CPUState *cpu, void *bytes);
void riscv64_regs_set(CPUState *cpu, const void *bytes);
void riscv64_fp_regs_get(CPUState *cpu, void *bytes);
void riscv64_fp_regs_set(CPUState *cpu, const void *bytes);
void riscv64_leave(CPUState *cpu);

void riscv64_frame_build(CPUState *cpu, const SignalFrame *f, void *frame);
void riscv64_frame_enter(CPUState *cpu, const SignalFrame *f,
                         const GuestAction *act, uint64_t sigreturn);
void riscv64_frame_read(const void *frame, SignalFrame *f);
void riscv64_frame_restore(CPUState *cpu, const void *frame);

uint64_t riscv64_hwcap(uint64_t features);
void riscv64_cpuinfo(Task *t, FILE *out, long processors);
void riscv64_illegal(FILE *f, const uint8_t *code, size_t bytes, uint64_t pc,
                     uint64_t features);

#endif
