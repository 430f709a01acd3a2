/*
 * IEEE 754 arithmetic in software, exact in every rounding mode and flag.
 *
 * Values are bit patterns in the low bits of a uint64_t; higher bits are
 * ignored in arguments and 0 in results.  What IEEE 754 leaves open is as the
 * policy of the environment says; of FP_NAN_ANY the result is the default NaN.
 */
#ifndef CORE_SOFTFP_H
#define CORE_SOFTFP_H

#include <stdbool.h>
#include <stdint.h>
#include "core/fp.h"

typedef enum SfFormat { SF_F16, SF_F32, SF_F64, SF_FORMATS } SfFormat;

typedef struct SoftFloatEnv {
    uint8_t rm;     /* FP_ROUND_EVEN to FP_ROUND_AWAY */
    uint8_t flush;  /* FP_FLUSH_* */
    uint8_t flags;  /* FP_FLAG_*, sticky */
    bool subnormal; /* an operand is: for FP_SUBNORMAL_USED, inside an op */
    const FpPolicy *policy;
} SoftFloatEnv;

/* What sf_muladd negates: c; the product; both. */
enum { SF_NEG_C = 1, SF_NEG_PRODUCT = 2 };

uint64_t sf_add(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b);
uint64_t sf_sub(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b);
uint64_t sf_mul(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b);
uint64_t sf_div(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b);
uint64_t sf_sqrt(SoftFloatEnv *env, SfFormat f, uint64_t a);
/* +-(a * b) +- c, rounded once; negate: SF_NEG_*. */
uint64_t sf_muladd(SoftFloatEnv *env, SfFormat f, uint64_t a, uint64_t b,
                   uint64_t c, unsigned negate);
uint64_t sf_min(SoftFloatEnv *env, SfFormat f, FMin kind, uint64_t a,
                uint64_t b);
uint64_t sf_max(SoftFloatEnv *env, SfFormat f, FMin kind, uint64_t a,
                uint64_t b);
/* EQ is quiet, LT and LE signal on any NaN. */
bool sf_compare(SoftFloatEnv *env, SfFormat f, FCmp cmp, uint64_t a,
                uint64_t b);

/* To an integral value in the environment's mode; raises inexact. */
uint64_t sf_round(SoftFloatEnv *env, SfFormat f, uint64_t a);
uint64_t sf_convert(SoftFloatEnv *env, SfFormat to, SfFormat from, uint64_t a);
/* bits is 32 or 64; a 32-bit result is sign-extended for either sign. */
uint64_t sf_to_int(SoftFloatEnv *env, SfFormat f, uint64_t a, bool is_signed,
                   unsigned bits);
/* All 64 bits of a count; extend a 32-bit integer first. */
uint64_t sf_from_int(SoftFloatEnv *env, SfFormat f, uint64_t a, bool is_signed);

/* FCLASS_* */
unsigned sf_class(SfFormat f, uint64_t a);
bool sf_is_nan(SfFormat f, uint64_t a);
bool sf_is_snan(SfFormat f, uint64_t a);
uint64_t sf_default_nan(const FpPolicy *, SfFormat f);
uint64_t sf_sign_bit(SfFormat f);

#endif
