/* /proc/self/maps and smaps: what the host tells of the guest's part. */
#include "linux-user/proc/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>

typedef struct HostLine {
    uint64_t start, end, offset, inode;
    char perms[5], dev[16];
    const char *name;
} HostLine;

/* Takes the line's end away in any case. */
static bool parse_line(char *line, HostLine *h)
{
    int name = 0;
    size_t n = strlen(line);

    if (n > 0 && line[n - 1] == '\n') {
        line[n - 1] = '\0';
    }
    if (sscanf(line,
               "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %15s %" SCNu64 " %n",
               &h->start, &h->end, h->perms, &h->offset, h->dev, &h->inode,
               &name) < 6) {
        return false;
    }
    h->name = line + name;
    return true;
}

/* Only that part of a stack has the name where the program began. */
static const char *mapping_name(const Process *proc, const Mapping *m,
                                const HostLine *h)
{
    uint64_t start = proc->placed.stack_start;

    switch (m->kind) {
    case MAPPING_HEAP: return "[heap]";
    case MAPPING_STACK:
        return m->start <= start && start <= m->end ? "[stack]" : h->name;
    case MAPPING_VDSO: return "[vdso]";
    default: return h->name;
    }
}

/* The guest's part m of the host's mapping h; its size. */
static uint64_t print_mapping(FILE *out, const Process *proc, const Mapping *m,
                              const HostLine *h)
{
    uint64_t base = proc->mm.base;
    uint64_t start = h->start - base, end = h->end - base;
    const char *name = mapping_name(proc, m, h);
    int width;

    start = start > m->start ? start : m->start;
    end = end < m->end ? end : m->end;
    width = fprintf(
        out, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64 " %s %" PRIu64,
        start, end, m->prot & PROT_READ ? 'r' : '-',
        m->prot & PROT_WRITE ? 'w' : '-', m->prot & PROT_EXEC ? 'x' : '-',
        h->perms[3], h->inode ? h->offset + (start - (h->start - base)) : 0,
        h->dev, h->inode);
    if (name[0]) {
        fprintf(out, "%*s%s", width < 72 ? 73 - width : 1, "", name);
    }
    fputc('\n', out);
    return end - start;
}

static void print_size(FILE *out, uint64_t size)
{
    fprintf(out, "Size:           %8" PRIu64 " kB\n", size >> 10);
}

/*
 * The guest's parts of the host's mapping h.  Returns the size of the last;
 * with `details`, those before it are followed by their own.
 */
static uint64_t print_host_line(FILE *out, const Process *proc,
                                const HostLine *h, bool details)
{
    const Mm *mm = &proc->mm;
    uint64_t size = 0;
    size_t i;

    if (h->end <= mm->base || h->start >= mm->base + mm->space.end) {
        return 0;
    }
    i = h->start > mm->base ? map_lower(&mm->map, h->start - mm->base) : 0;
    for (; i < mm->map.n; i++) {
        const Mapping *m = &mm->map.at[i];

        if (m->start + mm->base >= h->end) {
            break;
        }
        if (m->kind == MAPPING_HOST) {
            continue;
        }
        if (size && details) {
            print_size(out, size);
            fprintf(out, "Rss:            %8d kB\n", 0);
        }
        size = print_mapping(out, proc, m, h);
    }
    return size;
}

/* Lines after a mapping's first (smaps) go with its last part. */
void proc_copy_maps(const Process *proc, FILE *out, const char *host,
                    bool details)
{
    FILE *in = fopen(host, "re");
    uint64_t size = 0;
    char *line = NULL;
    size_t cap = 0;
    HostLine h;

    while (in && getline(&line, &cap, in) > 0) {
        if (parse_line(line, &h)) {
            size = print_host_line(out, proc, &h, details);
        } else if (size && strncmp(line, "Size:", 5) == 0) {
            print_size(out, size);
        } else if (size) {
            fprintf(out, "%s\n", line);
        }
    }
    free(line);
    if (in) {
        fclose(in);
    }
}

static void copy_maps(Task *t, FILE *out, const char *host, bool details)
{
    Mm *mm = task_mm(t);

    pthread_mutex_lock(&mm->lock);
    proc_copy_maps(t->proc, out, host, details);
    pthread_mutex_unlock(&mm->lock);
}

void proc_maps(Task *t, FILE *out, const char *path)
{
    (void)path;
    copy_maps(t, out, "/proc/self/maps", false);
}

void proc_smaps(Task *t, FILE *out, const char *path)
{
    (void)path;
    copy_maps(t, out, "/proc/self/smaps", true);
}

/* --- smaps_rollup --- */

enum { NB_SUMS = 32, SUM_NAME = 24 };

typedef struct Sums {
    int n;
    struct {
        char name[SUM_NAME];
        uint64_t kb;
    } at[NB_SUMS];
} Sums;

static void add_sum(Sums *s, const char *name, uint64_t kb)
{
    int i = 0;

    while (i < s->n && strcmp(s->at[i].name, name) != 0) {
        i++;
    }
    if (i < NB_SUMS) {
        strcpy(s->at[i].name, name);
        s->at[i].kb += kb;
        s->n = i < s->n ? s->n : i + 1;
    }
}

/* Lines "Name:  N kB" of smaps; those of sizes are not summed. */
static void sum_line(Sums *s, const char *line)
{
    char name[SUM_NAME];
    uint64_t kb;

    if (sscanf(line, "%23[A-Za-z_]: %" SCNu64 " kB", name, &kb) == 2 &&
        !strstr(name, "Size") && strcmp(name, "THPeligible") != 0) {
        add_sum(s, name, kb);
    }
}

void proc_smaps_rollup(Task *t, FILE *out, const char *path)
{
    char *text = NULL, *line, *rest;
    uint64_t start = 0, end = 0, first = 0;
    Sums sums = {.n = 0};
    size_t size;
    FILE *smaps = open_memstream(&text, &size);

    if (!smaps) {
        return;
    }
    proc_smaps(t, smaps, path);
    fclose(smaps);
    for (rest = text; (line = strsep(&rest, "\n"));) {
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " ", &start, &end) == 2) {
            first = first ? first : start;
        } else {
            sum_line(&sums, line);
        }
    }
    fprintf(out, "%08" PRIx64 "-%08" PRIx64 " ---p 00000000 00:00 0 %*s\n",
            first, end, 31, "[rollup]");
    for (int i = 0; i < sums.n; i++) {
        fprintf(out, "%s:%*s%8" PRIu64 " kB\n", sums.at[i].name,
                15 - (int)strlen(sums.at[i].name), "", sums.at[i].kb);
    }
    free(text);
}
