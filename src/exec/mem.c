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
#include "exec/mem.h"
#include "util/check.h"
#include "util/reserve.h"

/*
 * A random page-aligned place, so that a guest which can compute the executable
 * view's address learns nothing of the writable one.  Near the top of the
 * host's space, which is the emulator's (linux-user/mm/space.c): in the TiB
 * from 2^47 - 3/2 TiB on.
 */
static void *random_hint(void)
{
    const uint64_t tib = 1ull << 40, first = (1ull << 47) - tib * 3 / 2;
    uint64_t r = 0;
    if (getrandom(&r, sizeof(r), GRND_NONBLOCK) != sizeof(r)) {
        return NULL;
    }
    return (void *)(uintptr_t)(first + (r & (tib - 1) & ~0xfffull));
}

/*
 * An empty place, which the caller maps over: at the hint, or where the kernel
 * likes if that is taken or (MODE=tsan) not to be used. NULL: no memory.
 */
static void *reserve_random(size_t size)
{
    int flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE;
    void *p = mmap(random_hint(), size, PROT_NONE, flags, -1, 0);
    return p == MAP_FAILED ? NULL : p;
}

static void *map_shared(void *at, size_t size)
{
    int flags = MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE;
    return mmap(at, size, PROT_READ | PROT_WRITE,
                at ? flags | MAP_FIXED : flags, -1, 0);
}

/* Maps the shared memory at `from` a second time; 0 for success. `at` may be
 * empty then if there is no memory. */
static int map_again(void *from, void *at, size_t size, int prot)
{
    void *p = mremap(from, 0, size, MREMAP_MAYMOVE | MREMAP_FIXED, at);
    return p == MAP_FAILED ? -1 : mprotect(p, size, prot);
}

int mem_new(CodeMem *m, size_t size, size_t window)
{
    size_t all = size + window;
    m->size = size;
    m->window = window;
    m->rw = reserve_random(all);
    m->rx = reserve_random(all);
    if (!m->rw || !m->rx || map_shared(m->rw, all) == MAP_FAILED) {
        return -1;
    }
    return map_again(m->rw, m->rx, size, PROT_READ | PROT_EXEC);
}

static void unmap(void *p, size_t size)
{
    if (p) {
        munmap(p, size);
    }
}

void mem_free(CodeMem *m)
{
    unmap(m->rw, m->size + m->window);
    unmap(m->rx, m->size + m->window);
}

int mem_begin_copy(CodeMem *m, Reserve *reserve)
{
    check(!m->fork_copy, "two forks at once");
    m->fork_copy =
        reserve_map(reserve, m->size + m->window, PROT_READ | PROT_WRITE,
                    MAP_SHARED | MAP_NORESERVE);
    return m->fork_copy ? 0 : -1;
}

void mem_copy(CodeMem *m, size_t start, size_t size)
{
    check(m->fork_copy && start + size <= m->size + m->window,
          "%zu bytes at %zu of %zu", size, start, m->size);
    memcpy(m->fork_copy + start, m->rw + start, size);
}

int mem_take_copy(CodeMem *m, Reserve *reserve)
{
    int rw, rx;
    do {
        rw = map_again(m->fork_copy, m->rw, m->size + m->window,
                       PROT_READ | PROT_WRITE);
        rx = map_again(m->fork_copy, m->rx, m->size, PROT_READ | PROT_EXEC);
    } while ((rw < 0 || rx < 0) && reserve_use(reserve));
    mem_drop_copy(m);
    return rw < 0 || rx < 0 ? -1 : 0;
}

void mem_drop_copy(CodeMem *m)
{
    check(m->fork_copy, "no fork is under way");
    munmap(m->fork_copy, m->size + m->window);
    m->fork_copy = NULL;
}

void mem_view_again(CodeMem *m, size_t start, size_t size)
{
    map_again(m->fork_copy + start, m->rx + start, size, PROT_READ | PROT_EXEC);
}
