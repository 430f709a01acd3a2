/*
 * The memory of io_uring's rings.  The kernel maps a ring of its own only
 * where it chooses; so the memory is the emulator's, shared, given to the
 * kernel when the ring is made (IORING_SETUP_NO_MMAP), and what the guest
 * maps of the ring's descriptor are further views of it.  As with the
 * kernel's own, a forked child has the same memory, and views stay when the
 * descriptor is closed.
 *
 * A ring is known by its inode, which each has for itself: so it does not
 * matter by which descriptor it is mapped.
 */
#include "linux-user/mm/internal.h"

#include <dirent.h>
#include <stdlib.h>
#include <sys/stat.h>
#include "util/check.h"
#include "util/reserve.h"

/* Offsets of mmap. */
enum {
    OFFSET_SQ_RING = 0,
    OFFSET_CQ_RING = 0x8000000,
    OFFSET_SQES = 0x10000000
};

static const uint64_t offset_mask = 0xf8000000;

MmRing *mm_ring_new(Mm *mm, uint64_t ring_bytes, uint64_t sqe_bytes)
{
    MmRing *ring = calloc(1, sizeof(*ring));
    uint64_t bytes = page_up(ring_bytes) + page_up(sqe_bytes);

    check(ring_bytes && sqe_bytes, "a ring of %#lx and %#lx bytes",
          (long)ring_bytes, (long)sqe_bytes);
    if (ring) {
        ring->ring =
            reserve_map(mm->reserve, bytes, PROT_READ | PROT_WRITE, MAP_SHARED);
    }
    if (!ring || !ring->ring) {
        free(ring);
        return NULL;
    }
    ring->ring_bytes = page_up(ring_bytes);
    ring->sqe = ring->ring + ring->ring_bytes;
    ring->sqe_bytes = page_up(sqe_bytes);
    return ring;
}

void mm_ring_free(MmRing *ring)
{
    munmap(ring->ring, ring->ring_bytes + ring->sqe_bytes);
    free(ring);
}

static MmRing *find(const Mm *mm, int fd)
{
    MmRing *ring = mm->rings;
    struct stat st;

    if (!ring || fstat(fd, &st) < 0) {
        return NULL;
    }
    while (ring && (ring->dev != st.st_dev || ring->ino != st.st_ino)) {
        ring = ring->next;
    }
    return ring;
}

/* False: it cannot be found out which have a descriptor. */
static bool mark_open(Mm *mm)
{
    DIR *dir = opendir("/proc/thread-self/fd");
    const struct dirent *entry;

    while (dir && (entry = readdir(dir))) {
        MmRing *ring = find(mm, atoi(entry->d_name));

        if (ring) {
            ring->open = true;
        }
    }
    return dir && closedir(dir) == 0;
}

/* Those that have no descriptor any more cannot be mapped again. */
static void drop_closed(Mm *mm)
{
    for (MmRing *ring = mm->rings; ring; ring = ring->next) {
        ring->open = false;
    }
    if (!mark_open(mm)) {
        return;
    }
    for (MmRing **at = &mm->rings; *at;) {
        MmRing *ring = *at;

        if (ring->open) {
            at = &ring->next;
        } else {
            *at = ring->next;
            mm_ring_free(ring);
        }
    }
}

void mm_ring_add(Mm *mm, MmRing *ring, int fd, bool drop)
{
    struct stat st = {0};

    check(!ring->next && ring->ring, "a ring is added twice, %d", fd);
    fstat(fd, &st);
    pthread_mutex_lock(&mm->lock);
    if (drop) {
        drop_closed(mm);
    }
    ring->dev = st.st_dev;
    ring->ino = st.st_ino;
    ring->next = mm->rings;
    mm->rings = ring;
    pthread_mutex_unlock(&mm->lock);
}

int64_t mm_ring_view(const Mm *mm, MapRequest *r)
{
    bool shared = (r->flags & MAP_TYPE) == MAP_SHARED ||
                  (r->flags & MAP_TYPE) == MAP_SHARED_VALIDATE;
    MmRing *ring = r->flags & MAP_ANONYMOUS ? NULL : find(mm, r->fd);
    uint64_t part = r->offset & offset_mask;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (!ring) {
        return 0;
    }
    if (!shared) {
        return -EINVAL;
    }
    if (part != OFFSET_SQES && part != OFFSET_SQ_RING &&
        part != OFFSET_CQ_RING) {
        return -ENOMEM;
    }
    r->view = part == OFFSET_SQES ? ring->sqe : ring->ring;
    r->flags |= MAP_ANONYMOUS;
    return 0;
}
