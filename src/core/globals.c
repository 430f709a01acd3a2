/* See globals.h. */
#include "core/globals.h"

#include <stdlib.h>
#include <string.h>

bool ir_set_global(const IR *ir, uint8_t *state, const char *setting, char *msg,
                   size_t size)
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
