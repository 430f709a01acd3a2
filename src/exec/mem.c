/*
 * The code buffer's memory: one file, mapped writable and executable at
 * addresses that do not tell of each other.
 */
#include <errno.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <unistd.h>
#include "exec/internal.h"

enum { PLACE_TRIES = 16 };

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

static void *map_random(int fd, size_t size, int prot)
{
    for (int i = 0; i < PLACE_TRIES; i++) {
        void *p = mmap(random_hint(), size, prot,
                       MAP_SHARED | MAP_FIXED_NOREPLACE, fd, 0);
        if (p != MAP_FAILED || errno != EEXIST) {
            return p;
        }
    }
    return mmap(NULL, size, prot, MAP_SHARED, fd, 0);
}

static int new_file(size_t size)
{
    int fd = memfd_create("tcg-code", MFD_CLOEXEC);
    if (fd >= 0 && ftruncate(fd, size) < 0) {
        close(fd);
        return -1;
    }
    return fd;
}

int mem_new(CodeMem *m, size_t size)
{
    int fd = new_file(size);
    *m = (CodeMem){.size = size, .fork_fd = -1};
    if (fd < 0) {
        return -1;
    }
    m->rw = map_random(fd, size, PROT_READ | PROT_WRITE);
    m->rx = map_random(fd, size, PROT_READ | PROT_EXEC);
    close(fd);
    return m->rw == MAP_FAILED || m->rx == MAP_FAILED ? -1 : 0;
}

int mem_begin_copy(CodeMem *m)
{
    m->fork_fd = new_file(m->size);
    return m->fork_fd < 0 ? -1 : 0;
}

int mem_copy(CodeMem *m, size_t start, size_t size)
{
    while (size) {
        ssize_t n = pwrite(m->fork_fd, m->rw + start, size, start);
        if (n < 0) {
            return -1;
        }
        start += n;
        size -= n;
    }
    return 0;
}

int mem_take_copy(CodeMem *m)
{
    int flags = MAP_SHARED | MAP_FIXED;
    int fd = m->fork_fd;
    void *rw = mmap(m->rw, m->size, PROT_READ | PROT_WRITE, flags, fd, 0);
    void *rx = mmap(m->rx, m->size, PROT_READ | PROT_EXEC, flags, fd, 0);
    mem_drop_copy(m);
    return rw == MAP_FAILED || rx == MAP_FAILED ? -1 : 0;
}

void mem_drop_copy(CodeMem *m)
{
    close(m->fork_fd);
    m->fork_fd = -1;
}
