/*
 * vFile: the client's view of files, which is the guest's, so that it finds
 * program and libraries without copies of its own.  Numbers of errors and
 * flags are those of GDB's File-I/O protocol.
 */
#include "gdbstub/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "util/check.h"
#include "util/fd.h"

_Static_assert(2 * PATH_MAX + 32 <= PACKET_MAX, "any path, escaped");

enum { FILEIO_ENAMETOOLONG = 91, FILEIO_EUNKNOWN = 9999 };

/* Those that are not the same as Linux' are rare. */
static int fileio_error(int error)
{
    return error == ENAMETOOLONG ? FILEIO_ENAMETOOLONG
           : error > EROFS       ? FILEIO_EUNKNOWN
                                 : error;
}

static void put_result(Reply *r, long result)
{
    if (result < 0) {
        put(r, "F-1,%x", fileio_error((int)-result));
    } else {
        put(r, "F%lx", result);
    }
}

static long result_of(long ret)
{
    return ret < 0 ? -errno : ret;
}

/* In hex, up to a comma or the end. */
static bool take_path(const char **s, char path[PATH_MAX])
{
    size_t n = take_hex(s, path, PATH_MAX - 1);

    path[n] = '\0';
    return n > 0;
}

static int host_flags(uint64_t flags)
{
    return (int)(flags & 3) | (flags & 0x8 ? O_APPEND : 0) |
           (flags & 0x200 ? O_CREAT : 0) | (flags & 0x400 ? O_TRUNC : 0) |
           (flags & 0x800 ? O_EXCL : 0) | O_CLOEXEC;
}

static long do_open(Gdb *g, const char *args)
{
    const GdbThread *th = world_find(g, g->told_tid);
    char path[PATH_MAX];
    uint64_t flags, mode;
    int fd;

    if (!take_path(&args, path) || !take_char(&args, ',') ||
        !take_number_before(&args, ',', &flags) || !take_number(&args, &mode)) {
        return -EINVAL;
    }
    th = th ? th : world_find(g, 0);
    if (!th) {
        return -ESRCH;
    }
    fd = g->target.open(th->cpu, path, host_flags(flags), (int)mode);
    return fd < 0 ? fd : fd_out_of_reach(fd);
}

static void do_pread(const char *args, Reply *r)
{
    enum { HEAD = 32 }; /* the result, before the bytes */
    char buf[PACKET_MAX / 2 - HEAD];
    uint64_t fd, count, offset;
    size_t done;
    ssize_t n;

    if (!take_number_before(&args, ',', &fd) ||
        !take_number_before(&args, ',', &count) ||
        !take_number(&args, &offset)) {
        put_result(r, -EINVAL);
        return;
    }
    count = count < sizeof(buf) ? count : sizeof(buf);
    n = pread((int)fd, buf, count, (off_t)offset);
    put_result(r, result_of(n));
    if (n >= 0) {
        put(r, ";");
        done = put_binary(r, buf, (size_t)n);
        check(done == (size_t)n, "%zu bytes of %zd", done, n);
    }
}

static long do_pwrite(const char *args, size_t bytes)
{
    const char *start = args;
    char data[PACKET_MAX + 1];
    uint64_t fd, offset;

    if (!take_number_before(&args, ',', &fd) ||
        !take_number_before(&args, ',', &offset)) {
        return -EINVAL;
    }
    bytes -= (size_t)(args - start);
    memcpy(data, args, bytes);
    return result_of(
        pwrite((int)fd, data, unescape(data, bytes), (off_t)offset));
}

static void put_big(Reply *r, uint64_t value, int bytes)
{
    while (bytes-- > 0) {
        uint8_t byte = (uint8_t)(value >> 8 * bytes);

        put_binary(r, &byte, 1);
    }
}

/* struct stat of the File-I/O protocol: 64 bytes, big-endian. */
static void do_fstat(const char *args, Reply *r)
{
    struct stat st;
    uint64_t fd;

    if (!take_number(&args, &fd) || fstat((int)fd, &st) < 0) {
        put_result(r, -EBADF);
        return;
    }
    put(r, "F40;");
    put_big(r, st.st_dev, 4);
    put_big(r, st.st_ino, 4);
    put_big(r, st.st_mode, 4);
    put_big(r, st.st_nlink, 4);
    put_big(r, st.st_uid, 4);
    put_big(r, st.st_gid, 4);
    put_big(r, st.st_rdev, 4);
    put_big(r, (uint64_t)st.st_size, 8);
    put_big(r, (uint64_t)st.st_blksize, 8);
    put_big(r, (uint64_t)st.st_blocks, 8);
    put_big(r, (uint64_t)st.st_atime, 4);
    put_big(r, (uint64_t)st.st_mtime, 4);
    put_big(r, (uint64_t)st.st_ctime, 4);
}

static void do_readlink(Gdb *g, const char *args, Reply *r)
{
    char path[PATH_MAX], link[PATH_MAX];
    long n = take_path(&args, path) ? g->target.readlink(g->target.opaque, path,
                                                         link, sizeof(link))
                                    : -EINVAL;

    put_result(r, n);
    if (n >= 0) {
        put(r, ";");
        put_binary(r, link, (size_t)n);
    }
}

static long do_close(const char *args)
{
    uint64_t fd;

    return take_number(&args, &fd) ? result_of(close((int)fd)) : -EINVAL;
}

static long do_unlink(Gdb *g, const char *args)
{
    char path[PATH_MAX];

    return take_path(&args, path) ? g->target.unlink(g->target.opaque, path)
                                  : -EINVAL;
}

static bool take_word(const char **s, size_t *bytes, const char *word)
{
    size_t n = strlen(word);

    if (strncmp(*s, word, n) != 0) {
        return false;
    }
    *s += n;
    *bytes -= n;
    return true;
}

void cmd_file(Gdb *g, const char *args, size_t bytes, Reply *r)
{
    if (take_word(&args, &bytes, "open:")) {
        put_result(r, do_open(g, args));
    } else if (take_word(&args, &bytes, "close:")) {
        put_result(r, do_close(args));
    } else if (take_word(&args, &bytes, "pread:")) {
        do_pread(args, r);
    } else if (take_word(&args, &bytes, "pwrite:")) {
        put_result(r, do_pwrite(args, bytes));
    } else if (take_word(&args, &bytes, "fstat:")) {
        do_fstat(args, r);
    } else if (take_word(&args, &bytes, "readlink:")) {
        do_readlink(g, args, r);
    } else if (take_word(&args, &bytes, "unlink:")) {
        put_result(r, do_unlink(g, args));
    } else if (take_word(&args, &bytes, "setfs:")) {
        put_result(r, 0);
    }
}
