#include "util/fd.h"
#include <fcntl.h>
#include <sys/resource.h>
#include <unistd.h>

int fd_out_of_reach(int fd)
{
    enum { ROOM = 16 };
    struct rlimit lim;
    int high = -1;

    if (getrlimit(RLIMIT_NOFILE, &lim) == 0 && lim.rlim_cur > 4 * ROOM) {
        rlim_t top = lim.rlim_cur < 1 << 20 ? lim.rlim_cur : 1 << 20;

        high = fcntl(fd, F_DUPFD_CLOEXEC, (int)top - ROOM);
    }
    if (high < 0) {
        return fd;
    }
    close(fd);
    return high;
}
