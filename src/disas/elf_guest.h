/* What a guest's ELF files have that differs from guest to guest. */
#ifndef DISAS_ELF_GUEST_H
#define DISAS_ELF_GUEST_H

#include <stdint.h>

typedef struct ElfGuest {
    uint16_t machine; /* EM_* */
    /* The .plt section: a header, then an entry for each of .rela.plt. */
    uint32_t plt_header_bytes, plt_entry_bytes;
    uint32_t relative; /* the relocation that adds the load bias */
} ElfGuest;

/* NULL: not known. */
const ElfGuest *elf_guest(uint16_t machine);

/* Of the Makefile's list, FOLDER_elf in FOLDER_elf.c. */
#define FRONTEND(folder) extern const ElfGuest folder##_elf;
#include "gen/frontends.def"
#undef FRONTEND

#endif
