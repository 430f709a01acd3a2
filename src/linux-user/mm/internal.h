/*
 * What the files of mm.h share.  All is called with the lock held.
 */
#ifndef LINUX_USER_MM_INT_H
#define LINUX_USER_MM_INT_H

#include <errno.h>
#include <sys/mman.h>
#include "linux-user/mm/mm.h"
#include "util/check.h"
#include "util/cond.h"

#ifndef MAP_FIXED_NOREPLACE
#define MAP_FIXED_NOREPLACE 0x100000
#endif

enum { GUEST_PROT = PROT_READ | PROT_WRITE | PROT_EXEC };

/*
 * The host's protection for one of the guest's.  Code is data to the host, and
 * what can be read is as the guest has it.
 */
static inline int host_prot(const Mm *mm, int prot)
{
    return (prot & ~PROT_EXEC) | (prot & mm->readable ? PROT_READ : 0);
}

/* For checks.  Until the program starts there is one thread, and no lock. */
static inline bool mm_is_locked(const Mm *mm)
{
    return !mm->code_gone || lock_is_held((pthread_mutex_t *)&mm->lock);
}

static inline bool page_aligned(uint64_t n)
{
    return (n & GUEST_PAGE_MASK) == 0;
}

/* align: a power of two, or 0 for a page.  0 if there is no such number. */
static inline uint64_t align_up(uint64_t n, uint64_t align)
{
    uint64_t mask = (align > GUEST_PAGE ? align : GUEST_PAGE) - 1;

    return (n + mask) & ~mask;
}

static inline bool writes_code(int prot)
{
    return (prot & PROT_WRITE) && (prot & PROT_EXEC);
}

/* A guest address, or -errno, of what mmap or mremap returned. */
static inline int64_t host_result(const Mm *mm, const void *p)
{
    return p == MAP_FAILED ? -errno : (int64_t)h2g(mm, p);
}

/* check.c */
void mm_compare_with_host(const Mm *mm);
/* After a change. */
static inline void mm_check(const Mm *mm)
{
    if (DEBUG_CHECKS) {
        mm_compare_with_host(mm);
    }
}

/* space.c: nothing, for nobody else, in the host. */
void *mm_reserve(void *where, uint64_t len, int flags);

/* Room in the map for three changes; false: no memory. */
bool mm_room(Mm *mm);
/* The same for what the guest wants more of: not what is the reserve's. */
bool mm_room_for_more(Mm *mm);

/* Can the guest change what is mapped in [start, end)? */
bool mm_range_is_guests(const Mm *mm, uint64_t start, uint64_t end);
/* Code in [start, end), as the map has it, changes or goes away. */
void mm_tell_code_gone(Mm *mm, uint64_t start, uint64_t end);
/* Of a mapping that is to be made so, at addr. */
uint32_t mm_backing(Mm *mm, const MapRequest *r, uint64_t addr);
/* The guest may write to [start, end) from now on. */
void mm_code_written(Mm *mm, uint64_t start, uint64_t end);
/* The host's protection of [start, end) is set anew: nothing is watched. */
void mm_forget_watched(Mm *mm, uint64_t start, uint64_t end);
/* Gives watched pages back; were there any? */
bool mm_unwatch_locked(Mm *mm, uint64_t start, uint64_t end);
/* Puts nothing (or the reservation) in [start, end). */
int mm_host_unmap(Mm *mm, uint64_t start, uint64_t end);
/*
 * The host has let go of [start, end), of which the map has nothing.  It is set
 * aside again, if it was before; unless another thread of the emulator has
 * been given a part of it meanwhile: then it is the host's.  One change.
 */
void mm_host_gone(Mm *mm, uint64_t start, uint64_t end);

/* Where a mapping of len bytes goes, or -errno. */
int64_t mm_choose_address(const Mm *mm, const MapRequest *r, uint64_t len);
int64_t mm_map_locked(Mm *mm, const MapRequest *r);
/*
 * What is in huge pages (MAP_HUGETLB, a file of hugetlbfs) is placed and
 * measured by them.  -EINVAL if there is no such page.
 */
int64_t mm_huge(MapRequest *r);
/* If it is of a ring that is known: a view of that.  0 or -errno. */
int64_t mm_ring_view(const Mm *mm, MapRequest *r);
/* Unmaps what the guest has in [start, end), leaving the host's alone. */
int64_t mm_unmap_locked(Mm *mm, uint64_t start, uint64_t end);

#endif
