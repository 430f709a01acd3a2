/*
 * The state of a RISC-V hart as a user program sees it, laid over
 * CPUState.guest.
 *
 * What always holds: gpr[0] is 0.  fflags are not here: they are the sticky
 * bits of the FP environment (CPUState.fp), which rounds as frm says if frm is
 * 0 to 3, else to nearest.
 */
#ifndef FRONTEND_RISCV_CPU_H
#define FRONTEND_RISCV_CPU_H

#include <stdbool.h>
#include <stdio.h>
#include "core/cpu.h"
#include "core/fp.h"
#include "frontend/frontend.h"

typedef struct RVState {
    uint64_t gpr[32];
    uint64_t fpr[32]; /* singles are NaN-boxed */
    uint64_t pc;
    uint64_t load_res; /* address reserved by lr; RV_NO_RESERVATION: none */
    uint64_t load_val; /* what lr read there, sign-extended */
    uint32_t frm;      /* dynamic rounding mode, 0 to 7 */
} RVState;

_Static_assert(sizeof(RVState) % 8 == 0, "Frontend.state_bytes");

#define RV_NO_RESERVATION (~0ull)

/* Numbers of registers, as the ABI names them. */
enum { RV_RA = 1, RV_SP = 2, RV_TP = 4, RV_T0 = 5, RV_A0 = 10, RV_A7 = 17 };

/*
 * The manual's encodings, "F" section "Floating-point control and status
 * register".  The IR's own are the same but for RV_DYN, which stands for
 * FP_ROUND_ENV in instructions, so that the two need not be mapped.
 */
enum { RV_RNE, RV_RTZ, RV_RDN, RV_RUP, RV_RMM, RV_DYN = 7 };
enum { RV_NX = 1, RV_UF = 2, RV_OF = 4, RV_DZ = 8, RV_NV = 16, RV_FFLAGS = 31 };

#define RV_SAME(ours, theirs)                                                  \
    _Static_assert((int)(ours) == (int)(theirs), #ours)
RV_SAME(RV_RNE, FP_ROUND_EVEN);
RV_SAME(RV_RTZ, FP_ROUND_ZERO);
RV_SAME(RV_RDN, FP_ROUND_DOWN);
RV_SAME(RV_RUP, FP_ROUND_UP);
RV_SAME(RV_RMM, FP_ROUND_AWAY);
RV_SAME(RV_NX, FP_FLAG_INEXACT);
RV_SAME(RV_UF, FP_FLAG_UNDERFLOW);
RV_SAME(RV_OF, FP_FLAG_OVERFLOW);
RV_SAME(RV_DZ, FP_FLAG_DIVZERO);
RV_SAME(RV_NV, FP_FLAG_INVALID);
#undef RV_SAME

/*
 * What the manual says of "F", sections "NaN Generation and Propagation" and
 * following: NaNs are canonical (the frontend has an fcanon behind each op),
 * tininess is detected after rounding, nothing is flushed.
 */
extern const FpPolicy rv_fp_policy;

/* The state of translation (Frontend.tb_flags): the class of frm. */
enum {
    RV_FRM_NORMAL,  /* the FP environment rounds so */
    RV_FRM_RMM,     /* frm = 4 */
    RV_FRM_INVALID, /* frm > 4: dynamic rounding is illegal */
};

static inline uint32_t rv_frm_class(uint32_t frm)
{
    return frm <= RV_RUP   ? RV_FRM_NORMAL
           : frm == RV_RMM ? RV_FRM_RMM
                           : RV_FRM_INVALID;
}

static inline RVState *rv_state(CPUState *cpu)
{
    return (RVState *)cpu->guest;
}

/* The control register fcsr (bits 7:5 frm, 4:0 fflags), guest not running. */
uint32_t rv_get_fcsr(const CPUState *cpu);
void rv_set_fcsr(CPUState *cpu, uint32_t fcsr);

/* Everything 0, no reservation, rounding to nearest. */
void rv_reset(CPUState *cpu);

/* All registers as lines of text (Frontend.show_state). */
void rv_show_state(FILE *, const CPUState *, bool fp);

extern const Frontend riscv64_frontend;

/* Names of integer and FP registers, index 0 to 31: "zero", "ra", "ft0"... */
extern const char *const rv_gpr_name[32];
extern const char *const rv_fpr_name[32];

#endif
