/* Files: what differs in structures, or needs a look at the path. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <unistd.h>
#include "host/calls.h"
#include "host/usercopy.h"
#include "linux-user/files/paths.h"
#include "linux-user/proc/proc.h"
#include "linux-user/proc/program.h"
#include "linux-user/task/call.h"
#include "linux-user/task/iovec.h"
#include "linux-user/task/own_fd.h"
#include "linux-user/task/path.h"

/* --- open --- */

/* What was opened may be the emulator, by a link to /proc/self/exe. */
static long exe_opened(Task *t, long fd, int dirfd, const char *path, int flags)
{
    char file[PATH_MAX];
    struct stat st;

    if (fd < 0 || fstat((int)fd, &st) < 0 ||
        !proc_exe_behind(t, dirfd, path, &st, file)) {
        return fd;
    }
    close((int)fd);
    return raw_syscall(SYS_openat, AT_FDCWD, (long)file, flags, 0, 0, 0);
}

static long open_file(Task *t, int dirfd, const char *path, int flags,
                      long mode)
{
    char file[PATH_MAX];
    long ret;

    if (path[0] && proc_exe(t, dirfd, path, file)) {
        path = file;
    } else if (path[0] == '/') {
        ret = proc_open(t, path, flags);
        if (ret != PROC_NOT_OURS) {
            return ret;
        }
    }
    if (program_runs(dirfd, path, flags)) {
        return -ETXTBSY;
    }
    ret = safe_syscall(&t->pending, SYS_openat, dirfd, (long)path, flags, mode,
                       0, 0);
    ret = exe_opened(t, ret, dirfd, path, flags);
    return proc_opened(t, ret, flags);
}

long sys_openat(Task *t, const uint64_t *a)
{
    char path[PATH_MAX];
    long ret = path_read(t, a[1], path, !((int)a[2] & O_NOFOLLOW));

    if (ret == -EFAULT) {
        return raw_syscall(SYS_openat, (int)a[0], bad_pointer(), (int)a[2],
                           (long)a[3], 0, 0);
    }
    return ret < 0 ? ret : open_file(t, (int)a[0], path, (int)a[2], (long)a[3]);
}

/*
 * A struct open_how for the host: the guest's, or where flags are other bits, a
 * copy, for which there is room of a page, as much as it may have.
 */
static long host_how(Task *t, const uint64_t *a, uint64_t *copy)
{
    if (t->proc->same_open_flags || a[3] < sizeof(*copy)) {
        return host_pointer(t, a[2]);
    }
    if (a[3] > GUEST_PAGE || !mm_read(task_mm(t), copy, a[2], a[3])) {
        return a[3] > GUEST_PAGE ? 0 : bad_pointer();
    }
    copy[0] = flags_to_host(t, copy[0]);
    return (long)copy;
}

/* struct open_how: flags, mode, resolve; a longer one must be zero there. */
long sys_openat2(Task *t, const uint64_t *a)
{
    char path[PATH_MAX];
    uint64_t how[3] = {0}, copy[GUEST_PAGE / sizeof(uint64_t)];
    bool read =
        mm_read(task_mm(t), how, a[2], a[3] < sizeof(how) ? a[3] : sizeof(how));
    long ret =
        path_read(t, a[1], path, !(flags_to_host(t, how[0]) & O_NOFOLLOW));

    how[0] = flags_to_host(t, how[0]);
    if (!read || ret == -EFAULT) {
        return raw_syscall(SYS_openat2, (int)a[0], path_argument(ret, path),
                           read ? host_pointer(t, a[2]) : bad_pointer(),
                           (long)a[3], 0, 0);
    }
    if (ret < 0) {
        return ret;
    }
    if (a[3] == sizeof(how) && how[2] == 0 && how[0] <= INT_MAX) {
        return open_file(t, (int)a[0], path, (int)how[0], (long)how[1]);
    }
    ret = safe_syscall(&t->pending, SYS_openat2, (int)a[0], (long)path,
                       host_how(t, a, copy), (long)a[3], 0, 0);
    ret = exe_opened(t, ret, (int)a[0], path, (int)how[0]);
    return proc_opened(t, ret, (int)how[0]);
}

static bool is_program(Task *t, const char *path)
{
    char file[PATH_MAX];

    return (path[0] && proc_exe(t, AT_FDCWD, path, file)) ||
           program_runs(AT_FDCWD, path, O_WRONLY);
}

long sys_truncate(Task *t, const uint64_t *a)
{
    char path[PATH_MAX];
    long ret = path_read(t, a[0], path, true);

    if (ret < 0 && ret != -EFAULT) {
        return ret;
    }
    if (ret == 0 && (int64_t)a[1] >= 0 && is_program(t, path)) {
        return -ETXTBSY;
    }
    return raw_syscall(SYS_truncate, path_argument(ret, path), (long)a[1], 0, 0,
                       0, 0);
}

/*
 * A file for the kernel to write to.  It refuses a program that runs, behind
 * other errors: the emulator's is one.
 */
static long kernels_file(Task *t, int host, const uint64_t *a)
{
    char path[PATH_MAX];
    bool read = mm_read_string(task_mm(t), path, a[0], sizeof(path)) > 0;

    if (read && is_program(t, path)) {
        return raw_syscall(host, (long)"/proc/self/exe", (long)a[1], 0, 0, 0,
                           0);
    }
    return pass_call(t, host, 1, a);
}

long sys_acct(Task *t, const uint64_t *a)
{
    return kernels_file(t, SYS_acct, a);
}

long sys_swapon(Task *t, const uint64_t *a)
{
    return kernels_file(t, SYS_swapon, a);
}

static long access_path(Task *t, int host, const uint64_t *a, long flags)
{
    char path[PATH_MAX], file[PATH_MAX], *at = path;
    long ret = path_read(t, a[1], path, !(flags & AT_SYMLINK_NOFOLLOW));

    if (ret < 0 && ret != -EFAULT) {
        return ret;
    }
    if (ret == 0 && !(flags & AT_SYMLINK_NOFOLLOW) &&
        path_to_program(t, (int)a[0], a[1], file)) {
        at = file;
    }
    return raw_syscall(host, (int)a[0], path_argument(ret, at), (long)a[2],
                       flags, 0, 0);
}

long sys_faccessat(Task *t, const uint64_t *a)
{
    return access_path(t, SYS_faccessat, a, 0);
}

long sys_faccessat2(Task *t, const uint64_t *a)
{
    return access_path(t, SYS_faccessat2, a, (long)a[3]);
}

static long give_link(Task *t, uint64_t buf, uint64_t size, const char *text)
{
    size_t n = strlen(text);

    if (size == 0 || size > INT_MAX) {
        return -EINVAL;
    }
    n = n < size ? n : size;
    return mm_write(task_mm(t), buf, text, n) ? (long)n : -EFAULT;
}

long sys_readlinkat(Task *t, const uint64_t *a)
{
    char path[PATH_MAX], file[PATH_MAX], *at = path;
    long ret = path_read(t, a[1], path, false);

    if (ret < 0 && ret != -EFAULT) {
        return ret;
    }
    if (ret == 0 && proc_exe(t, (int)a[0], path, file)) {
        if (strncmp(file, "/proc/", 6) != 0) {
            return give_link(t, a[2], a[3], file);
        }
        at = file;
    }
    return raw_syscall(SYS_readlinkat, (int)a[0], path_argument(ret, at),
                       host_pointer(t, a[2]), (long)a[3], 0, 0);
}

/* --- stat --- */

static long give_stat(Task *t, uint64_t addr, const struct stat *st)
{
    return structure_write(t, LAYOUT_stat, addr, st) ? 0 : -EFAULT;
}

/* A path, or for AT_EMPTY_PATH none; /proc/self/exe is the guest's. */
static long stat_path(Task *t, int dir, uint64_t addr, uint64_t flags,
                      char path[PATH_MAX])
{
    char exe[PATH_MAX];
    long ret;

    if (!addr && (flags & AT_EMPTY_PATH)) {
        path[0] = '\0';
        return 0;
    }
    ret = path_read(t, addr, path, !(flags & AT_SYMLINK_NOFOLLOW));
    if (ret == 0 && path[0] && !(flags & AT_SYMLINK_NOFOLLOW) &&
        proc_exe(t, dir, path, exe)) {
        strcpy(path, exe);
    }
    return ret;
}

long sys_newfstatat(Task *t, const uint64_t *a)
{
    char path[PATH_MAX], file[PATH_MAX];
    struct stat st;
    long ret = stat_path(t, (int)a[0], a[1], a[3], path);

    if (ret == 0 || ret == -EFAULT) {
        ret = raw_syscall(SYS_newfstatat, (int)a[0], path_argument(ret, path),
                          (long)&st, (long)a[3], 0, 0);
    }
    if (ret == 0 && !(a[3] & AT_SYMLINK_NOFOLLOW) && path[0] &&
        proc_exe_behind(t, (int)a[0], path, &st, file)) {
        stat(file, &st);
    }
    return ret < 0 ? ret : give_stat(t, a[2], &st);
}

/* What links led to is seen by its inode, which is given in any case. */
static bool statx_exe(Task *t, const uint64_t *a, const char *path,
                      const struct statx *st, char file[PATH_MAX])
{
    const struct stat found = {
        .st_ino = st->stx_ino,
        .st_dev = makedev(st->stx_dev_major, st->stx_dev_minor),
    };

    return path[0] && !(a[2] & AT_SYMLINK_NOFOLLOW) &&
           proc_exe_behind(t, (int)a[0], path, &found, file);
}

long sys_statx(Task *t, const uint64_t *a)
{
    char path[PATH_MAX], file[PATH_MAX];
    struct statx st;
    long ret = stat_path(t, (int)a[0], a[1], a[2], path);

    if (ret < 0 && ret != -EFAULT) {
        return ret;
    }
    ret = raw_syscall(SYS_statx, (int)a[0], path_argument(ret, path),
                      (long)a[2], (long)a[3], (long)&st, 0);
    if (ret == 0 && statx_exe(t, a, path, &st, file)) {
        ret = raw_syscall(SYS_statx, AT_FDCWD, (long)file, (long)a[2],
                          (long)a[3], (long)&st, 0);
    }
    return ret < 0                                       ? ret
           : mm_write(task_mm(t), a[4], &st, sizeof(st)) ? 0
                                                         : -EFAULT;
}

/* --- extended attributes --- */

/*
 * struct xattr_args: the value's address, its size, flags.  A longer one must
 * be zero there.
 */
static long xattr_at(Task *t, int host, const uint64_t *a)
{
    uint64_t args[GUEST_PAGE / sizeof(uint64_t)];
    char file[PATH_MAX];
    uint64_t v[6] = {a[0], a[1], a[2], a[3], (uintptr_t)args, a[5]};

    if (a[5] > sizeof(args)) {
        return -E2BIG;
    }
    if (!mm_read(task_mm(t), args, a[4], a[5])) {
        return -EFAULT;
    }
    if (a[5] >= sizeof(args[0])) {
        args[0] = (uint64_t)host_pointer(t, args[0]);
    }
    if (!(a[2] & AT_SYMLINK_NOFOLLOW) &&
        path_to_program(t, (int)a[0], a[1], file)) {
        v[1] = (uintptr_t)file;
        return pass_call(t, host, 1 << 3, v);
    }
    return pass_call(t, host, 1 << 1 | 1 << 3, v);
}

long sys_setxattrat(Task *t, const uint64_t *a)
{
    return xattr_at(t, SYS_setxattrat, a);
}

long sys_getxattrat(Task *t, const uint64_t *a)
{
    return xattr_at(t, SYS_getxattrat, a);
}

/* --- vectors --- */

/* Bad vectors are the kernel's to refuse, after a bad descriptor. */
static long vector_call(Task *t, int host, const uint64_t *a)
{
    struct iovec iov[IOV_LIMIT];
    bool ok = iovec_read(t, iov, a[1], a[2]) == 0;

    if (ok) {
        iovec_grow(t, iov, a[2]);
    }
    return safe_syscall(&t->pending, host, (int)a[0],
                        ok ? (long)iov : bad_pointer(), (long)a[2], (long)a[3],
                        (long)a[4], (long)a[5]);
}

long sys_readv(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_readv, a);
}

long sys_writev(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_writev, a);
}

long sys_preadv(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_preadv, a);
}

long sys_pwritev(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_pwritev, a);
}

long sys_preadv2(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_preadv2, a);
}

long sys_pwritev2(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_pwritev2, a);
}

long sys_vmsplice(Task *t, const uint64_t *a)
{
    return vector_call(t, SYS_vmsplice, a);
}

/* --- what may be /proc/self/mem --- */

static uint64_t offset_of(const uint64_t *a)
{
    return (uint64_t)lseek((int)a[0], 0, SEEK_CUR);
}

static long advance(const uint64_t *a, long n)
{
    if (n > 0) {
        lseek((int)a[0], n, SEEK_CUR);
    }
    return n;
}

long sys_read(Task *t, const uint64_t *a)
{
    int pid = proc_mem_of(t, (int)a[0], O_RDONLY);

    if (pid) {
        return advance(a, proc_mem_read(t, pid, offset_of(a), a[1], a[2]));
    }
    return pass_call(t, SYS_read, 1u << 1, a);
}

long sys_write(Task *t, const uint64_t *a)
{
    int pid = proc_mem_of(t, (int)a[0], O_WRONLY);

    if (pid) {
        return advance(a, proc_mem_write(t, pid, offset_of(a), a[1], a[2]));
    }
    return pass_call(t, SYS_write, 1u << 1, a);
}

long sys_pread64(Task *t, const uint64_t *a)
{
    int pid = proc_mem_of(t, (int)a[0], O_RDONLY);

    return pid ? proc_mem_read(t, pid, a[3], a[1], a[2])
               : pass_call(t, SYS_pread64, 1u << 1, a);
}

long sys_pwrite64(Task *t, const uint64_t *a)
{
    int pid = proc_mem_of(t, (int)a[0], O_WRONLY);

    return pid ? proc_mem_write(t, pid, a[3], a[1], a[2])
               : pass_call(t, SYS_pwrite64, 1u << 1, a);
}

/* --- descriptors --- */

static bool is_own(const Task *t, uint64_t fd)
{
    return (int)fd >= 0 && own_fd(t, (int)fd) == (int)fd;
}

long sys_getdents64(Task *t, const uint64_t *a)
{
    long n = pass_call(t, SYS_getdents64, 1u << 1, a);

    return proc_hide_own(t, (int)a[0], a[1], n);
}

long sys_close(Task *t, const uint64_t *a)
{
    if (is_own(t, a[0])) {
        return -EBADF;
    }
    return safe_syscall(&t->pending, SYS_close, (int)a[0], 0, 0, 0, 0, 0);
}

long sys_dup3(Task *t, const uint64_t *a)
{
    if ((int)a[1] == t->proc->program.fd && (int)a[0] != (int)a[1]) {
        program_give_way(t->proc);
    }
    if (is_own(t, a[0]) || is_own(t, a[1])) {
        return -EBADF;
    }
    return safe_syscall(&t->pending, SYS_dup3, (int)a[0], (int)a[1], (int)a[2],
                        0, 0, 0);
}

/* What lies between those that are not the guest's. */
long sys_close_range(Task *t, const uint64_t *a)
{
    unsigned first = (unsigned)a[0], last = (unsigned)a[1];
    long ret = 0;
    int own;

    while (ret == 0 && first <= INT_MAX && (own = own_fd(t, (int)first)) >= 0 &&
           (unsigned)own <= last) {
        if ((unsigned)own > first) {
            ret = raw_syscall(SYS_close_range, first, own - 1, (long)a[2], 0, 0,
                              0);
        }
        first = (unsigned)own + 1;
        if ((unsigned)own == last) {
            return ret;
        }
    }
    return ret ? ret
               : raw_syscall(SYS_close_range, first, last, (long)a[2], 0, 0, 0);
}

static bool fcntl_has_pointer(int cmd)
{
    switch (cmd) {
    case F_GETLK:
    case F_SETLK:
    case F_SETLKW:
    case F_OFD_GETLK:
    case F_OFD_SETLK:
    case F_OFD_SETLKW:
    case F_GETOWN_EX:
    case F_SETOWN_EX:
    case F_GET_RW_HINT:
    case F_SET_RW_HINT:
    case F_GET_FILE_RW_HINT:
    case F_SET_FILE_RW_HINT: return true;
    default: return false;
    }
}

/* struct flock and the commands are the same in both ABIs. */
long sys_fcntl(Task *t, const uint64_t *a)
{
    uint64_t v[6] = {a[0], a[1], a[2]};
    unsigned pointers = fcntl_has_pointer((int)a[1]) ? 1u << 2 : 0;
    long ret;

    if ((int)a[1] == F_SETFL) {
        v[2] = flags_to_host(t, a[2]);
    }
    ret = pass_call(t, SYS_fcntl, pointers, v);
    return (int)a[1] == F_GETFL && ret >= 0
               ? (long)flags_to_guest(t, (uint64_t)ret)
               : ret;
}
