/*
 * The guests that there are: a row for each, by which all programs go.  To add
 * one is to add a row (guest.c) and what it names.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include "disas/insn.h"
#include "frontend/frontend.h"

struct GuestAbi;

typedef struct Guest {
    const char *name;          /* of tcg-NAME; its frontend's */
    const char *title;         /* "64-bit RISC-V" */
    uint16_t elf_machine;      /* EM_* */
    const Frontend *frontend;
    GuestDisas *disas;
    const struct GuestAbi *abi;    /* for programs of Linux */
    /* Registers by name: the stack pointer, and what holds the address of the
       symbol gp_symbol; NULL: none does. */
    const char *sp, *gp, *gp_symbol;
    /* Its ELF files as binfmt_misc takes them: ELF64, the byte order and the
       machine, any ABI version, ET_EXEC or ET_DYN. */
    const char *magic, *mask;
} Guest;

/* NULL: not known. */
const Guest *guest_named(const char *name);
const Guest *guest_of_machine(uint16_t elf_machine);
/* The i-th, or NULL behind the last. */
const Guest *guest_at(unsigned i);

#endif
