/* Behind a handler. */
#include "linux-user/task/sys.h"

#include "linux-user/abi/riscv64/frame.h"
#include "linux-user/deliver/deliver.h"
#include "linux-user/signal/signal.h"

long sys_rt_sigreturn(Task *t, const uint64_t *a)
{
    uint64_t mask;

    (void)a;
    t->no_result = true;
    if (frame_pop(t, &mask)) {
        if (t->pending) {
            t->sigmask = mask & ~NEVER_BLOCKED;   /* delivery sets it */
        } else {
            signal_let_in(t, mask);
        }
    } else {
        deliver_fault(t, SIGSEGV, SI_KERNEL, 0);
    }
    return 0;
}
