/* TCG_SETTINGS: names, values and their ranges. */
#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/ir.h"
#include "exec/exec.h"
#include "opt/opt.h"

enum {
    MIN_CODE_BYTES = 16 << 10,
    MAX_CODE_BYTES = 1 << 30,
    MAX_REGISTERS = 64, /* of both classes; see RegSet */
    CODE_ALIGN = 4096,
};

/* A number in [min, max], which has its own type in ExecConfig. */
typedef struct Setting {
    const char *name;
    size_t offset, size;
    uint64_t min, max;
} Setting;

#define FIELD(field)                                                           \
    offsetof(ExecConfig, field), sizeof(((ExecConfig *)NULL)->field)

static const Setting settings[] = {
    {"codebuf", FIELD(code_bytes), MIN_CODE_BYTES, MAX_CODE_BYTES},
    {"maxinsns", FIELD(max_insns), 1, IR_MAX_OPS},
    {"hot", FIELD(hot), 0, INT32_MAX},
    {"pinned", FIELD(max_pinned), 0, MAX_REGISTERS},
    {"scratch", FIELD(max_scratch), 0, MAX_REGISTERS},
    {"optoff", FIELD(opt_off), 0, OPT_NONE},
};

static const struct {
    const char *text;
    size_t offset;
    bool value;
} flags[] = {
    {"nolink", offsetof(ExecConfig, no_link), true},
    {"noretstack", offsetof(ExecConfig, no_ret_stack), true},
    {"perfmap", offsetof(ExecConfig, perf_map), true},
    {"jitdump", offsetof(ExecConfig, jitdump), true},
    {"host=plain", offsetof(ExecConfig, plain), true},
    {"host=native", offsetof(ExecConfig, plain), false},
};

enum {
    NB_SETTINGS = sizeof(settings) / sizeof(settings[0]),
    NB_FLAGS = sizeof(flags) / sizeof(flags[0]),
};

/* A number with an optional k or m behind it; false: none, or too large. */
static bool parse_size(const char *s, uint64_t *n)
{
    char *end;
    errno = 0;
    *n = strtoull(s, &end, 0);
    unsigned shift = *end == 'k' ? 10 : *end == 'm' ? 20 : 0;
    if (!isdigit((unsigned char)*s) || errno || end[shift != 0] ||
        *n > UINT64_MAX >> shift) {
        return false;
    }
    *n <<= shift;
    return true;
}

static bool set_number(ExecConfig *c, const Setting *s, const char *value)
{
    uint64_t n;
    char *field = (char *)c + s->offset;
    if (!parse_size(value, &n) || n < s->min || n > s->max) {
        return false;
    }
    if (s->size == sizeof(uint32_t)) {
        uint32_t low = (uint32_t)n;
        memcpy(field, &low, sizeof(low));
    } else {
        memcpy(field, &n, sizeof(n));
    }
    c->code_bytes = (c->code_bytes + CODE_ALIGN - 1) & -(size_t)CODE_ALIGN;
    return true;
}

static bool set_flag(ExecConfig *c, const char *text)
{
    for (unsigned i = 0; i < NB_FLAGS; i++) {
        if (!strcmp(flags[i].text, text)) {
            *(bool *)((char *)c + flags[i].offset) = flags[i].value;
            return true;
        }
    }
    return !*text || !strcmp(text, "default");
}

/* The setting that the item begins with the name of, or NULL. */
static const Setting *find_number(const char *item, size_t name_bytes)
{
    for (unsigned i = 0; i < NB_SETTINGS; i++) {
        const char *name = settings[i].name;
        if (strlen(name) == name_bytes && !memcmp(name, item, name_bytes)) {
            return &settings[i];
        }
    }
    return NULL;
}

static bool set_backend(ExecConfig *c, const char *name, char *why, size_t size)
{
    const Backend *be = backend_named(name);
    c->backend = be ? be : c->backend;
    snprintf(why, size, "backend=%s: there is no such one", name);
    return be != NULL;
}

static bool set_item(ExecConfig *c, const char *item, char *why, size_t size)
{
    static const char backend[] = "backend=";
    if (!strncmp(item, backend, strlen(backend))) {
        return set_backend(c, item + strlen(backend), why, size);
    }
    size_t name_bytes = strcspn(item, "=");
    const Setting *s = find_number(item, name_bytes);
    if (!s) {
        snprintf(why, size, "\"%s\" is not understood", item);
        return set_flag(c, item);
    }
    snprintf(why, size, "%s: a number from %llu to %llu is wanted", item,
             (unsigned long long)s->min, (unsigned long long)s->max);
    return item[name_bytes] && set_number(c, s, item + name_bytes + 1);
}

bool exec_config_parse(ExecConfig *c, const char *text, char *why, size_t size)
{
    for (;;) {
        char item[64];
        size_t len = strcspn(text, ",");
        snprintf(item, sizeof(item), "%.*s", (int)len, text);
        if (!set_item(c, item, why, size)) {
            return false;
        }
        if (!text[len]) {
            return true;
        }
        text += len + 1;
    }
}
