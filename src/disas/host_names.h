/* Names of what a compiled block's host code jumps to, reads and writes. */
#ifndef DISAS_HOST_NAMES_H
#define DISAS_HOST_NAMES_H

#include "backend/backend.h"
#include "disas/host.h"

typedef struct HostNamer {
    const Backend *backend;
    const BackendContext *ctx;
    const IR *ir; /* that has been compiled */
    const CompiledBlock *block;
    const uint8_t *code; /* where the block's begins, as it is run */
} HostNamer;

/* Good as long as the HostNamer is. */
HostNames host_names(const HostNamer *);

#endif
