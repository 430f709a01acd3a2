/*
 * What tools alone want of guests, which is large: not in the rows, so that the
 * emulator does without.
 */
#ifndef GUEST_TABLES_H
#define GUEST_TABLES_H

#include "disas/unwind.h"

/* A pattern of the .decode files. */
typedef struct Pattern {
    const char *name, *format; /* format "": none */
    int width;
    uint64_t mask, bits; /* which are fixed, and how */
    const char *file;
    int line;
    const char *fields; /* see tools/decode/emit_table.h */
} Pattern;

/* What gen/FOLDER/table_NAME.inc consists of. */
#define DECODE_PATTERN(name, format, width, mask, bits, file, line, fields)    \
    {name, format, width, mask, bits, file, line, fields},

typedef struct GuestTables {
    const char *name;        /* the guest's */
    const Pattern *patterns; /* the last one has no name */
    const GuestUnwind *unwind;
    const char *const *calls; /* of Linux, by number; NULL: there is none */
    unsigned nb_calls;
} GuestTables;

/* NULL: no guest has the name. */
const GuestTables *guest_tables(const char *name);

/* The first of that name and width that the code matches, or NULL. */
const Pattern *pattern_find(const GuestTables *, const char *name, int width,
                            uint64_t code);

/* NULL: no call has the number. */
const char *guest_call_name(const GuestTables *, uint64_t number);

/* Of the guest NAME, in NAME_tables.c. */
#define GUEST(name) extern const GuestTables guest_tables_##name;
#include "gen/guests.def"
#undef GUEST

#endif
