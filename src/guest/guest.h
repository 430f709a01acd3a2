/*
 * The guests that there are: a row for each, by which all programs go.  To add
 * one is to add its row (NAME.c here), what that names, and NAME to the list
 * in the Makefile.
 */
#ifndef GUEST_GUEST_H
#define GUEST_GUEST_H

#include <stddef.h>
#include "disas/insn.h"
#include "frontend/frontend.h"

struct GuestAbi;

typedef struct Guest {
    const char *name;  /* of tcg-NAME; its frontend's */
    const char *title; /* "64-bit RISC-V" */
    /* What its ELF files say of themselves. */
    uint16_t elf_machine; /* EM_* */
    uint8_t elf_class;    /* ELFCLASS* */
    uint8_t elf_data;     /* ELFDATA* */
    const Frontend *frontend;
    GuestDisas *disas;
    const struct GuestAbi *abi; /* of its Linux; NULL: none is known */
    /* Registers by name: the stack pointer, and what holds the address of the
       symbol gp_symbol; NULL: none does. */
    const char *sp, *gp, *gp_symbol;
} Guest;

/* The i-th, or NULL behind the last. */
const Guest *guest_at(unsigned i);
/* NULL: not known. */
const Guest *guest_named(const char *name);
/* All names, with commas between. */
const char *guest_names(void);

/* Of the first n bytes of an ELF file; NULL: of none here, or no ELF file. */
const Guest *guest_of_elf(const void *head, size_t n);

/* Room for "RISC-V (32-bit, little-endian)". */
enum { GUEST_MACHINE_SIZE = 64 };

/* What processor an ELF file is for; false: it is no ELF file. */
bool guest_describe_elf(const void *head, size_t n,
                        char text[GUEST_MACHINE_SIZE]);

#endif
