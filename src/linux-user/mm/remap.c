/* mremap. */
#include "linux-user/mm/internal.h"

typedef struct Remap {
    uint64_t addr, old_len, new_len, new_addr;
    int flags;
} Remap;

static int64_t host_remap(Mm *mm, const Remap *r, int flags, uint64_t to)
{
    return host_result(mm, mremap(g2h(mm, r->addr), r->old_len, r->new_len,
                                  flags, g2h(mm, to)));
}

/*
 * In a reserved range the pages behind are taken: free them for a moment.  A
 * thread of the emulator's may be given them in that moment.
 */
static int64_t grow_in_place(Mm *mm, const Remap *r, Mapping m)
{
    uint64_t end = r->addr + r->old_len, new_end = r->addr + r->new_len;
    int64_t got;

    check(r->old_len < r->new_len, "grows from %#lx to %#lx", (long)r->old_len,
          (long)r->new_len);
    if (!mm_range_ok(mm, r->addr, r->new_len) ||
        !map_is_free(&mm->map, end, new_end)) {
        return -ENOMEM;
    }
    if (!mm_within_limits(mm, end, new_end - end, (int)m.prot, m.kind)) {
        return -ENOMEM;
    }
    if (mm->reserved) {
        munmap(g2h(mm, end), new_end - end);
    }
    got = host_remap(mm, r, 0, 0);
    if (got < 0) {
        mm_host_gone(mm, end, new_end);
        return got;
    }
    m.start = r->addr;
    m.end = new_end;
    map_set(&mm->map, &m);
    return got;
}

static int64_t move_mapping(Mm *mm, const Remap *r, uint64_t to, Mapping m)
{
    int keep = r->flags & MREMAP_DONTUNMAP;
    uint64_t more = r->new_len > r->old_len ? r->new_len - r->old_len : 0;
    int64_t got;

    if (!mm_within_limits(mm, to, keep ? r->new_len : more, (int)m.prot,
                          m.kind)) {
        return -ENOMEM;
    }
    got = host_remap(mm, r, MREMAP_MAYMOVE | MREMAP_FIXED | keep, to);

    if (got < 0) {
        return got;
    }
    check(got == (int64_t)to, "moved to %#lx, not %#lx", (long)got, (long)to);
    mm_tell_code_gone(mm, to, to + r->new_len);
    mm_tell_code_gone(mm, r->addr, r->addr + r->old_len);
    m.start = to;
    m.end = to + r->new_len;
    map_set(&mm->map, &m);
    if (r->old_len > 0 && !keep) {
        map_clear(&mm->map, r->addr, r->addr + r->old_len);
        mm_host_gone(mm, r->addr, r->addr + r->old_len);
    }
    return got;
}

static bool overlap(uint64_t a, uint64_t a_len, uint64_t b, uint64_t b_len)
{
    return a < b + b_len && b < a + a_len;
}

static int64_t remap_fixed(Mm *mm, const Remap *r, Mapping m)
{
    if (!page_aligned(r->new_addr) ||
        !mm_range_ok(mm, r->new_addr, r->new_len) ||
        overlap(r->addr, r->old_len, r->new_addr, r->new_len)) {
        return -EINVAL;
    }
    if (!mm_range_is_guests(mm, r->new_addr, r->new_addr + r->new_len)) {
        return -ENOMEM;
    }
    return move_mapping(mm, r, r->new_addr, m);
}

static int64_t remap_locked(Mm *mm, const Remap *r)
{
    const Mapping *found = map_find(&mm->map, r->addr);
    uint64_t old_end = r->addr + r->old_len;
    int64_t got;
    uint64_t to;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (!found || found->kind == MAPPING_HOST || found->end < old_end) {
        return -EFAULT;
    }
    if (!mm_room_for_more(mm)) {
        return -ENOMEM;
    }
    mm_unwatch_locked(mm, r->addr, old_end);
    found = map_find(&mm->map, r->addr);
    check(found && found->end >= old_end, "what moves from %#lx is gone",
          (long)r->addr);
    if (r->flags & MREMAP_FIXED) {
        return remap_fixed(mm, r, *found);
    }
    if (r->new_len <= r->old_len && !(r->flags & MREMAP_DONTUNMAP)) {
        got = r->new_len == r->old_len
                  ? 0
                  : mm_unmap_locked(mm, r->addr + r->new_len, old_end);
        return got < 0 ? got : (int64_t)r->addr;
    }
    if (r->old_len > 0 && !(r->flags & MREMAP_DONTUNMAP)) {
        got = grow_in_place(mm, r, *found);
        if (got != -ENOMEM || !(r->flags & MREMAP_MAYMOVE)) {
            return got;
        }
    }
    to = map_find_gap(&mm->map, MMAP_MIN, mm_top(mm), r->new_len, GUEST_PAGE);
    return to ? move_mapping(mm, r, to, *found) : -ENOMEM;
}

int64_t mm_remap(Mm *mm, uint64_t addr, uint64_t old_len, uint64_t new_len,
                 int flags, uint64_t new_addr)
{
    Remap r = {addr, page_up(old_len), page_up(new_len), new_addr, flags};
    int need_move = MREMAP_FIXED | MREMAP_DONTUNMAP;
    int64_t ret;

    if ((flags & ~(MREMAP_MAYMOVE | need_move)) || !page_aligned(addr) ||
        ((flags & need_move) && !(flags & MREMAP_MAYMOVE)) || r.new_len == 0 ||
        r.new_len < new_len || r.old_len < old_len ||
        ((flags & MREMAP_DONTUNMAP) && r.old_len != r.new_len) ||
        (old_len == 0 && !(flags & MREMAP_MAYMOVE))) {
        return -EINVAL;
    }
    if (!mm_range_ok(mm, addr, r.old_len)) {
        return -EFAULT;
    }
    if (r.new_len > mm->space.end) {
        return -ENOMEM;
    }
    pthread_mutex_lock(&mm->lock);
    ret = remap_locked(mm, &r);
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}
