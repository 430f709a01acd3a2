/*
 * The code buffer's memory: one stretch of shared memory, mapped writable and
 * executable at addresses that do not tell of each other.
 *
 * It is anonymous, not a memfd, because perf looks for symbols in a perf map
 * only where no file is mapped.
 */
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include "exec/internal.h"

/*
 * A random page-aligned place below 2^46, so that a guest which can compute
 * the executable view's address learns nothing of the writable one.
 */
static void *random_hint(void)
{
    uint64_t r = 0;
    if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r)) {
        return NULL;
    }
    return (void *)(uintptr_t)((r & 0x3fffffffffffull & ~0xfffull)
                               | 0x200000000000ull);
}

/*
 * An empty place, which the caller maps over: at the hint, or where the kernel
 * likes if that is taken or (MODE=tsan) not to be used.
 */
static void *reserve_random(size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    return mmap(random_hint(), size, PROT_NONE, flags, -1, 0);
}

static void *map_shared(void *at, size_t size)
{
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    return mmap(at, size, PROT_READ | PROT_WRITE,
                at ? flags | MAP_FIXED : flags, -1, 0);
}

/* Maps the shared memory at `from` a second time; 0 for success. */
static int map_again(void *from, void *at, size_t size, int prot)
{
    void *p = mremap(from, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, at);
    return p == MAP_FAILED ? -1 : mprotect(p, size, prot);
}

int mem_new(CodeMem *m, size_t size)
{
    void *rw = reserve_random(size), *rx = reserve_random(size);
    *m = (CodeMem){.rw = rw, .rx = rx, .size = size};
    if (rw == MAP_FAILED || rx == MAP_FAILED ||
        map_shared(rw, size) == MAP_FAILED) {
        return -1;
    }
    return map_again(rw, rx, size, PROT_READ | PROT_EXEC);
}

int mem_begin_copy(CodeMem *m)
{
    void *copy = map_shared(NULL, m->size);
    m->fork_copy = copy == MAP_FAILED ? NULL : copy;
    return m->fork_copy ? 0 : -1;
}

void mem_copy(CodeMem *m, size_t start, size_t size)
{
    memcpy(m->fork_copy + start, m->rw + start, size);
}

int mem_take_copy(CodeMem *m)
{
    int rw = map_again(m->fork_copy, m->rw, m->size, PROT_READ | PROT_WRITE);
    int rx = map_again(m->fork_copy, m->rx, m->size, PROT_READ | PROT_EXEC);
    mem_drop_copy(m);
    return rw < 0 || rx < 0 ? -1 : 0;
}

void mem_drop_copy(CodeMem *m)
{
    munmap(m->fork_copy, m->size);
    m->fork_copy = NULL;
}
