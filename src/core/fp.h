/* Constants of the floating-point ops. */
#ifndef CORE_FP_H
#define CORE_FP_H

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

/* Constant of fcmp. */
typedef enum FCmp { FCMP_EQ, FCMP_LT, FCMP_LE, FCMP_COUNT } FCmp;

#define F32_CANONICAL_NAN 0x7fc00000u
#define F64_CANONICAL_NAN 0x7ff8000000000000ull
#define F32_BOX 0xffffffff00000000ull

#endif
