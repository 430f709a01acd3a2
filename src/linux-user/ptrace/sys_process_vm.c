/*
 * process_vm_readv and process_vm_writev.
 *
 * The kernel's call obeys the protections of the other process's host, where
 * pages with code may be watched (mm/code.c).  If there are such, what is
 * written goes by /proc/PID/mem, which disregards them, and by the other's
 * map, which knows what its guest may write.
 */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>
#include "host/calls.h"
#include "host/usercopy.h"
#include "linux-user/task/call.h"
#include "linux-user/task/iovec.h"
#include "linux-user/task/remote.h"

static bool watches(const Remote *r)
{
    uint32_t n = 0;

    return remote_read(r->pid, &n, r->proc + offsetof(Process, mm.nb_watched),
                       sizeof(n)) &&
           n;
}

/* A place in a vector. */
typedef struct Cursor {
    const struct iovec *iov;
    uint64_t n;
    size_t done; /* of iov[0] */
} Cursor;

/* Bytes left where the cursor is; 0: at the end. */
static size_t left(Cursor *c)
{
    while (c->n && c->done == c->iov->iov_len) {
        c->iov++;
        c->n--;
        c->done = 0;
    }
    return c->n ? c->iov->iov_len - c->done : 0;
}

static char *at(const Cursor *c)
{
    return (char *)c->iov->iov_base + c->done;
}

/* How many bytes from there on its guest may write. */
static size_t writable(const Map *map, const Remote *r, const Cursor *c)
{
    uint64_t addr = (uintptr_t)at(c) - r->base;
    const Mapping *m = map_find(map, addr);

    return m && m->kind != MAPPING_HOST && (m->prot & PROT_WRITE)
               ? m->end - addr
               : 0;
}

static long copy_through(const Remote *r, const Map *map, int mem, Cursor from,
                         Cursor to)
{
    long total = 0;
    size_t n = left(&to);

    while (n && left(&from)) {
        size_t may = writable(map, r, &to);
        ssize_t got;

        n = n < left(&from) ? n : left(&from);
        got = pwrite(mem, at(&from), n < may ? n : may,
                     (off_t)(uintptr_t)at(&to));
        if (!may || got <= 0) {
            return total ? total : -EFAULT;
        }
        from.done += (size_t)got;
        to.done += (size_t)got;
        total += got;
        n = left(&to);
    }
    return total;
}

static long write_through(const Remote *r, const struct iovec *local,
                          uint64_t nb_local, const struct iovec *remote,
                          uint64_t nb_remote)
{
    char path[32];
    long ret = -ESRCH;
    Map map;
    int mem;

    snprintf(path, sizeof(path), "/proc/%d/mem", r->pid);
    mem = open(path, O_RDWR | O_CLOEXEC);
    if (mem >= 0 && remote_map(r, &map)) {
        ret = copy_through(r, &map, mem, (Cursor){local, nb_local, 0},
                           (Cursor){remote, nb_remote, 0});
        map_free(&map);
    }
    if (mem >= 0) {
        close(mem);
    }
    return ret;
}

/*
 * Addresses of the other process: those of its guest, if it runs under this
 * emulator.
 */
static void move_to(const Remote *r, uint64_t own_base, struct iovec *iov,
                    uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        iov[i].iov_base = (char *)iov[i].iov_base - own_base + r->base;
    }
}

static void note_written(const Remote *r, const struct iovec *iov, uint64_t n)
{
    for (uint64_t i = 0; i < n; i++) {
        if (iov[i].iov_len) {
            remote_written(r, (uintptr_t)iov[i].iov_base - r->base,
                           iov[i].iov_len);
        }
    }
    remote_look(r);
}

/*
 * Only the local side is ours to check: the kernel checks the other, and
 * refuses bad vectors.
 */
static long process_vm(Task *t, int host, const uint64_t *a)
{
    struct iovec local[IOV_LIMIT], remote[IOV_LIMIT];
    bool has_local = iovec_read(t, local, a[1], a[2]) == 0;
    bool has_remote = iovec_read(t, remote, a[3], a[4]) == 0;
    Remote r;
    bool other =
        has_remote && (int)a[0] != getpid() && remote_find((int)a[0], &r) == 0;
    long ret;

    if (other) {
        move_to(&r, task_mm(t)->base, remote, a[4]);
    }
    if (other && has_local && host == SYS_process_vm_writev && a[5] == 0 &&
        watches(&r)) {
        ret = write_through(&r, local, a[2], remote, a[4]);
    } else {
        ret = safe_syscall(&t->pending, host, (long)a[0],
                           has_local ? (long)local : bad_pointer(), (long)a[2],
                           has_remote ? (long)remote : bad_pointer(),
                           (long)a[4], (long)a[5]);
    }
    if (other && ret > 0 && host == SYS_process_vm_writev) {
        note_written(&r, remote, a[4]);
    }
    return ret;
}

long sys_process_vm_readv(Task *t, const uint64_t *a)
{
    return process_vm(t, SYS_process_vm_readv, a);
}

long sys_process_vm_writev(Task *t, const uint64_t *a)
{
    return process_vm(t, SYS_process_vm_writev, a);
}
