/* Views: memory files in place of the kernel's, and names below /proc. */
#include "linux-user/proc/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "util/check.h"

/* --- names --- */

/* What follows "/proc/self/", or the process's id in its place; else NULL. */
static const char *after_process(const char *path)
{
    char self[32];
    size_t n;

    if (strncmp(path, "/proc/", 6) != 0) {
        return NULL;
    }
    path += 6;
    n = (size_t)snprintf(self, sizeof(self), "%d/", (int)getpid());
    if (strncmp(path, self, n) == 0) {
        return path + n;
    }
    if (strncmp(path, "self/", 5) == 0) {
        return path + 5;
    }
    return strncmp(path, "thread-self/", 12) == 0 ? path + 12 : NULL;
}

const char *proc_own_file(const char *path)
{
    const char *file = after_process(path), *tid;

    if (file && strncmp(file, "task/", 5) == 0) {
        tid = file + 5 + strspn(file + 5, "0123456789");
        if (tid > file + 5 && *tid == '/') {
            return tid + 1;
        }
    }
    return file;
}

bool proc_is_own_exe(const char *path)
{
    const char *file = after_process(path);

    return file && strcmp(file, "exe") == 0;
}

bool proc_path(int fd, char path[PATH_MAX])
{
    enum { PROC_SUPER_MAGIC = 0x9fa0 };
    struct statfs fs;
    char link[32];
    ssize_t n;

    if (raw_syscall(SYS_fstatfs, fd, (long)&fs, 0, 0, 0, 0) < 0 ||
        fs.f_type != PROC_SUPER_MAGIC) {
        return false;
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return n > 0;
}

/* --- memory files --- */

long proc_reopen(int fd, int flags)
{
    const int kept = O_ACCMODE | O_CLOEXEC | O_NONBLOCK | O_APPEND;
    char link[32];
    long ret;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    ret = open(link, flags & kept);
    ret = ret < 0 ? -errno : ret;
    close(fd);
    return ret;
}

FILE *proc_view_begin(const char *name, int *fd)
{
    int copy;

    *fd = memfd_create(name, MFD_ALLOW_SEALING);
    copy = *fd < 0 ? -1 : fcntl(*fd, F_DUPFD_CLOEXEC, 0);
    return copy < 0 ? NULL : fdopen(copy, "w");
}

long proc_view_done(FILE *out, int fd, mode_t mode, int flags)
{
    check(out && fd >= 0, "a view at %d", fd);
    fclose(out);
    fchmod(fd, mode & 0777);
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
    return proc_reopen(fd, flags);
}
