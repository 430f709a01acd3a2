/*
 * What grows downwards when it is touched below its start: MAP_GROWSDOWN, and
 * the main stack, which is mapped at its full size but whose limit may be
 * raised.  The host does not grow it: with a base the pages below are
 * reserved, and the map would not know.
 *
 * So a fault in generated code, in a copy of ours or in a call of the host's
 * (EFAULT) asks mm_grow(), and what was tried is tried again.
 */
#include "linux-user/mm/internal.h"

#include <sys/resource.h>

/* As Linux's expand_downwards() decides. */
static bool may_grow(const Map *map, size_t i, uint64_t start)
{
    const Mapping *m = &map->at[i], *below = i > 0 ? m - 1 : NULL;
    struct rlimit stack;

    if (start < MMAP_MIN || getrlimit(RLIMIT_STACK, &stack) < 0 ||
        m->end - start > stack.rlim_cur) {
        return false;
    }
    return !below || mapping_grows(below) ||
           (below->kind != MAPPING_HOST && below->prot == PROT_NONE) ||
           start - below->end >= STACK_GUARD_GAP;
}

static bool grow_locked(Mm *mm, uint64_t addr)
{
    size_t i = map_lower(&mm->map, addr);
    uint64_t start = page_down(addr);
    MapRequest r = {
        .addr = start,
        .fd = -1,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
    };

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (i == mm->map.n || mm->map.at[i].start <= addr ||
        !mapping_grows(&mm->map.at[i]) || !may_grow(&mm->map, i, start)) {
        return false;
    }
    r.len = mm->map.at[i].start - start;
    check(r.len > 0 && page_aligned(r.len), "grows by %#lx", (long)r.len);
    r.prot = (int)mm->map.at[i].prot;
    r.kind = mm->map.at[i].kind;
    /* As process/stack.c maps it. */
    r.flags |= r.kind == MAPPING_STACK ? MAP_NORESERVE : 0;
    return mm_map_locked(mm, &r) >= 0;
}

bool mm_grow(Mm *mm, uint64_t addr, uint32_t *seen)
{
    bool again;

    pthread_mutex_lock(&mm->lock);
    mm->grown += grow_locked(mm, addr);
    again = mm->grown != *seen;
    *seen = mm->grown;
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return again;
}

bool mm_grow_for(Mm *mm, uint64_t addr)
{
    bool grown;

    pthread_mutex_lock(&mm->lock);
    grown = grow_locked(mm, addr);
    mm->grown += grown;
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return grown;
}
