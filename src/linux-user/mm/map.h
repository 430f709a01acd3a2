/*
 * The guest's address space as an ordered set of disjoint mappings.
 *
 * Pure bookkeeping: nothing here touches host memory, so that it can be
 * tested against a model.  Addresses are guest addresses, page aligned;
 * neighbours of the same protection and kind are always merged.
 */
#ifndef LINUX_USER_MAP_H
#define LINUX_USER_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    GUEST_PAGE = 4096,
    GUEST_PAGE_MASK = GUEST_PAGE - 1,
    STACK_GUARD_GAP = 256 * GUEST_PAGE, /* below what grows; Linux's */
};

_Static_assert((GUEST_PAGE & GUEST_PAGE_MASK) == 0, "a power of two");

/* What a mapping is; decides merging and the names in /proc/self/maps. */
typedef enum MappingKind {
    MAPPING_PLAIN,
    MAPPING_HEAP,  /* made by brk */
    MAPPING_STACK, /* the main thread's stack; grows */
    MAPPING_GROWS, /* MAP_GROWSDOWN */
    MAPPING_VDSO,  /* code that the emulator gives the guest */
    MAPPING_HOST,  /* the host's own; the guest has no access */
} MappingKind;

typedef struct Mapping {
    uint64_t start, end; /* start < end */
    uint32_t prot;       /* guest PROT_READ | PROT_WRITE | PROT_EXEC */
    MappingKind kind;
    uint32_t backing; /* BACKING_* of mm.h: what else can change it */
} Mapping;

/* Downwards, when it is touched below its start (mm_grow). */
static inline bool mapping_grows(const Mapping *m)
{
    return m->kind == MAPPING_STACK || m->kind == MAPPING_GROWS;
}

typedef struct Map {
    Mapping *at; /* ascending */
    size_t n, cap;
} Map;

/*
 * Room for the mappings by which three changes can grow the set, two each.
 * After a successful map_reserve() the next three of map_set, map_clear and
 * map_protect cannot fail; they must not be called without it.
 */
bool map_reserve(Map *map);
void map_free(Map *map);

/* [start, end) becomes one mapping, whatever was there. */
void map_set(Map *map, const Mapping *m);
void map_clear(Map *map, uint64_t start, uint64_t end);
/* The protection of all that is mapped in [start, end), except the host's. */
void map_protect(Map *map, uint64_t start, uint64_t end, uint32_t prot);

/* Index of the first mapping that ends after addr; n if none. */
size_t map_lower(const Map *map, uint64_t addr);
/* The mapping that contains addr, or NULL. */
const Mapping *map_find(const Map *map, uint64_t addr);
bool map_is_free(const Map *map, uint64_t start, uint64_t end);
/* The same, and it does not touch the guard gap of what grows. */
bool map_has_room(const Map *map, uint64_t start, uint64_t end);
/* End of the gapless run of guest mappings from addr, at most `end`. */
uint64_t map_run_end(const Map *map, uint64_t addr, uint64_t end);
/* Does any mapping in [start, end) have one of the bits of prot? */
bool map_has_prot(const Map *map, uint64_t start, uint64_t end, uint32_t prot);
bool map_has_kind(const Map *map, uint64_t start, uint64_t end,
                  MappingKind kind);

/*
 * The highest range with room for len bytes in [bottom, top) whose start is a
 * multiple of align (a power of two); 0 if there is none.
 */
uint64_t map_find_gap(const Map *map, uint64_t bottom, uint64_t top,
                      uint64_t len, uint64_t align);

#endif
