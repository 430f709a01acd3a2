/*
 * Helpers: C functions that generated code calls by the op `call`.
 *
 * A helper gets up to HELPER_MAX_ARGS values in the order of the op's inputs
 * and returns at most one.  I32 and I64 arguments are passed as the host's C
 * convention passes int32_t/int64_t; F32/F64 never: move their bits first.
 * A helper that needs the guest state takes the fixed temp `env`, a pointer
 * to it (CPUState.guest).
 */
#ifndef CORE_HELPER_H
#define CORE_HELPER_H

#include <stdint.h>
#include "core/types.h"

enum {
    HELPER_MAX_ARGS = 6,
    HELPER_PURE = 1 << 0,         /* no side effects: removable, foldable */
    HELPER_READS_STATE = 1 << 1,  /* reads globals: they are exact before */
    HELPER_WRITES_STATE = 1 << 2, /* writes globals: known values are lost */
    HELPER_FAULTS = 1 << 3,       /* touches guest memory */
};

typedef struct Helper {
    const char *name;
    void *fn;
    int8_t ret; /* Type, or -1 for none */
    uint8_t nb_args;
    uint8_t args[HELPER_MAX_ARGS]; /* Type of each */
    uint8_t flags;                 /* HELPER_* */
} Helper;

#endif
