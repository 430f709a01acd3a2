/* Start of the program. */
#include "linux-user/linux-user.h"

#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "host/usercopy.h"
#include "linux-user/abi/layout.h"
#include "linux-user/abi/open_flags.h"
#include "linux-user/debug/debug.h"
#include "linux-user/debug/names.h"
#include "linux-user/debug/page_log.h"
#include "linux-user/debug/profile.h"
#include "linux-user/elf/elf.h"
#include "linux-user/proc/proc.h"
#include "linux-user/proc/program.h"
#include "linux-user/process/inherit.h"
#include "linux-user/process/stack.h"
#include "linux-user/process/thread.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/run.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/current.h"
#include "linux-user/task/path.h"
#include "linux-user/task/regs.h"
#include "linux-user/task/remote.h"

/* One line: the program, what is wrong; the status that a shell gives. */
static int complain(const LinuxUserOptions *o, const char *program, int error,
                    const char *why)
{
    fprintf(stderr, "%s: %s: %s\n", o->name, program,
            why ? why : strerror(error));
    return error == ENOENT || error == ENOTDIR ? EXIT_NOT_FOUND
                                               : EXIT_NOT_RUNNABLE;
}

static int open_program(const char *path, const char **why)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    long ret = fd < 0 ? -errno : program_may_run(fd);
    struct stat st;

    if (fd < 0) {
        return (int)ret;
    }
    if (ret == -EACCES && fstat(fd, &st) == 0 && S_ISREG(st.st_mode)) {
        *why = "not executable (chmod +x?)";
    } else if (ret == -EACCES) {
        ret = 0; /* elf_read() says what it is */
    }
    if (ret < 0) {
        close(fd);
        return (int)ret;
    }
    return fd;
}

static int read_program(const LinuxUserOptions *o, const char *path,
                        ElfImage *img, const char **why)
{
    int fd = open_program(path, why);
    int ret;

    if (fd < 0) {
        return fd;
    }
    ret = elf_read(o->abi, fd, img, why);
    if (ret < 0) {
        close(fd);
        return ret;
    }
    return fd;
}

/* The interpreter below the prefix, else where its name says. */
static int read_interp(const LinuxUserOptions *o, const char *name,
                       ElfImage *img, const char **why)
{
    char path[PATH_MAX];

    snprintf(path, sizeof(path), "%s", name);
    if (o->prefix && path[0] == '/') {
        path_below(o->prefix, path, true);
    }
    return read_program(o, path, img, why);
}

typedef struct Loader {
    ElfImage program, interp;
    int fd, interp_fd;
} Loader;

static int loader_open(Loader *l, const LinuxUserOptions *o, int fd)
{
    const char *why = NULL;
    char name[PATH_MAX + 64];

    if (fd >= 0) {
        l->fd = elf_read(o->abi, fd, &l->program, &why);
        l->fd = l->fd < 0 ? l->fd : fd;
    } else {
        l->fd = read_program(o, o->program, &l->program, &why);
    }
    if (l->fd < 0) {
        return complain(o, o->program, -l->fd, why);
    }
    if (!l->program.interp[0]) {
        return 0;
    }
    l->interp_fd = read_interp(o, l->program.interp, &l->interp, &why);
    if (l->interp_fd < 0) {
        snprintf(name, sizeof(name), "%s needs %s", o->program,
                 l->program.interp);
        return complain(o, name, -l->interp_fd,
                        why ? why : "not found; use -L PREFIX");
    }
    return 0;
}

static void loader_close(Loader *l)
{
    elf_free(&l->program);
    elf_free(&l->interp);
    close(l->fd);
    if (l->interp_fd >= 0) {
        close(l->interp_fd);
    }
}

static int map_vdso(Process *proc, uint64_t *address)
{
    MapRequest r = {
        .len = GUEST_PAGE,
        .prot = PROT_READ | PROT_WRITE,
        .fd = -1,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
        .kind = MAPPING_VDSO,
    };
    const AbiVdso *vdso = proc->abi->vdso;
    int64_t at = mm_map(&proc->mm, &r);

    if (at < 0 ||
        !mm_write(&proc->mm, (uint64_t)at, vdso->image, vdso->bytes)) {
        return -ENOMEM;
    }
    *address = proc->placed.vdso = (uint64_t)at;
    proc->placed.sigreturn = proc->placed.vdso + vdso->sigreturn;
    return (int)mm_protect(&proc->mm, (uint64_t)at, GUEST_PAGE,
                           PROT_READ | PROT_EXEC);
}

static int place_space(Process *proc, uint64_t low, uint64_t high)
{
    const LinuxUserOptions *o = proc->options;
    AddressBits bits = o->exec.frontend->address_bits(o->exec.features);
    MmPlace p = {
        .low = low,
        .high = high,
        .move = o->move_base,
        .readable = proc->abi->readable_prot,
        .end = o->space ? o->space : 1ull << bits.usual,
        .reach = o->space ? o->space : 1ull << bits.most,
        .has_base = o->has_guest_base,
        .base = o->guest_base,
    };

    return mm_init(&proc->mm, &p);
}

bool linux_user_space_ok(uint64_t end)
{
    return end >= SPACE_MIN && end <= SPACE_MAX;
}

/* Fills the guest's memory; pc and sp of its first instruction. */
static int load_program(Process *proc, Loader *l, uint64_t *pc, uint64_t *sp)
{
    StackInfo info = {
        .program = &l->program,
        .features = proc->options->exec.features,
    };
    bool fixed = l->program.fixed;
    int64_t at;
    int ret;

    if (place_space(proc, fixed ? l->program.low : 0,
                    fixed ? l->program.high : 0) < 0) {
        return -errno;
    }
    ret = elf_map(&proc->mm, l->fd, &l->program, mm_pie_base(&proc->mm));
    if (ret < 0) {
        return ret;
    }
    info.entry = *pc = elf_entry(&l->program);
    proc->placed.areas = elf_areas(&l->program);
    mm_set_brk(&proc->mm, elf_brk(&l->program));
    if (l->interp_fd >= 0) {
        ret = elf_map(&proc->mm, l->interp_fd, &l->interp, 0);
        if (ret < 0) {
            return ret;
        }
        info.interp_base = l->interp.bias;
        *pc = elf_entry(&l->interp);
    }
    ret = map_vdso(proc, &info.vdso);
    at = ret < 0 ? ret : stack_build(proc, &info);
    *sp = (uint64_t)at;
    return at < 0 ? (int)at : 0;
}

static void code_gone(uint64_t start, uint64_t len)
{
    exec_invalidate(task_current()->cpu, start, len);
}

static void code_suspect(uint64_t start, uint64_t len)
{
    exec_suspect(task_current()->cpu, start, len);
}

static void code_fence(void)
{
    exec_fence(task_current()->cpu);
}

/* What other processes have written, and have said so, is known by now. */
static void code_fence_begins(void *mm)
{
    Task *t = task_current();

    if (t->proc->written.end) {
        trace_take_written(t);
    }
    mm_code_fence(mm);
}

static bool read_guest(uint64_t addr, void *dst, size_t n)
{
    return mm_read(task_mm(task_current()), dst, addr, n);
}

static void print_maps(FILE *out)
{
    proc_maps(task_current(), out, NULL);
}

/*
 * Of a limited address space, a part for code, which is mapped twice, and a
 * third time for a fork; and a reserve that is enough for that third time, or
 * for an execve.
 */
static void share_space(Process *proc, ExecConfig *config)
{
    enum { CODE_SHARE = 64, RESERVE_SHARE = 16 * RESERVE_PARTS };
    const size_t least_code = 256 << 10, least_part = 1536 << 10;
    struct rlimit lim;

    proc->mm.reserve = config->reserve = &proc->reserve;
    if (getrlimit(RLIMIT_AS, &lim) == 0 && lim.rlim_cur != RLIM_INFINITY) {
        size_t code = page_down(lim.rlim_cur / CODE_SHARE) + least_code;

        if (code < config->code_bytes) {
            config->code_bytes = code;
        }
        config->image_dir = NULL; /* its window is address space */
        proc->reserve.part_bytes =
            page_up(lim.rlim_cur / RESERVE_SHARE) + least_part;
    }
}

static int start_exec(Process *proc)
{
    static const PluginGuest guest = {read_guest, print_maps};
    ExecConfig config = proc->options->exec;
    Plugins *plugins = proc->options->plugins;

    config.code = (CodeReader){mm_read_code, &proc->mm};
    config.pages = (CodePages){mm_watch_code, code_fence_begins, mm_peek_code,
                               mm_code_origin, &proc->mm};
    config.guest_base = proc->mm.base;
    share_space(proc, &config);
    proc->exec = exec_new(&config);
    if (!proc->exec) {
        return -errno;
    }
    exec_set_stop_fn(proc->exec, signal_stop_thread);
    if (plugins) {
        plugins_start(plugins, &guest, exec_symbols(proc->exec),
                      proc->program.path);
    }
    return 0;
}

/* Out of the guest's reach, but not so that tables of descriptors grow. */
static void hold_program(Process *proc, int fd, const FdRoom *room)
{
    enum { HIGH_ENOUGH = 1024 };
    rlim_t limit = room->old.rlim_cur;
    struct stat st;

    if (!realpath(proc->options->program, proc->program.path)) {
        snprintf(proc->program.path, sizeof(proc->program.path), "%s",
                 proc->options->program);
    }
    program_hold(proc, fd, limit < HIGH_ENOUGH ? (int)limit : HIGH_ENOUGH);
    if (stat("/proc/self/exe", &st) == 0) {
        proc->emulator.dev = st.st_dev;
        proc->emulator.ino = st.st_ino;
    }
}

/* What the program's start needs files for. */
typedef struct Start {
    Process *proc;
    int program; /* its descriptor, if it is open already */
    const FdRoom *room;
    uint64_t pc, sp;
    int status; /* 0 or an exit status */
} Start;

static int load_all(Start *s, Loader *l)
{
    Process *proc = s->proc;
    const LinuxUserOptions *o = proc->options;
    bool placed;
    int ret;

    hold_program(proc, l->fd, s->room);
    ret = load_program(proc, l, &s->pc, &s->sp);
    loader_close(l);
    if (ret < 0) {
        placed = !o->has_guest_base || proc->mm.base == o->guest_base;
        return complain(o, placed ? o->program : "-B", -ret,
                        placed ? NULL : "the host has no room there");
    }
    ret = start_exec(proc);
    if (ret < 0) {
        return complain(o, "memory for translated code", -ret, NULL);
    }
    return !l->program.interp[0] && !names_check(proc) ? EXIT_WRONG_USE : 0;
}

static void read_files(void *opaque)
{
    Start *s = opaque;
    Loader l = {.fd = -1, .interp_fd = -1};

    s->status = loader_open(&l, s->proc->options, s->program);
    if (s->status == 0) {
        s->status = load_all(s, &l);
    }
}

/*
 * Everything up to the first instruction; 0 or an exit status.  The guest may
 * have been given all descriptors that there may be.
 */
static int start_program(Start *s, Task **task)
{
    Process *proc = s->proc;

    if (fd_room_there()) {
        read_files(s);
    } else if (fd_room_elsewhere(read_files, s, s->program)) {
        proc->program.fd = -1;
    } else {
        s->status =
            complain(proc->options, proc->options->program, ENOMEM, NULL);
    }
    if (s->status) {
        return s->status;
    }
    *task = task_new(proc);
    if (!*task) {
        return complain(proc->options, "memory for translated code", errno,
                        NULL);
    }
    proc->mm.code_gone = code_gone;
    reserve_fill(&proc->reserve);
    proc->mm.code_suspect = code_suspect;
    proc->mm.code_fence = code_fence;
    task_set_pc(*task, s->pc);
    task_set_sp(*task, s->sp);
    if (log_on(&proc->options->log, LOG_page)) {
        page_log(*task, "the program is loaded");
    }
    return 0;
}

/*
 * The name that ps and /proc/self/comm show: of the path, or of the file for
 * one that has none; the kernel has set that of a program that it had us run.
 */
static void set_name(const Process *proc, const InheritedProgram *inherited)
{
    static const char deleted[] = " (deleted)";
    const LinuxUserOptions *o = proc->options;
    const char *path = inherited->names ? proc->program.path : o->program;
    const char *slash = strrchr(path, '/');
    char name[PATH_MAX];
    size_t n;

    if (o->execfn) {
        return;
    }
    snprintf(name, sizeof(name), "%s", slash ? slash + 1 : path);
    n = strlen(name);
    if (inherited->names && n >= sizeof(deleted) &&
        strcmp(name + n - sizeof(deleted) + 1, deleted) == 0) {
        name[n - sizeof(deleted) + 1] = '\0';
    }
    prctl(PR_SET_NAME, name);
}

/*
 * The main thread's stack grows as RLIMIT_STACK says, which the guest may set
 * as it likes: what the emulator needs of it is made now.
 */
__attribute__((noinline)) static void grow_stack(void)
{
    enum { NEEDED = 512 << 10 };
    char room[NEEDED];

    room[0] = 0;
    asm volatile("" : : "r"(room) : "memory");
}

static int cannot_listen(const LinuxUserOptions *o)
{
    fprintf(stderr, "%s: -g %s: %s\n", o->name, o->gdb->where, strerror(errno));
    return EXIT_WRONG_USE;
}

int linux_user_run(const LinuxUserOptions *o)
{
    Process *proc = calloc(1, sizeof(*proc));
    InheritedProgram program;
    int ret, inherited = inherit_take(o->envp, &program);
    FdRoom room;
    Task *t = NULL;

    if (!proc) {
        return complain(o, o->program, ENOMEM, NULL);
    }
    grow_stack();
    mallopt(M_ARENA_MAX, 1); /* each takes two mappings and 64 MiB */
    proc->options = o;
    proc->abi = o->abi;
    proc->same_layouts = layouts_same(o->abi);
    proc->same_open_flags = open_flags_same(o->abi);
    proc->run = task_loop;
    proc->profile_fd = o->profile ? profile_fd(o->profile) : -1;
    proc->program.fd = -1;
    pthread_mutex_init(&proc->seccomp_lock, NULL);
    pthread_mutex_init(&proc->written.lock, NULL);
    remote_publish(proc);
    pthread_mutex_init(&proc->program.lock, NULL);
    signal_init_process(proc);
    fd_room_make(&room);
    ret = start_program(
        &(Start){.proc = proc,
                 .room = &room,
                 .program = program.fd >= 0 ? program.fd : o->program_fd},
        &t);
    if (ret == 0 && o->gdb && debug_start(t) < 0) {
        ret = cannot_listen(o);
    }
    if (ret == 0) {
        inherit_load(t, inherited);
        trace_start(t);
        if (signal_core_wanted()) {
            signal_core_limit_changed(t);
        }
        set_name(proc, &program);
        proc_show_program(proc);
        if (o->profile) {
            profile_start(t);
        }
        fd_room_end(&room);
        signal_unblock(t); /* the wait for a debugger can be ended */
        if (t->debug) {
            debug_first_stop(t);
        }
        task_loop(t);
        if (t->debug) {
            gdb_thread_end(t->debug);
        }
        task_free(t);
        raw_syscall(SYS_exit, 0, 0, 0, 0, 0, 0); /* others go on */
    }
    return ret;
}
