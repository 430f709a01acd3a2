/* The instruction cache: its calls. */
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

/*
 * (on or off, process or thread): may fence.i be used without a call?  Here
 * it may at any time, on whatever processor a thread goes on.
 */
static long set_flush_context(Task *t, const uint64_t *a)
{
    (void)t;
    return a[1] > 1 || a[2] > 1 ? -EINVAL : 0;
}

const AbiPrctl riscv64_prctls[] = {
    {71, set_flush_context}, /* PR_RISCV_SET_ICACHE_FLUSH_CTX */
    {0, NULL},
};
