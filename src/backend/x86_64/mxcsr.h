/*
 * The FP environment as MXCSR holds it: sticky flags in bits 5:0 (IE DE ZE OE
 * UE PE), exception masks in 12:7, rounding mode in 14:13, flushing of operands
 * in bit 6 and of results in bit 15.  The denormal flag is FP_FLAG_SUBNORMAL as
 * FP_SUBNORMAL_USED means it; for other policies it has to be ignored.
 */
#ifndef BACKEND_X86_64_MXCSR_H
#define BACKEND_X86_64_MXCSR_H

#include <stdint.h>
#include "core/fp.h"

enum {
    MXCSR_IE = 1 << 0,
    MXCSR_DE = 1 << 1,
    MXCSR_ZE = 1 << 2,
    MXCSR_OE = 1 << 3,
    MXCSR_UE = 1 << 4,
    MXCSR_PE = 1 << 5,
    MXCSR_FLAGS = 0x3f,
    MXCSR_MASKS = 0x1f80,
    MXCSR_RC_SHIFT = 13,
    MXCSR_DAZ = 1 << 6,
    MXCSR_FTZ = 1 << 15,
    MXCSR_MODE = 3 << MXCSR_RC_SHIFT | MXCSR_DAZ | MXCSR_FTZ,
};

/* FP_FLAG_* of an MXCSR value. */
static inline uint32_t mxcsr_get_flags(uint32_t mxcsr)
{
    return (mxcsr & MXCSR_IE ? FP_FLAG_INVALID : 0) |
           (mxcsr & MXCSR_DE ? FP_FLAG_SUBNORMAL : 0) |
           (mxcsr & MXCSR_ZE ? FP_FLAG_DIVZERO : 0) |
           (mxcsr & MXCSR_OE ? FP_FLAG_OVERFLOW : 0) |
           (mxcsr & MXCSR_UE ? FP_FLAG_UNDERFLOW : 0) |
           (mxcsr & MXCSR_PE ? FP_FLAG_INEXACT : 0);
}

/* Sticky bits of MXCSR for FP_FLAG_*. */
static inline uint32_t mxcsr_from_flags(uint32_t fflags)
{
    return (fflags & FP_FLAG_INVALID ? MXCSR_IE : 0) |
           (fflags & FP_FLAG_SUBNORMAL ? MXCSR_DE : 0) |
           (fflags & FP_FLAG_DIVZERO ? MXCSR_ZE : 0) |
           (fflags & FP_FLAG_OVERFLOW ? MXCSR_OE : 0) |
           (fflags & FP_FLAG_UNDERFLOW ? MXCSR_UE : 0) |
           (fflags & FP_FLAG_INEXACT ? MXCSR_PE : 0);
}

/* RC field, in place, for FP_ROUND_EVEN to FP_ROUND_UP. */
static inline uint32_t mxcsr_rounding(uint32_t mode)
{
    static const uint8_t rc[4] = {0, 3, 1, 2};
    return (uint32_t)rc[mode & 3] << MXCSR_RC_SHIFT;
}

/* The bits of the mode of an environment. */
static inline uint32_t mxcsr_mode(uint32_t mode)
{
    return mxcsr_rounding(mode) | (mode & FP_FLUSH_IN ? MXCSR_DAZ : 0) |
           (mode & FP_FLUSH_OUT ? MXCSR_FTZ : 0);
}

/* All exceptions masked. */
static inline uint32_t mxcsr_make(uint32_t mode, uint32_t fflags)
{
    return MXCSR_MASKS | mxcsr_mode(mode) | mxcsr_from_flags(fflags);
}

/* FP_FLUSH_* of an MXCSR value. */
static inline uint32_t mxcsr_get_flush(uint32_t mxcsr)
{
    return (mxcsr & MXCSR_DAZ ? FP_FLUSH_IN : 0) |
           (mxcsr & MXCSR_FTZ ? FP_FLUSH_OUT : 0);
}

/* FP_ROUND_* of an MXCSR value. */
static inline uint32_t mxcsr_get_rounding(uint32_t mxcsr)
{
    static const uint8_t of_rc[4] = {FP_ROUND_EVEN, FP_ROUND_DOWN, FP_ROUND_UP,
                                     FP_ROUND_ZERO};
    return of_rc[mxcsr >> MXCSR_RC_SHIFT & 3];
}

#endif
