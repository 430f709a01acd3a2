/* Names of constants in the text form, by value; for core/ only. */
#ifndef CORE_NAMES_H
#define CORE_NAMES_H

#include "core/fp.h"
#include "core/memop.h"

enum {
    ROUND_NAMES = FP_ROUND_ENV + 1,
    MEMOP_FLAGS = 3,
    MB_FLAGS = 4,
    MEMOP_NAMES = 2 * (MO_256 + 1)
};

/* A NULL entry is no valid value. */
extern const char *const round_names[ROUND_NAMES];
extern const char *const fcmp_names[FCMP_COUNT];
extern const char *const fmin_names[FMIN_COUNT];
extern const char *const bswap_names[2];
extern const char *const memop_names[MEMOP_NAMES]; /* unsigned, then signed */

typedef struct FlagName {
    unsigned flag;
    const char *name;
} FlagName;

extern const FlagName memop_flags[MEMOP_FLAGS];
extern const FlagName mb_flags[MB_FLAGS];

#endif
