/* host/machine.h for RISC-V 64 hosts. */
#ifndef HOST_RISCV64_MACHINE_H
#define HOST_RISCV64_MACHINE_H

#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

/* Zihintpause: `pause` is a hint, so that all processors take it. */
static inline void host_relax(void)
{
    __asm__ volatile(".4byte 0x0100000f" ::: "memory");
}

static inline uintptr_t host_pc(const ucontext_t *uc)
{
    return uc->uc_mcontext.__gregs[REG_PC];
}

static inline void host_set_pc(ucontext_t *uc, uintptr_t pc)
{
    uc->uc_mcontext.__gregs[REG_PC] = pc;
}

static inline int host_fault_address(const siginfo_t *si, uintptr_t *addr)
{
    *addr = (uintptr_t)si->si_addr;
    return 1;
}

enum { HOST_OWN_MAP_FLAGS = 0 };

typedef struct KernelSigaction {
    void *handler;
    uint64_t flags;
    uint64_t mask;
} KernelSigaction;

/* The kernel returns from handlers by its vDSO. */
static inline void kernel_sigaction_finish(KernelSigaction *k)
{
    (void)k;
}

#endif
