/*
 * RLIMIT_AS and RLIMIT_DATA: the guest's limits bound what the guest maps,
 * not the emulator.
 */
#include "linux-user/mm/mm.h"

#include <sys/mman.h>
#include <sys/resource.h>
#include "util/check.h"

void mm_limit_init(Mm *mm)
{
    for (int i = 0; i < MM_NB_LIMITS; i++) {
        mm->limit[i] = (MmLimit){RLIM64_INFINITY, RLIM64_INFINITY};
    }
}

bool mm_limited(const Mm *mm)
{
    for (int i = 0; i < MM_NB_LIMITS; i++) {
        if (mm->limit[i].cur != RLIM64_INFINITY ||
            mm->limit[i].max != RLIM64_INFINITY) {
            return true;
        }
    }
    return false;
}

int mm_limit_index(int resource)
{
    switch (resource) {
    case RLIMIT_AS: return MM_LIMIT_AS;
    case RLIMIT_DATA: return MM_LIMIT_DATA;
    default: return -1;
    }
}

/* Does a mapping count for the limit?  Stacks have one of their own. */
static bool counts(int limit, uint32_t prot, MappingKind kind)
{
    return kind != MAPPING_HOST &&
           (limit == MM_LIMIT_AS ||
            ((prot & PROT_WRITE) && kind != MAPPING_STACK));
}

/* Bytes that count, outside of [start, end). */
static uint64_t used(const Mm *mm, int limit, uint64_t start, uint64_t end)
{
    uint64_t size = 0;

    check(start <= end, "from %lx to %lx", (long)start, (long)end);
    for (size_t i = 0; i < mm->map.n; i++) {
        const Mapping *m = &mm->map.at[i];
        uint64_t from = m->start > start ? m->start : start;
        uint64_t to = m->end < end ? m->end : end;

        check(i == 0 || m[-1].end <= m->start, "mapping %zu is not in order",
              i);
        if (counts(limit, m->prot, m->kind)) {
            size += m->end - m->start - (to > from ? to - from : 0);
        }
    }
    return size;
}

bool mm_within_limits(const Mm *mm, uint64_t start, uint64_t len, int prot,
                      MappingKind kind)
{
    for (int i = 0; i < MM_NB_LIMITS; i++) {
        uint64_t limit = mm->limit[i].cur;

        if (limit != RLIM64_INFINITY && counts(i, (uint32_t)prot, kind) &&
            used(mm, i, start, start + len) + len > limit) {
            return false;
        }
    }
    return true;
}
