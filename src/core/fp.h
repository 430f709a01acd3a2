/* Constants of the floating-point ops. */
#ifndef CORE_FP_H
#define CORE_FP_H

#include <stdbool.h>

/* Rounding modes. */
enum {
    FP_ROUND_EVEN, /* to nearest, ties to even */
    FP_ROUND_ZERO, /* towards zero */
    FP_ROUND_DOWN,
    FP_ROUND_UP,
    FP_ROUND_AWAY, /* to nearest, ties away from zero */
    FP_ROUND_ENV,  /* what the FP environment holds; never AWAY */
};

/* Sticky flags: the exceptions of IEEE 754, section 7. */
enum {
    FP_FLAG_INEXACT = 1 << 0,
    FP_FLAG_UNDERFLOW = 1 << 1,
    FP_FLAG_OVERFLOW = 1 << 2,
    FP_FLAG_DIVZERO = 1 << 3,
    FP_FLAG_INVALID = 1 << 4,
    FP_FLAGS = (1 << 5) - 1,
};

/* Constant of fcmp. Any NaN makes it false; a silent one raises nothing. */
typedef enum FCmp {
    FCMP_EQ, /* a signalling NaN is invalid */
    FCMP_LT, /* any NaN is invalid */
    FCMP_LE,
    FCMP_EQ_SILENT,
    FCMP_LT_SILENT,
    FCMP_LE_SILENT,
    FCMP_COUNT
} FCmp;

static inline bool fcmp_is_silent(FCmp k)
{
    return k >= FCMP_EQ_SILENT;
}

/* Silent or not: FCMP_EQ, FCMP_LT or FCMP_LE. */
static inline FCmp fcmp_relation(FCmp k)
{
    return fcmp_is_silent(k) ? (FCmp)(k - FCMP_EQ_SILENT) : k;
}

#define F32_CANONICAL_NAN 0x7fc00000u
#define F64_CANONICAL_NAN 0x7ff8000000000000ull
#define F32_BOX 0xffffffff00000000ull

#endif
