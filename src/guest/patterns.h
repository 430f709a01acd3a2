/*
 * Which pattern of a guest's .decode files an instruction matches; for tools
 * that show that, since the tables are large.
 */
#ifndef GUEST_PATTERNS_H
#define GUEST_PATTERNS_H

#include "guest/guest.h"

typedef struct Pattern {
    const char *name, *format; /* format "": none */
    int width;
    uint64_t mask, bits;       /* which are fixed, and how */
    const char *file;
    int line;
    const char *fields;        /* see tools/decode/emit_table.h */
} Pattern;

/* What gen/FOLDER/table_NAME.inc consists of. */
#define DECODE_PATTERN(name, format, width, mask, bits, file, line, fields) \
    {name, format, width, mask, bits, file, line, fields},

/* The first of that name and width that the code matches, or NULL. */
const Pattern *pattern_find(const Guest *, const char *name, int width,
                            uint64_t code);

/* Of NAME, in NAME_patterns.c; they end with one without a name. */
#define GUEST(name) extern const Pattern guest_patterns_##name[];
#include "gen/guests.def"
#undef GUEST

#endif
