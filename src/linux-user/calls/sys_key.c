/* keyctl: which arguments are pointers depends on the operation. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <linux/keyctl.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "host/usercopy.h"
#include "linux-user/task/call.h"
#include "linux-user/task/iovec.h"

/* Bits: the arguments that are pointers to something without pointers. */
static const struct Operation {
    bool known;
    uint8_t pointers;
} operations[] = {
    [KEYCTL_GET_KEYRING_ID] = {true, 0},
    [KEYCTL_JOIN_SESSION_KEYRING] = {true, 1 << 1},
    [KEYCTL_UPDATE] = {true, 1 << 2},
    [KEYCTL_REVOKE] = {true, 0},
    [KEYCTL_CHOWN] = {true, 0},
    [KEYCTL_SETPERM] = {true, 0},
    [KEYCTL_DESCRIBE] = {true, 1 << 2},
    [KEYCTL_CLEAR] = {true, 0},
    [KEYCTL_LINK] = {true, 0},
    [KEYCTL_UNLINK] = {true, 0},
    [KEYCTL_SEARCH] = {true, 1 << 2 | 1 << 3},
    [KEYCTL_READ] = {true, 1 << 2},
    [KEYCTL_INSTANTIATE] = {true, 1 << 2},
    [KEYCTL_NEGATE] = {true, 0},
    [KEYCTL_SET_REQKEY_KEYRING] = {true, 0},
    [KEYCTL_SET_TIMEOUT] = {true, 0},
    [KEYCTL_ASSUME_AUTHORITY] = {true, 0},
    [KEYCTL_GET_SECURITY] = {true, 1 << 2},
    [KEYCTL_SESSION_TO_PARENT] = {true, 0},
    [KEYCTL_REJECT] = {true, 0},
    [KEYCTL_INVALIDATE] = {true, 0},
    [KEYCTL_GET_PERSISTENT] = {true, 0},
    [KEYCTL_PKEY_QUERY] = {true, 1 << 3 | 1 << 4},
    [KEYCTL_PKEY_ENCRYPT] = {true, 0x1e},
    [KEYCTL_PKEY_DECRYPT] = {true, 0x1e},
    [KEYCTL_PKEY_SIGN] = {true, 0x1e},
    [KEYCTL_PKEY_VERIFY] = {true, 0x1e},
    [KEYCTL_RESTRICT_KEYRING] = {true, 1 << 2 | 1 << 3},
    [KEYCTL_MOVE] = {true, 0},
    [KEYCTL_CAPABILITIES] = {true, 1 << 1},
    [KEYCTL_WATCH_KEY] = {true, 0},
};

/* instantiate(key, iovecs, their number, ring) */
static long instantiate_vector(Task *t, const uint64_t *a)
{
    struct iovec iov[IOV_LIMIT];
    long ret = iovec_read(t, iov, a[2], a[3]);

    return ret < 0 ? ret
                   : raw_syscall(SYS_keyctl, KEYCTL_INSTANTIATE_IOV, (long)a[1],
                                 (long)iov, (long)a[3], (long)a[4], 0);
}

long sys_keyctl(Task *t, const uint64_t *a)
{
    unsigned op = (unsigned)a[0];

    if (op == KEYCTL_INSTANTIATE_IOV) {
        return instantiate_vector(t, a);
    }
    if (op >= sizeof(operations) / sizeof(operations[0]) ||
        !operations[op].known) {
        return -EOPNOTSUPP;
    }
    return pass_call(t, SYS_keyctl, operations[op].pointers, a);
}
