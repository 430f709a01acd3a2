/*
 * Source lines of a program, from its DWARF through elfutils' libdw; none where
 * the tree was built without it.
 */
#ifndef TOOLS_EXPLORE_SOURCE_H
#define TOOLS_EXPLORE_SOURCE_H

#include <stdbool.h>
#include <stdint.h>

typedef struct Source Source;

/* Why there are never any, and what to do, for the user; NULL: not so. */
const char *source_missing(void);

/* NULL: there is nothing to be known. */
Source *source_open(const char *elf);
void source_free(Source *); /* NULL is allowed */

/* The line that the code at addr is of; *file stays good until the free. */
bool source_line(Source *, uint64_t addr, const char **file, int *line);

#endif
