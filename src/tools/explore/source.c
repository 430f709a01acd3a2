/* See source.h. */
#include "tools/explore/source.h"

#ifdef HAVE_LIBDW

#include <dwarf.h>
#include <elfutils/libdw.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/check.h"

typedef struct Path {
    struct Path *next;
    char text[];
} Path;

struct Source {
    int fd;
    Dwarf *dwarf;
    Path *paths; /* all that have been given */
};

Source *source_open(const char *elf)
{
    int fd = open(elf, O_RDONLY | O_CLOEXEC);
    Dwarf *dwarf = fd < 0 ? NULL : dwarf_begin(fd, DWARF_C_READ);
    if (!dwarf) {
        if (fd >= 0) {
            close(fd);
        }
        return NULL;
    }
    Source *s = malloc(sizeof(*s));
    check(s, "out of memory");
    *s = (Source){fd, dwarf, NULL};
    return s;
}

void source_free(Source *s)
{
    if (!s) {
        return;
    }
    for (Path *p = s->paths, *next; p; p = next) {
        next = p->next;
        free(p);
    }
    dwarf_end(s->dwarf);
    close(s->fd);
    free(s);
}

/* "dir/name", or the name alone if it says where it is. */
static const char *path_of(Source *s, const char *dir, const char *name)
{
    bool whole = *name == '/' || !dir;
    size_t size = strlen(name) + (whole ? 0 : strlen(dir) + 1) + 1;
    Path *p = malloc(sizeof(*p) + size);
    check(p, "out of memory");
    snprintf(p->text, size, "%s%s%s", whole ? "" : dir, whole ? "" : "/", name);
    for (const Path *old = s->paths; old; old = old->next) {
        if (strcmp(old->text, p->text) == 0) {
            free(p);
            return old->text;
        }
    }
    p->next = s->paths;
    s->paths = p;
    return p->text;
}

bool source_line(Source *s, uint64_t addr, const char **file, int *line)
{
    Dwarf_Die unit;
    Dwarf_Attribute attr;
    Dwarf_Line *row = s && dwarf_addrdie(s->dwarf, addr, &unit)
                          ? dwarf_getsrc_die(&unit, addr)
                          : NULL;
    const char *name = row ? dwarf_linesrc(row, NULL, NULL) : NULL;
    if (!name || dwarf_lineno(row, line) != 0 || *line <= 0) {
        return false;
    }
    const char *dir =
        dwarf_formstring(dwarf_attr(&unit, DW_AT_comp_dir, &attr));
    *file = path_of(s, dir, name);
    return true;
}

const char *source_missing(void)
{
    return NULL;
}

#else

#include <stddef.h>

const char *source_missing(void)
{
    return "tcg-explore was built without libdw, so it cannot read where "
           "code is from: apt-get install libdw-dev, and make again.";
}

Source *source_open(const char *elf)
{
    (void)elf;
    return NULL;
}

void source_free(Source *s)
{
    (void)s;
}

bool source_line(Source *s, uint64_t addr, const char **file, int *line)
{
    (void)s, (void)addr, (void)file, (void)line;
    return false;
}

#endif
