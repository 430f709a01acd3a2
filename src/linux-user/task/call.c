#include "linux-user/task/call.h"

#include "host/usercopy.h"
#include "util/check.h"

long pass_call(Task *t, int host, unsigned pointers, const uint64_t *a)
{
    long v[6];

    check(host >= 0, "a call that the host does not have");
    for (int i = 0; i < 6; i++) {
        v[i] = pointers >> i & 1 ? host_pointer(t, a[i]) : (long)a[i];
    }
    return safe_syscall(&t->pending, host, v[0], v[1], v[2], v[3], v[4],
                        v[5]);
}
