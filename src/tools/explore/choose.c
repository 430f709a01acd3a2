/* See choose.h. */
#include "tools/explore/choose.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum {
    MAX_LOOKED_AT = 6000, /* bytes of a function, for what it calls */
    MAX_ALONG = 2048,     /* of one that comes along */
    MIN_OTHER = 64,
};

/* The function that has the address, or nb_all. */
static size_t function_of(const Choice *c, uint64_t addr)
{
    size_t low = 0, high = c->nb_all;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (c->all[middle].end <= addr) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    return low < c->nb_all && c->all[low].start <= addr ? low : c->nb_all;
}

static void take_function(Choice *c, size_t i, size_t max)
{
    for (size_t k = 0; k < c->nb_chosen; k++) {
        if (c->chosen[k] == i) {
            return;
        }
    }
    if (i < c->nb_all && c->nb_chosen < max) {
        c->chosen[c->nb_chosen++] = i;
    }
}

static bool take_named(Choice *c, const Program *p, const char *name,
                       size_t max, char *msg, size_t size)
{
    uint64_t addr;
    size_t count;
    if (!program_address(p, name, &addr)) {
        symbols_all(p->symbols, &count);
        snprintf(
            msg, size,
            count ? "no function '%s'"
                  : "no function '%s': the file is stripped, name an address",
            name);
        return false;
    }
    size_t i = function_of(c, addr);
    if (i == c->nb_all) {
        snprintf(msg, size, "no code at '%s'", name);
        return false;
    }
    take_function(c, i, max);
    return true;
}

static void take_default(Choice *c, const Program *p)
{
    const Symbol *s = symbols_named(p->symbols, "main");
    take_function(c, function_of(c, s ? s->addr : p->file.header.e_entry), 1);
    take_function(c, 0, 1);
}

static void take_hottest(Choice *c, const Profile *profile, size_t max)
{
    uint64_t *heat = calloc(c->nb_all + 1, sizeof(*heat));
    check(heat, "out of memory");
    for (size_t i = 0; i < profile->count; i++) {
        size_t f = function_of(c, profile->samples[i].addr);
        heat[f] += profile->samples[i].count;
    }
    heat[c->nb_all] = 0;
    for (;;) {
        size_t best = c->nb_all;
        for (size_t i = 0; i < c->nb_all; i++) {
            best = heat[i] > heat[best] ? i : best;
        }
        if (!heat[best] || c->nb_chosen == max) {
            break;
        }
        take_function(c, best, max);
        heat[best] = 0;
    }
    free(heat);
}

static void take_called(Choice *c, const Program *p, Function f, size_t max)
{
    GuestInsn insn;
    uint64_t end =
        f.end - f.start > MAX_LOOKED_AT ? f.start + MAX_LOOKED_AT : f.end;
    for (uint64_t pc = f.start; pc < end; pc += insn.length) {
        program_insn(p, pc, &insn);
        if (!insn.length) {
            return;
        }
        size_t i = insn.has_target ? function_of(c, insn.target) : c->nb_all;
        if (i < c->nb_all && c->all[i].end - c->all[i].start <= MAX_ALONG) {
            take_function(c, i, max);
        }
    }
}

/* What else has a name: for programs whose start leads to other files. */
static void take_others(Choice *c, const Program *p, size_t max)
{
    for (size_t i = 0; i < c->nb_all && c->nb_chosen < max; i++) {
        uint64_t size = c->all[i].end - c->all[i].start;
        const Symbol *s = symbols_find(p->symbols, c->all[i].start);
        if (s && s->addr == c->all[i].start && size >= MIN_OTHER &&
            size <= MAX_ALONG) {
            take_function(c, i, max);
        }
    }
}

bool choose(Choice *c, const Program *p, const Profile *profile,
            char *const names[], size_t max, char *msg, size_t size)
{
    c->nb_chosen = 0;
    c->chosen = calloc(max + 1, sizeof(*c->chosen));
    check(c->chosen, "out of memory");
    if (!c->nb_all) {
        snprintf(msg, size, "there is no code in it");
        return false;
    }
    for (size_t i = 0; names[i]; i++) {
        if (!take_named(c, p, names[i], max, msg, size)) {
            return false;
        }
    }
    take_hottest(c, profile, max);
    if (!c->nb_chosen) {
        take_default(c, p);
    }
    for (size_t i = 0; i < c->nb_chosen && c->nb_chosen < max; i++) {
        take_called(c, p, c->all[c->chosen[i]], max);
    }
    if (!names[0]) {
        take_others(c, p, max);
    }
    return true;
}

void choice_free(Choice *c)
{
    free(c->chosen);
}
