/*
 * A reserve: address space and mappings that a process takes from the kernel
 * while it gives some, to hand them back when it gives no more.
 *
 * The kernel counts both (RLIMIT_AS, RLIMIT_DATA, vm.max_map_count) for the
 * process as a whole, and the guest may use them up.  What the guest asks for
 * is refused before the emulator's reserve is touched.
 *
 * All functions may be called by any thread, and take no lock; a Reserve of
 * zeros is empty, and NULL is one that is always so.
 */
#ifndef UTIL_RESERVE_H
#define UTIL_RESERVE_H

#include <stdbool.h>
#include <stddef.h>

enum { RESERVE_PARTS = 16 };

typedef struct Reserve {
    /* Each one mapping, of part_bytes; NULL: given back. */
    void *_Atomic part[RESERVE_PARTS];
    size_t part_bytes; /* 0: as many as are usual */
} Reserve;

/* Takes what is missing; false: not even half of it is there. */
bool reserve_fill(Reserve *);
/* Gives some of it back to the kernel; false: there is none. */
bool reserve_use(Reserve *);

/*
 * mmap() of anonymous memory, and calloc(), with the help of the reserve;
 * NULL when it is gone too.
 */
void *reserve_map(Reserve *, size_t size, int prot, int flags);
void *reserve_calloc(Reserve *, size_t n, size_t size);

#endif
