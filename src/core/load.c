/* See load.h. */
#include "core/load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "core/parse.h"
#include "core/serialize.h"

/* All that f has, with a 0 behind it; NULL with errno. */
static char *read_all(FILE *f, size_t *size)
{
    char *data = NULL;
    size_t room = 0;
    *size = 0;
    do {
        room = room * 2 + 65536;
        char *larger = realloc(data, room);
        if (!larger) {
            free(data);
            return NULL;
        }
        data = larger;
        *size += fread(data + *size, 1, room - 1 - *size, f);
    } while (*size == room - 1);
    if (ferror(f)) {
        free(data);
        return NULL;
    }
    data[*size] = '\0';
    return data;
}

static char *read_file(const char *name, size_t *size)
{
    FILE *f = strcmp(name, "-") == 0 ? stdin : fopen(name, "rb");
    char *data = f ? read_all(f, size) : NULL;
    if (f && f != stdin) {
        fclose(f);
    }
    return data;
}

bool ir_load(IR *ir, const char *name, char *msg, size_t size)
{
    size_t bytes;
    char *data = read_file(name, &bytes);
    if (!data) {
        snprintf(msg, size, "%s: %s", name, strerror(errno));
        return false;
    }
    char what[256];
    bool binary = bytes >= 5 && memcmp(data, "TCGIR", 5) == 0;
    bool ok = binary ? ir_deserialize(ir, (const uint8_t *)data, bytes, what,
                                      sizeof(what))
                     : ir_parse(ir, data, what, sizeof(what));
    if (!ok) {
        snprintf(msg, size, "%s:%s%s", name, binary ? " " : "", what);
    }
    free(data);
    return ok;
}

bool ir_set_global(const IR *ir, uint8_t *state, const char *setting,
                   char *msg, size_t size)
{
    char name[64];
    size_t n = strcspn(setting, "=");
    if (setting[n] != '=' || n >= sizeof(name)) {
        snprintf(msg, size, "'%s' is not NAME=VALUE", setting);
        return false;
    }
    memcpy(name, setting, n);
    name[n] = '\0';
    int t = ir_find_global(ir, name);
    if (t <= 0) {
        snprintf(msg, size, "there is no global '%s'", name);
        return false;
    }
    char *end;
    uint64_t v = strtoull(setting + n + 1, &end, 0);
    if (*end || end == setting + n + 1) {
        snprintf(msg, size, "'%s' is not a number", setting + n + 1);
        return false;
    }
    unsigned bytes = type_size((Type)ir->temps[t].type);
    memcpy(state + ir->temps[t].offset, &v, bytes < 8 ? bytes : 8);
    return true;
}

void ir_show_globals(FILE *f, const IR *ir, const uint8_t *state)
{
    for (TempId t = 1; t < ir->nb_globals; t++) {
        const Temp *temp = &ir->temps[t];
        fprintf(f, "%s = 0x", temp->name);
        for (unsigned i = type_size((Type)temp->type); i-- > 0;) {
            fprintf(f, "%02x", state[(unsigned)temp->offset + i]);
        }
        fputc('\n', f);
    }
}
