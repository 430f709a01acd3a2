/* See symbol_map.h. */
#include "disas/symbol_map.h"

#include <inttypes.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* A file that has been looked at. */
typedef struct Object {
    struct Object *next;
    char *path;
    Elf64_Phdr *segments;
    unsigned nb_segments;
    Symbols *symbols; /* NULL: it is no ELF file */
} Object;

/* A mapping of the process, in guest addresses. */
typedef struct Range {
    uint64_t start, end;
    uint64_t offset; /* into the file */
    char *path;      /* NULL: anonymous memory */
    Object *object;  /* of the path, NULL until it is wanted */
} Range;

struct SymbolMap {
    pthread_mutex_t lock; /* all below but stale */
    uint64_t guest_base;
    Range *ranges; /* in order of their addresses */
    size_t nb_ranges;
    Object *objects;
    _Atomic bool stale;
};

SymbolMap *symbol_map_new(uint64_t guest_base)
{
    SymbolMap *map = calloc(1, sizeof(*map));
    if (!map) {
        return NULL;
    }
    pthread_mutex_init(&map->lock, NULL);
    map->guest_base = guest_base;
    map->stale = true;
    return map;
}

static void forget_ranges(SymbolMap *map)
{
    for (size_t i = 0; i < map->nb_ranges; i++) {
        free(map->ranges[i].path);
    }
    free(map->ranges);
    map->ranges = NULL;
    map->nb_ranges = 0;
}

void symbol_map_free(SymbolMap *map)
{
    if (!map) {
        return;
    }
    forget_ranges(map);
    while (map->objects) {
        Object *o = map->objects;
        map->objects = o->next;
        symbols_free(o->symbols);
        free(o->segments);
        free(o->path);
        free(o);
    }
    pthread_mutex_destroy(&map->lock);
    free(map);
}

void symbol_map_changed(SymbolMap *map)
{
    atomic_store(&map->stale, true);
}

/* Mappings --------------------------------------------------------------- */

static bool parse_range(char *line, uint64_t base, Range *r)
{
    int at = 0;
    line[strcspn(line, "\n")] = '\0';
    if (sscanf(line, "%" SCNx64 "-%" SCNx64 " %*s %" SCNx64 " %*s %*s %n",
               &r->start, &r->end, &r->offset, &at) < 3) {
        return false;
    }
    r->path = line[at] == '/' ? strdup(line + at) : NULL;
    r->object = NULL;
    r->start -= base;
    r->end -= base;
    return true;
}

static bool more_ranges(SymbolMap *map, size_t *room)
{
    size_t n = *room * 2 + 64;
    Range *ranges = reallocarray(map->ranges, n, sizeof(Range));
    if (!ranges) {
        return false;
    }
    map->ranges = ranges;
    *room = n;
    return true;
}

/* Without memory for all of them, those that come first. */
static void read_ranges(SymbolMap *map)
{
    FILE *f = fopen("/proc/self/maps", "re");
    char *line = NULL;
    size_t size = 0, room = 0;
    forget_ranges(map);
    while (f && getline(&line, &size, f) > 0) {
        if (map->nb_ranges == room && !more_ranges(map, &room)) {
            break;
        }
        map->nb_ranges +=
            parse_range(line, map->guest_base, &map->ranges[map->nb_ranges]);
    }
    free(line);
    if (f) {
        fclose(f);
    }
}

/* There are few, and they are looked at in order. */
static Range *range_in(const SymbolMap *map, uint64_t addr)
{
    for (size_t i = 0; i < map->nb_ranges; i++) {
        Range *r = &map->ranges[i];
        if (addr >= r->start && addr < r->end) {
            return r;
        }
    }
    return NULL;
}

static Range *range_at(SymbolMap *map, uint64_t addr)
{
    Range *r = atomic_exchange(&map->stale, false) ? NULL : range_in(map, addr);
    if (!r) {
        read_ranges(map);
        r = range_in(map, addr);
    }
    return r;
}

/* Files ------------------------------------------------------------------- */

/* NULL: no memory. */
static Object *new_object(SymbolMap *map, const char *path)
{
    char msg[64];
    ElfFile file;
    Object *o = calloc(1, sizeof(*o));
    char *name = o ? strdup(path) : NULL;
    if (!name) {
        free(o);
        return NULL;
    }
    o->path = name;
    if (elf_file_open(&file, path, msg, sizeof(msg))) {
        o->symbols = symbols_read(&file);
        o->segments = file.segments;
        o->nb_segments = file.nb_segments;
        file.segments = NULL;
        elf_file_close(&file);
    }
    o->next = map->objects;
    map->objects = o;
    return o;
}

static Object *object_of(SymbolMap *map, Range *r)
{
    for (Object *o = map->objects; o && !r->object; o = o->next) {
        r->object = strcmp(o->path, r->path) == 0 ? o : NULL;
    }
    if (!r->object) {
        r->object = new_object(map, r->path);
    }
    return r->object;
}

/* The file's own address of what stands at an offset into it. */
static bool own_address(const Object *o, uint64_t offset, uint64_t *addr)
{
    for (unsigned i = 0; i < o->nb_segments; i++) {
        const Elf64_Phdr *p = &o->segments[i];
        if (p->p_type == PT_LOAD && offset >= p->p_offset &&
            offset - p->p_offset < p->p_filesz) {
            *addr = p->p_vaddr + (offset - p->p_offset);
            return true;
        }
    }
    return false;
}

static bool find_in_file(SymbolMap *map, uint64_t addr, SymbolHit *hit)
{
    Range *r = range_at(map, addr);
    uint64_t own;
    if (!r || !r->path) {
        return false;
    }
    const Object *o = object_of(map, r);
    if (!o || !o->symbols ||
        !own_address(o, r->offset + (addr - r->start), &own)) {
        return false;
    }
    *hit = (SymbolHit){o->path, addr - own, o->symbols,
                       symbols_find(o->symbols, own)};
    return true;
}

bool symbol_map_find(SymbolMap *map, uint64_t addr, SymbolHit *hit)
{
    *hit = (SymbolHit){0};
    pthread_mutex_lock(&map->lock);
    bool found = find_in_file(map, addr, hit);
    pthread_mutex_unlock(&map->lock);
    return found;
}

bool symbol_map_at(SymbolMap *map, uint64_t addr, const char *name,
                   uint64_t *offset)
{
    SymbolHit hit;
    uint64_t start;
    if (!symbol_map_find(map, addr, &hit) ||
        !symbols_at(hit.symbols, addr - hit.bias, name, &start)) {
        return false;
    }
    *offset = addr - hit.bias - start;
    return true;
}

bool symbol_map_has(SymbolMap *map, const char *name, uint64_t end)
{
    bool found = false;
    pthread_mutex_lock(&map->lock);
    read_ranges(map);
    for (size_t i = 0; i < map->nb_ranges; i++) {
        Range *r = &map->ranges[i];
        if (r->path && r->start < end && r->end <= end) {
            object_of(map, r);
        }
    }
    for (const Object *o = map->objects; o && !found; o = o->next) {
        found = o->symbols && symbols_have(o->symbols, name);
    }
    pthread_mutex_unlock(&map->lock);
    return found;
}

const char *symbol_map_text(SymbolMap *map, uint64_t addr, char *buf,
                            size_t size)
{
    SymbolHit hit;
    if (!map || !symbol_map_find(map, addr, &hit)) {
        buf[0] = '\0';
    } else if (!*symbols_text(hit.symbols, addr - hit.bias, buf, size)) {
        snprintf(buf, size, "%s:0x%" PRIx64, strrchr(hit.path, '/') + 1,
                 addr - hit.bias);
    }
    return buf;
}
