#include "util/reserve.h"
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>

enum { PART_BYTES = 4 << 20 };

static size_t part_bytes(const Reserve *r)
{
    return r->part_bytes ? r->part_bytes : PART_BYTES;
}

/*
 * By turns private memory that counts for every limit, and shared memory, which
 * is never merged with a neighbour: so each is one mapping, no more, no less.
 */
static void *new_part(size_t size, bool shared)
{
    int flags = (shared ? MAP_SHARED : MAP_PRIVATE) | MAP_ANONYMOUS;
    void *p = mmap(NULL, size, shared ? PROT_NONE : PROT_READ | PROT_WRITE,
                   flags | MAP_NORESERVE, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static bool fill_part(Reserve *r, unsigned i)
{
    void *none = NULL, *p;
    if (atomic_load_explicit(&r->part[i], memory_order_relaxed)) {
        return true;
    }
    p = new_part(part_bytes(r), i % 2);
    if (p && !atomic_compare_exchange_strong(&r->part[i], &none, p)) {
        munmap(p, part_bytes(r));
    }
    return p != NULL;
}

bool reserve_fill(Reserve *r)
{
    int saved = errno;
    unsigned n = 0;
    while (r && n < RESERVE_PARTS && fill_part(r, n)) {
        n++;
    }
    errno = saved;
    return !r || n >= RESERVE_PARTS / 2;
}

/* The last ones first: reserve_fill() goes up to the first that is missing. */
bool reserve_use(Reserve *r)
{
    for (unsigned i = r ? RESERVE_PARTS : 0; i-- > 0;) {
        void *p = atomic_exchange(&r->part[i], NULL);
        if (p) {
            int saved = errno;
            munmap(p, part_bytes(r));
            errno = saved;
            return true;
        }
    }
    return false;
}

void *reserve_map(Reserve *r, size_t size, int prot, int flags)
{
    void *p;
    do {
        p = mmap(NULL, size, prot, flags | MAP_ANONYMOUS, -1, 0);
    } while (p == MAP_FAILED && reserve_use(r));
    return p == MAP_FAILED ? NULL : p;
}

void *reserve_calloc(Reserve *r, size_t n, size_t size)
{
    void *p;
    do {
        p = calloc(n, size);
    } while (!p && reserve_use(r));
    return p;
}
