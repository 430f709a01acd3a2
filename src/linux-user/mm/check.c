/*
 * MODE=debug: after each change the host has what the map says, with the
 * protection that follows from it; pages of code that are watched cannot be
 * written there.
 */
#include "linux-user/mm/internal.h"

#include <inttypes.h>
#include <stdio.h>
#include "util/check.h"

enum { MANY = 256 }; /* mappings: then it takes too long */

/* What the host has, in guest addresses; of two that are neighbours, both. */
typedef struct HostMapping {
    uint64_t start, end;
    int prot;
} HostMapping;

/* False: there is none more in the guest's space. */
static bool next_host_mapping(FILE *f, const Mm *mm, HostMapping *h)
{
    char prot[8];

    while (fscanf(f, "%" SCNx64 "-%" SCNx64 " %7s%*[^\n]", &h->start, &h->end,
                  prot) == 3) {
        if (h->end <= mm->base) {
            continue;
        }
        h->start = h->start > mm->base ? h->start - mm->base : 0;
        h->end -= mm->base;
        h->prot = (prot[0] == 'r' ? PROT_READ : 0) |
                  (prot[1] == 'w' ? PROT_WRITE : 0) |
                  (prot[2] == 'x' ? PROT_EXEC : 0);
        return h->start < mm->space.end;
    }
    return false;
}

static size_t skip_host(const Map *map, size_t i)
{
    while (i < map->n && map->at[i].kind == MAPPING_HOST) {
        i++;
    }
    return i;
}

static void compare(const Mm *mm, FILE *f)
{
    const Map *map = &mm->map;
    size_t i = skip_host(map, 0);
    uint64_t at = i < map->n ? map->at[i].start : 0;
    HostMapping h;

    while (i < map->n && next_host_mapping(f, mm, &h)) {
        while (i < map->n && h.end > at) {
            const Mapping *m = &map->at[i];
            int prot = host_prot(mm, (int)m->prot);

            check(h.start <= at, "the host has nothing at %#" PRIx64, at);
            check(h.prot == prot || h.prot == (prot & ~PROT_WRITE),
                  "protection %x at %#" PRIx64 ", %x on the host", m->prot, at,
                  (unsigned)h.prot);
            at = h.end;
            if (h.end >= m->end) {
                i = skip_host(map, i + 1);
                at = i < map->n ? map->at[i].start : 0;
            }
        }
    }
    check(i == map->n, "the host has nothing from %#" PRIx64 " on", at);
}

void mm_compare_with_host(const Mm *mm)
{
    FILE *f = mm->map.n < MANY ? fopen("/proc/self/maps", "re") : NULL;

    if (f) {
        compare(mm, f);
        fclose(f);
    }
}
