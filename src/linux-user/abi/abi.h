/*
 * What linux-user has to know of a guest: one constant GuestAbi for each, which
 * the guest's row of the registry (guest/guest.h) names.
 */
#ifndef LINUX_USER_ABI_ABI_H
#define LINUX_USER_ABI_ABI_H

#include <stdint.h>

struct Syscall;

typedef struct GuestAbi {
    /* Its system calls by number; NULL: there is none (task/sys.h). */
    const struct Syscall *const *calls;
    unsigned nb_calls;
} GuestAbi;

#endif
