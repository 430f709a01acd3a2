/* See tables.h. */
#include "guest/tables.h"

#include <string.h>

static const GuestTables *const tables[] = {
#define GUEST(name) &guest_tables_##name,
#include "gen/guests.def"
#undef GUEST
};

const GuestTables *guest_tables(const char *name)
{
    for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
        if (strcmp(tables[i]->name, name) == 0) {
            return tables[i];
        }
    }
    return NULL;
}

const Pattern *pattern_find(const GuestTables *g, const char *name, int width,
                            uint64_t code)
{
    for (const Pattern *p = g->patterns; p->name; p++) {
        if (p->width == width && (code & p->mask) == p->bits &&
            strcmp(p->name, name) == 0) {
            return p;
        }
    }
    return NULL;
}

const char *guest_call_name(const GuestTables *g, uint64_t number)
{
    return number < g->nb_calls ? g->calls[number] : NULL;
}
