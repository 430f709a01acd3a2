/* The -d log: a set of items and the file they are written to. */
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

typedef struct Log {
    uint32_t mask;  /* LOG_* */
    FILE *file;     /* stderr by default; not owned */
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

/* One line for each item. */
void log_help(FILE *);

#endif
