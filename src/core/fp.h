/*
 * Floating point (IEEE 754-2019): constants of the ops, and what the standard
 * leaves to a processor, by which guests differ.
 */
#ifndef CORE_FP_H
#define CORE_FP_H

#include <stdbool.h>
#include <stdint.h>

/* Rounding modes. */
enum {
    FP_ROUND_EVEN, /* to nearest, ties to even */
    FP_ROUND_ZERO, /* towards zero */
    FP_ROUND_DOWN,
    FP_ROUND_UP,
    FP_ROUND_AWAY, /* to nearest, ties away from zero */
    FP_ROUND_ENV,  /* what the FP environment holds; never AWAY */
};

/*
 * Flushing, with a rounding mode the mode of an FP environment: a subnormal
 * operand, or result, is a zero of its sign, F16 apart.
 */
enum {
    FP_FLUSH_IN = 1 << 3,
    FP_FLUSH_OUT = 1 << 4,
    FP_MODE_ROUND = 7,
    FP_MODE_FLUSH = FP_FLUSH_IN | FP_FLUSH_OUT,
};

/* Sticky flags: the exceptions of section 7, and of subnormal operands. */
enum {
    FP_FLAG_INEXACT = 1 << 0,
    FP_FLAG_UNDERFLOW = 1 << 1,
    FP_FLAG_OVERFLOW = 1 << 2,
    FP_FLAG_DIVZERO = 1 << 3,
    FP_FLAG_INVALID = 1 << 4,
    FP_FLAG_SUBNORMAL = 1 << 5, /* see FpSubnormal */
    FP_FLAGS = (1 << 6) - 1,
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

/* Constant of fmin and fmax: what becomes of NaNs, and of zeros. */
typedef enum FMin {
    FMIN_NUMBER,      /* minimumNumber: one NaN, the other; -0 < +0 */
    FMIN_NUMBER_2008, /* minNum of 2008: so, but a signalling NaN goes on */
    FMIN_NAN,         /* minimum: any NaN goes on; -0 < +0 */
    FMIN_SECOND,      /* a < b ? a : b, the test signalling on any NaN */
    FMIN_COUNT
} FMin;

/* What fclass yields. */
enum {
    FCLASS_NEG_INFINITY = 1 << 0,
    FCLASS_NEG_NORMAL = 1 << 1,
    FCLASS_NEG_SUBNORMAL = 1 << 2,
    FCLASS_NEG_ZERO = 1 << 3,
    FCLASS_ZERO = 1 << 4,
    FCLASS_SUBNORMAL = 1 << 5,
    FCLASS_NORMAL = 1 << 6,
    FCLASS_INFINITY = 1 << 7,
    FCLASS_SIGNALLING = 1 << 8,
    FCLASS_QUIET = 1 << 9,
};

/* ---- Policies ----------------------------------------------------------- */

/* What an op yields that has a NaN among its operands. */
typedef enum FpNan {
    FP_NAN_ANY,        /* some quiet NaN; fcanon makes it the default one */
    FP_NAN_FIRST,      /* the first of them, made quiet */
    FP_NAN_SIGNALLING, /* the first signalling one, else the first */
} FpNan;

/* A conversion to an integer that it does not fit: invalid, and */
typedef enum FpToInt {
    FP_INT_SATURATE,      /* the nearest; of a NaN the greatest */
    FP_INT_SATURATE_ZERO, /* the nearest; of a NaN 0 */
    FP_INT_INDEFINITE,    /* signed the least, unsigned all ones */
} FpToInt;

/* When FP_FLAG_SUBNORMAL is raised. */
typedef enum FpSubnormal {
    FP_SUBNORMAL_SILENT,  /* never */
    FP_SUBNORMAL_USED,    /* arithmetic, comparison or a change of format
                             takes such an operand as it is, and no other
                             operand is a NaN, nothing invalid, nothing divided
                             by zero */
    FP_SUBNORMAL_FLUSHED, /* an operand is flushed */
} FpSubnormal;

/*
 * The choices of one guest.  Its frontend may have several policies, for ops
 * translated for one state or another; they have the same default NaN.
 */
typedef struct FpPolicy {
    uint8_t default_nan;   /* its sign, then the 7 highest bits of the
                              fraction; those below are as the last one */
    uint8_t nan;           /* FpNan */
    uint8_t to_int;        /* FpToInt */
    uint8_t subnormal;     /* FpSubnormal */
    bool tiny_before;      /* tininess is detected before rounding */
    bool flush;            /* the environment's FP_FLUSH_* may be set while
                              such ops run: they look at it */
    bool flush_inexact;    /* a flushed result is inexact, not only tiny */
    bool fma_addend_first; /* of the operands of a * b + c, c is the first */
    bool fma_invalid;      /* 0 * infinity is invalid if c is a quiet NaN;
                              the result is then the default NaN */
    bool fma_negates_nan;  /* what fmsub, fnmsub, fnmadd negate, a for the
                              product, and c: NaNs too */
} FpPolicy;

/* What an IR follows whose frontend says nothing. */
extern const FpPolicy fp_policy_plain;

/* The flags that there are: SUBNORMAL is always 0 if it is never raised. */
static inline uint32_t fp_flags_of(const FpPolicy *p)
{
    return p->subnormal == FP_SUBNORMAL_SILENT ? FP_FLAGS & ~FP_FLAG_SUBNORMAL
                                               : FP_FLAGS;
}

/* The default NaN, as its bits. */
uint32_t fp_default_nan32(const FpPolicy *);
uint64_t fp_default_nan64(const FpPolicy *);

#define F32_BOX 0xffffffff00000000ull

#endif
