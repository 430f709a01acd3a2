/*
 * The convention: which globals live in which host registers at every
 * boundary between blocks. Fixed when the context is created.
 */
#ifndef BACKEND_CONVENTION_H
#define BACKEND_CONVENTION_H

#include "backend/host.h"

typedef struct Pin {
    TempId temp;
    uint8_t reg;
    uint8_t type;
    int32_t offset; /* of its home in the guest state */
} Pin;

typedef struct Convention {
    const HostDesc *desc;
    Pin pin[HOST_REGS];
    unsigned nb_pins;
    RegSet pinned;
    RegSet scratch[CLASS_COUNT]; /* what is left to allocate */
} Convention;

/* Gives the host's registers to the hot globals in their order. */
void convention_make(Convention *, const HostDesc *, const BackendConfig *,
                     const IR *);

#endif
