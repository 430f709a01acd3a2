/* The ops of a block as text, by the guest instructions that they are of. */
#ifndef TOOLS_IR_LISTING_H
#define TOOLS_IR_LISTING_H

#include "core/ir.h"

/* From an insn_start to the next; the first may be without one. */
typedef struct Part {
    bool has_pc;
    uint64_t pc;
    uint32_t nb_ops;
    char *text; /* a line for each op but insn_start and nop */
} Part;

typedef struct Listing {
    Part *parts;
    size_t count;
} Listing;

Listing listing_new(const IR *);
void listing_free(Listing *);

#endif
