/* Constants of the floating-point ops. */
#ifndef CORE_FP_H
#define CORE_FP_H

#include <stdbool.h>

/* Rounding modes; the values are RISC-V's encoding of frm. */
enum {
    FRM_RNE = 0, /* to nearest, ties to even */
    FRM_RTZ = 1, /* towards zero */
    FRM_RDN = 2, /* down */
    FRM_RUP = 3, /* up */
    FRM_RMM = 4, /* to nearest, ties away from zero */
    FRM_DYN = 7, /* what the FP environment holds; never RMM */
};

/* Sticky flags; the values are RISC-V's fflags. */
enum {
    FFLAG_NX = 1,  /* inexact */
    FFLAG_UF = 2,  /* underflow */
    FFLAG_OF = 4,  /* overflow */
    FFLAG_DZ = 8,  /* division by zero */
    FFLAG_NV = 16, /* invalid operation */
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
