/* host/machine.h for x86-64 hosts. */
#ifndef HOST_X86_64_MACHINE_H
#define HOST_X86_64_MACHINE_H

#include <signal.h>
#include <stdint.h>
#include <ucontext.h>

/* In a loop that waits for another thread. */
static inline void host_relax(void)
{
    __builtin_ia32_pause();
}

/* Where a signal interrupted the thread, and where it is to go on. */
static inline uintptr_t host_pc(const ucontext_t *uc)
{
    return (uintptr_t)uc->uc_mcontext.gregs[REG_RIP];
}

static inline void host_set_pc(ucontext_t *uc, uintptr_t pc)
{
    uc->uc_mcontext.gregs[REG_RIP] = (greg_t)pc;
}

/*
 * The address of the access that faulted.  False: the host does not tell it,
 * for it is none that memory could ever be at (not canonical).
 */
static inline int host_fault_address(const siginfo_t *si, uintptr_t *addr)
{
    *addr = (uintptr_t)si->si_addr;
    return !(si->si_signo == SIGSEGV && si->si_code == SI_KERNEL);
}

/* Flags of mmap that no other host knows: MAP_32BIT, MAP_ABOVE4G. */
enum { HOST_OWN_MAP_FLAGS = 0x40 | 0x80 };

/* The kernel's struct sigaction. */
typedef struct KernelSigaction {
    void *handler;
    uint64_t flags;
    void (*restorer)(void);
    uint64_t mask;
} KernelSigaction;

void signal_restorer(void);

static inline void kernel_sigaction_finish(KernelSigaction *k)
{
    const uint64_t sa_restorer = 0x04000000;
    k->flags |= sa_restorer;
    k->restorer = signal_restorer;
}

#endif
