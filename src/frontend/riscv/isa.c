/* See isa.h; the processors of -cpu, and what is said of them. */
#include "frontend/riscv/isa.h"
#include <string.h>

typedef struct Ext {
    const char *name, *text;
    uint64_t needs;
} Ext;

static const Ext exts[] = {
#define EXT(name, needs, text) {#name, text, needs},
#define BITS(name, text)       {#name, text, 0},
#include "frontend/riscv/isa.def"
};

static const struct {
    const char *name, *text;
    uint64_t features;
} models[] = {
#define MODEL(name, features, text) {name, text, features},
#include "frontend/riscv/isa.def"
};

enum { NB_MODELS = sizeof(models) / sizeof(models[0]) };

const char *rv_ext_name(uint64_t features)
{
    return exts[__builtin_ctzll(features)].name;
}

const char *rv_isa_string(uint64_t features, char *buf, size_t size)
{
    size_t n = (size_t)snprintf(buf, size, "rv64");
    for (int i = 0; i < RV_NB_EXTS && n < size; i++) {
        if (features >> i & 1) {
            n += (size_t)snprintf(buf + n, size - n, "%s%s",
                                  exts[i].name[1] ? "_" : "", exts[i].name);
        }
    }
    return buf;
}

/*
 * Of Linux on a processor of 48 bits: by default as Linux 6.6 does, which gives
 * addresses of 39 bits to who does not ask for more; with sv48 as later ones.
 */
AddressBits rv_address_bits(uint64_t features)
{
    const AddressBits sv48 = {47, 47}, sv39 = {38, 38}, on_demand = {38, 47};
    return features & RV_sv48 ? sv48 : features & RV_sv39 ? sv39 : on_demand;
}

/* --cpu NAME,FEATURE=on|off,... ------------------------------------------ */

typedef struct Parser {
    uint64_t features, set; /* so far; those that were switched on or off */
    char *msg;
    size_t size;
} Parser;

/* Two words at most; false. */
static bool wrong(Parser *p, const char *format, const char *a, const char *b)
{
    snprintf(p->msg, p->size, format, a, b);
    return false;
}

static bool find_model(Parser *p, const char *name)
{
    for (int i = 0; i < NB_MODELS; i++) {
        if (strcmp(models[i].name, name) == 0) {
            p->features = models[i].features;
            return p->features || wrong(p, "it has what is not supported: %s",
                                        models[i].text, "");
        }
    }
    return wrong(p, "no such processor \"%s\"; -cpu help lists them", name, "");
}

static bool is_one_of(const char *name, const char *const *list)
{
    while (*list && strcmp(*list, name) != 0) {
        list++;
    }
    return *list;
}

/* 1, 0; -1: neither. */
static int on_or_off(const char *value)
{
    static const char *const on[] = {"on", "true", "yes", "y", NULL};
    static const char *const off[] = {"off", "false", "no", "n", NULL};
    return is_one_of(value, on) ? 1 : is_one_of(value, off) ? 0 : -1;
}

static bool switch_ext(Parser *p, int i, bool on)
{
    uint64_t bit = 1ull << i;
    if (bit == RV_i && !on) {
        return wrong(p, "%s", "i cannot be switched off", "");
    }
    p->set |= bit;
    p->features = on ? p->features | bit : p->features & ~bit;
    return true;
}

static bool set_feature(Parser *p, const char *name, const char *value)
{
    static const char *const lacks[] = {
#define LACKS(name) #name,
#include "frontend/riscv/isa.def"
        NULL};
    static const char *const without_effect[] = {
#define WITHOUT_EFFECT(name) #name,
#include "frontend/riscv/isa.def"
        NULL};
    if (is_one_of(name, without_effect)) {
        return true;
    }
    int on = on_or_off(value);
    for (int i = 0; i < RV_NB_FEATURES; i++) {
        if (strcmp(exts[i].name, name) == 0) {
            return on < 0 ? wrong(p, "%s=%s: write on or off", name, value)
                          : switch_ext(p, i, on);
        }
    }
    if (!is_one_of(name, lacks)) {
        return wrong(p, "no feature \"%s\"; -cpu help lists them", name, "");
    }
    return on == 0 || wrong(p, "%s is not supported", name, "");
}

/*
 * What an extension that was switched on needs comes with it, unless that was
 * switched off by name; one that was not switched on goes when what it needs
 * is not there.  Each round adds to `set` or takes from `features`, so there
 * are few.
 */
static bool settle(Parser *p)
{
    for (int i = 0; i < RV_NB_EXTS; i++) {
        uint64_t bit = 1ull << i, lacking = exts[i].needs & ~p->features;
        if (!(p->features & bit) || !lacking) {
            continue;
        }
        if (!(p->set & bit)) {
            p->features &= ~bit;
        } else if (!(p->set & lacking)) {
            p->features |= lacking;
            p->set |= lacking;
        } else {
            return wrong(p, "%s needs %s", exts[i].name, rv_ext_name(lacking));
        }
    }
    return true;
}

static bool settled(const Parser *p)
{
    uint64_t lacking = 0;
    for (int i = 0; i < RV_NB_EXTS; i++) {
        lacking |= p->features >> i & 1 ? exts[i].needs & ~p->features : 0;
    }
    return !lacking;
}

static bool parse(const char *text, uint64_t *features, char *msg, size_t size)
{
    char copy[256], *rest = copy, *item;
    Parser p = {.msg = msg, .size = size};
    if (strlen(text) >= sizeof(copy)) {
        return wrong(&p, "%s", "too long", "");
    }
    strcpy(copy, text);
    if (!find_model(&p, strsep(&rest, ","))) {
        return false;
    }
    while ((item = strsep(&rest, ","))) {
        char *value = strchr(item, '=');
        if (!value) {
            return wrong(&p, "write FEATURE=on or FEATURE=off, not \"%s\"",
                         item, "");
        }
        *value++ = '\0';
        if (!set_feature(&p, item, value)) {
            return false;
        }
    }
    while (!settled(&p)) {
        if (!settle(&p)) {
            return false;
        }
    }
    *features = p.features;
    return true;
}

static void help(FILE *f)
{
    fprintf(f, "Processors:\n");
    for (int i = 0; i < NB_MODELS; i++) {
        if (models[i].features) {
            fprintf(f, "  %-12s %s\n", models[i].name, models[i].text);
        }
    }
    fprintf(f, "Features, NAME=on or NAME=off behind a processor:\n");
    for (int i = 0; i < RV_NB_FEATURES; i++) {
        fprintf(f, "  %-12s %s\n", exts[i].name, exts[i].text);
    }
}

const CpuModels rv_models = {RV_ALL, parse, help};
