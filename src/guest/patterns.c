/* See patterns.h. */
#include "guest/patterns.h"

#include <string.h>
#include "guest/rows.h"

static const struct {
    const Guest *guest;
    const Pattern *patterns;
} tables[] = {
#define GUEST(name) {&guest_##name, guest_patterns_##name},
#include "gen/guests.def"
#undef GUEST
};

static const Pattern *patterns_of(const Guest *g)
{
    size_t i = 0;

    while (tables[i].guest != g) {
        i++;
    }
    return tables[i].patterns;
}

const Pattern *pattern_find(const Guest *g, const char *name, int width,
                            uint64_t code)
{
    for (const Pattern *p = patterns_of(g); p->name; p++) {
        if (p->width == width && (code & p->mask) == p->bits &&
            strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return NULL;
}
