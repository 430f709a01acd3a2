/*
 * madvise.  Advice is for what the guest has mapped: what lies between is a
 * hole to it, whatever the host has there.
 */
#include "linux-user/mm/internal.h"

#ifndef MADV_POPULATE_READ
#define MADV_POPULATE_READ  22
#define MADV_POPULATE_WRITE 23
#endif
#ifndef MADV_DONTNEED_LOCKED
#define MADV_DONTNEED_LOCKED 24
#endif
#ifndef MADV_GUARD_INSTALL
#define MADV_GUARD_INSTALL 102
#endif

/* May code be another after it? */
static bool discards(int advice)
{
    switch (advice) {
    case MADV_DONTNEED:
    case MADV_FREE:
    case MADV_REMOVE:
    case MADV_DONTNEED_LOCKED:
    case MADV_GUARD_INSTALL: return true;
    default: return false;
    }
}

/* Stops at the first hole, where others go on. */
static bool populates(int advice)
{
    return advice == MADV_POPULATE_READ || advice == MADV_POPULATE_WRITE;
}

static int64_t advise_run(Mm *mm, uint64_t start, uint64_t end, int advice)
{
    int ret, error;
    Mapping kept = {start, end, 0, MAPPING_PLAIN, 0};

    check(start < end && page_aligned(start | end), "advice from %#lx to %#lx",
          (long)start, (long)end);
    mm_unwatch_locked(mm, start, end);
    ret = madvise(g2h(mm, start), end - start, advice);
    error = errno;
    if (discards(advice)) {
        mm_tell_code_gone(mm, start, end);
    }
    if (advice == MADV_DONTFORK && map_reserve(&mm->not_forked)) {
        map_set(&mm->not_forked, &kept);
    }
    return ret < 0 ? -error : 0;
}

/* Where the hole at start ends, at most `end`. */
static uint64_t hole_end(const Map *map, uint64_t start, uint64_t end)
{
    size_t i = map_lower(map, start);
    uint64_t to = end;

    if (i < map->n) {
        to = map->at[i].start > start ? map->at[i].start : map->at[i].end;
    }
    return to < end ? to : end;
}

/* As Linux does, all that is mapped, then ENOMEM if there were holes. */
static int64_t advise_locked(Mm *mm, uint64_t start, uint64_t end, int advice)
{
    int64_t ret = 0, holes = 0;

    while (start < end && ret == 0) {
        uint64_t to = map_run_end(&mm->map, start, end);

        if (to > start) {
            ret = advise_run(mm, start, to, advice);
        } else {
            to = populates(advice) ? end : hole_end(&mm->map, start, end);
            holes = -ENOMEM;
        }
        check(to > start && to <= end, "advice to %#lx", (long)to);
        start = to;
    }
    return ret ? ret : holes;
}

/* Is the advice known? */
static int64_t advice_refused(const Mm *mm, int advice)
{
    const Mapping *first = mm->map.n ? &mm->map.at[0] : NULL;

    return first && madvise(g2h(mm, first->start), 0, advice) < 0 ? -errno : 0;
}

int64_t mm_advise(Mm *mm, uint64_t addr, uint64_t len, int advice)
{
    uint64_t size = page_up(len);
    int64_t ret;

    pthread_mutex_lock(&mm->lock);
    ret = advice_refused(mm, advice);
    if (ret < 0 || !page_aligned(addr) || size < len || addr + size < addr) {
        ret = -EINVAL;
    } else if (size > 0) {
        ret = advise_locked(mm, addr, addr + size, advice);
    }
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

/* --- fork --- */

static bool host_has(const Mm *mm, uint64_t page)
{
    unsigned char byte;

    return mincore(g2h(mm, page), GUEST_PAGE, &byte) == 0 || errno != ENOMEM;
}

/* What may have been kept from the child is gone if it is. */
static void drop_not_forked(Mm *mm, uint64_t start, uint64_t end)
{
    for (uint64_t at = start; at < end; at += GUEST_PAGE) {
        if (!map_is_free(&mm->map, at, at + GUEST_PAGE) && !host_has(mm, at) &&
            mm_room(mm)) {
            mm_forget_watched(mm, at, at + GUEST_PAGE);
            map_clear(&mm->map, at, at + GUEST_PAGE);
            if (mm->reserved) {
                mm_host_unmap(mm, at, at + GUEST_PAGE);
            }
        }
    }
}

void mm_forked(Mm *mm)
{
    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    for (size_t i = 0; i < mm->not_forked.n; i++) {
        const Mapping *m = &mm->not_forked.at[i];

        drop_not_forked(mm, m->start, m->end);
    }
    map_free(&mm->not_forked);
    mm->lock_future = false;
    mm->mdwe = mm_mdwe_inherited(mm);
}
