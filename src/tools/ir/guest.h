/* The guests that the tools know: a row of a table each. */
#ifndef TOOLS_IR_GUEST_H
#define TOOLS_IR_GUEST_H

#include "disas/insn.h"
#include "frontend/frontend.h"

typedef struct Guest {
    uint16_t elf_machine;
    const Frontend *frontend; /* its name is the guest's */
    GuestDisas *disas;
    const char *sp; /* the stack pointer, */
    const char *gp; /* and what holds the address of gp_symbol; NULL: none */
    const char *gp_symbol;
} Guest;

/* NULL: not known. */
const Guest *guest_named(const char *name);
const Guest *guest_of_machine(uint16_t elf_machine);
/* The i-th, or NULL behind the last. */
const Guest *guest_at(unsigned i);

#endif
