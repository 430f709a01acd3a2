/* System V shared memory in the guest's space. */
#include "linux-user/mm/internal.h"

#include <sys/shm.h>

static int64_t shmat_locked(Mm *mm, int id, const MapRequest *r, int flags)
{
    uint64_t len = page_up(r->len);
    int64_t addr = mm_choose_address(mm, r, len);
    int prot = (flags & SHM_RDONLY ? PROT_READ : PROT_READ | PROT_WRITE) |
               (flags & SHM_EXEC ? PROT_EXEC : 0);
    Mapping m;

    check(mm_is_locked(mm), "%zu mappings, not locked", mm->map.n);
    if (addr < 0) {
        return addr == -EEXIST ? -EINVAL : addr;
    }
    if (mm->mdwe && writes_code(prot)) {
        return -EACCES;
    }
    if (!mm_within_limits(mm, (uint64_t)addr, len, prot, r->kind) ||
        !mm_room_for_more(mm)) {
        return -ENOMEM;
    }
    m = (Mapping){(uint64_t)addr, (uint64_t)addr + len, (uint32_t)prot,
                  MAPPING_PLAIN, BACKING_UNTOLD};
    if (mm->reserved) {
        flags |= SHM_REMAP;
    }
    if (shmat(id, g2h(mm, m.start), flags) == (void *)-1) {
        return -errno; /* SHM_EXEC needs a right of its own */
    }
    if (flags & SHM_EXEC) {
        mprotect(g2h(mm, m.start), len, host_prot(mm, prot));
    }
    mm_tell_code_gone(mm, m.start, m.end);
    map_set(&mm->map, &m);
    mm->code_version += (m.prot & PROT_EXEC) != 0;
    return addr;
}

int64_t mm_shmat(Mm *mm, int id, uint64_t addr, int flags)
{
    MapRequest r = {.addr = addr};
    struct shmid_ds ds;
    int64_t ret;

    if (flags & SHM_RND) {
        r.addr = page_down(addr);
    }
    if (!page_aligned(r.addr) || (!r.addr && (flags & SHM_REMAP))) {
        return -EINVAL;
    }
    if (shmctl(id, IPC_STAT, &ds) < 0) {
        return -errno;
    }
    if (addr) {
        r.flags = flags & SHM_REMAP ? MAP_FIXED : MAP_FIXED_NOREPLACE;
    }
    r.len = ds.shm_segsz;
    pthread_mutex_lock(&mm->lock);
    ret = shmat_locked(mm, id, &r, flags);
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

/* Only the kernel knows how long the segment is: see what is gone. */
int64_t mm_shmdt(Mm *mm, uint64_t addr)
{
    const Mapping *m;
    int64_t ret = -EINVAL;

    pthread_mutex_lock(&mm->lock);
    m = map_find(&mm->map, addr);
    if (m && m->kind != MAPPING_HOST && page_aligned(addr) && mm_room(mm)) {
        uint64_t end = map_find(&mm->map, addr)->end, gone = addr;

        ret = shmdt(g2h(mm, addr)) < 0 ? -errno : 0;
        while (ret == 0 && gone < end &&
               msync(g2h(mm, gone), GUEST_PAGE, MS_ASYNC) < 0) {
            gone += GUEST_PAGE;
        }
        check(gone <= end, "gone to %#lx, mapped to %#lx", (long)gone,
              (long)end);
        if (gone > addr) {
            mm_tell_code_gone(mm, addr, gone);
            map_clear(&mm->map, addr, gone);
            mm_host_gone(mm, addr, gone);
        }
    }
    mm_check(mm);
    pthread_mutex_unlock(&mm->lock);
    return ret;
}
