#include "linux-user/task/iovec.h"

#include <errno.h>
#include "linux-user/task/call.h"

long iovec_read(Task *t, struct iovec *iov, uint64_t addr, uint64_t n)
{
    if (n > IOV_LIMIT) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), iov, addr, n * sizeof(*iov))) {
        return -EFAULT;
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t base = (uintptr_t)iov[i].iov_base;

        if (iov[i].iov_len > 0 && !mm_addr_ok(task_mm(t), base)) {
            return -EFAULT;
        }
        iov[i].iov_base = (void *)host_pointer(t, base);
    }
    return 0;
}

void iovec_grow(Task *t, const struct iovec *iov, uint64_t n)
{
    Mm *mm = task_mm(t);

    for (uint64_t i = 0; i < n; i++) {
        if (iov[i].iov_len > 0) {
            mm_grow_for(mm, h2g(mm, iov[i].iov_base));
        }
    }
}
