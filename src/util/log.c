#include "util/log.h"
#include <string.h>

static const struct {
    const char *name, *text;
} items[] = {
#define LOG_ITEM(name, text) {#name, text},
#include "util/log.def"
};

enum { NB_ITEMS = sizeof(items) / sizeof(items[0]) };

static bool add_item(uint32_t *mask, const char *name, size_t len)
{
    for (int i = 0; i < NB_ITEMS; i++) {
        if (strlen(items[i].name) == len && !memcmp(items[i].name, name, len)) {
            *mask |= 1u << i;
            return true;
        }
    }
    return false;
}

const char *log_parse(uint32_t *mask, const char *list)
{
    while (*list) {
        size_t len = strcspn(list, ",");
        if (!add_item(mask, list, len)) {
            return list;
        }
        list += len;
        list += *list == ',';
    }
    return NULL;
}

void log_help(FILE *f)
{
    for (int i = 0; i < NB_ITEMS; i++) {
        fprintf(f, "%-10s %s\n", items[i].name, items[i].text);
    }
}
