/*
 * Files of /proc/PID of other processes that run under this emulator: what
 * debuggers and profilers read there.
 */
#include "linux-user/proc/internal.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "linux-user/task/remote.h"

/* /proc/PID/NAME and /proc/PID/task/TID/NAME; NULL: neither. */
static const char *other_file(const char *path, int *pid)
{
    int end = 0, tid;

    if (sscanf(path, "/proc/%d/%n", pid, &end) != 1 || !end) {
        return NULL;
    }
    path += end;
    end = 0;
    if (sscanf(path, "task/%d/%n", &tid, &end) == 1 && end) {
        *pid = tid;
        path += end;
    }
    return path;
}

typedef void OtherWriter(const Remote *r, FILE *out);

static void write_map(const Remote *r, FILE *out, bool details)
{
    Process *proc = calloc(1, sizeof(*proc));
    char host[40];

    snprintf(host, sizeof(host), "/proc/%d/%s", r->pid,
             details ? "smaps" : "maps");
    if (proc && remote_map(r, &proc->mm.map)) {
        proc->mm.base = r->base;
        remote_read(r->pid, &proc->placed.stack_start,
                    r->proc + offsetof(Process, placed.stack_start),
                    sizeof(proc->placed.stack_start));
        proc_copy_maps(proc, out, host, details);
        map_free(&proc->mm.map);
    }
    free(proc);
}

static void write_maps(const Remote *r, FILE *out)
{
    write_map(r, out, false);
}

static void write_smaps(const Remote *r, FILE *out)
{
    write_map(r, out, true);
}

static void write_auxv(const Remote *r, FILE *out)
{
    uint64_t range[2], pair[2];

    if (!remote_read(r->pid, range, r->proc + offsetof(Process, placed.auxv),
                     sizeof(range))) {
        return;
    }
    for (uint64_t at = range[0]; at < range[1]; at += sizeof(pair)) {
        if (!remote_read(r->pid, pair, at + r->base, sizeof(pair))) {
            return;
        }
        fwrite(pair, sizeof(pair), 1, out);
    }
}

static const struct {
    const char *name;
    OtherWriter *write;
} files[] = {
    {"maps", write_maps},
    {"smaps", write_smaps},
    {"auxv", write_auxv},
};

static long open_view(const Remote *r, const char *name, OtherWriter *write,
                      int flags)
{
    const mode_t everyones = 0444;
    int fd;
    FILE *out = proc_view_begin(name, &fd);

    if (!out) {
        return -errno;
    }
    write(r, out);
    return proc_view_done(out, fd, everyones, flags);
}

long proc_other_open(Task *t, const char *path, int flags)
{
    const char *name;
    Remote r;
    int pid;

    name = other_file(path, &pid);
    if (!name || pid == getpid() || remote_find(pid, &r) < 0) {
        return PROC_NOT_OURS;
    }
    if (strcmp(name, "mem") == 0) {
        return proc_mem_open(t, pid, flags);
    }
    for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
        if (strcmp(files[i].name, name) == 0) {
            return open_view(&r, name, files[i].write, flags);
        }
    }
    return PROC_NOT_OURS;
}
