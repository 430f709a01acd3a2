/* mprotect, and what may become code. */
#include "linux-user/mm/internal.h"

#include <sys/mman.h>

enum { PROT_SEM = 8 }; /* may be given, does nothing */

/* PROT_GROWSDOWN begins at the start of what grows. */
static int64_t to_growing_start(const Mm *mm, uint64_t *start, uint64_t end)
{
    size_t i = map_lower(&mm->map, *start);
    const Mapping *m = &mm->map.at[i];

    if (i == mm->map.n || m->start >= end || m->kind == MAPPING_HOST) {
        return -ENOMEM;
    }
    *start = m->start;
    return mapping_grows(m) ? 0 : -EINVAL;
}

/*
 * The host changes one mapping after the other and may refuse a later one:
 * *end is how far it has come.
 */
static int64_t host_protect(Mm *mm, uint64_t start, uint64_t *end, int prot)
{
    uint64_t low = start, high = *end;
    int error;

    if (mprotect(g2h(mm, start), high - start, prot) == 0) {
        return 0;
    }
    error = errno;
    while (high - low > GUEST_PAGE) {
        uint64_t mid = page_down(low + (high - low) / 2);

        if (mprotect(g2h(mm, start), mid - start, prot) == 0) {
            low = mid;
        } else {
            high = mid;
        }
    }
    check(start <= low && low < *end && page_aligned(low), "protected to %#lx",
          (long)low);
    *end = low;
    return -error;
}

int64_t mm_set_mdwe(Mm *mm, uint64_t bits)
{
    const unsigned refuse = 1, no_inherit = 2;
    int64_t ret = 0;

    if (bits & ~(uint64_t)(refuse | no_inherit) || bits == no_inherit) {
        return -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    if (mm->mdwe && mm->mdwe != bits) {
        ret = -EPERM;
    } else {
        mm->mdwe = (unsigned)bits;
    }
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

unsigned mm_mdwe_inherited(const Mm *mm)
{
    const unsigned no_inherit = 2;

    return mm->mdwe & no_inherit ? 0 : mm->mdwe;
}

/* By PR_MDWE_REFUSE_EXEC_GAIN, or since it is of a mount without programs. */
static bool may_not_be_code(const Mm *mm, const Mapping *m, int prot)
{
    return m->backing == BACKING_NOEXEC ||
           (mm->mdwe && ((prot & PROT_WRITE) || !(m->prot & PROT_EXEC)));
}

/* Where what may not become code begins. */
static uint64_t denied_from(const Mm *mm, uint64_t start, uint64_t end,
                            int prot)
{
    size_t i = map_lower(&mm->map, start);

    if (!(prot & PROT_EXEC)) {
        return end;
    }
    while (i < mm->map.n && mm->map.at[i].start < end &&
           !may_not_be_code(mm, &mm->map.at[i], prot)) {
        i++;
    }
    if (i == mm->map.n || mm->map.at[i].start >= end) {
        return end;
    }
    return mm->map.at[i].start > start ? mm->map.at[i].start : start;
}

/* What stays executable may be written now, or have been before. */
static void tell_protected(Mm *mm, uint64_t start, uint64_t end, int prot)
{
    if (!(prot & PROT_EXEC) || !mm->code_suspect) {
        mm_tell_code_gone(mm, start, end);
    } else if (map_has_prot(&mm->map, start, end, PROT_EXEC)) {
        mm_forget_watched(mm, start, end);
        mm->code_suspect(start, end - start);
        mm->fence_due = true;
    }
}

/* As Linux does, what lies before a hole is changed, then ENOMEM. */
static int64_t protect_locked(Mm *mm, uint64_t start, uint64_t end, int prot)
{
    uint64_t run = map_run_end(&mm->map, start, end);
    uint64_t denied = denied_from(mm, start, run, prot);
    int64_t ret = run < end ? -ENOMEM : 0, refused;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    check(start <= denied && denied <= run, "denied from %#lx of %#lx to %#lx",
          (long)denied, (long)start, (long)run);
    if (denied < run) {
        run = denied;
        ret = -EACCES;
    }
    if (run > start) {
        if (!mm_room_for_more(mm)) {
            return -ENOMEM;
        }
        refused = host_protect(mm, start, &run, host_prot(mm, prot));
        ret = refused < 0 ? refused : ret;
    }
    if (run > start) {
        if (prot & PROT_WRITE) {
            mm_code_written(mm, start, run);
        }
        tell_protected(mm, start, run, prot);
        map_protect(&mm->map, start, run, (uint32_t)prot & GUEST_PROT);
        mm->code_version += (prot & PROT_EXEC) != 0;
    }
    return ret;
}

static int64_t protect_growing(Mm *mm, uint64_t start, uint64_t end, int prot)
{
    int64_t ret = 0;

    if (prot & PROT_GROWSDOWN) {
        ret = to_growing_start(mm, &start, end);
    } else if (prot & PROT_GROWSUP) {
        ret = map_find(&mm->map, start) ? -EINVAL : -ENOMEM;
    }
    return ret < 0 ? ret : protect_locked(mm, start, end, prot & GUEST_PROT);
}

int64_t mm_protect(Mm *mm, uint64_t addr, uint64_t len, int prot)
{
    const int grows = PROT_GROWSDOWN | PROT_GROWSUP;
    int64_t ret;
    bool fence;

    if ((prot & grows) == grows || !page_aligned(addr)) {
        return -EINVAL;
    }
    if (len == 0) {
        return 0;
    }
    if (page_up(len) < len || addr + page_up(len) <= addr) {
        return -ENOMEM;
    }
    if (prot & ~(GUEST_PROT | PROT_SEM | grows)) {
        return -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    ret = protect_growing(mm, addr, addr + page_up(len), prot);
    mm_check(mm);
    fence = mm->fence_due;
    mm->fence_due = false;
    pthread_mutex_unlock(&mm->lock);
    if (fence) {
        mm->code_fence();
    }
    return ret;
}
