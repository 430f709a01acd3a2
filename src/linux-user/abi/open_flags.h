/* Flags of open, which guest and host may have as other bits. */
#ifndef LINUX_USER_ABI_OPEN_FLAGS_H
#define LINUX_USER_ABI_OPEN_FLAGS_H

#include "linux-user/abi/abi.h"

/* The generic table's, for GuestAbi.open_flag. */
#define OPEN_FLAGS_GENERIC                                                     \
    {                                                                          \
        [OPEN_DIRECT] = 040000, [OPEN_LARGEFILE] = 0100000,                    \
        [OPEN_DIRECTORY] = 0200000, [OPEN_NOFOLLOW] = 0400000                  \
    }

bool open_flags_same(const GuestAbi *abi);
/* Other bits stay. */
uint64_t open_flags_to_host(const GuestAbi *abi, uint64_t guest);
uint64_t open_flags_to_guest(const GuestAbi *abi, uint64_t host);

#endif
