/*
 * execve.  A program of a guest goes on under a new run of the emulator, with
 * the same options; a script is taken apart here, so that its interpreter is
 * found as a guest's; any other file is the host's own affair.
 *
 * Errors come in the kernel's order: the path, may the file be run, the
 * arguments, what the file is.
 */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/debug/profile.h"
#include "linux-user/elf/elf.h"
#include "linux-user/proc/proc.h"
#include "linux-user/proc/program.h"
#include "linux-user/process/exec.h"
#include "linux-user/process/inherit.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/path.h"
#include "util/check.h"

enum {
    SCRATCH_BYTES = 16 << 20, /* room for all strings and vectors */
    STRING_MAX = 128 << 10,   /* MAX_ARG_STRLEN */
    SCRIPT_LINE = 256,        /* BINPRM_BUF_SIZE */
    SCRIPT_DEPTH = 5,         /* one more is ELOOP */
    EXTRA_ARGS = 64,          /* options and interpreters put in front */
};

/*
 * Everything lives in one mapping: a vfork child cannot free what it
 * allocates, its parent can (exec_scratch_free).
 */
typedef struct ExecArgs {
    char *at, *end;
    char **argv, **envp; /* NULL-terminated; argv has EXTRA_ARGS */
    int dirfd, flags;    /* as the guest gave them */
    char *asked;         /* PATH_MAX: the same, the path */
    char *name;          /* PATH_MAX: AT_EXECFN */
    char *path;          /* PATH_MAX: what leads there, with -L */
    const char *given;   /* what a script's interpreter is given */
    bool hidden;         /* it cannot open that: it will be closed */
    bool renamed;        /* name does not lead to the program */
    bool nameless;       /* there was a descriptor, and no path */
    bool unreadable;     /* it may be run, but not read */
    bool changes_user;
    const char *guest;         /* the name of that which it is of, and */
    const GuestAbi *abi;       /* its Linux; NULL: it is the host's */
    int fd;                    /* the program, open; -1: not yet */
    int inherit;               /* inherit_save's; -1: none */
    char **words, *first_word; /* argv as it was, and its argv[0] */
    FdRoom *room;              /* to be given back before */
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

    check(p && p <= x->end, "no memory to take from");
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

static long take_scratch(Task *t, ExecArgs *x)
{
    t->exec_scratch =
        reserve_map(&t->proc->reserve, SCRATCH_BYTES, PROT_READ | PROT_WRITE,
                    MAP_PRIVATE | MAP_NORESERVE);
    if (!t->exec_scratch) {
        return -ENOMEM;
    }
    x->at = t->exec_scratch;
    x->end = x->at + SCRATCH_BYTES;
    x->asked = take(x, PATH_MAX);
    x->name = take(x, PATH_MAX);
    x->path = take(x, PATH_MAX);
    return 0;
}

static long take_vectors(Task *t, ExecArgs *x, uint64_t argv, uint64_t envp)
{
    long n = take_vector(t, x, argv, EXTRA_ARGS, &x->argv);

    if (n < 0) {
        return n;
    }
    if (n == 0) { /* as Linux does it: an empty argv[0] */
        *--x->argv = take(x, 1);
    }
    x->words = x->argv;
    x->first_word = x->argv[0];
    n = take_vector(t, x, envp, 1, &x->envp);
    return n < 0 ? n : 0;
}

/* --- what kind of file --- */

/*
 * The file, open for reading if it may be run.  -ENOEXEC if the kernel alone
 * could run it, since it may not be read.
 */
static long open_to_run(int dirfd, const char *path, int flags)
{
    int fd = openat(dirfd, path,
                    O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY | flags);
    long ret = fd < 0 ? -errno : program_may_run(fd);

    if (ret == -EACCES && fd < 0 &&
        (fd = openat(dirfd, path, O_PATH | O_CLOEXEC | flags)) >= 0) {
        ret = program_may_run(fd) == 0 ? -ENOEXEC : -EACCES;
    }
    if (ret < 0 && fd >= 0) {
        close(fd);
    }
    return ret < 0 ? ret : fd;
}

static void close_if_open(int fd)
{
    if (fd >= 0) {
        close(fd);
    }
}

/* The interpreter of a program: it is there, and of the same guest. */
static long interp_ok(Task *t, const GuestAbi *abi, const char *name)
{
    const char *prefix = t->proc->options->prefix;
    char path[PATH_MAX], head[SCRIPT_LINE];
    long fd, n;

    snprintf(path, sizeof(path), "%s", name);
    if (prefix && path[0] == '/') {
        path_below(prefix, path, true);
    }
    fd = open_to_run(AT_FDCWD, path, 0);
    if (fd < 0) {
        return fd == -ENOEXEC ? -EACCES : fd;
    }
    n = pread((int)fd, head, sizeof(head), 0);
    close((int)fd);
    return n >= 0 && elf_is_guest(abi, head, (size_t)n) ? 0 : -ELIBBAD;
}

static long guest_program_ok(Task *t, ExecArgs *x)
{
    const char *why;
    ElfImage img;
    long ret = elf_read(x->abi, x->fd, &img, &why);

    if (ret < 0) {
        return -ENOEXEC;
    }
    ret = img.interp[0] ? interp_ok(t, x->abi, img.interp) : 0;
    elf_free(&img);
    return ret;
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
    if (cut && p == head + SCRIPT_LINE - 1) {
        return false; /* is that all of its name? */
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
    long fd;

    if (x->hidden) {
        return -ENOENT;
    }
    x->argv[0] = take_copy(x, x->given);
    if (arg) {
        *--x->argv = take_copy(x, arg);
    }
    *--x->argv = take_copy(x, interp);
    if (!x->argv[0]) {
        return -E2BIG;
    }
    x->given = x->argv[0];
    x->renamed = true;
    strcpy(x->path, interp); /* it is shorter than SCRIPT_LINE */
    if (prefix && interp[0] == '/') {
        path_below(prefix, x->path, true);
    }
    fd = open_to_run(AT_FDCWD, x->path, 0);
    if (fd >= 0) {
        close(x->fd);
        x->fd = (int)fd;
    }
    return fd == -ENOEXEC ? -EACCES : fd < 0 ? fd : 0;
}

/* Follows scripts.  1: the program is a guest's, 0: the host's; or -errno. */
static long resolve(Task *t, ExecArgs *x)
{
    char head[SCRIPT_LINE], *interp, *arg;

    for (int depth = 0; depth <= SCRIPT_DEPTH; depth++) {
        long n = pread(x->fd, head, SCRIPT_LINE, 0);

        if (n < 0) {
            return -errno;
        }
        x->abi = t->proc->options->guest_of(head, (size_t)n, &x->guest);
        if (x->abi) {
            n = guest_program_ok(t, x);
            return n < 0 ? n : 1;
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

/*
 * The program by a descriptor, if its name leads elsewhere; not one that the
 * guest has, which would share the file's position.
 */
static long hand_on(Task *t, ExecArgs *x)
{
    InheritedProgram program = {.fd = -1, .names = x->nameless};
    char *variable = take(x, INHERIT_VARIABLE_SIZE);
    long ret;

    if (!variable) {
        return -E2BIG;
    }
    if (x->renamed) {
        fcntl(x->fd, F_SETFD, 0);
        program.fd = x->fd;
    }
    ret = inherit_save(t, &program, &x->inherit, variable);
    if (ret == 0 && x->inherit >= 0) {
        *--x->envp = variable;
    }
    return ret;
}

/* What the emulator is called by, which tells it the guest. */
static char *take_name(ExecArgs *x)
{
    static const char prefix[] = "tcg-";
    size_t n = strlen(x->guest) + sizeof(prefix);
    char *name = take(x, n);

    if (name) {
        snprintf(name, n, "%s%s", prefix, x->guest);
    }
    return name;
}

/* tcg-GUEST OPTIONS -0 ARGV0 -- NAME ARGUMENTS */
static long put_emulator_before(Task *t, ExecArgs *x)
{
    const LinuxUserOptions *o = t->proc->options;
    char **options =
        x->abi == task_abi(t) ? o->self_options : o->foreign_options;
    char *argv0 = x->argv[0], *name = take_name(x);
    size_t n = 0;

    while (options[n]) {
        n++;
    }
    if (!name || n + 8 + 2 * SCRIPT_DEPTH > EXTRA_ARGS) {
        return -E2BIG;
    }
    x->argv[0] = x->name;
    *--x->argv = (char *)"--";
    *--x->argv = argv0;
    *--x->argv = (char *)"-0";
    while (n > 0) {
        *--x->argv = options[--n];
    }
    if (o->strace && t->proc->several) {
        *--x->argv = (char *)"-strace-pid";
    }
    *--x->argv = name;
    return hand_on(t, x);
}

static long host_exec(Task *t, int dirfd, const char *file, ExecArgs *x,
                      int flags)
{
    long ret;

    fflush(t->proc->options->log.file);
    if (t->proc->options->profile) {
        profile_flush(t->proc->options->profile);
    }
    if (!t->vfork) {
        exec_keep(t->cpu);
    }
    if (x->room) {
        fd_room_end(x->room);
    }
    signal_prepare_exec(t);
    ret = safe_syscall(&t->pending, SYS_execveat, dirfd, (long)file,
                       (long)x->argv, (long)x->envp, flags, 0);
    signal_exec_failed(t);
    return ret;
}

/* As the guest gave it: the kernel takes scripts apart itself. */
static long kernel_exec(Task *t, ExecArgs *x)
{
    if (x->renamed && t->proc->options->prefix) {
        return host_exec(t, AT_FDCWD, x->path, x, 0);
    }
    x->argv = x->words;
    x->argv[0] = x->first_word;
    return host_exec(t, x->dirfd, t->proc->options->prefix ? x->path : x->asked,
                     x, x->flags);
}

/* --- the path --- */

/* What the new program is told that it was: the kernel's alloc_bprm(). */
static long make_name(ExecArgs *x, const char *path)
{
    int flags, n;

    if (path[0] == '/' || x->dirfd == AT_FDCWD) {
        strcpy(x->name, path);
        return 0;
    }
    flags = fcntl(x->dirfd, F_GETFD);
    if (flags < 0) {
        return -EBADF;
    }
    x->hidden = flags & FD_CLOEXEC;
    x->nameless = !path[0];
    x->renamed = true;
    n = snprintf(x->name, PATH_MAX, "/dev/fd/%d%s%s", x->dirfd,
                 path[0] ? "/" : "", path);
    return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

/* The file that the descriptor is; what leads there may be gone. */
static long open_nameless(const ExecArgs *x)
{
    char path[32];

    snprintf(path, sizeof(path), "/proc/self/fd/%d", x->dirfd);
    return open_to_run(AT_FDCWD, x->dirfd == AT_FDCWD ? "." : path, 0);
}

/* x->path is below dirfd; links to /proc/self/exe lead to the program. */
static long open_first(Task *t, ExecArgs *x)
{
    int flags = x->flags & AT_SYMLINK_NOFOLLOW ? O_NOFOLLOW : 0;
    char file[PATH_MAX];
    struct stat st;
    long fd;

    if (!x->path[0]) {
        fd = open_nameless(x);
    } else {
        fd = open_to_run(x->dirfd, x->path, flags);
    }
    if (fd >= 0 && x->path[0] && fstat((int)fd, &st) == 0 &&
        proc_exe_behind(t, x->dirfd, x->path, &st, file)) {
        close((int)fd);
        x->renamed = true;
        x->dirfd = AT_FDCWD;
        strcpy(x->path, strcpy(x->asked, file));
        fd = open_to_run(AT_FDCWD, file, 0);
    }
    return fd;
}

static long find_program(Task *t, ExecArgs *x, uint64_t addr)
{
    const char *prefix = t->proc->options->prefix;
    long ret = mm_read_string(task_mm(t), x->asked, addr, PATH_MAX);

    if (ret < 0) {
        return ret;
    }
    if (!x->asked[0] && !(x->flags & AT_EMPTY_PATH)) {
        return -ENOENT;
    }
    if (x->flags & ~(AT_EMPTY_PATH | AT_SYMLINK_NOFOLLOW | AT_EXECVE_CHECK)) {
        return -EINVAL;
    }
    strcpy(x->path, x->asked);
    ret = make_name(x, x->asked);
    if (ret < 0) {
        return ret;
    }
    x->given = x->name;
    if (prefix && x->path[0] == '/' &&
        path_below(prefix, x->path, !(x->flags & AT_SYMLINK_NOFOLLOW))) {
        x->renamed = true;
    }
    ret = open_first(t, x);
    x->fd = ret < 0 ? -1 : (int)ret;
    return ret < 0 ? ret : 0;
}

/* In a chroot without /proc it is not: then binfmt_misc may know what to do. */
static bool emulator_reachable(Task *t)
{
    return access(t->proc->options->self, F_OK) == 0;
}

/* Where binfmt_misc knows its programs with flag C, the kernel does it. */
static bool changes_user(int fd)
{
    struct stat st;

    return fstat(fd, &st) == 0 && (st.st_mode & (S_ISUID | S_ISGID));
}

/* A guest's program: by the emulator, unless only the host can do it. */
static long guest_exec(Task *t, ExecArgs *x)
{
    long ret;

    if (!emulator_reachable(t)) {
        return kernel_exec(t, x);
    }
    if (x->changes_user) {
        ret = kernel_exec(t, x);
        if (ret != -ENOEXEC) {
            return ret;
        }
    }
    ret = put_emulator_before(t, x);
    return ret < 0 ? ret : host_exec(t, AT_FDCWD, t->proc->options->self, x, 0);
}

/* An execve, up to where only the kernel can refuse it. */
typedef struct Attempt {
    Task *t;
    ExecArgs x;
    const uint64_t *a;
    long ret; /* resolve()'s, or -errno */
} Attempt;

static void look_at_program(void *opaque)
{
    Attempt *e = opaque;
    ExecArgs *x = &e->x;

    e->ret = find_program(e->t, x, e->a[0]);
    x->unreadable = e->ret == -ENOEXEC;
    if (x->unreadable) {
        e->ret = 0;
    }
    if (e->ret == 0) {
        e->ret = take_vectors(e->t, x, e->a[1], e->a[2]);
    }
    if (e->ret == 0 && !x->unreadable && !(x->flags & AT_EXECVE_CHECK)) {
        e->ret = resolve(e->t, x);
    }
    x->changes_user = x->fd >= 0 && changes_user(x->fd);
}

/*
 * There is no descriptor left, and there will be none: what the program is
 * cannot be handed on, so its file must have a name.
 */
static void look_elsewhere(void *opaque)
{
    Attempt *e = opaque;

    look_at_program(e);
    e->x.fd = -1; /* it was, there */
    if (e->x.renamed) {
        strcpy(e->x.name, e->x.path[0] ? e->x.path : e->x.name);
        e->x.renamed = false;
    }
}

static long run_program(Attempt *e)
{
    ExecArgs *x = &e->x;
    long ret = e->ret;

    if (ret < 0 || (x->flags & AT_EXECVE_CHECK)) {
        return ret;
    }
    ret = ret ? guest_exec(e->t, x) : kernel_exec(e->t, x);
    /* The kernel could read it, but knows of no one to run it. */
    return x->unreadable && ret == -ENOEXEC ? -EACCES : ret;
}

static long try_exec(Task *t, int dirfd, const uint64_t *a, int flags,
                     FdRoom *room)
{
    Attempt e = {.t = t,
                 .a = a,
                 .x = {.fd = -1,
                       .inherit = -1,
                       .dirfd = dirfd,
                       .flags = flags,
                       .room = room}};
    long ret = take_scratch(t, &e.x);

    if (ret == 0 && room && !fd_room_there()) {
        ret = fd_room_elsewhere(look_elsewhere, &e, dirfd) ? 0 : -ENOMEM;
    } else if (ret == 0) {
        look_at_program(&e);
    }
    ret = ret < 0 ? ret : run_program(&e);
    close_if_open(e.x.fd);
    close_if_open(e.x.inherit);
    exec_scratch_free(t);
    return ret;
}

/* The kernel needs no descriptors for it: there may be none left. */
static long exec_at(Task *t, int dirfd, const uint64_t *a, int flags)
{
    long ret = try_exec(t, dirfd, a, flags, NULL);
    FdRoom room;

    if (ret == -EMFILE) {
        fd_room_make(&room);
        ret = try_exec(t, dirfd, a, flags, &room);
        fd_room_end(&room);
    }
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
