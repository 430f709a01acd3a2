/*
 * mmap, munmap and brk.  The map is changed only after the host has
 * agreed, and room for the change is made before the host is asked, so that
 * the two never differ.
 */
#include "linux-user/mm/mm.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host/machine.h"
#include "host/usercopy.h"
#include "linux-user/mm/internal.h"
#include "util/check.h"
#include "util/hash.h"
#include "util/reserve.h"

enum {
    NOBODYS_FLAG = 1 << 25, /* for mmap; stands for one that no guest has */
};

bool mm_range_is_guests(const Mm *mm, uint64_t start, uint64_t end)
{
    return !map_has_kind(&mm->map, start, end, MAPPING_HOST);
}

void mm_tell_code_gone(Mm *mm, uint64_t start, uint64_t end)
{
    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    check(start <= end && end <= mm->space.end, "code from %#lx to %#lx",
          (long)start, (long)end);
    mm_forget_watched(mm, start, end);
    if (mm->code_gone && map_has_prot(&mm->map, start, end, PROT_EXEC)) {
        mm->code_version++;
        mm->code_gone(start, end - start);
    }
}

/* --- start --- */

bool mm_room(Mm *mm)
{
    bool room;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    do {
        room = map_reserve(&mm->map);
    } while (!room && reserve_use(mm->reserve));
    return room;
}

bool mm_room_for_more(Mm *mm)
{
    return reserve_fill(mm->reserve) && mm_room(mm);
}

void mm_set_brk(Mm *mm, uint64_t start)
{
    mm->brk_start = mm->brk = page_up(start);
}

/* --- access from system calls --- */

bool mm_read(const Mm *mm, void *dst, uint64_t addr, size_t len)
{
    return mm_range_ok(mm, addr, len) && user_copy(dst, g2h(mm, addr), len);
}

bool mm_write(Mm *mm, uint64_t addr, const void *src, size_t len)
{
    bool ok;

    do {
        ok = mm_range_ok(mm, addr, len) && user_copy(g2h(mm, addr), src, len);
    } while (!ok && mm_unwatch(mm, addr, len));
    return ok;
}

bool mm_zero(Mm *mm, uint64_t addr, size_t len)
{
    static const char zeros[GUEST_PAGE];

    while (len > 0) {
        size_t n = len < sizeof(zeros) ? len : sizeof(zeros);

        if (!mm_write(mm, addr, zeros, n)) {
            return false;
        }
        addr += n;
        len -= n;
    }
    return true;
}

long mm_read_string(const Mm *mm, char *dst, uint64_t addr, size_t n)
{
    size_t room = mm_addr_ok(mm, addr) ? mm->space.end - addr : 0;
    long len = user_strcpy(dst, g2h(mm, addr), n < room ? n : room);

    if (len <= 0) {
        return -EFAULT;
    }
    if (dst[len - 1] != '\0') {
        return (size_t)len == n ? -ENAMETOOLONG : -EFAULT;
    }
    return len;
}

/* The host's file disregards protections: for pages that are but code. */
static bool read_unreadable(const Mm *mm, uint64_t addr, void *buf, size_t n)
{
    int fd = open("/proc/self/mem", O_RDONLY | O_CLOEXEC);
    ssize_t got = fd < 0 ? -1 : pread(fd, buf, n, (off_t)(addr + mm->base));

    if (fd >= 0) {
        close(fd);
    }
    return got == (ssize_t)n;
}

/*
 * A page of a file mapping beyond the file's end cannot be read although the
 * map has it.
 */
static CodeAt read_code_locked(const Mm *mm, uint64_t addr, void *buf,
                               size_t bytes)
{
    const Mapping *m = map_find(&mm->map, addr);

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    check(bytes <= GUEST_PAGE - (addr & GUEST_PAGE_MASK),
          "%zu bytes of code at %#lx", bytes, (long)addr);
    if (!m || m->kind == MAPPING_HOST) {
        return CODE_UNMAPPED;
    }
    if (!(m->prot & PROT_EXEC)) {
        return CODE_NOT_EXECUTABLE;
    }
    return (m->prot == PROT_EXEC ? read_unreadable(mm, addr, buf, bytes)
                                 : user_copy(buf, g2h(mm, addr), bytes))
               ? CODE_READ
               : CODE_BEYOND_END;
}

CodeAt mm_code_at(Mm *mm, uint64_t addr)
{
    char byte;

    pthread_mutex_lock(&mm->lock);
    CodeAt at = read_code_locked(mm, addr, &byte, 1);
    pthread_mutex_unlock(&mm->lock);
    return at;
}

/* What is read ends with the page: few blocks go beyond, and the reader asks
   again. */
size_t mm_read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    Mm *mm = opaque;
    uint64_t left = page_down(addr) + GUEST_PAGE - addr;
    size_t bytes = n < left ? n : left;

    pthread_mutex_lock(&mm->lock);
    CodeAt at = read_code_locked(mm, addr, buf, bytes);
    pthread_mutex_unlock(&mm->lock);
    return at == CODE_READ ? bytes : 0;
}

bool mm_peek_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    Mm *mm = opaque;

    return mm_range_ok(mm, addr, n) &&
           (mm_read(mm, buf, addr, n) || read_unreadable(mm, addr, buf, n));
}

/* --- mmap --- */

/*
 * A reservation put back is a mapping: when there may be none more, the kernel
 * refuses it before it looks what goes away.  One of the reserve's lets it
 * look.
 */
static int unmap_reserved(Mm *mm, uint64_t start, uint64_t end)
{
    void *at = g2h(mm, start);
    bool done = mm_reserve(at, end - start, MAP_FIXED) != MAP_FAILED;

    if (!done && errno == ENOMEM && reserve_use(mm->reserve)) {
        done = mm_reserve(at, end - start, MAP_FIXED) != MAP_FAILED;
    }
    return done ? 0 : -1;
}

int mm_host_unmap(Mm *mm, uint64_t start, uint64_t end)
{
    check(start < end && page_aligned(start | end),
          "unmapped from %#lx to %#lx", (long)start, (long)end);
    if (mm->reserved) {
        return unmap_reserved(mm, start, end);
    }
    return munmap(g2h(mm, start), end - start);
}

void mm_host_gone(Mm *mm, uint64_t start, uint64_t end)
{
    void *at = g2h(mm, start), *got;

    check(start < end && map_is_free(&mm->map, start, end),
          "the map has some of what is gone, %#lx to %#lx", (long)start,
          (long)end);
    if (!mm->reserved) {
        return;
    }
    do {
        got = mm_reserve(at, end - start, MAP_FIXED_NOREPLACE);
    } while (got == MAP_FAILED && errno == ENOMEM && reserve_use(mm->reserve));
    if (got != at) {
        Mapping host = {start, end, 0, MAPPING_HOST, BACKING_UNTOLD};

        map_set(&mm->map, &host);
    }
}

static bool flag_fixed(int flags)
{
    return (flags & MAP_FIXED) ||
           (flags & MAP_FIXED_NOREPLACE) == MAP_FIXED_NOREPLACE;
}

/*
 * An ELF file that is mapped from its start has a place of its own, by what it
 * is: its translated code can then be used by all programs (exec/images.c).  0:
 * it is another file, or that place is taken.
 */
static uint64_t own_place(const Mm *mm, const MapRequest *r, uint64_t len)
{
    const uint64_t room = 1ull << 34, top = page_down(mm_top(mm) / 2);
    struct stat st;
    char magic[4];

    if ((r->flags & (MAP_ANONYMOUS | MAP_TYPE)) != MAP_PRIVATE || r->offset ||
        r->align || top < room || len > room ||
        pread(r->fd, magic, sizeof(magic), 0) != sizeof(magic) ||
        memcmp(magic, "\177ELF", sizeof(magic)) || fstat(r->fd, &st) < 0) {
        return 0;
    }
    FileId id = file_id(&st);
    uint64_t at = hash_bytes(&id, sizeof(id)) % (room - len + 1);

    at = (top - room + at) & ~(uint64_t)(OWN_PLACE_ALIGN - 1);
    return map_has_room(&mm->map, at, at + len) ? at : 0;
}

/*
 * As Linux does where the processor has more bits than programs expect: only
 * a hint beyond mm->end leads there.
 */
static uint64_t find_place(const Mm *mm, const MapRequest *r, uint64_t len)
{
    uint64_t hint = page_down(r->addr);
    uint64_t align = r->align > GUEST_PAGE ? r->align : GUEST_PAGE;
    uint64_t found;

    hint = hint && hint < MMAP_MIN ? MMAP_MIN : hint;
    if (hint && mm_range_ok(mm, hint, len) && !(hint & (align - 1)) &&
        map_has_room(&mm->map, hint, hint + len)) {
        return hint;
    }
    if (hint >= mm->end && mm->end < mm->space.end) {
        return map_find_gap(&mm->map, MMAP_MIN, mm->space.end, len, align);
    }
    found = own_place(mm, r, len);
    found = found ? found
                  : map_find_gap(&mm->map, MMAP_MIN, mm_top(mm), len, align);
    return found ? found
                 : map_find_gap(&mm->map, MMAP_MIN, mm->end, len, align);
}

int64_t mm_choose_address(const Mm *mm, const MapRequest *r, uint64_t len)
{
    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (len == 0 || len > mm->space.end) {
        return -ENOMEM;
    }
    if (!flag_fixed(r->flags)) {
        uint64_t addr = find_place(mm, r, len);

        return addr ? (int64_t)addr : -ENOMEM;
    }
    if (!page_aligned(r->addr) || (r->huge && r->addr & (r->align - 1))) {
        return -EINVAL;
    }
    if (!mm_range_ok(mm, r->addr, len) ||
        !mm_range_is_guests(mm, r->addr, r->addr + len)) {
        return -ENOMEM;
    }
    if ((r->flags & MAP_FIXED_NOREPLACE) == MAP_FIXED_NOREPLACE &&
        !map_is_free(&mm->map, r->addr, r->addr + len)) {
        return -EEXIST;
    }
    return (int64_t)r->addr;
}

/* What else would grow is the host's to refuse. */
static bool may_be_growing(int flags)
{
    const int growing = MAP_PRIVATE | MAP_ANONYMOUS | MAP_GROWSDOWN;

    return (flags & (MAP_TYPE | growing)) == growing;
}

/* The host's flags but for how the address is taken. */
static int host_flags(const Mm *mm, int flags)
{
    const int no_legacy = MAP_FIXED_NOREPLACE | HOST_OWN_MAP_FLAGS;
    int host = flags & ~(MAP_FIXED | no_legacy);

    if ((flags & MAP_TYPE) == MAP_SHARED_VALIDATE && (flags & no_legacy)) {
        host |= NOBODYS_FLAG;
    }
    if (may_be_growing(flags)) {
        host &= ~MAP_GROWSDOWN;
    }
    return host | (mm->lock_future ? MAP_LOCKED : 0);
}

/* Another view of memory that is shared; it is left as it is. */
static void *host_view(Mm *mm, const MapRequest *r, uint64_t addr)
{
    void *p = mremap(r->view, 0, r->len, MREMAP_MAYMOVE | MREMAP_FIXED,
                     g2h(mm, addr));

    if (p != MAP_FAILED && host_prot(mm, r->prot) != (PROT_READ | PROT_WRITE)) {
        mprotect(p, r->len, host_prot(mm, r->prot));
    }
    return p;
}

static void *host_map_over(Mm *mm, const MapRequest *r, uint64_t addr)
{
    if (r->view) {
        return host_view(mm, r, addr);
    }
    return mmap(g2h(mm, addr), r->len, host_prot(mm, r->prot),
                host_flags(mm, r->flags) | MAP_FIXED, r->fd, (off_t)r->offset);
}

/*
 * What the map calls free may still be a late mapping of the host's, which
 * MAP_FIXED_NOREPLACE respects; MAP_SHARED_VALIDATE does not know that flag,
 * nor does mremap.
 */
static int64_t host_map(Mm *mm, const MapRequest *r, uint64_t addr,
                        uint64_t len)
{
    bool over = mm->reserved || !map_is_free(&mm->map, addr, addr + len);
    int64_t got;

    if (over) {
        return host_result(mm, host_map_over(mm, r, addr));
    }
    if ((r->flags & MAP_TYPE) != MAP_SHARED_VALIDATE && !r->view) {
        return host_result(mm,
                           mmap(g2h(mm, addr), r->len, host_prot(mm, r->prot),
                                host_flags(mm, r->flags) | MAP_FIXED_NOREPLACE,
                                r->fd, (off_t)r->offset));
    }
    if (mm_reserve(g2h(mm, addr), len, MAP_FIXED_NOREPLACE) == MAP_FAILED) {
        return -errno;
    }
    got = host_result(mm, host_map_over(mm, r, addr));
    if (got < 0) {
        munmap(g2h(mm, addr), len);
    }
    return got;
}

/* What a descriptor's mode forbids comes first, and is the host's to refuse. */
static bool noexec_refused(const MapRequest *r)
{
    bool shared_write =
        (r->flags & MAP_TYPE) != MAP_PRIVATE && (r->prot & PROT_WRITE);
    int mode;

    if (!r->noexec || !(r->prot & PROT_EXEC)) {
        return false;
    }
    mode = fcntl(r->fd, F_GETFL) & O_ACCMODE;
    return mode != O_WRONLY && !(shared_write && mode == O_RDONLY);
}

/*
 * mmap(2) treats MAP_FIXED over holes and mappings alike; were the range half
 * free, a host mapping that the map does not know could be in it.  Below
 * Mm.space the host makes none on its own (mm.h), so this is but a guard.
 */
int64_t mm_map_locked(Mm *mm, const MapRequest *r)
{
    uint64_t len = align_up(r->len, r->align);
    int64_t addr = mm_choose_address(mm, r, len);
    int64_t got;
    Mapping m;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (addr < 0) {
        return addr;
    }
    check(page_aligned((uint64_t)addr) && mm_range_ok(mm, (uint64_t)addr, len),
          "a place at %#lx for %#lx bytes", (long)addr, (long)len);
    if (noexec_refused(r)) {
        return -EPERM;
    }
    if (mm->mdwe && writes_code(r->prot)) {
        return -EACCES;
    }
    if (!mm_within_limits(mm, (uint64_t)addr, len, r->prot, r->kind) ||
        !mm_room_for_more(mm)) {
        return -ENOMEM;
    }
    got = host_map(mm, r, (uint64_t)addr, len);
    if (got < 0) {
        return got;
    }
    check(got == addr, "mapped at %#lx, not %#lx", (long)got, (long)addr);
    m = (Mapping){(uint64_t)addr, (uint64_t)addr + len,
                  (uint32_t)r->prot & GUEST_PROT, r->kind,
                  mm_backing(mm, r, (uint64_t)addr)};
    mm_tell_code_gone(mm, m.start, m.end);
    map_set(&mm->map, &m);
    mm->code_version += (m.prot & PROT_EXEC) != 0;
    return addr;
}

/* What mmap refuses before it looks for a place, in Linux's order. */
static int64_t map_refused(const MapRequest *r)
{
    int flags = r->flags & MAP_ANONYMOUS ? 0 : fcntl(r->fd, F_GETFL);

    if (!page_aligned(r->offset)) {
        return -EINVAL;
    }
    if (flags < 0 || (flags & O_PATH)) {
        return -EBADF;
    }
    return 0;
}

int64_t mm_map(Mm *mm, const MapRequest *request)
{
    MapRequest r = *request;
    int64_t ret = map_refused(&r);

    if (ret == 0) {
        ret = mm_huge(&r);
    }
    if (ret < 0) {
        return ret;
    }
    if (r.len == 0) {
        return -EINVAL;
    }
    if (align_up(r.len, r.align) < r.len) {
        return -ENOMEM;
    }
    pthread_mutex_lock(&mm->lock);
    ret = mm_ring_view(mm, &r);
    ret = ret < 0 ? ret : mm_map_locked(mm, &r);
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

int64_t mm_unmap_locked(Mm *mm, uint64_t start, uint64_t end)
{
    check(start < end && page_aligned(start | end),
          "unmapped from %#lx to %#lx", (long)start, (long)end);
    if (!mm_room(mm)) {
        return -ENOMEM;
    }
    if (!mm_range_is_guests(mm, start, end)) {
        return -EINVAL;
    }
    if (map_is_free(&mm->map, start, end)) {
        return 0;
    }
    if (mm_host_unmap(mm, start, end) < 0) {
        return -errno;
    }
    mm_tell_code_gone(mm, start, end);
    map_clear(&mm->map, start, end);
    return 0;
}

int64_t mm_unmap(Mm *mm, uint64_t addr, uint64_t len)
{
    int64_t ret;

    if (!page_aligned(addr) || len == 0 || !mm_range_ok(mm, addr, len)) {
        return -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    ret = mm_unmap_locked(mm, addr, addr + page_up(len));
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

uint64_t mm_size(Mm *mm)
{
    uint64_t size = 0;

    pthread_mutex_lock(&mm->lock);
    for (size_t i = 0; i < mm->map.n; i++) {
        const Mapping *m = &mm->map.at[i];

        size += m->kind == MAPPING_HOST ? 0 : m->end - m->start;
    }
    pthread_mutex_unlock(&mm->lock);
    return size;
}

/* --- brk --- */

static int64_t grow_brk(Mm *mm, uint64_t start, uint64_t end)
{
    MapRequest r = {
        .addr = start,
        .len = end - start,
        .prot = PROT_READ | PROT_WRITE,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED_NOREPLACE,
        .fd = -1,
        .kind = MAPPING_HEAP,
    };

    return mm_map_locked(mm, &r);
}

/* Like the system call it returns the break, the old one on failure. */
int64_t mm_brk(Mm *mm, uint64_t brk)
{
    uint64_t old_end, new_end;
    int64_t ret = 0;

    pthread_mutex_lock(&mm->lock);
    check(mm->brk_start <= mm->brk && mm->brk <= mm->space.end,
          "a break at %#lx", (long)mm->brk);
    if (brk >= mm->brk_start && brk <= mm->space.end) {
        old_end = page_up(mm->brk);
        new_end = page_up(brk);
        if (new_end > old_end) {
            ret = grow_brk(mm, old_end, new_end);
        } else if (new_end < old_end) {
            ret = mm_unmap_locked(mm, new_end, old_end);
        }
        if (ret >= 0) {
            mm->brk = brk;
        }
    }
    ret = (int64_t)mm->brk;
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}
