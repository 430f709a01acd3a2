/* Behind a handler. */
#include "linux-user/task/sys.h"

#include "linux-user/signal/frame.h"
#include "linux-user/deliver/deliver.h"
#include "linux-user/signal/signal.h"

static long no_frame(Task *t)
{
    t->no_result = true;
    deliver_fault(t, SIGSEGV, SI_KERNEL, 0);
    return 0;
}

/*
 * What has come under the handler's mask is delivered under it: so the mask is
 * changed as by rt_sigprocmask, and only then the registers.
 */
long sys_rt_sigreturn(Task *t, const uint64_t *a)
{
    uint64_t mask;
    long ret;

    (void)a;
    if (!frame_mask(t, &mask)) {
        return no_frame(t);
    }
    ret = signal_change_mask(t, mask & ~NEVER_BLOCKED);
    if (ret < 0) {
        return ret;
    }
    t->no_result = true;
    return frame_pop(t) ? 0 : no_frame(t);
}
