/*
 * What the backend keeps for each cpu, in front of its CPUState.
 *
 * Generated code has the address of CPUState.guest + ENV_BIAS in rbp, so that
 * the first 256 bytes of the guest's state are reached by a one-byte
 * displacement; all of this is reached by rbp too.
 *
 * The return stack, which rsp points to while code runs, grows down to a guard
 * page.  An entry is what a call pushes; the code there knows which guest
 * address it stands for.  ret_bottom, its empty position, leads to code for
 * returns that match no entry.
 */
#ifndef BACKEND_X86_64_STATE_H
#define BACKEND_X86_64_STATE_H

#include "backend/host.h"

enum { ENV_BIAS = 128, RET_STACK_BYTES = 256 << 10, X86_PAGE = 4096 };

typedef struct X86State {
    _Alignas(X86_PAGE) uint8_t guard[X86_PAGE];
    uint64_t ret_stack[RET_STACK_BYTES / sizeof(uint64_t)];
    uint64_t ret_bottom;
    uint64_t host_sp;     /* the C stack while generated code runs */
    uint64_t ret_sp;      /* top of the return stack while it does not */
    uint64_t slow_rax;    /* rax during a slow call */
    uint32_t guest_mxcsr; /* FP environment of the guest, */
    uint32_t host_mxcsr;  /* and of the emulator */
    uint32_t subnormal;   /* FP_FLAG_SUBNORMAL, or 0, of FP_SUBNORMAL_FLUSHED,
                             which MXCSR has not */
    const FpPolicy *fp_policies; /* for x86_soft_op() */
    /* Vector records: V256 of plain hosts, registers saved. */
    _Alignas(32) uint8_t vec_wide[16 * 32], vec_saved[8 * 32];
    _Alignas(32) uint8_t spill[SPILL_SLOTS * SPILL_SLOT_BYTES];
} X86State;

/* The offset of a field from env. */
#define X86_STATE_OFFSET(field)                                                \
    ((int32_t)offsetof(X86State, field) - (int32_t)sizeof(X86State) -          \
     (int32_t)offsetof(CPUState, guest))

static inline X86State *x86_state(const CPUState *cpu)
{
    return (X86State *)(uintptr_t)cpu - 1;
}

#endif
