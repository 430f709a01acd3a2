/*
 * execve.  A riscv64 program goes on under a new run of the emulator, with
 * the same options; a script is taken apart here, so that its interpreter is
 * found as a guest's; any other file is the host's own affair.
 */
#include "linux-user/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "linux-user/debug.h"
#include "linux-user/elf.h"
#include "linux-user/inherit.h"
#include "linux-user/profile.h"
#include "linux-user/signal.h"
#include "linux-user/usercopy.h"

enum {
    SCRATCH_BYTES = 16 << 20,  /* room for all strings and vectors */
    STRING_MAX = 128 << 10,    /* MAX_ARG_STRLEN */
    SCRIPT_LINE = 256,         /* BINPRM_BUF_SIZE */
    SCRIPT_DEPTH = 5,
    EXTRA_ARGS = 64,           /* options and interpreters put in front */
};

/*
 * Everything lives in one mapping: a vfork child cannot free what it
 * allocates, its parent can (exec_scratch_free).
 */
typedef struct ExecArgs {
    char *at, *end;
    char **argv, **envp;       /* NULL-terminated; argv has EXTRA_ARGS */
    size_t argc;               /* of room before it */
    char *path;                /* PATH_MAX */
    char *script;              /* PATH_MAX: what a script's interpreter is
                                  given in its place, if not empty; */
    bool hidden;               /* that will be closed */
    int fd;                    /* kept open for a path in /proc/self/fd */
    int inherit;               /* inherit_save's; -1: none */
} ExecArgs;

void exec_scratch_free(Task *t)
{
    if (t->exec_scratch) {
        munmap(t->exec_scratch, SCRATCH_BYTES);
        t->exec_scratch = NULL;
    }
}

static void *take(ExecArgs *x, size_t n)
{
    char *p = x->at;

    n = (n + 7) & ~(size_t)7;
    if (n > (size_t)(x->end - p)) {
        return NULL;
    }
    x->at += n;
    return p;
}

/* The number of pointers in the vector at addr, or -errno. */
static long count_vector(Task *t, uint64_t addr)
{
    uint64_t p;
    long n = 0;

    if (!addr) {
        return 0;
    }
    for (;; n++, addr += sizeof(p)) {
        if (!mm_read(task_mm(t), &p, addr, sizeof(p))) {
            return -EFAULT;
        }
        if (!p) {
            return n;
        }
    }
}

static long take_string(Task *t, ExecArgs *x, uint64_t addr, char **out)
{
    size_t room = (size_t)(x->end - x->at);
    long n = mm_read_string(task_mm(t), x->at, addr,
                            room < STRING_MAX ? room : STRING_MAX);

    if (n < 0) {
        return n == -ENAMETOOLONG ? -E2BIG : n;
    }
    *out = take(x, (size_t)n);
    return *out ? 0 : -E2BIG;
}

/* A vector of the guest's with `before` free places in front. */
static long take_vector(Task *t, ExecArgs *x, uint64_t addr, size_t before,
                        char ***out)
{
    long n = count_vector(t, addr), ret = 0;
    char **v;

    if (n < 0) {
        return n;
    }
    v = take(x, (before + (size_t)n + 1) * sizeof(*v));
    if (!v) {
        return -E2BIG;
    }
    v += before;
    for (long i = 0; i < n && ret == 0; i++) {
        uint64_t p;

        mm_read(task_mm(t), &p, addr + (uint64_t)i * sizeof(p), sizeof(p));
        ret = take_string(t, x, p, &v[i]);
    }
    v[n] = NULL;
    *out = v;
    return ret < 0 ? ret : n;
}

static long take_all(Task *t, ExecArgs *x, uint64_t argv, uint64_t envp)
{
    long n;

    t->exec_scratch = reserve_map(&t->proc->reserve, SCRATCH_BYTES,
                                  PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_NORESERVE);
    if (!t->exec_scratch) {
        return -ENOMEM;
    }
    x->at = t->exec_scratch;
    x->end = x->at + SCRATCH_BYTES;
    x->path = take(x, PATH_MAX);
    x->script = take(x, PATH_MAX);
    n = take_vector(t, x, argv, EXTRA_ARGS, &x->argv);
    if (n < 0) {
        return n;
    }
    x->argc = (size_t)n;
    if (n == 0) {              /* as Linux does it: an empty argv[0] */
        *--x->argv = take(x, 1);
        x->argc = 1;
    }
    n = take_vector(t, x, envp, 1, &x->envp);
    return n < 0 ? n : 0;
}

/* --- what kind of file --- */

static long read_head(const char *path, char head[SCRIPT_LINE])
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat st;
    ssize_t n;

    if (fd < 0) {
        return errno == EACCES ? 0 : -errno;   /* execute-only: the host's */
    }
    if (fstat(fd, &st) < 0 || !S_ISREG(st.st_mode) ||
        faccessat(AT_FDCWD, path, X_OK, AT_EACCESS) < 0) {
        close(fd);
        return -EACCES;
    }
    n = pread(fd, head, SCRIPT_LINE, 0);
    close(fd);
    return n < 0 ? -errno : n;
}

static bool guest_program_ok(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    const char *why;
    ElfImage img;
    int ret = elf_read(fd, &img, &why);

    close(fd);
    if (ret == 0) {
        elf_free(&img);
    }
    return ret == 0;
}

/* "#! interpreter argument": its parts, in head; false if there are none. */
static bool parse_script(char head[SCRIPT_LINE], long n, char **interp,
                         char **arg)
{
    char *p = head + 2, *end = memchr(head, '\n', (size_t)n);
    bool cut = !end && n == SCRIPT_LINE;

    end = end ? end : head + (n < SCRIPT_LINE ? n : SCRIPT_LINE - 1);
    while (end > p && (end[-1] == ' ' || end[-1] == '\t')) {
        end--;
    }
    *end = '\0';
    p += strspn(p, " \t");
    if (!*p) {
        return false;
    }
    *interp = p;
    p += strcspn(p, " \t");
    if (!*p && cut) {
        return false;          /* is that all of its name? */
    }
    *arg = NULL;
    if (*p) {
        *p++ = '\0';
        *arg = p + strspn(p, " \t");
    }
    return true;
}

static char *take_copy(ExecArgs *x, const char *s)
{
    size_t n = strlen(s) + 1;
    char *p = take(x, n);

    return p ? memcpy(p, s, n) : NULL;
}

/* argv[0] makes place for the interpreter, its argument and the path. */
static long enter_script(Task *t, ExecArgs *x, char *interp, char *arg)
{
    const char *prefix = t->proc->options->prefix;

    if (x->hidden) {
        return -ENOENT;
    }
    x->argv[0] = take_copy(x, x->script[0] ? x->script : x->path);
    x->script[0] = '\0';
    if (arg) {
        *--x->argv = take_copy(x, arg);
    }
    *--x->argv = take_copy(x, interp);
    if (!x->argv[0] || strlen(interp) >= PATH_MAX) {
        return -E2BIG;
    }
    strcpy(x->path, interp);
    if (prefix && interp[0] == '/') {
        path_below(prefix, x->path, true);
    }
    return 0;
}

/* Follows scripts.  1: x->path is the guest's, 0: the host's; or -errno. */
static long resolve(Task *t, ExecArgs *x)
{
    char head[SCRIPT_LINE], *interp, *arg;

    for (int depth = 0; depth < SCRIPT_DEPTH; depth++) {
        long n = read_head(x->path, head);

        if (n < 0) {
            return n;
        }
        if (elf_is_guest(head, (size_t)n)) {
            return guest_program_ok(x->path) ? 1 : -ENOEXEC;
        }
        if (n < 2 || head[0] != '#' || head[1] != '!') {
            return 0;
        }
        if (!parse_script(head, n, &interp, &arg)) {
            return -ENOEXEC;
        }
        n = enter_script(t, x, interp, arg);
        if (n < 0) {
            return n;
        }
    }
    return -ELOOP;
}

/* self OPTIONS -0 ARGV0 -- PATH ARGUMENTS */
static long put_emulator_before(Task *t, ExecArgs *x)
{
    const LinuxUserOptions *o = t->proc->options;
    char *argv0 = x->argv[0], *variable;
    size_t n = 0;

    while (o->self_options[n]) {
        n++;
    }
    if (n + 8 + 2 * SCRIPT_DEPTH > EXTRA_ARGS) {
        return -E2BIG;
    }
    x->argv[0] = x->path;
    *--x->argv = (char *)"--";
    *--x->argv = argv0;
    *--x->argv = (char *)"-0";
    while (n > 0) {
        *--x->argv = o->self_options[--n];
    }
    if (o->strace && t->proc->several) {
        *--x->argv = (char *)"-strace-pid";
    }
    *--x->argv = (char *)"tcg-riscv64";
    variable = take(x, INHERIT_VARIABLE_SIZE);
    if (!variable) {
        return -E2BIG;
    }
    x->inherit = inherit_save(t, x->fd, variable);
    if (x->inherit >= 0) {
        *--x->envp = variable;
    }
    return 0;
}

static long host_exec(Task *t, const char *file, ExecArgs *x)
{
    long ret;

    fflush(t->proc->options->log.file);
    if (t->proc->options->profile) {
        profile_flush(t->proc->options->profile);
    }
    signal_prepare_exec(t);
    ret = raw_syscall(SYS_execve, (long)file, (long)x->argv, (long)x->envp,
                      0, 0, 0);
    signal_exec_failed(t);
    return ret;
}

/* --- the path --- */

/* The path by which the kernel knows fd, if it still leads there. */
static bool real_path(int fd, char path[PATH_MAX])
{
    struct stat file, named;
    char link[32];
    ssize_t n;

    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, path, PATH_MAX - 1);
    path[n > 0 ? n : 0] = '\0';
    return fstat(fd, &file) == 0 && stat(path, &named) == 0 &&
           file.st_dev == named.st_dev && file.st_ino == named.st_ino;
}

/* The file that fd is, or below the folder that it is. */
static long find_by_descriptor(ExecArgs *x, int fd, const char *rest)
{
    const char *slash = rest[0] ? "/" : "";
    int flags = fcntl(fd, F_GETFD), n;
    char base[PATH_MAX];

    if (flags < 0) {
        return -EBADF;
    }
    x->hidden = flags & FD_CLOEXEC;
    if (!real_path(fd, base)) {
        x->fd = dup(fd);       /* the new program opens it by this */
        snprintf(base, sizeof(base), "/proc/self/fd/%d", x->fd);
    }
    n = snprintf(x->path, PATH_MAX, "%s%s%s", base, slash, rest);
    if (n >= PATH_MAX || snprintf(x->script, PATH_MAX, "/dev/fd/%d%s%s", fd,
                                  slash, rest) >= PATH_MAX) {
        return -ENAMETOOLONG;
    }
    return 0;
}

static bool is_link(const char *path)
{
    struct stat st;

    return lstat(path, &st) == 0 && S_ISLNK(st.st_mode);
}

static long find_path(Task *t, ExecArgs *x, int dirfd, uint64_t addr,
                      int flags)
{
    char path[PATH_MAX];
    bool follow = !(flags & AT_SYMLINK_NOFOLLOW);
    long ret = path_read(t, addr, path, follow);

    if (ret < 0) {
        return ret;
    }
    if (path[0] == '\0' && !(flags & AT_EMPTY_PATH)) {
        return -ENOENT;
    }
    if (!proc_exe(t, dirfd, path, x->path)) {
        if (path[0] == '/' || (path[0] && dirfd == AT_FDCWD)) {
            strcpy(x->path, path);
        } else {
            ret = find_by_descriptor(x, dirfd, path);
        }
    }
    return ret == 0 && !follow && is_link(x->path) ? -ELOOP : ret;
}

/* In a chroot without /proc it is not: then binfmt_misc may know what to do. */
static bool emulator_reachable(Task *t)
{
    return access(t->proc->options->self, F_OK) == 0;
}

/* Where binfmt_misc knows riscv64 programs with flag C, the kernel does it. */
static bool changes_user(const char *path)
{
    struct stat st;

    return stat(path, &st) == 0 && (st.st_mode & (S_ISUID | S_ISGID));
}

/* A riscv64 program: by the emulator, unless only the host can do it. */
static long guest_exec(Task *t, ExecArgs *x)
{
    long ret;

    if (!emulator_reachable(t)) {
        return host_exec(t, x->path, x);
    }
    if (changes_user(x->path)) {
        ret = host_exec(t, x->path, x);
        if (ret != -ENOEXEC) {
            return ret;
        }
    }
    ret = put_emulator_before(t, x);
    return ret < 0 ? ret : host_exec(t, t->proc->options->self, x);
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

static long exec_at(Task *t, int dirfd, const uint64_t *a, int flags)
{
    ExecArgs x = { .fd = -1, .inherit = -1 };
    long ret;

    if (flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW)) {
        return -EINVAL;
    }
    ret = take_all(t, &x, a[1], a[2]);
    if (ret == 0) {
        ret = find_path(t, &x, dirfd, a[0], flags);
    }
    if (ret == 0) {
        ret = resolve(t, &x);
    }
    if (ret >= 0) {
        ret = ret ? guest_exec(t, &x) : host_exec(t, x.path, &x);
    }
    close_if_open(x.fd);
    close_if_open(x.inherit);
    exec_scratch_free(t);
    return ret;
}

static long debugged_exec(Task *t, int dirfd, const uint64_t *a, int flags)
{
    long ret;

    if (!t->debug) {
        return exec_at(t, dirfd, a, flags);
    }
    gdb_exec_begin(t->debug);
    ret = exec_at(t, dirfd, a, flags);
    gdb_exec_failed(t->debug);
    return ret;
}

long sys_execve(Task *t, const uint64_t *a)
{
    return debugged_exec(t, AT_FDCWD, a, 0);
}

long sys_execveat(Task *t, const uint64_t *a)
{
    return debugged_exec(t, (int)a[0], a + 1, (int)a[4]);
}
