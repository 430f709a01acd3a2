/* See sampled.h. */
#include "tools/explore/sampled.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "profile/reader.h"
#include "util/check.h"

/* The maps that records of samples refer to. */
typedef struct Maps {
    const ProfileMaps **at;
    size_t count;
} Maps;

bool sampled_is_profile(const char *path)
{
    ProfileReader r;
    char msg[256];
    bool is = profile_open(&r, path, msg, sizeof(msg));
    if (is) {
        profile_close(&r);
    }
    return is;
}

static void add_maps(Maps *m, const ProfileMaps *maps)
{
    m->at = reallocarray(m->at, m->count + 1, sizeof(*m->at));
    check(m->at, "out of memory");
    m->at[m->count++] = maps;
}

/* The text, or "". */
static const char *maps_of(const Maps *m, const ProfileSample *s)
{
    for (size_t i = m->count; i-- > 0;) {
        if (m->at[i]->head.pid == s->head.pid && m->at[i]->number == s->maps) {
            return (const char *)(m->at[i] + 1);
        }
    }
    return "";
}

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* The offset in the named file that is mapped at pc; false: another is. */
static bool file_offset(const char *line, uint64_t pc, const char *name,
                        uint64_t *offset)
{
    for (; *line; line += strcspn(line, "\n"), line += *line == '\n') {
        uint64_t start, end, first;
        int path = 0;
        if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n",
                   &start, &end, &first, &path) != 3 ||
            pc < start || pc >= end) {
            continue;
        }
        char file[4096];
        snprintf(file, sizeof(file), "%.*s", (int)strcspn(line + path, "\n"),
                 line + path);
        *offset = pc - start + first;
        return path && strcmp(base_name(file), name) == 0;
    }
    return false;
}

/* Where the file's segments have the offset; false: nowhere. */
static bool address_of(const ElfFile *elf, uint64_t offset, uint64_t *addr)
{
    for (unsigned i = 0; i < elf->nb_segments; i++) {
        const Elf64_Phdr *p = &elf->segments[i];
        if (p->p_type == PT_LOAD && offset - p->p_offset < p->p_filesz) {
            *addr = offset - p->p_offset + p->p_vaddr;
            return true;
        }
    }
    return false;
}

static void take_sample(Profile *p, const Maps *m, const ProfileSample *s,
                        const ElfFile *elf, const char *name)
{
    uint64_t offset, addr;
    if (s->place == PROFILE_CODE &&
        file_offset(maps_of(m, s), s->pc, name, &offset) &&
        address_of(elf, offset, &addr)) {
        profile_add(p, (Sample){addr, s->weight});
    }
}

bool sampled_read(Profile *p, const char *path, const ElfFile *elf,
                  const char *elf_path, char *msg, size_t size)
{
    ProfileReader r;
    Maps m = {0};
    *p = (Profile){0};
    if (!profile_open(&r, path, msg, size)) {
        return false;
    }
    for (const ProfileHead *h; (h = profile_next(&r));) {
        if (h->kind == PROFILE_MAPS) {
            add_maps(&m, (const ProfileMaps *)h);
        } else if (h->kind == PROFILE_SAMPLE) {
            take_sample(p, &m, (const ProfileSample *)h, elf,
                        base_name(elf_path));
        }
    }
    free(m.at);
    profile_close(&r);
    profile_sort(p);
    return true;
}
