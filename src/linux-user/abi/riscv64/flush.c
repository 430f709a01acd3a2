/* The instruction cache: its call. */
#include "linux-user/abi/riscv64/abi.h"

#include <errno.h>

/*
 * riscv_flush_icache(start, end, flags): 0 or SYS_RISCV_FLUSH_ICACHE_LOCAL.
 * As Linux does, all is flushed: the range may be another view of the code.
 */
long sys_riscv_flush_icache(Task *t, const uint64_t *a)
{
    if (a[2] & ~1ull) {
        return -EINVAL;
    }
    if (a[1] > a[0]) {
        exec_fence(t->cpu);
    }
    return 0;
}
