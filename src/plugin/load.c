/* Finding a plugin: among those built in, or as a shared object. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include "plugin/internal.h"

#ifdef TCG_DLOPEN
#include <dlfcn.h>
#endif

#define PLUGIN(name) extern const TcgPluginInfo tcg_plugin_##name;
#include "gen/plugins.def"
#undef PLUGIN

static const TcgPluginInfo *const builtin[] = {
#define PLUGIN(name) &tcg_plugin_##name,
#include "gen/plugins.def"
    NULL,
};

__attribute__((format(printf, 1, 2))) static const char *
message(const char *format, ...)
{
    va_list ap;
    char *text;
    va_start(ap, format);
    int n = vasprintf(&text, format, ap);
    va_end(ap);
    return n < 0 ? "out of memory" : text;
}

static const TcgPluginInfo *find_builtin(const char *name)
{
    for (unsigned i = 0; builtin[i]; i++) {
        if (strcmp(builtin[i]->name, name) == 0) {
            return builtin[i];
        }
    }
    return NULL;
}

#ifdef TCG_DLOPEN
static const char *open_object(const char *path, const TcgPluginInfo **info)
{
    void *object = dlopen(path, RTLD_NOW | RTLD_LOCAL);
    if (!object) {
        return dlerror();
    }
    *info = dlsym(object, "tcg_plugin");
    if (!*info) {
        return message("%s has no TCG_PLUGIN()", path);
    }
    return NULL;
}
#else
static const char *open_object(const char *path, const TcgPluginInfo **info)
{
    *info = NULL;
    return message("%s: this build is static and cannot load shared objects; "
                   "tcg-dyn can, which `make install` or `make "
                   "MODE=shared` builds",
                   path);
}
#endif

/* NULL, or what is wrong. */
static const char *find_plugin(const char *name, const TcgPluginInfo **info)
{
    if (strchr(name, '/')) {
        const char *error = open_object(name, info);
        if (error) {
            return error;
        }
    } else {
        *info = find_builtin(name);
    }
    if (!*info) {
        return "there is none of that name; -plugin help lists them, and a "
               "shared object is given as a path with a /";
    }
    if ((*info)->version != TCG_PLUGIN_VERSION) {
        return message("%s is made for version %u of plugins; this emulator "
                       "has version %u",
                       name, (*info)->version, TCG_PLUGIN_VERSION);
    }
    return NULL;
}

enum { MAX_WORDS = 64 };

/* Splits at commas, in place. */
static int split(char *text, char *words[MAX_WORDS])
{
    int n = 0;
    while (text && n < MAX_WORDS) {
        words[n++] = strsep(&text, ",");
    }
    return n;
}

const char *plugins_load(Plugins *p, const char *spec)
{
    char *words[MAX_WORDS], *copy = must_have(strdup(spec));
    int n = split(copy, words);
    const TcgPluginInfo *info = NULL;
    const char *error = find_plugin(words[0], &info);
    if (!error && p->nb_plugins == MAX_PLUGINS) {
        error = "too many plugins";
    }
    if (error) {
        return error;
    }
    TcgPlugin *plugin = &p->plugin[p->nb_plugins];
    *plugin = (TcgPlugin){p, p->nb_plugins, info};
    p->nb_plugins++;
    error = info->install(plugin, n - 1, words + 1);
    return error ? message("%s: %s (arguments: %s)", info->name, error,
                           info->arguments)
                 : NULL;
}

void plugins_help(FILE *f)
{
    for (unsigned i = 0; builtin[i]; i++) {
        fprintf(f, "%-10s %s\n%-10s   %s\n", builtin[i]->name, builtin[i]->text,
                "", builtin[i]->arguments);
    }
}

const char *tcg_argument(const char *word, const char *name)
{
    size_t n = strlen(name);
    if (strncmp(word, name, n) != 0 || (word[n] && word[n] != '=')) {
        return NULL;
    }
    return word[n] ? word + n + 1 : "";
}
