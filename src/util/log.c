#include "util/log.h"
#include <ctype.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/fd.h"

static const struct {
    const char *name, *text;
} items[] = {
#define LOG_ITEM(name, text) {#name, text},
#include "util/log.def"
};

enum { NB_ITEMS = sizeof(items) / sizeof(items[0]) };

static const struct {
    const char *name;
    uint32_t items;
} aliases[] = {
#define LOG_ALIAS(name, items) {#name, items},
#include "util/log.def"
};

enum { NB_ALIASES = sizeof(aliases) / sizeof(aliases[0]) };

static bool is_name(const char *name, const char *text, size_t len)
{
    return strlen(name) == len && !memcmp(name, text, len);
}

static bool add_item(uint32_t *mask, const char *name, size_t len)
{
    for (int i = 0; i < NB_ITEMS; i++) {
        if (is_name(items[i].name, name, len)) {
            *mask |= 1u << i;
            return true;
        }
    }
    for (int i = 0; i < NB_ALIASES; i++) {
        if (is_name(aliases[i].name, name, len)) {
            *mask |= aliases[i].items;
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

/* Ranges ------------------------------------------------------------------ */

static bool number(const char *text, const char **end, uint64_t *n)
{
    char *stop;
    *n = strtoull(text, &stop, 0);
    *end = stop;
    return isdigit((unsigned char)*text) && stop != text;
}

/* What follows the first number; false: it is no range. */
static bool rest_of_range(LogRange *r, const char *text)
{
    uint64_t n;
    const char *end;
    char how = *text;
    if (how == '\0') {
        r->last = r->first;
        return true;
    }
    text += how == '.' ? 2 : 1;
    if (!strchr("+-.", how) || !number(text, &end, &n) || *end ||
        (how != '.' && n == 0)) {
        return false;
    }
    if (how == '-') {
        r->last = r->first;
        r->first -= n - 1;
    } else {
        r->last = how == '+' ? r->first + n - 1 : n;
    }
    return r->first <= r->last;
}

static bool add_range(Log *log, const char *text, size_t len)
{
    char *copy = strndup(text, len);
    const char *end;
    LogRange r = {0};
    if (!copy || log->nb_ranges == LOG_MAX_RANGES || !len) {
        free(copy);
        return false;
    }
    if (!isdigit((unsigned char)*copy)) {
        r.name = copy;
    } else if (!number(copy, &end, &r.first) || !rest_of_range(&r, end)) {
        free(copy);
        return false;
    } else {
        free(copy);
    }
    log->ranges[log->nb_ranges++] = r;
    return true;
}

const char *log_parse_ranges(Log *log, const char *list)
{
    do {
        size_t len = strcspn(list, ",");
        if (!add_range(log, list, len)) {
            return list;
        }
        list += len;
    } while (*list++ == ',');
    return NULL;
}

/* Files ------------------------------------------------------------------- */

/* Of this thread, or of its process; opened by the first entry. */
static __thread struct OwnFile {
    int id;
    FILE *file;
} own;

static FILE *open_own(const Log *log, int id)
{
    char path[4096];
    const char *at = strstr(log->pattern, "%d");
    snprintf(path, sizeof(path), "%.*s%d%s", (int)(at - log->pattern),
             log->pattern, id, at + 2);
    int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
    return fd < 0 ? NULL : fdopen(fd_out_of_reach(fd), "a");
}

static FILE *own_file(const Log *log)
{
    int id = log->mask & LOG_tid ? gettid() : getpid();
    if (own.id != id) { /* what a child takes over is flushed: see log_end() */
        own.id = id;
        own.file = open_own(log, id);
    }
    return own.file ? own.file : stderr;
}

FILE *log_begin(const Log *log)
{
    FILE *f = log->pattern ? own_file(log) : log->file;
    flockfile(f);
    return f;
}

/* Log.file is flushed by who ends the process, or makes another. */
void log_end(FILE *f)
{
    if (f == own.file) {
        fflush(f);
    }
    funlockfile(f);
}

void log_help(FILE *f)
{
    for (int i = 0; i < NB_ITEMS; i++) {
        fprintf(f, "%-10s %s\n", items[i].name, items[i].text);
    }
    fprintf(f, "QEMU's others:");
    for (int i = 0; i < NB_ALIASES; i++) {
        fprintf(f, " %s", aliases[i].name);
    }
    fputc('\n', f);
}
