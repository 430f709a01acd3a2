/* Guest code as lines of text. */
#ifndef DISAS_LISTING_H
#define DISAS_LISTING_H

#include <stdio.h>
#include "disas/insn.h"
#include "disas/symbols.h"
#include "frontend/frontend.h"

/*
 * A line for each instruction in [pc, pc + len): address, code, text, and the
 * names of targets, which namer gives if it is not NULL.
 */
void disas_listing(FILE *f, GuestDisas *disas, const CodeReader *code,
                   uint64_t pc, uint32_t len, const AddressNamer *namer);

#endif
