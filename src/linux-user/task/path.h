/* Paths: of a call's argument, below the -L prefix. */
#ifndef LINUX_USER_PATH_H
#define LINUX_USER_PATH_H

#include <errno.h>
#include "linux-user/task/call.h"

/*
 * Replaces an absolute path by the same below the prefix, links resolved
 * there (the last only if `follow`).  False, nothing changed, if it does not
 * exist there, or is of /proc, /sys or /dev.
 */
bool path_below(const char *prefix, char path[PATH_MAX], bool follow);
/*
 * The path at guest address addr in buf, below the -L prefix if it is
 * absolute and exists there.  0 or -errno.
 */
long path_read(Task *t, uint64_t addr, char buf[PATH_MAX], bool follow);

/*
 * What a call of the host is given for a path of which path_read() or its
 * like says `got`: one that cannot be read is the kernel's to refuse, in its
 * own order of errors.
 */
static inline long path_argument(long got, const char *path)
{
    return got == -EFAULT ? bad_pointer() : (long)path;
}

#endif
