/*
 * Symbols of a running guest: which file stands at an address of this process,
 * and which of its symbols.
 *
 * Files are found through /proc/self/maps, so that what the guest's loader or
 * dlopen maps is known without its help, and read once.  For any thread, not
 * for signal handlers.
 */
#ifndef DISAS_SYMBOL_MAP_H
#define DISAS_SYMBOL_MAP_H

#include "disas/symbols.h"

typedef struct SymbolMap SymbolMap;

/* A guest address as a file and its symbols know it. */
typedef struct SymbolHit {
    const char *path;       /* of the file; NULL: the memory is not of an ELF */
    uint64_t bias;          /* addr minus the file's own address */
    const Symbols *symbols; /* of the file */
    const Symbol *symbol;   /* in the file's own addresses; NULL: none */
} SymbolHit;

/* guest_base: host address minus guest address. */
/* NULL: no memory. */
SymbolMap *symbol_map_new(uint64_t guest_base);
void symbol_map_free(SymbolMap *);

/* Files were mapped or unmapped: the next look is at the maps anew. */
void symbol_map_changed(SymbolMap *);

/* False with a hit of nothing; what it points to stays until the map is freed.
 */
bool symbol_map_find(SymbolMap *, uint64_t addr, SymbolHit *);

/*
 * Does a symbol of this name (symbols_at()) hold the address?  *offset is
 * where in it.
 */
bool symbol_map_at(SymbolMap *, uint64_t addr, const char *name,
                   uint64_t *offset);
/*
 * Has a file that is mapped below the guest address `end` now, or has been
 * looked at, a symbol of this name?
 */
bool symbol_map_has(SymbolMap *, const char *name, uint64_t end);

/*
 * "memcpy+0x10", or "libc.so.6:0x1234" where no symbol is, or "": nothing is
 * known.  map may be NULL: nothing is.  Returns buf.
 */
const char *symbol_map_text(SymbolMap *map, uint64_t addr, char *buf,
                            size_t size);

#endif
