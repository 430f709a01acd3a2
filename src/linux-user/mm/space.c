/*
 * Where the guest's address space lies in the host's, and where it ends.
 *
 * With base 0 the guest has what is below the emulator.  A static PIE and all
 * that the host maps for it by itself go to the top of the host's space, so
 * nearly all of 47 bits is left: [0, SPACE_HIGH), unless the host has put
 * something lower.  What is not at the top is what brk() makes, at two thirds
 * (of a dynamic emulator, its image too): the *hole*, with room to grow,
 * which is not the guest's.  With another base a stretch is set aside that
 * holds the guest's whole space.
 */
#include "linux-user/mm/mm.h"

#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include "linux-user/mm/internal.h"

#define GIB (1ull << 30)

/* What a host has below is looked at piece by piece; there is no emulator. */
#define HOST_LEAST (1ull << 38)
/* The least that lies between the guest's memory and what is not. */
#define GUARD (4 * GIB)
/* Above is the emulator's part: 2 TiB, of which the host's random placing
   (28 bits of pages) takes one. */
#define SPACE_HIGH (SPACE_MAX - 2048 * GIB)
/* Room that is left below what the emulator has at its start. */
#define EMULATOR_GROWTH (256 * GIB)
/* What the host maps below this is not at its top. */
#define HIGH_START (SPACE_MAX / 4 * 3)
/* brk() will not go that far from where it begins. */
#define HOLE_GROWTH (64 * GIB)
#define HOLE_MAX    (4096 * GIB)
/* With a base, no more than a hole on the host is sure to be found for. */
#define MOVED_MAX (1ull << 46)

void *mm_reserve(void *where, uint64_t len, int flags)
{
    return mmap(where, len, PROT_NONE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | flags, -1, 0);
}

/* --- another base --- */

/*
 * What the guest reaches by an offset from either end of its space, or what a
 * call of the host reads on beyond it, is not the emulator's.
 */
static int move_base(Mm *mm)
{
    void *p = mm_reserve(NULL, GUARD + mm->space.end + GUARD, 0);

    if (p == MAP_FAILED) {
        return -1;
    }
    mm->base = (uintptr_t)p + GUARD;
    mm->reserved = true;
    map_free(&mm->map);
    return 0;
}

/* The same at a base that is given, with as much guard as there is room for. */
static int move_base_to(Mm *mm, uint64_t base)
{
    uint64_t below = base > 2 * GUARD ? GUARD : 0;
    void *want = (void *)(uintptr_t)(base - below);
    void *p =
        mm_reserve(want, below + mm->space.end + GUARD, MAP_FIXED_NOREPLACE);

    if (p == MAP_FAILED) {
        return -1;
    }
    if (p != want) {
        munmap(p, below + mm->space.end + GUARD);
        errno = EEXIST;
        return -1;
    }
    mm->base = base;
    mm->reserved = true;
    return 0;
}

static int move_to_place(Mm *mm, const MmPlace *place)
{
    return place->has_base && place->base ? move_base_to(mm, place->base)
                                          : move_base(mm);
}

/* As much of the space as there is room for; what programs expect, at least. */
static int move(Mm *mm, const MmPlace *place)
{
    uint64_t least = mm->end < HOST_LEAST ? mm->end : HOST_LEAST;
    int ret;

    mm->space.hole_start = mm->space.hole_end = 0;
    mm->space.end = place->reach < MOVED_MAX ? place->reach : MOVED_MAX;
    while ((ret = move_to_place(mm, place)) < 0 && mm->space.end > least) {
        mm->space.end = mm->space.end / 2 > least ? mm->space.end / 2 : least;
    }
    return ret;
}

/* --- base 0 --- */

/* What the host has beyond HOST_LEAST. */
typedef struct HostParts {
    uint64_t low, low_end; /* the hull of what is not at its top; 0: none */
    uint64_t high;         /* the lowest at its top */
} HostParts;

static int note_host_mapping(Mm *mm, HostParts *parts, Mapping m)
{
    if (m.start < HOST_LEAST) {
        m.end = m.end < HOST_LEAST ? m.end : HOST_LEAST;
        if (!map_reserve(&mm->map)) {
            return -1;
        }
        map_set(&mm->map, &m);
    } else if (m.start < HIGH_START) {
        parts->low = parts->low ? parts->low : m.start;
        parts->low_end = m.end;
    } else if (m.start < parts->high) {
        parts->high = m.start;
    }
    return 0;
}

/* Without /proc, MAP_FIXED_NOREPLACE keeps us safe. */
static int look_at_host(Mm *mm, HostParts *parts)
{
    FILE *f = fopen("/proc/self/maps", "re");
    unsigned long long start, end;
    int ret = 0;

    if (!f) {
        parts->high = HOST_LEAST;
        return 0;
    }
    while (ret == 0 && fscanf(f, "%llx-%llx%*[^\n]", &start, &end) == 2 &&
           start < SPACE_MAX) {
        ret = note_host_mapping(
            mm, parts, (Mapping){start, end, 0, MAPPING_HOST, BACKING_UNTOLD});
    }
    fclose(f);
    return ret;
}

/* The hole is not the guest's, nor what is right beside it. */
static int set_hole(Mm *mm, const HostParts *parts)
{
    Mapping m = {page_down(parts->low - GUARD),
                 page_up(parts->low_end + HOLE_GROWTH), 0, MAPPING_HOST,
                 BACKING_UNTOLD};

    if (!map_reserve(&mm->map)) {
        return -1;
    }
    map_set(&mm->map, &m);
    mm->space.hole_start = m.start;
    mm->space.hole_end = m.end;
    return 0;
}

/* So far may a guest's space go; the emulator is never below HOST_LEAST. */
static uint64_t space_below(uint64_t host)
{
    const uint64_t unit = 1024 * GIB;
    uint64_t room = host > EMULATOR_GROWTH ? host - EMULATOR_GROWTH : 0;

    room &= -unit;
    room = room < SPACE_HIGH ? room : SPACE_HIGH;
    return room > HOST_LEAST ? room : HOST_LEAST;
}

static int stay(Mm *mm, const MmPlace *place)
{
    HostParts parts = {.high = SPACE_MAX};

    if (look_at_host(mm, &parts) < 0) {
        return -1;
    }
    if (parts.low_end - parts.low > HOLE_MAX) {
        parts = (HostParts){.high = parts.low};
    }
    mm->space.end = space_below(parts.high);
    mm->space.end = mm->space.end < place->reach ? mm->space.end : place->reach;
    return parts.low && parts.low - GUARD < mm->space.end ? set_hole(mm, &parts)
                                                          : 0;
}

/* Does the host let us have these pages (mmap_min_addr)? */
static bool host_range_usable(uint64_t start, uint64_t end)
{
    void *p =
        mm_reserve((void *)(uintptr_t)start, end - start, MAP_FIXED_NOREPLACE);

    if (p == MAP_FAILED) {
        return false;
    }
    munmap(p, end - start);
    return (uintptr_t)p == start;
}

static bool program_fits(const Mm *mm, const MmPlace *place)
{
    uint64_t bytes = place->high - place->low;

    return place->low >= place->high ||
           (mm_range_ok(mm, place->low, bytes) &&
            host_range_usable(place->low, place->high));
}

static int choose_base(Mm *mm, const MmPlace *place)
{
    if (place->move || (place->has_base && place->base != 0)) {
        return move(mm, place);
    }
    if (stay(mm, place) < 0) {
        return -1;
    }
    if (program_fits(mm, place)) {
        return 0;
    }
    if (place->has_base) {
        errno = EEXIST;
        return -1;
    }
    return move(mm, place);
}

int mm_init(Mm *mm, const MmPlace *place)
{
    *mm = (Mm){.end = place->end, .readable = place->readable};
    pthread_mutex_init(&mm->lock, NULL);
    mm->watch_start = UINT64_MAX;
    mm_limit_init(mm);
    if (choose_base(mm, place) < 0) {
        return -1;
    }
    mm->end = mm->end < mm->space.end ? mm->end : mm->space.end;
    return 0;
}
