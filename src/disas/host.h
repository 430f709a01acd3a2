/*
 * Disassembly of host code through Capstone.  Who is not to be linked with it
 * refers to host_disas as a weak symbol (exec.h).
 */
#ifndef DISAS_HOST_H
#define DISAS_HOST_H

#include <stdio.h>
#include "disas/symbols.h"

/* Whose code it is, and names for comments behind instructions. */
typedef struct HostNames {
    uint16_t machine;     /* Backend.elf_machine */
    AddressNamer address; /* of jump and call targets, operands by pc; without
                             a function: no names at all */
    AddressNamer state;   /* of operands by the env register, as offsets from
                             the start of the guest's state */
    int32_t env_bias;     /* Backend.env_bias */
} HostNames;

/*
 * Writes a line for each instruction in [from, to) of the code, which
 * begins at address: offset, bytes, text, names; jumps go to offsets.  A call
 * of what is named "exit" is followed by an ExitRecord (backend.h), shown as
 * such.  Where the tree was built without Capstone, the
 * bytes alone, and host_disas_missing() says so.
 */
void host_disas(FILE *f, const uint8_t *code, uint32_t from, uint32_t to,
                uint64_t address, const HostNames *);

/* Why there are bytes alone, and what to do, for the user; NULL: not so. */
const char *host_disas_missing(void);

/* Data, 8 bytes a line. */
void host_disas_data(FILE *f, const uint8_t *code, uint32_t from, uint32_t to);

#endif
