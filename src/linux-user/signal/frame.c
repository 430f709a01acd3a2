#include "linux-user/signal/frame.h"

#include <stddef.h>
#include <string.h>
#include "linux-user/signal/internal.h"
#include "linux-user/task/regs.h"

_Static_assert(sizeof(siginfo_t) == 128, "siginfo_t is the same everywhere");

bool on_altstack(const Task *t, uint64_t sp)
{
    return !(t->altstack.flags & (SS_DISABLE | ALTSTACK_AUTODISARM)) &&
           sp > t->altstack.sp && sp - t->altstack.sp <= t->altstack.size;
}

/* Where the frame goes; 0: it would overflow the alternate stack. */
static uint64_t frame_address(const Task *t, uint64_t sp,
                              const GuestAction *act)
{
    const AbiFrame *f = &task_abi(t)->frame;
    bool inside = on_altstack(t, sp);

    sp -= f->red_zone;
    if (inside && !on_altstack(t, sp - f->bytes)) {
        return 0;
    }
    if ((act->flags & SA_ONSTACK) && !inside &&
        !(t->altstack.flags & SS_DISABLE)) {
        sp = t->altstack.sp + t->altstack.size;
    }
    return ((sp - f->bytes) & ~15ull) - f->below;
}

/* uc_stack as sigaltstack(2) would report it at this sp. */
static GuestStack stack_now(const Task *t, uint64_t sp)
{
    GuestStack stack = t->altstack;

    if (on_altstack(t, sp)) {
        stack.flags |= SS_ONSTACK;
    }
    return stack;
}

static bool write_frame(Mm *mm, uint64_t at, const void *frame, size_t n)
{
    return mm_write(mm, at, frame, n) ||
           (mm_grow_for(mm, at) && mm_write(mm, at, frame, n));
}

bool frame_push(Task *t, const siginfo_t *info, const GuestAction *act,
                uint64_t mask)
{
    const AbiFrame *as = &task_abi(t)->frame;
    uint64_t sp = task_sp(t);
    SignalFrame f = {
        .at = frame_address(t, sp, act),
        .info = *info,
        .stack = stack_now(t, sp),
        .mask = mask,
    };
    _Alignas(16) uint8_t bytes[as->bytes];

    memset(bytes, 0, as->bytes);
    as->build(t->cpu, &f, bytes);
    if (f.at == 0 || !write_frame(task_mm(t), f.at, bytes, as->bytes)) {
        return false;
    }
    if (t->altstack.flags & ALTSTACK_AUTODISARM) {
        t->altstack = (GuestStack){.flags = SS_DISABLE};
    }
    as->enter(t->cpu, &f, act, t->proc->placed.sigreturn);
    task_leave(t);
    return true;
}

/* Its bytes, as many as a frame of the guest has. */
static bool read_frame(Task *t, SignalFrame *f, void *bytes)
{
    const AbiFrame *as = &task_abi(t)->frame;

    f->at = task_sp(t) - as->below;
    if (!mm_read(task_mm(t), bytes, f->at, as->bytes)) {
        return false;
    }
    as->read(bytes, f);
    return true;
}

bool frame_mask(Task *t, uint64_t *mask)
{
    _Alignas(16) uint8_t bytes[task_abi(t)->frame.bytes];
    SignalFrame f = {.mask = 0};
    bool read = read_frame(t, &f, bytes);

    *mask = f.mask;
    return read;
}

bool frame_pop(Task *t)
{
    const AbiFrame *as = &task_abi(t)->frame;
    _Alignas(16) uint8_t bytes[as->bytes];
    SignalFrame f;

    if (!read_frame(t, &f, bytes)) {
        return false;
    }
    as->restore(t->cpu, bytes);
    task_leave(t);
    if (!on_altstack(t, task_sp(t))) {
        t->altstack = f.stack;
        t->altstack.flags &= ~SS_ONSTACK;
    }
    return true;
}
