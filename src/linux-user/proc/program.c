/* The program's file: what may be run, and what is running. */
#include "linux-user/proc/program.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "util/annotate.h"
#include "util/check.h"
#include "util/cond.h"

int annotate_clone(int (*fn)(void *), void *stack, int flags, void *arg, ...);

/* --- room --- */

void fd_room_make(FdRoom *r)
{
    enum { ROOM = 64 };
    struct rlimit more;

    r->made = false;
    if (getrlimit(RLIMIT_NOFILE, &r->old) < 0 ||
        r->old.rlim_cur == RLIM_INFINITY) {
        return;
    }
    more = r->old;
    more.rlim_cur += ROOM;
    if (more.rlim_max < more.rlim_cur) {
        more.rlim_max = more.rlim_cur; /* for those who may */
    }
    r->made = setrlimit(RLIMIT_NOFILE, &more) == 0;
    if (!r->made) {
        more.rlim_cur = more.rlim_max = r->old.rlim_max;
        r->made = setrlimit(RLIMIT_NOFILE, &more) == 0;
    }
}

void fd_room_end(FdRoom *r)
{
    if (r->made) {
        setrlimit(RLIMIT_NOFILE, &r->old);
        r->made = false;
    }
}

enum { ROOM_NEEDED = 6 };

bool fd_room_there(void)
{
    int fd[ROOM_NEEDED], n = 0, any = 0;

    while (any < ROOM_NEEDED && fcntl(any, F_GETFD) < 0) {
        any++; /* all of these are free */
    }
    if (any == ROOM_NEEDED) {
        return true;
    }
    while (n < ROOM_NEEDED && (fd[n] = fcntl(any, F_DUPFD_CLOEXEC, 0)) >= 0) {
        n++;
    }
    check(n <= ROOM_NEEDED, "%d descriptors", n);
    for (int i = 0; i < n; i++) {
        close(fd[i]);
    }
    return n == ROOM_NEEDED;
}

typedef struct Elsewhere {
    void (*fn)(void *);
    void *arg;
    int keep;
} Elsewhere;

static int elsewhere(void *opaque)
{
    const Elsewhere *e = opaque;
    const uint64_t all = ~(1ull << (SIGSEGV - 1) | 1ull << (SIGBUS - 1));
    struct rlimit lim;
    int closed = 0;

    raw_syscall(SYS_rt_sigprocmask, SIG_SETMASK, (long)&all, 0, 8, 0, 0);
    getrlimit(RLIMIT_NOFILE, &lim);
    for (int fd = (int)lim.rlim_cur; fd-- > 0 && closed < ROOM_NEEDED;) {
        closed += fd != e->keep && fd > STDERR_FILENO && close(fd) == 0;
    }
    e->fn(e->arg);
    return 0;
}

bool fd_room_elsewhere(void (*fn)(void *), void *arg, int keep)
{
    enum { STACK_BYTES = 1 << 20 };
    Elsewhere e = {fn, arg, keep};
    char *stack = mmap(NULL, STACK_BYTES, PROT_READ | PROT_WRITE,
                       MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    int pid;

    if (stack == MAP_FAILED) {
        return false;
    }
    pid = annotate_clone(elsewhere, stack + STACK_BYTES, CLONE_VM | CLONE_VFORK,
                         &e);
    while (pid > 0 && waitpid(pid, NULL, __WALL) < 0 && errno == EINTR) {
    }
    munmap(stack, STACK_BYTES);
    return pid > 0;
}

/* --- may it run? --- */

/* Kernels before 6.14 do not say whether the file is open for writing. */
static long may_run_before_6_14(int fd)
{
    struct stat st;
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode)) {
        return -EACCES;
    }
    return faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0 ? -errno : 0;
}

long program_may_run(int fd)
{
    static const char *const words[] = {"", NULL};
    long ret =
        raw_syscall(SYS_execveat, fd, (long)"", (long)words, (long)(words + 1),
                    AT_EMPTY_PATH | AT_EXECVE_CHECK, 0);

    return ret == -EINVAL ? may_run_before_6_14(fd) : ret;
}

/* --- what runs --- */

static struct flock last_byte(short type)
{
    return (struct flock){
        .l_type = type,
        .l_whence = SEEK_SET,
        .l_start = INT64_MAX,
        .l_len = 1,
    };
}

/* Opened anew: the lock is to end with this process, and with none else. */
static int reopen(int fd)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
    return open(path, O_RDONLY | O_CLOEXEC);
}

void program_hold(Process *proc, int fd, int first)
{
    struct flock lock = last_byte(F_RDLCK);
    int own = reopen(fd), high;
    char link[32];
    ssize_t n;

    own = own < 0 ? fcntl(fd, F_DUPFD_CLOEXEC, 0) : own;
    high = fcntl(own, F_DUPFD_CLOEXEC, first);
    if (high >= 0) {
        close(own);
        own = high;
    }
    proc->program.fd = own;
    fcntl(own, F_OFD_SETLK, &lock);
    snprintf(link, sizeof(link), "/proc/self/fd/%d", own);
    n = readlink(link, proc->program.path, sizeof(proc->program.path) - 1);
    if (n > 0) {
        proc->program.path[n] = '\0';
    }
}

static bool move_up(Process *proc)
{
    int old = proc->program.fd;
    FdRoom room;

    check(old >= 0 && lock_is_held(&proc->program.lock), "program at %d", old);
    fd_room_make(&room);
    if (old >= (int)room.old.rlim_cur) {
        old = -1;
    } else {
        proc->program.fd = fcntl(old, F_DUPFD_CLOEXEC, (int)room.old.rlim_cur);
        close(old);
    }
    fd_room_end(&room);
    return old >= 0;
}

bool program_give_way(Process *proc)
{
    bool moved = false;

    if (proc->program.fd >= 0 &&
        pthread_mutex_trylock(&proc->program.lock) == 0) {
        moved = move_up(proc);
        pthread_mutex_unlock(&proc->program.lock);
    }
    return moved;
}

bool program_path(const Process *proc, char path[PATH_MAX])
{
    snprintf(path, PATH_MAX, "/proc/thread-self/fd/%d", proc->program.fd);
    return proc->program.fd >= 0 && access(path, F_OK) == 0;
}

/* Does /proc/PID/fdinfo/N tell of the lock? */
static bool holds(const char *fdinfo)
{
    FILE *f = fopen(fdinfo, "re");
    char line[256];
    bool found = false;

    while (f && !found && fgets(line, sizeof(line), f)) {
        found =
            strstr(line, "OFDLCK") && strstr(line, " 9223372036854775807 EOF");
    }
    if (f) {
        fclose(f);
    }
    return found;
}

int program_fd_of(int pid)
{
    char path[64];
    struct dirent *d;
    int found = -1;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fdinfo", pid);
    dir = opendir(path);
    while (dir && found < 0 && (d = readdir(dir))) {
        snprintf(path, sizeof(path), "/proc/%d/fdinfo/%.10s", pid, d->d_name);
        if (d->d_name[0] != '.' && holds(path)) {
            found = atoi(d->d_name);
        }
    }
    if (dir) {
        closedir(dir);
    }
    return found;
}

static bool locked(int dirfd, const char *path, int flags)
{
    struct flock lock = last_byte(F_WRLCK);
    int fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | flags);
    bool runs =
        fd >= 0 && fcntl(fd, F_OFD_GETLK, &lock) == 0 && lock.l_type == F_RDLCK;

    if (fd >= 0) {
        close(fd);
    }
    return runs;
}

/* Nearly all files that are written to cannot be run: that is seen first. */
bool program_runs(int dirfd, const char *path, int flags)
{
    int link = flags & O_NOFOLLOW;
    struct stat st;

    if (((flags & O_ACCMODE) == O_RDONLY && !(flags & O_TRUNC)) ||
        (flags & O_PATH) ||
        (flags & (O_CREAT | O_EXCL)) == (O_CREAT | O_EXCL)) {
        return false;
    }
    return fstatat(dirfd, path, &st, link ? AT_SYMLINK_NOFOLLOW : 0) == 0 &&
           S_ISREG(st.st_mode) && (st.st_mode & 0111) &&
           locked(dirfd, path, link) &&
           faccessat(dirfd, path, W_OK, AT_EACCESS) == 0;
}
