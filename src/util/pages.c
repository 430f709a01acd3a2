#include "util/pages.h"
#include <errno.h>
#include <stdint.h>
#include <sys/mman.h>

#ifndef MADV_POPULATE_WRITE
#define MADV_POPULATE_WRITE 23
#endif

enum { PAGE_BYTES = 4096 };

static void advise(void *start, size_t size, int advice)
{
    uintptr_t first = (uintptr_t)start & ~(uintptr_t)(PAGE_BYTES - 1);
    int saved = errno;
    madvise((void *)first, (uintptr_t)start + size - first, advice);
    errno = saved;
}

void pages_prefault(void *start, size_t size)
{
    advise(start, size, MADV_POPULATE_WRITE);
}

void pages_want_huge(void *start, size_t size)
{
    advise(start, size, MADV_HUGEPAGE);
}
