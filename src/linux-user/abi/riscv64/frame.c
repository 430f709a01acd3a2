/*
 * The frame as Linux lays it out (arch/riscv/include/uapi/asm/ucontext.h,
 * sigcontext.h): siginfo, then ucontext with the general registers, the
 * double-precision state, and room in which extensions (vector) may follow;
 * an empty extension header ends it.
 */
#include "linux-user/abi/riscv64/abi.h"

#include <stddef.h>
#include <string.h>
#include "frontend/riscv/cpu.h"

typedef struct SigContext {
    uint64_t regs[32]; /* pc, x1 .. x31 */
    uint64_t fpr[32];
    uint32_t fcsr;
    uint32_t reserved[67]; /* to the size of the quad-precision state; */
} SigContext;              /* the last three: reserved, header of END */

typedef struct UContext {
    uint64_t flags, link;
    GuestStack stack;
    uint64_t sigmask;
    uint8_t unused[1024 / 8 - sizeof(uint64_t)];
    _Alignas(16) SigContext mc;
} UContext;

typedef struct SigFrame {
    siginfo_t info;
    UContext uc;
} SigFrame;

_Static_assert(offsetof(UContext, mc) == 176, "struct ucontext");
_Static_assert(sizeof(SigContext) == 256 + 528, "struct sigcontext");
_Static_assert(sizeof(SigFrame) == 1088, "struct rt_sigframe");
_Static_assert(sizeof(SigFrame) == RISCV64_FRAME_BYTES, "AbiFrame.bytes");

void riscv64_frame_build(CPUState *cpu, const SignalFrame *f, void *bytes)
{
    const RVState *s = rv_state(cpu);
    SigFrame *frame = bytes;
    SigContext *mc = &frame->uc.mc;

    frame->info = f->info;
    frame->uc.stack = f->stack;
    frame->uc.sigmask = f->mask;
    mc->regs[0] = s->pc;
    memcpy(mc->regs + 1, s->gpr + 1, 31 * sizeof(uint64_t));
    memcpy(mc->fpr, s->fpr, sizeof(mc->fpr));
    mc->fcsr = rv_get_fcsr(cpu);
}

void riscv64_frame_read(const void *bytes, SignalFrame *f)
{
    const SigFrame *frame = bytes;

    f->stack = frame->uc.stack;
    f->mask = frame->uc.sigmask;
}

void riscv64_frame_restore(CPUState *cpu, const void *bytes)
{
    const SigFrame *frame = bytes;
    const SigContext *mc = &frame->uc.mc;
    RVState *s = rv_state(cpu);

    s->pc = mc->regs[0];
    memcpy(s->gpr + 1, mc->regs + 1, 31 * sizeof(uint64_t));
    memcpy(s->fpr, mc->fpr, sizeof(mc->fpr));
    rv_set_fcsr(cpu, mc->fcsr & 0xff);
}

void riscv64_frame_enter(CPUState *cpu, const SignalFrame *f,
                         const GuestAction *act, uint64_t sigreturn)
{
    RVState *s = rv_state(cpu);

    s->pc = act->handler;
    s->gpr[RV_RA] = sigreturn;
    s->gpr[RV_SP] = f->at;
    s->gpr[RV_A0] = (uint64_t)f->info.si_signo;
    s->gpr[RV_A0 + 1] = f->at + offsetof(SigFrame, info);
    s->gpr[RV_A0 + 2] = f->at + offsetof(SigFrame, uc);
}
