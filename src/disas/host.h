/* Disassembly of host code through Capstone; the IR tools alone link it. */
#ifndef DISAS_HOST_H
#define DISAS_HOST_H

#include <stdio.h>
#include "disas/symbols.h"

/* Names for comments behind instructions. */
typedef struct HostNames {
    AddressNamer address; /* of jump and call targets, operands by rip */
    AddressNamer state;   /* of operands by the env register, as offsets from
                             the start of the guest's state */
    int32_t env_bias;     /* Backend.env_bias */
} HostNames;

/*
 * Writes a line for each instruction in [from, to) of the x86-64 code, which
 * begins at address: offset, bytes, text, names; jumps go to offsets.  A call
 * of what is named "exit" is followed by an ExitRecord (backend.h), shown as
 * such.  names: NULL, none.  Where the tree was built without Capstone, the
 * bytes alone.
 */
void host_disas(FILE *f, const uint8_t *code, uint32_t from, uint32_t to,
                uint64_t address, const HostNames *);

/* Data, 8 bytes a line. */
void host_disas_data(FILE *f, const uint8_t *code, uint32_t from, uint32_t to);

#endif
