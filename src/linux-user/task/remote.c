#include "linux-user/task/remote.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "host/usercopy.h"

/* For other processes alone; nobody here reads it.  Set once. */
static Process *volatile anchor;

extern const char __ehdr_start[]; /* the linker's: the image's start */

void remote_publish(Process *proc)
{
    anchor = proc;
}

static int identify(int pid, ino_t *inode)
{
    struct stat ours, other;
    char path[32];

    snprintf(path, sizeof(path), "/proc/%d/exe", pid);
    if (stat("/proc/self/exe", &ours) < 0 || stat(path, &other) < 0) {
        snprintf(path, sizeof(path), "/proc/%d", pid);
        return pid > 0 && stat(path, &other) == 0 ? -EPERM : -ESRCH;
    }
    *inode = ours.st_ino;
    return ours.st_dev == other.st_dev && ours.st_ino == other.st_ino ? 0
                                                                      : -EPERM;
}

int remote_is_ours(int pid)
{
    ino_t inode;

    return identify(pid, &inode);
}

/* Where the emulator's image begins; 0: unknown. */
static uint64_t image_start(int pid, ino_t emulator)
{
    char path[32], *line = NULL;
    uint64_t start = 0, low, inode;
    size_t cap = 0;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/maps", pid);
    f = fopen(path, "re");
    while (f && !start && getline(&line, &cap, f) > 0) {
        if (sscanf(line, "%" SCNx64 "-%*x %*s %*x %*s %" SCNu64, &low,
                   &inode) == 2 &&
            inode == emulator) {
            start = low;
        }
    }
    free(line);
    if (f) {
        fclose(f);
    }
    return start;
}

int remote_find(int pid, Remote *r)
{
    ino_t inode;
    int ret = identify(pid, &inode);
    uint64_t start = ret < 0 ? 0 : image_start(pid, inode);
    uint64_t place = start + (uintptr_t)((const char *)&anchor - __ehdr_start);

    *r = (Remote){.pid = pid};
    if (ret < 0) {
        return ret;
    }
    return start && remote_read(pid, &r->proc, place, sizeof(r->proc)) &&
                   remote_place(r, pid, r->proc)
               ? 0
               : -EPERM;
}

bool remote_place(Remote *r, int pid, uint64_t proc)
{
    return remote_read(pid, &r->base, proc + offsetof(Process, mm.base),
                       sizeof(r->base)) &&
           remote_read(pid, &r->space, proc + offsetof(Process, mm.space),
                       sizeof(r->space));
}

bool remote_read(int pid, void *to, uint64_t addr, size_t n)
{
    struct iovec local = {to, n}, remote = {(void *)(uintptr_t)addr, n};

    return process_vm_readv(pid, &local, 1, &remote, 1, 0) == (ssize_t)n;
}

bool remote_write(int pid, uint64_t addr, const void *from, size_t n)
{
    struct iovec local = {(void *)from, n};
    struct iovec remote = {(void *)(uintptr_t)addr, n};

    return process_vm_writev(pid, &local, 1, &remote, 1, 0) == (ssize_t)n;
}

void remote_written(const Remote *r, uint64_t start, uint64_t len)
{
    uint64_t at = r->proc + offsetof(Process, written.start);
    uint64_t range[2] = {start, start + len}, old[2];

    if (remote_read(r->pid, old, at, sizeof(old)) && old[0] < old[1]) {
        range[0] = old[0] < range[0] ? old[0] : range[0];
        range[1] = old[1] > range[1] ? old[1] : range[1];
    }
    remote_write(r->pid, at, range, sizeof(range));
}

void remote_kick(int tgid, int tid)
{
    siginfo_t info;

    memset(&info, 0, sizeof(info));
    info.si_signo = SIGBUS;
    info.si_code = TRACE_SI_KICK;
    raw_syscall(SYS_rt_tgsigqueueinfo, tgid, tid, SIGBUS, (long)&info, 0, 0);
}

void remote_look(const Remote *r)
{
    long tgid = remote_status(r->pid, "Tgid");

    if (tgid > 0) {
        remote_kick((int)tgid, r->pid);
    }
}

bool remote_map(const Remote *r, Map *map)
{
    enum { LIMIT = 1 << 20 }; /* mappings; the kernel allows fewer */

    if (!remote_read(r->pid, map, r->proc + offsetof(Process, mm.map),
                     sizeof(*map)) ||
        map->n > LIMIT) {
        return false;
    }
    uint64_t at = (uintptr_t)map->at;

    map->cap = map->n;
    map->at = calloc(map->n + 1, sizeof(*map->at));
    if (map->at &&
        remote_read(r->pid, map->at, at, map->n * sizeof(*map->at))) {
        return true;
    }
    free(map->at);
    return false;
}

long remote_status(int pid, const char *field)
{
    char path[40], *line = NULL;
    size_t cap = 0, n = strlen(field);
    long value = -1;
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/status", pid);
    f = fopen(path, "re");
    while (f && value < 0 && getline(&line, &cap, f) > 0) {
        if (strncmp(line, field, n) == 0 && line[n] == ':') {
            value = atol(line + n + 1);
        }
    }
    free(line);
    if (f) {
        fclose(f);
    }
    return value;
}

bool remote_is_own_thread(int tid)
{
    char path[32], name[16] = "";
    FILE *f;

    snprintf(path, sizeof(path), "/proc/%d/comm", tid);
    f = fopen(path, "re");
    if (f) {
        (void)!fscanf(f, "%15[^\n]", name);
        fclose(f);
    }
    return strcmp(name, TRACE_OWN_THREAD) == 0;
}

uint64_t remote_mapped(const Remote *r, uint64_t addr, uint64_t n)
{
    uint64_t end = addr;
    Map map;

    if (r->base == 0) {
        return n;
    }
    if (remote_map(r, &map)) {
        end = map_run_end(&map, addr, addr + n);
        map_free(&map);
    }
    return end - addr;
}
