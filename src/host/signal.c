#include "host/signal.h"

#include <sys/syscall.h>
#include "host/machine.h"
#include "host/usercopy.h"

long host_sigaction(int signo, const HostSigaction *act, HostSigaction *old)
{
    KernelSigaction new = {0}, was;
    if (act) {
        new.handler = act->handler;
        new.flags = act->flags;
        new.mask = act->mask;
        kernel_sigaction_finish(&new);
    }
    long ret = raw_syscall(SYS_rt_sigaction, signo, act ? (long)&new : 0,
                           old ? (long)&was : 0, sizeof(new.mask), 0, 0);
    if (ret == 0 && old) {
        *old = (HostSigaction){was.handler, was.flags, was.mask};
    }
    return ret;
}
