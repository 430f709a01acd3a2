/*
 * The convention of a region, and the way to it and back.
 *
 * A region gives host registers to the globals that it uses most. What always
 * holds: a global that both conventions pin is in the same register in both;
 * so the two differ by registers that hold one global outside and another one
 * inside, and changing over is a store and a load for each. While a region
 * runs, the homes in memory of the globals in lose[] are good; so are those of
 * gain[] that the region does not write.
 */
#ifndef BACKEND_ADAPTER_H
#define BACKEND_ADAPTER_H

#include "backend/regalloc.h"

typedef struct Adapter {
    Pin lose[HOST_REGS];     /* pinned outside only */
    Pin gain[HOST_REGS];     /* pinned inside only */
    bool written[HOST_REGS]; /* gain[i] is, by the region */
    unsigned nb_lose, nb_gain;
} Adapter;

/* For a region's IR, whose inner slots show its loops. */
void adapter_choose(Adapter *, const Convention *, const IR *,
                    uint32_t pc_offset);

static inline bool adapter_is_empty(const Adapter *a)
{
    return a->nb_gain == 0;
}

/* The code alone: from outside to inside, and back. */
void adapter_emit_enter(const Adapter *, const HostDesc *, Host *);
void adapter_emit_leave(const Adapter *, const HostDesc *, Host *);

/* Code, and what the allocator knows of pins. */
void adapter_enter(const Adapter *, RegAlloc *);
void adapter_leave(const Adapter *, RegAlloc *);
/* What it knows alone: control comes from elsewhere inside. */
void adapter_pin_inside(const Adapter *, RegAlloc *);

#endif
