#include "linux-user/abi/open_flags.h"

#include <asm/fcntl.h> /* the kernel's: libc has no O_LARGEFILE */
#include <string.h>

static const uint32_t host_flag[NB_OPEN_FLAGS] = {
    [OPEN_DIRECT] = O_DIRECT,
    [OPEN_LARGEFILE] = O_LARGEFILE,
    [OPEN_DIRECTORY] = O_DIRECTORY,
    [OPEN_NOFOLLOW] = O_NOFOLLOW,
};

bool open_flags_same(const GuestAbi *abi)
{
    return memcmp(abi->open_flag, host_flag, sizeof(host_flag)) == 0;
}

static uint64_t convert(uint64_t flags, const uint32_t *from,
                        const uint32_t *to)
{
    uint64_t result = flags;

    for (int i = 0; i < NB_OPEN_FLAGS; i++) {
        result &= ~(uint64_t)from[i];
    }
    for (int i = 0; i < NB_OPEN_FLAGS; i++) {
        result |= flags & from[i] ? to[i] : 0;
    }
    return result;
}

uint64_t open_flags_to_host(const GuestAbi *abi, uint64_t guest)
{
    return convert(guest, abi->open_flag, host_flag);
}

uint64_t open_flags_to_guest(const GuestAbi *abi, uint64_t host)
{
    return convert(host, host_flag, abi->open_flag);
}
