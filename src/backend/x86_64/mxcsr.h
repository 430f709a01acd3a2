/*
 * The FP environment as MXCSR holds it: sticky flags in bits 5:0 (IE DE ZE OE
 * UE PE), exception masks in 12:7, rounding mode in 14:13.  The denormal flag
 * has no counterpart and is dropped.
 */
#ifndef BACKEND_X86_64_MXCSR_H
#define BACKEND_X86_64_MXCSR_H

#include <stdint.h>
#include "core/fp.h"

enum {
    MXCSR_IE = 1 << 0,
    MXCSR_ZE = 1 << 2,
    MXCSR_OE = 1 << 3,
    MXCSR_UE = 1 << 4,
    MXCSR_PE = 1 << 5,
    MXCSR_FLAGS = 0x3f,
    MXCSR_MASKS = 0x1f80,
    MXCSR_RC_SHIFT = 13,
};

/* FFLAG_* of an MXCSR value. */
static inline uint32_t mxcsr_get_flags(uint32_t mxcsr)
{
    return (mxcsr & MXCSR_IE ? FFLAG_NV : 0) |
           (mxcsr & MXCSR_ZE ? FFLAG_DZ : 0) |
           (mxcsr & MXCSR_OE ? FFLAG_OF : 0) |
           (mxcsr & MXCSR_UE ? FFLAG_UF : 0) |
           (mxcsr & MXCSR_PE ? FFLAG_NX : 0);
}

/* Sticky bits of MXCSR for FFLAG_*. */
static inline uint32_t mxcsr_from_flags(uint32_t fflags)
{
    return (fflags & FFLAG_NV ? MXCSR_IE : 0) |
           (fflags & FFLAG_DZ ? MXCSR_ZE : 0) |
           (fflags & FFLAG_OF ? MXCSR_OE : 0) |
           (fflags & FFLAG_UF ? MXCSR_UE : 0) |
           (fflags & FFLAG_NX ? MXCSR_PE : 0);
}

/* RC field, in place, for FRM_RNE to FRM_RUP. */
static inline uint32_t mxcsr_rounding(uint32_t frm)
{
    static const uint8_t rc[4] = {0, 3, 1, 2};
    return (uint32_t)rc[frm & 3] << MXCSR_RC_SHIFT;
}

/* All exceptions masked. */
static inline uint32_t mxcsr_make(uint32_t frm, uint32_t fflags)
{
    return MXCSR_MASKS | mxcsr_rounding(frm) | mxcsr_from_flags(fflags);
}

/* FRM_* of an MXCSR value. */
static inline uint32_t mxcsr_get_rounding(uint32_t mxcsr)
{
    static const uint8_t of_rc[4] = {FRM_RNE, FRM_RDN, FRM_RUP, FRM_RTZ};
    return of_rc[mxcsr >> MXCSR_RC_SHIFT & 3];
}

#endif
