/*
 * Files of /proc that tell of the process: the guest sees itself in them, not
 * the emulator.
 */
#include "linux-user/proc/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/task/own_fd.h"
#include "linux-user/task/remote.h"

typedef struct ProcFile {
    const char *name;
    ProcWriter *write; /* NULL: access is refused */
} ProcFile;

static const ProcFile own_files[] = {
    {"maps", proc_maps},
    {"smaps", proc_smaps},
    {"smaps_rollup", proc_smaps_rollup},
    {"cmdline", proc_cmdline},
    {"environ", proc_environ},
    {"auxv", proc_auxv},
    {"stat", proc_stat},
    {"statm", proc_statm},
    {"status", proc_status},
    {"mem", NULL}, /* proc_mem_open */
    {"pagemap", NULL},
    {"map_files", NULL},
};

static const ProcFile cpuinfo = {"cpuinfo", proc_cpuinfo};

static const ProcFile *find_file(const char *path)
{
    const char *file = proc_own_file(path);

    if (strcmp(path, "/proc/cpuinfo") == 0) {
        return &cpuinfo;
    }
    for (size_t i = 0; file && i < sizeof(own_files) / sizeof(own_files[0]);
         i++) {
        if (strcmp(own_files[i].name, file) == 0) {
            return &own_files[i];
        }
    }
    return NULL;
}

/* The kernel's own file says whether and how it can be opened. */
static long open_view(Task *t, const ProcFile *file, const char *path,
                      int flags)
{
    struct stat st;
    FILE *out;
    int fd;

    if (!file->write) {
        return -EACCES;
    }
    fd = open(path, flags | O_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    fstat(fd, &st);
    close(fd);
    out = proc_view_begin(file->name, &fd);
    if (!out) {
        return -errno;
    }
    file->write(t, out, path);
    return proc_view_done(out, fd, st.st_mode, flags);
}

long proc_open(Task *t, const char *path, int flags)
{
    const ProcFile *file;
    const char *own;

    if (strncmp(path, "/proc/", 6) != 0 || (flags & O_PATH)) {
        return PROC_NOT_OURS;
    }
    own = proc_own_file(path);
    if (own && strcmp(own, "mem") == 0) {
        return proc_mem_open(t, getpid(), flags);
    }
    file = find_file(path);
    if (file && strcmp(file->name, "pagemap") == 0 && task_mm(t)->base == 0) {
        return PROC_NOT_OURS; /* the host's pages are the guest's */
    }
    return file ? open_view(t, file, path, flags)
                : proc_other_open(t, path, flags);
}

long proc_opened(Task *t, long fd, int flags)
{
    char path[PATH_MAX];
    long view;

    if (fd < 0 || !proc_path((int)fd, path)) {
        return fd;
    }
    view = proc_open(t, path, flags);
    if (view == PROC_NOT_OURS) {
        return fd;
    }
    close((int)fd);
    return view;
}

/* --- directories --- */

/* struct linux_dirent64 up to its name, the same for both ABIs. */
typedef struct Dirent {
    uint64_t ino, off;
    uint16_t len;
    uint8_t type;
    char name[];
} Dirent;

_Static_assert(offsetof(Dirent, name) == 19, "struct linux_dirent64");

/*
 * The entry at `at` of n bytes; NULL: another thread of the guest has written
 * over it.
 */
static Dirent *entry_at(char *buf, long at, long n)
{
    Dirent *d = (Dirent *)(buf + at);
    long head = offsetof(Dirent, name);

    return n - at > head && d->len > head && d->len <= n - at &&
                   memchr(d->name, '\0', (size_t)(d->len - head))
               ? d
               : NULL;
}

/* Takes the entry `name` out of the n bytes of buf; what is left. */
static long drop_entry(char *buf, long n, const char *name)
{
    Dirent *d;

    for (long at = 0; (d = entry_at(buf, at, n)); at += d->len) {
        if (strcmp(d->name, name) == 0) {
            long len = d->len;

            memmove(buf + at, buf + at + len, (size_t)(n - at - len));
            return n - len;
        }
    }
    return n;
}

static long drop_own(const Task *t, char *buf, long n)
{
    for (int fd = own_fd(t, 0); fd >= 0; fd = own_fd(t, fd + 1)) {
        char name[16];

        snprintf(name, sizeof(name), "%d", fd);
        n = drop_entry(buf, n, name);
    }
    return n;
}

/* Threads of the emulator's, of any process. */
static long drop_threads(const Task *t, char *buf, long n)
{
    Dirent *d;

    (void)t;
    for (long at = 0; (d = entry_at(buf, at, n));) {
        int tid = atoi(d->name);

        if (tid > 0 && remote_is_own_thread(tid)) {
            n = drop_entry(buf, n, d->name);
        } else {
            at += d->len;
        }
    }
    return n;
}

typedef long DropFn(const Task *t, char *buf, long n);

/* What the folder has that the guest is not to see; NULL: nothing. */
static DropFn *what_to_drop(Task *t, const char *path)
{
    const char *own = proc_own_file(path), *name = strrchr(path, '/');

    if (own && own_fd(t, 0) >= 0 &&
        (strcmp(own, "fd") == 0 || strcmp(own, "fdinfo") == 0)) {
        return drop_own;
    }
    return name && strcmp(name, "/task") == 0 ? drop_threads : NULL;
}

long proc_hide_own(Task *t, int dir, uint64_t addr, long n)
{
    char path[PATH_MAX], *buf;
    DropFn *drop;
    long left;

    if (n <= 0 || !proc_path(dir, path) || !(drop = what_to_drop(t, path))) {
        return n;
    }
    buf = malloc((size_t)n);
    if (!buf || !mm_read(task_mm(t), buf, addr, (size_t)n)) {
        free(buf);
        return -EFAULT;
    }
    left = drop(t, buf, n);
    mm_write(task_mm(t), addr, buf, (size_t)left);
    free(buf);
    return left;
}
