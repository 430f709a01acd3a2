/*
 * Symbols of an ELF file: .symtab, .dynsym and the entries of its PLT, in one
 * list ordered by address.
 *
 * What always holds: the list does not change once it is made, so that any
 * thread may look at it.  Addresses are the file's own: who knows where it is
 * loaded takes off the bias first (symbol_map.h does so for a process).
 */
#ifndef DISAS_SYMBOLS_H
#define DISAS_SYMBOLS_H

#include "disas/elf_file.h"

typedef struct Symbol {
    uint64_t addr;
    uint64_t size; /* of one without: up to the next, or its section's end */
    const char *name;
    bool is_code; /* a function, or a label in code */
} Symbol;

typedef struct Symbols Symbols;

/* Who can name addresses, for those who print them: to buf, "" for no name. */
typedef struct AddressNamer {
    const char *(*name)(void *opaque, uint64_t addr, char *buf, size_t size);
    void *opaque;
} AddressNamer;

/* An empty list if the file is stripped; NULL: no memory. */
Symbols *symbols_read(const ElfFile *);
/* NULL with a message that starts with the path. */
Symbols *symbols_open(const char *path, char *msg, size_t size);
void symbols_free(Symbols *);

/*
 * All of them, each address's best first: code, then global, then weak ones.
 * Files and sections, local labels (.L) and the assembler's marks ($x, $d)
 * are left out.
 */
const Symbol *symbols_all(const Symbols *, size_t *count);

/*
 * The nearest that holds the address (addr - symbol->addr is the offset into
 * it), or NULL.
 */
const Symbol *symbols_find(const Symbols *, uint64_t addr);
/* "memcpy+0x10", or "": there is none.  Returns buf. */
const char *symbols_text(const Symbols *, uint64_t addr, char *buf,
                         size_t size);
/* The first of that name, one in code rather than another; or NULL. */
const Symbol *symbols_named(const Symbols *, const char *name);

/*
 * Names as people write them: all that an address has (snprintf and its
 * aliases), and with or without a version ("memcpy", "memcpy@GLIBC_2.27").
 *
 * Is there one of that name that holds the address?  *start is the first
 * address of it.
 */
bool symbols_at(const Symbols *, uint64_t addr, const char *name,
                uint64_t *start);
bool symbols_have(const Symbols *, const char *name);

#endif
