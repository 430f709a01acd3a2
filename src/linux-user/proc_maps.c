/* /proc/self/maps and smaps: what the host tells of the guest's part. */
#include "linux-user/proc.h"

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

static bool parse_line(char *line, HostLine *h)
{
    int name = 0;
    size_t n = strlen(line);

    if (n > 0 && line[n - 1] == '\n') {
        line[n - 1] = '\0';
    }
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %4s %" SCNx64 " %15s %" SCNu64
               " %n", &h->start, &h->end, h->perms, &h->offset, h->dev,
               &h->inode, &name) < 6) {
        return false;
    }
    h->name = line + name;
    return true;
}

static const char *mapping_name(const Mapping *m, const HostLine *h)
{
    switch (m->kind) {
    case MAPPING_HEAP: return "[heap]";
    case MAPPING_STACK: return "[stack]";
    case MAPPING_VDSO: return "[vdso]";
    default: return h->name;
    }
}

/* The guest's part m of the host's mapping h; its size. */
static uint64_t print_mapping(FILE *out, uint64_t base, const Mapping *m,
                              const HostLine *h)
{
    uint64_t start = h->start - base, end = h->end - base;
    const char *name = mapping_name(m, h);
    int width;

    start = start > m->start ? start : m->start;
    end = end < m->end ? end : m->end;
    width = fprintf(out, "%08" PRIx64 "-%08" PRIx64 " %c%c%c%c %08" PRIx64
                    " %s %" PRIu64, start, end,
                    m->prot & PROT_READ ? 'r' : '-',
                    m->prot & PROT_WRITE ? 'w' : '-',
                    m->prot & PROT_EXEC ? 'x' : '-', h->perms[3],
                    h->inode ? h->offset + (start - (h->start - base)) : 0,
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
static uint64_t print_host_line(FILE *out, const Mm *mm, const HostLine *h,
                                bool details)
{
    uint64_t size = 0;
    size_t i;

    if (h->end <= mm->base || h->start >= mm->base + TASK_SIZE) {
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
        size = print_mapping(out, mm->base, m, h);
    }
    return size;
}

/* Lines after a mapping's first (smaps) go with its last part. */
static void copy_maps(Task *t, FILE *out, const char *host, bool details)
{
    FILE *in = fopen(host, "re");
    Mm *mm = task_mm(t);
    uint64_t size = 0;
    char *line = NULL;
    size_t cap = 0;
    HostLine h;

    pthread_mutex_lock(&mm->lock);
    while (in && getline(&line, &cap, in) > 0) {
        if (parse_line(line, &h)) {
            size = print_host_line(out, mm, &h, details);
        } else if (size && strncmp(line, "Size:", 5) == 0) {
            print_size(out, size);
        } else if (size) {
            fputs(line, out);
        }
    }
    pthread_mutex_unlock(&mm->lock);
    free(line);
    if (in) {
        fclose(in);
    }
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
