/* Where translations are kept between runs: -cache, -no-cache. */
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tools/run/command.h"

/* What shows or changes translations wants them made. */
static bool wants_translations_made(const Command *c)
{
    const uint32_t harmless = LOG_strace | LOG_page | LOG_unimp | LOG_tid;

    return c->user.plugins || c->user.gdb || (c->user.log.mask & ~harmless);
}

/* NULL: the user has none. */
static const char *usual_place(void)
{
    const char *base = getenv("XDG_CACHE_HOME"), *home = getenv("HOME");
    char path[PATH_MAX];

    if (base && *base == '/') {
        snprintf(path, sizeof(path), "%s/tcg", base);
    } else if (home && *home == '/') {
        snprintf(path, sizeof(path), "%s/.cache/tcg", home);
    } else {
        return NULL;
    }
    return strdup(path);
}

/* Programs that the guest executes are told the place, whatever they are given
   for HOME. */
void cache_open(Command *c)
{
    if (c->no_cache) {
        return;
    }
    if (!c->cache) {
        c->cache = usual_place();
        if (c->cache) {
            command_inherit(c, "-cache");
            command_inherit(c, c->cache);
        }
    }
    if (c->cache && !wants_translations_made(c)) {
        c->user.exec.image_dir = image_dir_open(c->cache);
    }
}
