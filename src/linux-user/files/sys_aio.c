/*
 * Asynchronous input and output.
 *
 * A context's id is the address of its ring, which the C library may read to
 * save a call.  The host's ring is out of the guest's reach; the id that the
 * guest is given is that of a page of its own, which has no ring's magic
 * number, so that all goes by calls, and holds the host's id.  Whatever it
 * holds, the host takes only ids of contexts that there are.
 *
 * Events name the iocb that they are of: this works where guest addresses are
 * host addresses.
 */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <linux/aio_abi.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include "host/usercopy.h"
#include "linux-user/signal/signal.h"
#include "linux-user/task/call.h"
#include "linux-user/task/iovec.h"

enum { ID_OFFSET = 64 }; /* beyond struct aio_ring */

static bool host_context(Task *t, uint64_t context, uint64_t *host)
{
    return !(context & GUEST_PAGE_MASK) &&
           mm_read(task_mm(t), host, context + ID_OFFSET, sizeof(*host));
}

/* For a call that finds out by itself, in its order, that there is none. */
static long any_context(Task *t, uint64_t context)
{
    uint64_t host;

    return host_context(t, context, &host) ? (long)host : bad_pointer();
}

/* A page that the guest can read, with the host's id. */
static int64_t make_page(Task *t, uint64_t host)
{
    MapRequest r = {
        .len = GUEST_PAGE,
        .prot = PROT_READ | PROT_WRITE,
        .fd = -1,
        .flags = MAP_PRIVATE | MAP_ANONYMOUS,
    };
    int64_t page = mm_map(task_mm(t), &r);

    if (page > 0) {
        mm_write(task_mm(t), (uint64_t)page + ID_OFFSET, &host, sizeof(host));
        mm_protect(task_mm(t), (uint64_t)page, GUEST_PAGE, PROT_READ);
    }
    return page;
}

/* io_setup(number of events, where the id goes, which must be 0) */
long sys_io_setup(Task *t, const uint64_t *a)
{
    uint64_t id, host = 0;
    int64_t page;
    long ret;

    if (task_mm(t)->base != 0) {
        return -ENOSYS;
    }
    if (!mm_read(task_mm(t), &id, a[1], sizeof(id))) {
        return -EFAULT;
    }
    if (id) {
        return -EINVAL;
    }
    ret = raw_syscall(SYS_io_setup, (long)(uint32_t)a[0], (long)&host, 0, 0, 0,
                      0);
    if (ret < 0) {
        return ret;
    }
    page = make_page(t, host);
    if (page > 0 && mm_write(task_mm(t), a[1], &page, sizeof(page))) {
        return 0;
    }
    raw_syscall(SYS_io_destroy, (long)host, 0, 0, 0, 0, 0);
    return page > 0 ? -EFAULT : page;
}

long sys_io_destroy(Task *t, const uint64_t *a)
{
    uint64_t host;
    long ret;

    if (!host_context(t, a[0], &host)) {
        return -EINVAL;
    }
    ret = raw_syscall(SYS_io_destroy, (long)host, 0, 0, 0, 0, 0);
    if (ret == 0) {
        mm_unmap(task_mm(t), a[0], GUEST_PAGE);
    }
    return ret;
}

/*
 * Is all memory that the iocb names the guest's?  What is read comes at any
 * time until the request is done, told by no call.
 */
static bool memory_ok(Task *t, const struct iocb *io)
{
    struct iovec iov[IOV_LIMIT];

    if (io->aio_lio_opcode == IOCB_CMD_PREAD ||
        io->aio_lio_opcode == IOCB_CMD_PREADV) {
        mm_written_behind(task_mm(t), BEHIND_REQUESTS);
    }
    switch (io->aio_lio_opcode) {
    case IOCB_CMD_PREAD:
    case IOCB_CMD_PWRITE:
        return mm_range_ok(task_mm(t), io->aio_buf, io->aio_nbytes);
    case IOCB_CMD_PREADV:
    case IOCB_CMD_PWRITEV:
        return iovec_read(t, iov, io->aio_buf, io->aio_nbytes) == 0;
    default: return true;
    }
}

/* io_submit(id, number, addresses of iocbs) */
long sys_io_submit(Task *t, const uint64_t *a)
{
    uint64_t host, addr;
    long done = 0, n = (long)a[1], ret = 0;

    if (!host_context(t, a[0], &host) || n < 0) {
        return -EINVAL;
    }
    if (n == 0) { /* is the context one of this process? */
        return raw_syscall(SYS_io_submit, (long)host, 0, 0, 0, 0, 0);
    }
    for (; ret >= 0 && done < n; done += ret == 1) {
        struct iocb io;

        if (!mm_read(task_mm(t), &addr, a[2] + (uint64_t)done * sizeof(addr),
                     sizeof(addr)) ||
            !mm_read(task_mm(t), &io, addr, sizeof(io)) || !memory_ok(t, &io)) {
            ret = -EFAULT;
        } else {
            ret =
                raw_syscall(SYS_io_submit, (long)host, 1, (long)&addr, 0, 0, 0);
        }
    }
    if (ret == -EFAULT && !done) { /* but first, is there a context? */
        long none = raw_syscall(SYS_io_submit, (long)host, 0, 0, 0, 0, 0);

        ret = none < 0 ? none : ret;
    }
    return done ? done : ret;
}

/* io_cancel(id, iocb, event) */
long sys_io_cancel(Task *t, const uint64_t *a)
{
    return raw_syscall(SYS_io_cancel, any_context(t, a[0]),
                       host_pointer(t, a[1]), host_pointer(t, a[2]), 0, 0, 0);
}

/* io_getevents(id, at least, at most, events, timeout) */
long sys_io_getevents(Task *t, const uint64_t *a)
{
    return safe_syscall(&t->pending, SYS_io_getevents, any_context(t, a[0]),
                        (long)a[1], (long)a[2], host_pointer(t, a[3]),
                        host_pointer(t, a[4]), 0);
}

/* The same with the address of a signal mask's address and size. */
long sys_io_pgetevents(Task *t, const uint64_t *a)
{
    uint64_t arg[2] = {0}, mask, given[2] = {0, sizeof(mask)};
    long masked;

    if (a[5] && !mm_read(task_mm(t), arg, a[5], sizeof(arg))) {
        return -EFAULT;
    }
    masked = signal_wait_begin_at(t, arg[0], arg[1], &mask);
    if (masked < 0) {
        return masked;
    }
    given[0] = masked ? (uintptr_t)&mask : 0;
    return signal_wait_end(t, safe_syscall(&t->pending, SYS_io_pgetevents,
                                           any_context(t, a[0]), (long)a[1],
                                           (long)a[2], host_pointer(t, a[3]),
                                           host_pointer(t, a[4]), (long)given));
}
