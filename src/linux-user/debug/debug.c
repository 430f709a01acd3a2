/* What the debugger may ask of the guest, and tasks that it has a say in. */
#include "linux-user/debug/debug.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <unistd.h>
#include "linux-user/proc/proc.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/path.h"

/* --- memory --- */

static bool is_mapped(Mm *mm, uint64_t addr, size_t n)
{
    bool mapped;

    if (!mm_range_ok(mm, addr, n)) {
        return false;
    }
    pthread_mutex_lock(&mm->lock);
    mapped = map_run_end(&mm->map, addr, addr + n) == addr + n;
    pthread_mutex_unlock(&mm->lock);
    return mapped;
}

/* By the host's file, which disregards protections, as a debugger does. */
static bool access_all(Mm *mm, uint64_t addr, void *buf, size_t n, bool write)
{
    int fd = is_mapped(mm, addr, n) ? open("/proc/self/mem", O_RDWR | O_CLOEXEC)
                                    : -1;
    off_t at = (off_t)(addr + mm->base);
    ssize_t done = -1;

    if (fd >= 0) {
        done = write ? pwrite(fd, buf, n, at) : pread(fd, buf, n, at);
        close(fd);
    }
    return done == (ssize_t)n;
}

static size_t read_memory(void *opaque, uint64_t addr, void *buf, size_t n)
{
    Mm *mm = &((Process *)opaque)->mm;
    size_t done = 0;

    while (done < n) {
        uint64_t at = addr + done, left = page_down(at) + GUEST_PAGE - at;
        size_t piece = n - done < left ? n - done : left;
        char *to = (char *)buf + done;

        if (!mm_read(mm, to, at, piece) &&
            !access_all(mm, at, to, piece, false)) {
            break;
        }
        done += piece;
    }
    return done;
}

static bool write_memory(void *opaque, CPUState *cpu, uint64_t addr,
                         const void *buf, size_t n)
{
    Mm *mm = &((Process *)opaque)->mm;
    bool done = access_all(mm, addr, (void *)buf, n, true);

    mm_code_poked(mm);
    exec_invalidate(cpu, addr, n);
    return done;
}

static size_t read_auxv(void *opaque, void *buf, size_t n)
{
    const Process *proc = opaque;
    size_t size = proc->placed.auxv_end - proc->placed.auxv;

    return read_memory(opaque, proc->placed.auxv, buf, size < n ? size : n);
}

/* --- files --- */

static void host_path_of(const Process *proc, const char *path,
                         char host[PATH_MAX], bool follow)
{
    const char *prefix = proc->options->prefix;

    snprintf(host, PATH_MAX, "%s", path);
    if (prefix && host[0] == '/') {
        path_below(prefix, host, follow);
    }
}

static int open_file(CPUState *cpu, const char *path, int flags, int mode)
{
    Task *t = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);
    char host[PATH_MAX];
    long fd = proc_open(t, path, flags);

    if (fd == PROC_NOT_OURS) {
        host_path_of(t->proc, path, host, true);
        fd = open(host, flags, mode);
        fd = fd < 0 ? -errno : fd;
    }
    return (int)fd;
}

static long read_link(void *opaque, const char *path, char *buf, size_t n)
{
    char host[PATH_MAX];
    ssize_t got;

    host_path_of(opaque, path, host, false);
    got = readlink(host, buf, n);
    return got < 0 ? -errno : got;
}

static int unlink_file(void *opaque, const char *path)
{
    char host[PATH_MAX];

    host_path_of(opaque, path, host, false);
    return unlink(host) < 0 ? -errno : 0;
}

/* --- the start --- */

static void kick(CPUState *cpu, bool call)
{
    Task *t = __atomic_load_n(&cpu->user, __ATOMIC_ACQUIRE);

    if (t && call) {
        t->break_call = true;
    }
    signal_stop_thread(cpu);
}

static GdbTarget target_of(Process *proc)
{
    return (GdbTarget){
        .opaque = proc,
        .exec = proc->exec,
        .guest = proc->options->exec.frontend->debug,
        .program = proc->program.path,
        .read = read_memory,
        .write = write_memory,
        .auxv = read_auxv,
        .open = open_file,
        .readlink = read_link,
        .unlink = unlink_file,
        .kick = kick,
    };
}

void debug_thread_start(Task *t)
{
    t->debug = gdb_thread_new(t->proc->gdb, t->cpu, t->tid);
}

/* Before it a signal that ends the process does so, as without -g. */
void debug_first_stop(Task *t)
{
    gdb_point(t->debug);
    signal_catch_fatal(t);
}

int debug_start(Task *t)
{
    GdbTarget target = target_of(t->proc);

    t->proc->gdb = gdb_start(t->proc->options->gdb, &target);
    if (!t->proc->gdb) {
        return -1;
    }
    debug_thread_start(t);
    return 0;
}

void debug_resume(Task *t, const void *saved, size_t size)
{
    GdbTarget target = target_of(t->proc);

    t->proc->gdb = gdb_resume(saved, size, &target);
    if (t->proc->gdb) {
        debug_thread_start(t);
    }
}

/* --- tasks --- */

/*
 * No signal is noted while it waits.  One that was before has asked for an
 * exit, which waiting takes back.
 */
Event debug_run(Task *t)
{
    signal_block(t);
    gdb_point(t->debug);
    if (t->pending) {
        __atomic_store_n(&t->cpu->exit_request, 1, __ATOMIC_RELAXED);
    }
    signal_unblock(t);
    return gdb_run(t->debug);
}

bool debug_signal(Task *t, siginfo_t *info)
{
    return gdb_signal(t->debug, info) != 0;
}

/* --- processes --- */

void debug_fork_child(Task *t)
{
    if (!gdb_fork_child(t->debug, &t->proc->debug_end)) {
        t->debug = NULL;
        t->proc->gdb = NULL;
    }
}

size_t debug_save(Task *t, void *saved)
{
    return t->debug ? gdb_save(t->debug, saved) : 0;
}
