/*
 * FP policies of processors, for tests: x86-64's SSE (Intel's manual, volume 1,
 * 4.8.3, 4.9 and 11.5) and ARM's (Arm ARM, shared/functions/float) without and
 * with FPCR.FZ, and one that takes of each what is hardest.
 */
#ifndef TESTS_FP_POLICIES_H
#define TESTS_FP_POLICIES_H

#include "core/fp.h"

#define POLICY_SSE { \
    .default_nan = 0xc0, .nan = FP_NAN_FIRST, .to_int = FP_INT_INDEFINITE, \
    .subnormal = FP_SUBNORMAL_USED, .flush = true, .flush_inexact = true, \
    }

#define POLICY_ARM { \
    .default_nan = 0x40, .nan = FP_NAN_SIGNALLING, \
    .to_int = FP_INT_SATURATE_ZERO, .subnormal = FP_SUBNORMAL_FLUSHED, \
    .tiny_before = true, .fma_addend_first = true, .fma_invalid = true, \
    .fma_negates_nan = true, \
    }

#define POLICY_ARM_FZ { \
    .default_nan = 0x40, .nan = FP_NAN_SIGNALLING, \
    .to_int = FP_INT_SATURATE_ZERO, .subnormal = FP_SUBNORMAL_FLUSHED, \
    .tiny_before = true, .flush = true, .fma_addend_first = true, \
    .fma_invalid = true, .fma_negates_nan = true, \
    }

#define POLICY_ODD { \
    .default_nan = 0x7f, .nan = FP_NAN_FIRST, .to_int = FP_INT_SATURATE, \
    .subnormal = FP_SUBNORMAL_USED, .tiny_before = true, .flush = true, \
    .flush_inexact = true, .fma_addend_first = true, \
    }

__attribute__((unused)) static const FpPolicy policy_sse = POLICY_SSE,
                                              policy_arm = POLICY_ARM,
                                              policy_arm_fz = POLICY_ARM_FZ,
                                              policy_odd = POLICY_ODD;

#endif
