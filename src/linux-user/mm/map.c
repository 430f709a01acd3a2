/* The ordered set of the guest's mappings: a sorted array. */
#include "linux-user/mm/map.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum { MAP_GROWTH = 6 }; /* mappings added by three changes, at most */

bool map_reserve(Map *map)
{
    size_t cap = map->cap ? map->cap * 2 : 64;
    Mapping *at;

    if (map->n + MAP_GROWTH <= map->cap) {
        return true;
    }
    at = realloc(map->at, cap * sizeof(*at));
    if (!at) {
        return false;
    }
    map->at = at;
    map->cap = cap;
    return true;
}

void map_free(Map *map)
{
    free(map->at);
    *map = (Map){0};
}

size_t map_lower(const Map *map, uint64_t addr)
{
    size_t lo = 0, hi = map->n;

    while (lo < hi) {
        size_t mid = lo + (hi - lo) / 2;

        if (map->at[mid].end > addr) {
            hi = mid;
        } else {
            lo = mid + 1;
        }
    }
    return lo;
}

const Mapping *map_find(const Map *map, uint64_t addr)
{
    size_t i = map_lower(map, addr);

    return i < map->n && map->at[i].start <= addr ? &map->at[i] : NULL;
}

static bool joins(const Mapping *a, const Mapping *b)
{
    return a->end == b->start && a->prot == b->prot && a->kind == b->kind &&
           a->backing == b->backing;
}

/* What holds of mapping i and its neighbours, after a change of them. */
static void check_around(const Map *map, size_t i)
{
    size_t k = i > 0 ? i - 1 : 0;

    for (; k < map->n && k <= i + 1; k++) {
        const Mapping *m = &map->at[k];

        check(m->start < m->end && !((m->start | m->end) & GUEST_PAGE_MASK),
              "mapping %zu from %lx to %lx", k, (long)m->start, (long)m->end);
        check(k == 0 || m[-1].end <= m->start, "mapping %zu overlaps", k);
        check(k == 0 || !joins(m - 1, m), "mapping %zu is not merged", k);
    }
}

static void insert_at(Map *map, size_t i, const Mapping *m)
{
    check(map->n < map->cap, "no room was made for %zu mappings", map->n + 1);
    check(i <= map->n, "mapping %zu of %zu", i, map->n);
    memmove(map->at + i + 1, map->at + i, (map->n - i) * sizeof(*map->at));
    map->at[i] = *m;
    map->n++;
}

static void delete_range(Map *map, size_t i, size_t j)
{
    check(i <= j && j <= map->n, "%zu to %zu of %zu", i, j, map->n);
    memmove(map->at + i, map->at + j, (map->n - j) * sizeof(*map->at));
    map->n -= j - i;
}

/* Afterwards addr is inside no mapping; the index of the first one after. */
static size_t split(Map *map, uint64_t addr)
{
    size_t i = map_lower(map, addr);

    if (i < map->n && map->at[i].start < addr) {
        Mapping head = map->at[i];

        head.end = addr;
        map->at[i].start = addr;
        insert_at(map, i, &head);
        i++;
    }
    check(i == map->n || map->at[i].start >= addr, "mapping %zu is not split",
          i);
    return i;
}

/* Merge the neighbours among the mappings [i - 1, j]. */
static void merge(Map *map, size_t i, size_t j)
{
    size_t k = i > 0 ? i : 1;

    for (; k <= j && k < map->n;) {
        if (joins(&map->at[k - 1], &map->at[k])) {
            map->at[k - 1].end = map->at[k].end;
            delete_range(map, k, k + 1);
            j--;
        } else {
            k++;
        }
    }
}

void map_set(Map *map, const Mapping *m)
{
    size_t i;

    map_clear(map, m->start, m->end);
    i = map_lower(map, m->start);
    insert_at(map, i, m);
    merge(map, i, i + 1);
    check_around(map, i > 0 ? i - 1 : 0);
    check_around(map, i);
}

void map_clear(Map *map, uint64_t start, uint64_t end)
{
    size_t i, j;

    check(start < end && !((start | end) & GUEST_PAGE_MASK),
          "cleared from %lx to %lx", (long)start, (long)end);
    i = split(map, start);
    j = split(map, end);
    delete_range(map, i, j);
    check_around(map, i);
}

void map_protect(Map *map, uint64_t start, uint64_t end, uint32_t prot)
{
    size_t i, j;

    check(start < end && !((start | end) & GUEST_PAGE_MASK),
          "protected from %lx to %lx", (long)start, (long)end);
    i = split(map, start);
    j = split(map, end);
    for (size_t k = i; k < j; k++) {
        if (map->at[k].kind != MAPPING_HOST) {
            map->at[k].prot = prot;
        }
    }
    merge(map, i, j);
    check_around(map, i);
}

bool map_is_free(const Map *map, uint64_t start, uint64_t end)
{
    size_t i = map_lower(map, start);

    return i == map->n || map->at[i].start >= end;
}

/* What is placed by itself ends at or below this. */
static uint64_t edge_below(const Mapping *m)
{
    uint64_t gap = mapping_grows(m) ? STACK_GUARD_GAP : 0;

    return m->start > gap ? m->start - gap : 0;
}

bool map_has_room(const Map *map, uint64_t start, uint64_t end)
{
    size_t i = map_lower(map, start);

    return i == map->n ||
           (map->at[i].start > start && edge_below(&map->at[i]) >= end);
}

uint64_t map_run_end(const Map *map, uint64_t addr, uint64_t end)
{
    size_t i = map_lower(map, addr);

    for (; i < map->n && addr < end; i++) {
        const Mapping *m = &map->at[i];

        if (m->start > addr || m->kind == MAPPING_HOST) {
            break;
        }
        addr = m->end;
    }
    return addr < end ? addr : end;
}

bool map_has_prot(const Map *map, uint64_t start, uint64_t end, uint32_t prot)
{
    size_t i = map_lower(map, start);

    for (; i < map->n && map->at[i].start < end; i++) {
        if (map->at[i].prot & prot) {
            return true;
        }
    }
    return false;
}

bool map_has_kind(const Map *map, uint64_t start, uint64_t end,
                  MappingKind kind)
{
    size_t i = map_lower(map, start);

    for (; i < map->n && map->at[i].start < end; i++) {
        if (map->at[i].kind == kind) {
            return true;
        }
    }
    return false;
}

uint64_t map_find_gap(const Map *map, uint64_t bottom, uint64_t top,
                      uint64_t len, uint64_t align)
{
    size_t i = map_lower(map, top);

    check(len && align && !(align & (align - 1)), "%lx bytes, aligned by %lx",
          (long)len, (long)align);
    if (i < map->n && edge_below(&map->at[i]) < top) {
        top = edge_below(&map->at[i]);
    }
    for (;; i--) {
        uint64_t low = i > 0 ? map->at[i - 1].end : 0;

        low = low > bottom ? low : bottom;
        if (top >= low && top - low >= len) {
            uint64_t start = (top - len) & -align;

            check(!(start & GUEST_PAGE_MASK) && start + len <= top,
                  "a gap at %lx for %lx bytes", (long)start, (long)len);
            if (start >= low) {
                return start;
            }
        }
        if (low == bottom) {
            return 0;
        }
        top = edge_below(&map->at[i - 1]);
    }
}
