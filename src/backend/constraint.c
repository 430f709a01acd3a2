/* The little language of constraint.h. */
#include "backend/constraint.h"

#include <string.h>
#include "util/check.h"

typedef struct Letters {
    const RegSet *regs;
    const char *consts;
} Letters;

static void parse_letter(Place *p, char c, const Letters *l)
{
    const char *constant;
    switch (c) {
    case '0':
    case '1': p->alias = (int8_t)(c - '0'); return;
    case '&': p->early = true; return;
    case '!': p->destroyed = true; return;
    case 'o': p->mem_once = true; /* fall through */
    case 'm': p->mem = true; return;
    case 'b': p->env = true; return;
    case ' ': return;
    default:
        if ((constant = strchr(l->consts, c))) {
            p->consts |= (uint16_t)(1u << (constant - l->consts));
            return;
        }
        check(c >= 'a' && c <= 'z' && l->regs[c - 'a'], "letter '%c'", c);
        p->regs |= l->regs[c - 'a'];
    }
}

/* Parses a list up to ':' or the end; returns what follows. */
static const char *parse_list(const char *s, Place *place, unsigned max,
                              uint8_t *count, const Letters *letters)
{
    unsigned n = 0;
    bool open = false;

    for (; *s && *s != ':'; s++) {
        if (!open && *s != ' ') {
            check(n < max, "too many operands before '%s'", s);
            place[n++] = (Place){.alias = -1};
            open = true;
        }
        if (*s == ',') {
            open = false;
        } else {
            parse_letter(&place[n ? n - 1 : 0], *s, letters);
        }
    }
    *count = (uint8_t)n;
    return *s ? s + 1 : s;
}

static unsigned freedom(const Place *p)
{
    return regset_is_single(p->regs)       ? 0
           : p->alias >= 0 || p->destroyed ? 1
           : !p->mem                       ? 2
                                           : 3;
}

static void order_inputs(Constraint *c)
{
    unsigned n = 0;

    for (unsigned f = 0; f <= 3; f++) {
        for (unsigned i = 0; i < c->nb_ins; i++) {
            if (freedom(&c->in[i]) == f) {
                c->order[n++] = (uint8_t)i;
            }
        }
    }
}

static RegSet fixed_regs(const Place *p, unsigned n)
{
    RegSet set = 0;

    for (unsigned i = 0; i < n; i++) {
        set |= regset_is_single(p[i].regs) ? p[i].regs : 0;
    }
    return set;
}

void constraint_parse(Constraint *c, const char *text, const RegSet regs[26],
                      const char *consts)
{
    const Letters letters = {regs, consts};
    memset(c, 0, sizeof(*c));
    text = parse_list(text, c->out, MAX_OUTS, &c->nb_outs, &letters);
    text = parse_list(text, c->in, MAX_INS, &c->nb_ins, &letters);
    parse_list(text, c->temp, MAX_TEMPS, &c->nb_temps, &letters);
    for (unsigned i = 0; i < c->nb_ins; i++) {
        if (c->in[i].alias >= 0) {
            check(c->in[i].alias < c->nb_outs, "alias in '%s'", text);
            c->in[i].regs = c->out[c->in[i].alias].regs;
        }
    }
    c->early = c->nb_temps != 0;
    for (unsigned i = 0; i < c->nb_outs; i++) {
        c->early |= c->out[i].early;
    }
    order_inputs(c);
    c->fixed = fixed_regs(c->out, c->nb_outs) | fixed_regs(c->in, c->nb_ins) |
               fixed_regs(c->temp, c->nb_temps);
}
