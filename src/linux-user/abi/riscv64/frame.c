/*
 * The frame as Linux lays it out (arch/riscv/include/uapi/asm/ucontext.h,
 * sigcontext.h): siginfo, then ucontext with the general registers, the
 * double-precision state, and room in which extensions (vector) may follow;
 * an empty extension header ends it.
 */
#include "linux-user/abi/riscv64/frame.h"

#include <stddef.h>
#include <string.h>

typedef struct SigContext {
    uint64_t regs[32];         /* pc, x1 .. x31 */
    uint64_t fpr[32];
    uint32_t fcsr;
    uint32_t reserved[67];     /* to the size of the quad-precision state; */
} SigContext;                  /* the last three: reserved, header of END */

typedef struct UContext {
    uint64_t flags, link;
    TargetStack stack;
    uint64_t sigmask;
    uint8_t unused[1024 / 8 - sizeof(uint64_t)];
    _Alignas(16) SigContext mc;
} UContext;

typedef struct SigFrame {
    siginfo_t info;
    UContext uc;
} SigFrame;

_Static_assert(sizeof(siginfo_t) == 128, "siginfo_t is as on RISC-V");
_Static_assert(offsetof(UContext, mc) == 176, "struct ucontext");
_Static_assert(sizeof(SigContext) == 256 + 528, "struct sigcontext");
_Static_assert(sizeof(SigFrame) == 1088, "struct rt_sigframe");

bool on_altstack(const Task *t, uint64_t sp)
{
    return !(t->altstack.flags & (SS_DISABLE | TARGET_SS_AUTODISARM)) &&
           sp > t->altstack.sp && sp - t->altstack.sp <= t->altstack.size;
}

/* Where the frame goes; 0: it would overflow the alternate stack. */
static uint64_t frame_address(const Task *t, uint64_t sp,
                              const TargetSigaction *act)
{
    bool inside = on_altstack(t, sp);

    if (inside && !on_altstack(t, sp - sizeof(SigFrame))) {
        return 0;
    }
    if ((act->flags & SA_ONSTACK) && !inside &&
        !(t->altstack.flags & SS_DISABLE)) {
        sp = t->altstack.sp + t->altstack.size;
    }
    return (sp - sizeof(SigFrame)) & ~15ull;
}

static void save_context(const Task *t, SigContext *mc)
{
    const RVState *s = rv_state(t->cpu);

    mc->regs[0] = s->pc;
    memcpy(mc->regs + 1, s->gpr + 1, 31 * sizeof(uint64_t));
    memcpy(mc->fpr, s->fpr, sizeof(mc->fpr));
    mc->fcsr = rv_get_fcsr(t->cpu);
}

static void restore_context(Task *t, const SigContext *mc)
{
    RVState *s = rv_state(t->cpu);

    s->pc = mc->regs[0];
    memcpy(s->gpr + 1, mc->regs + 1, 31 * sizeof(uint64_t));
    memcpy(s->fpr, mc->fpr, sizeof(mc->fpr));
    rv_set_fcsr(t->cpu, mc->fcsr & 0xff);
    s->load_res = RV_NO_RESERVATION;
}

static void start_handler(Task *t, int signo, uint64_t frame,
                          const TargetSigaction *act)
{
    RVState *s = rv_state(t->cpu);

    s->pc = act->handler;
    s->gpr[RV_RA] = t->proc->sigreturn;
    s->gpr[RV_SP] = frame;
    s->gpr[RV_A0] = (uint64_t)signo;
    s->gpr[RV_A0 + 1] = frame + offsetof(SigFrame, info);
    s->gpr[RV_A0 + 2] = frame + offsetof(SigFrame, uc);
    s->load_res = RV_NO_RESERVATION;
}

/* uc_stack as sigaltstack(2) would report it at this sp. */
static TargetStack stack_now(const Task *t, uint64_t sp)
{
    TargetStack stack = t->altstack;

    if (on_altstack(t, sp)) {
        stack.flags |= SS_ONSTACK;
    }
    return stack;
}

static bool write_frame(Mm *mm, uint64_t at, const SigFrame *frame)
{
    return mm_write(mm, at, frame, sizeof(*frame)) ||
           (mm_grow_for(mm, at) && mm_write(mm, at, frame, sizeof(*frame)));
}

bool frame_push(Task *t, const siginfo_t *info, const TargetSigaction *act,
                uint64_t mask)
{
    uint64_t sp = rv_state(t->cpu)->gpr[RV_SP];
    uint64_t at = frame_address(t, sp, act);
    SigFrame frame;

    memset(&frame, 0, sizeof(frame));
    frame.info = *info;
    frame.uc.stack = stack_now(t, sp);
    frame.uc.sigmask = mask;
    save_context(t, &frame.uc.mc);
    if (at == 0 || !write_frame(task_mm(t), at, &frame)) {
        return false;
    }
    if (t->altstack.flags & TARGET_SS_AUTODISARM) {
        t->altstack = (TargetStack){ .flags = SS_DISABLE };
    }
    start_handler(t, info->si_signo, at, act);
    return true;
}

static bool read_frame(Task *t, SigFrame *frame)
{
    return mm_read(task_mm(t), frame, rv_state(t->cpu)->gpr[RV_SP],
                   sizeof(*frame));
}

bool frame_mask(Task *t, uint64_t *mask)
{
    SigFrame frame;
    bool read = read_frame(t, &frame);

    *mask = read ? frame.uc.sigmask : 0;
    return read;
}

bool frame_pop(Task *t)
{
    SigFrame frame;

    if (!read_frame(t, &frame)) {
        return false;
    }
    restore_context(t, &frame.uc.mc);
    if (!on_altstack(t, rv_state(t->cpu)->gpr[RV_SP])) {
        t->altstack = frame.uc.stack;
        t->altstack.flags &= ~SS_ONSTACK;
    }
    return true;
}
