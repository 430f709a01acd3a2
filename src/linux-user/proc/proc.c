/*
 * Files of /proc that tell of the process: the guest sees itself in them, not
 * the emulator.
 */
#include "linux-user/proc/proc.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/vfs.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/task/own_fd.h"
#include "linux-user/task/remote.h"

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

/* The same, without the "task/TID/" that may follow. */
static const char *own_file(const char *path)
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

typedef struct ProcFile {
    const char *name;
    ProcWriter *write;         /* NULL: access is refused */
} ProcFile;

static const ProcFile own_files[] = {
    { "maps", proc_maps },
    { "smaps", proc_smaps },
    { "smaps_rollup", proc_smaps_rollup },
    { "cmdline", proc_cmdline },
    { "environ", proc_environ },
    { "auxv", proc_auxv },
    { "stat", proc_stat },
    { "statm", proc_statm },
    { "status", proc_status },
    { "mem", NULL },           /* proc_mem_open */
    { "pagemap", NULL },
    { "map_files", NULL },
};

static const ProcFile cpuinfo = { "cpuinfo", proc_cpuinfo };

static const ProcFile *find_file(const char *path)
{
    const char *file = own_file(path);

    if (strcmp(path, "/proc/cpuinfo") == 0) {
        return &cpuinfo;
    }
    for (size_t i = 0;
         file && i < sizeof(own_files) / sizeof(own_files[0]); i++) {
        if (strcmp(own_files[i].name, file) == 0) {
            return &own_files[i];
        }
    }
    return NULL;
}

/* The memory file fd, opened anew as `flags` say. */
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

long proc_view_done(int fd, mode_t mode, int flags)
{
    fchmod(fd, mode & 0777);
    fcntl(fd, F_ADD_SEALS, F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK);
    return proc_reopen(fd, flags);
}

static int write_view(Task *t, const ProcFile *file, const char *path)
{
    int fd = memfd_create(file->name, MFD_ALLOW_SEALING);
    int copy = fd < 0 ? -1 : fcntl(fd, F_DUPFD_CLOEXEC, 0);
    FILE *out = copy < 0 ? NULL : fdopen(copy, "w");

    if (!out) {
        return -errno;
    }
    file->write(t, out, path);
    fclose(out);
    return fd;
}

/* The kernel's own file says whether and how it can be opened. */
static long open_view(Task *t, const ProcFile *file, const char *path,
                      int flags)
{
    struct stat st;
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
    fd = write_view(t, file, path);
    return fd < 0 ? fd : proc_view_done(fd, st.st_mode, flags);
}

long proc_open(Task *t, const char *path, int flags)
{
    const ProcFile *file;
    const char *own;

    if (strncmp(path, "/proc/", 6) != 0 || (flags & O_PATH)) {
        return PROC_NOT_OURS;
    }
    own = own_file(path);
    if (own && strcmp(own, "mem") == 0) {
        return proc_mem_open(t, getpid(), flags);
    }
    file = find_file(path);
    if (file && strcmp(file->name, "pagemap") == 0 && task_mm(t)->base == 0) {
        return PROC_NOT_OURS;  /* the host's pages are the guest's */
    }
    return file ? open_view(t, file, path, flags)
                : proc_other_open(t, path, flags);
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

/* Takes the entry `name` out of the n bytes of buf; what is left. */
static long drop_entry(char *buf, long n, const char *name)
{
    for (long at = 0; at < n;) {
        Dirent *d = (Dirent *)(buf + at);
        long len = d->len;

        if (strcmp(d->name, name) == 0) {
            memmove(buf + at, buf + at + len, (size_t)(n - at - len));
            return n - len;
        }
        at += len;
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
    (void)t;
    for (long at = 0; at < n;) {
        Dirent *d = (Dirent *)(buf + at);
        long len = d->len;
        int tid = atoi(d->name);

        if (tid > 0 && remote_is_own_thread(tid)) {
            n = drop_entry(buf, n, d->name);
        } else {
            at += len;
        }
    }
    return n;
}

typedef long DropFn(const Task *t, char *buf, long n);

/* What the folder has that the guest is not to see; NULL: nothing. */
static DropFn *what_to_drop(Task *t, const char *path)
{
    const char *own = own_file(path), *name = strrchr(path, '/');

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

    if (n <= 0 || !proc_path(dir, path) ||
        !(drop = what_to_drop(t, path))) {
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
