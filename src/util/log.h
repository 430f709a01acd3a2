/* The -d log: a set of items, a filter, and where they are written to. */
#ifndef UTIL_LOG_H
#define UTIL_LOG_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum {
#define LOG_ITEM(name, text) LOG_BIT_##name,
#include "util/log.def"
};

enum {
#define LOG_ITEM(name, text) LOG_##name = 1 << LOG_BIT_##name,
#include "util/log.def"
};

enum { LOG_MAX_RANGES = 32 };

/* Guest addresses, or the code of a function if there is a name. */
typedef struct LogRange {
    uint64_t first, last;
    char *name; /* owned; NULL: none */
} LogRange;

typedef struct Log {
    uint32_t mask;       /* LOG_* */
    FILE *file;          /* stderr by default; not owned */
    const char *pattern; /* of file names, with %d for the id of the process,
                            or with LOG_tid of the thread; NULL: file */
    LogRange ranges[LOG_MAX_RANGES]; /* of code that is logged; */
    unsigned nb_ranges;              /* 0: all */
} Log;

static inline bool log_on(const Log *log, uint32_t item)
{
    return __builtin_expect((log->mask & item) != 0, 0);
}

/*
 * Adds the items of a comma-separated list ("op,exec") to *mask.  Returns
 * NULL, or a pointer to the first item that is not known.
 */
const char *log_parse(uint32_t *mask, const char *list);
/*
 * Adds ranges, separated by commas: START..END (both included), START+BYTES,
 * START-BYTES, or the name of a function.  Returns NULL, or a pointer to the
 * first that is not understood.
 */
const char *log_parse_ranges(Log *, const char *list);

/* The file, locked for this thread: one entry. */
FILE *log_begin(const Log *);
void log_end(FILE *);

/* One line for each item. */
void log_help(FILE *);

#endif
