/* Which pattern of the .decode files an instruction matches. */
#ifndef TOOLS_EXPLORE_PATTERN_H
#define TOOLS_EXPLORE_PATTERN_H

#include <stdint.h>

typedef struct Pattern {
    const char *name, *format; /* format "": none */
    int width;
    uint64_t mask, bits;       /* which are fixed, and how */
    const char *file;
    int line;
    const char *fields;        /* see tools/decode/emit_table.h */
} Pattern;

/* The first of that name and width that the code matches, or NULL. */
const Pattern *pattern_find(const char *name, int width, uint64_t code);

#endif
