#include "backend/convention.h"

#include <string.h>
#include "util/check.h"

static TempId find_global(const IR *ir, const char *name)
{
    for (TempId t = 0; t < ir->nb_globals; t++) {
        if (ir->temps[t].kind == TEMP_GLOBAL &&
            strcmp(ir->temps[t].name, name) == 0) {
            return t;
        }
    }
    return 0;
}

static unsigned limit(unsigned have, int wanted)
{
    return wanted < 0 || (unsigned)wanted > have ? have : (unsigned)wanted;
}

static void pin_hot(Convention *c, const HostDesc *d, const BackendConfig *cfg,
                    const IR *ir)
{
    unsigned left[CLASS_COUNT] = {
        limit(d->nb_pin[CLASS_INT], cfg->max_pinned_int),
        limit(d->nb_pin[CLASS_FP], cfg->max_pinned_fp),
        limit(d->nb_pin[CLASS_VEC], cfg->max_pinned_fp),
    };
    const uint8_t *next[CLASS_COUNT] = {d->pin[0], d->pin[1], d->pin[2]};

    for (const char *const *name = cfg->hot; name && *name; name++) {
        TempId t = find_global(ir, *name);
        unsigned type = ir->temps[t].type;
        RegClass class = host_class(d, type);
        if (t == 0 || left[class] == 0 || !type_in((Type)type, d->pin_types)) {
            continue;
        }
        left[class]--;
        c->pin[c->nb_pins++] =
            (Pin){t, *next[class], (uint8_t)type, ir->temps[t].offset};
        c->pinned |= REG_BIT(*next[class]++);
    }
}

/* Keeps the first `max` registers of the set, never fewer than `min`. */
static RegSet first_of(RegSet set, int max, unsigned min)
{
    unsigned n = limit(64, max) < min ? min : limit(64, max);
    RegSet out = 0;

    for (; n && set; n--, set &= set - 1) {
        out |= set & -set;
    }
    return out;
}

void convention_make(Convention *c, const HostDesc *d, const BackendConfig *cfg,
                     const IR *ir)
{
    memset(c, 0, sizeof(*c));
    c->desc = d;
    pin_hot(c, d, cfg, ir);
    for (unsigned i = 0; i < CLASS_COUNT; i++) {
        RegSet rest = d->usable[i] & ~c->pinned;
        check(!d->usable[i] || regset_count(rest) >= d->min_scratch,
              "class %u has too few registers", i);
        c->scratch[i] = first_of(rest, cfg->max_scratch, d->min_scratch);
    }
}
