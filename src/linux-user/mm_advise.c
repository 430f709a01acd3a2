/* madvise. */
#include "linux-user/mm_int.h"

int64_t mm_advise(Mm *mm, uint64_t addr, uint64_t len, int advice)
{
    uint64_t end = addr + page_up(len);
    int64_t ret = -ENOMEM;

    if (!guest_range_ok(addr, len)) {
        return page_aligned(addr) ? -ENOMEM : -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    if (map_run_end(&mm->map, addr, end) == end || !page_aligned(addr)) {
        ret = madvise(g2h(mm, addr), len, advice) < 0 ? -errno : 0;
        if (advice == MADV_DONTNEED || advice == MADV_REMOVE) {
            mm_tell_code_gone(mm, addr, end);
        }
    }
    pthread_mutex_unlock(&mm->lock);
    return ret;
}
