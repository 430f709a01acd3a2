/*
 * What the passes over IR have to know of the guest and of the host: it
 * decides what they may do, and what pays.
 */
#ifndef CORE_TARGET_H
#define CORE_TARGET_H

#include <stdbool.h>
#include <stdint.h>

/*
 * In which order a processor's memory accesses may be seen by others.  0 is
 * the strictest: who says nothing is safe.
 */
typedef enum MemoryModel {
    MEMORY_TSO,   /* total store order: loads in order, stores in order; a
                     store may be seen after loads that come after it */
    MEMORY_RVWMO, /* the one of that name, and */
    MEMORY_ARM,   /* ARMv8: accesses of different addresses in any order,
                     unless one depends on the other */
} MemoryModel;

/* May loads of different addresses be made in another order? */
static inline bool memory_reorders_loads(MemoryModel m)
{
    return m != MEMORY_TSO;
}

/* Of the host, as far as its code may use it. */
typedef struct HostFacts {
    uint32_t vec_bytes;   /* of its widest vectors, of those that the IR
                             has; 0: none, the backend composes them */
    uint8_t index_shifts; /* bit k, 0 to 3: an access can add an index << k
                             to its base; without bit 0, none */
    bool index_own_shift; /* or shifted by log2 of the bytes accessed */
    bool index_disp;      /* and a displacement beside it */
    uint8_t movcond_ops;  /* so many cheap ops done in vain, and a movcond,
                             cost less than a branch that may go either
                             way; 0: movcond is a branch itself */
} HostFacts;

#endif
