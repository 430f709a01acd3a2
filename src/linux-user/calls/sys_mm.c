/* Memory: the arguments of mm/mm.h's functions. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/vfs.h>
#include "host/calls.h"
#include "host/usercopy.h"
#include "linux-user/task/call.h"
#include "linux-user/task/iovec.h"
#include "linux-user/task/regs.h"

long sys_brk(Task *t, const uint64_t *a)
{
    return mm_brk(task_mm(t), a[0]);
}

/* What the emulator maps itself, as its program, may be of any mount. */
static bool is_noexec(int fd)
{
    struct statfs fs;

    return fstatfs(fd, &fs) == 0 && (fs.f_flags & ST_NOEXEC);
}

long sys_mmap(Task *t, const uint64_t *a)
{
    MapRequest r = {
        .addr = a[0],
        .len = a[1],
        .prot = (int)a[2],
        .flags = (int)a[3],
        .fd = (int)a[4],
        .offset = a[5],
    };

    if (r.flags & MAP_ANONYMOUS) {
        r.fd = -1;
    }
    if (r.flags & MAP_GROWSDOWN) {
        r.kind = MAPPING_GROWS;
    }
    r.noexec = r.fd >= 0 && is_noexec(r.fd);
    return mm_map(task_mm(t), &r);
}

long sys_munmap(Task *t, const uint64_t *a)
{
    return mm_unmap(task_mm(t), a[0], a[1]);
}

long sys_mprotect(Task *t, const uint64_t *a)
{
    return mm_protect(task_mm(t), a[0], a[1], (int)a[2]);
}

long sys_mremap(Task *t, const uint64_t *a)
{
    return mm_remap(task_mm(t), a[0], a[1], a[2], (int)a[3], a[4]);
}

long sys_madvise(Task *t, const uint64_t *a)
{
    return mm_advise(task_mm(t), a[0], a[1], (int)a[2]);
}

/* Of the stack, which Linux would make as it is needed, what is in use. */
static uint64_t lock_start(Task *t, const Mapping *m)
{
    uint64_t sp = task_sp(t);

    return m->kind == MAPPING_STACK && sp >= m->start && sp < m->end
               ? page_down(sp)
               : m->start;
}

/* What cannot be there now, as past a file's end, is no error. */
static long lock_mapping(Task *t, const Mapping *m, uint64_t flags)
{
    uint64_t start = lock_start(t, m);
    long at = (long)g2h(task_mm(t), start), size = (long)(m->end - start);
    long ret = raw_syscall(SYS_mlock2, at, size, MLOCK_ONFAULT, 0, 0, 0);

    if (ret == 0 && !(flags & MCL_ONFAULT) && m->prot != PROT_NONE) {
        raw_syscall(SYS_mlock, at, size, 0, 0, 0, 0);
    }
    return ret;
}

/*
 * The emulator's memory must not be locked (its code buffer is large), so
 * MCL_CURRENT locks each mapping of the guest, and what is mapped later is
 * mapped with MAP_LOCKED.
 */
long sys_mlockall(Task *t, const uint64_t *a)
{
    Mm *mm = task_mm(t);
    long ret = 0;

    if (a[0] == 0 || a[0] == MCL_ONFAULT ||
        (a[0] & ~(uint64_t)(MCL_CURRENT | MCL_FUTURE | MCL_ONFAULT))) {
        return -EINVAL;
    }
    pthread_mutex_lock(&mm->lock);
    for (size_t i = 0; i < mm->map.n && ret == 0 && (a[0] & MCL_CURRENT); i++) {
        const Mapping *m = &mm->map.at[i];

        if (m->kind != MAPPING_HOST) {
            ret = lock_mapping(t, m, a[0]);
        }
    }
    if (ret == 0) {
        mm->lock_future = a[0] & MCL_FUTURE && !(a[0] & MCL_ONFAULT);
    }
    pthread_mutex_unlock(&mm->lock);
    return ret;
}

long sys_munlockall(Task *t, const uint64_t *a)
{
    Mm *mm = task_mm(t);

    (void)a;
    pthread_mutex_lock(&mm->lock);
    mm->lock_future = false;
    for (size_t i = 0; i < mm->map.n; i++) {
        const Mapping *m = &mm->map.at[i];

        if (m->kind != MAPPING_HOST) {
            munlock(g2h(mm, m->start), m->end - m->start);
        }
    }
    pthread_mutex_unlock(&mm->lock);
    return 0;
}

/*
 * The host's calls on a range of pages.  With a base the host has something
 * where the guest has holes.
 */
static bool has_hole(Mm *mm, const uint64_t *a)
{
    uint64_t end = a[0] + page_up(a[1]);
    bool hole = false;

    if (mm->reserved && page_down(a[0]) == a[0] && end > a[0]) {
        pthread_mutex_lock(&mm->lock);
        hole = map_run_end(&mm->map, a[0], end) < end;
        pthread_mutex_unlock(&mm->lock);
    }
    return hole;
}

static long range_call(Task *t, int host, const uint64_t *a)
{
    unsigned pointers = 1u << 0 | (host == SYS_mincore ? 1u << 2 : 0);

    return has_hole(task_mm(t), a) ? -ENOMEM : pass_call(t, host, pointers, a);
}

long sys_mincore(Task *t, const uint64_t *a)
{
    return range_call(t, SYS_mincore, a);
}

long sys_mlock(Task *t, const uint64_t *a)
{
    return range_call(t, SYS_mlock, a);
}

long sys_munlock(Task *t, const uint64_t *a)
{
    return range_call(t, SYS_munlock, a);
}

long sys_mlock2(Task *t, const uint64_t *a)
{
    return range_call(t, SYS_mlock2, a);
}

long sys_msync(Task *t, const uint64_t *a)
{
    return range_call(t, SYS_msync, a);
}

long sys_mseal(Task *t, const uint64_t *a)
{
    Mm *mm = task_mm(t);

    if (!mm_addr_ok(task_mm(t), a[0])) {
        return pass_call(t, SYS_mseal, 1, a);
    }
    return has_hole(mm, a) ? -ENOMEM : mm_seal(mm, a[0], a[1], a[2]);
}

/* Of a shared mapping of a file, which keeps its protection. */
long sys_remap_file_pages(Task *t, const uint64_t *a)
{
    long ret = pass_call(t, SYS_remap_file_pages, 1, a);

    if (ret == 0) {
        exec_invalidate(t->cpu, a[0], a[1]);
    }
    return ret;
}

/* move_pages(pid, number, addresses, nodes, status, flags) */
long sys_move_pages(Task *t, const uint64_t *a)
{
    const uint64_t limit = 1 << 20;
    uint64_t n = a[1] < limit ? a[1] : 0, size = n * sizeof(uint64_t), *pages;
    uint64_t v[6] = {a[0], a[1], (uint64_t)bad_pointer(), a[3], a[4], a[5]};
    long ret;

    pages = malloc(size + 1);
    if (!pages) {
        return -ENOMEM;
    }
    if (n == a[1] && mm_read(task_mm(t), pages, a[2], size)) {
        for (uint64_t i = 0; i < n; i++) {
            pages[i] = (uint64_t)host_pointer(t, pages[i]);
        }
        v[2] = (uintptr_t)pages;
    }
    ret = pass_call(t, SYS_move_pages, 1 << 3 | 1 << 4, v);
    free(pages);
    return ret;
}

/* process_madvise(pidfd, iovecs, their number, advice, flags) */
long sys_process_madvise(Task *t, const uint64_t *a)
{
    struct iovec iov[IOV_LIMIT];
    long ret = a[4] ? -EINVAL : iovec_read(t, iov, a[1], a[2]);

    for (uint64_t i = 0; ret == 0 && i < a[2]; i++) {
        if (!mm_range_ok(task_mm(t), h2g(task_mm(t), iov[i].iov_base),
                         iov[i].iov_len)) {
            ret = -ENOMEM; /* in ours it would reach the emulator */
        }
    }
    return ret < 0 ? ret
                   : raw_syscall(SYS_process_madvise, (int)a[0], (long)iov,
                                 (long)a[2], (long)a[3], (long)a[4], 0);
}

long sys_shmat(Task *t, const uint64_t *a)
{
    return mm_shmat(task_mm(t), (int)a[0], a[1], (int)a[2]);
}

long sys_shmdt(Task *t, const uint64_t *a)
{
    return mm_shmdt(task_mm(t), a[0]);
}
