/* See pattern.h. */
#include "tools/explore/pattern.h"

#include <stddef.h>
#include <string.h>

#define DECODE_PATTERN(name, format, width, mask, bits, file, line, fields) \
    {name, format, width, mask, bits, file, line, fields},
static const Pattern patterns[] = {
#include "gen/table_insn16.inc"
#include "gen/table_insn32.inc"
};

const Pattern *pattern_find(const char *name, int width, uint64_t code)
{
    for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++) {
        const Pattern *p = &patterns[i];
        if (p->width == width && (code & p->mask) == p->bits &&
            strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return NULL;
}
