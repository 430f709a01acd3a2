/*
 * Where the functions of a file begin, also of those that have no symbol: from
 * symbols, .eh_frame, the program's entry, and what code calls directly or
 * takes the address of.
 */
#ifndef PROFILE_STARTS_H
#define PROFILE_STARTS_H

#include "disas/eh_frame.h"
#include "disas/symbols.h"
#include "disas/unwind.h"

typedef struct Starts Starts;

/* guest: NULL, whose code cannot be read. */
Starts *starts_find(const ElfFile *, const Symbols *, const GuestUnwind *);
void starts_free(Starts *); /* NULL is allowed */

/*
 * The beginning of the function that addr is in, or of the piece between two
 * that are known; 0: there is no code.
 */
uint64_t starts_of(const Starts *, uint64_t addr);

#endif
