/* Memory of other processes that run under this emulator. */
#include "linux-user/proc/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <unistd.h>
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/task/remote.h"

enum { CHUNK = 16 << 10 };

static long access_piece(Task *t, int host, const Remote *r, uint64_t addr,
                         uint64_t buf, size_t n, bool write)
{
    char bytes[CHUNK];
    ssize_t got;

    n = n < CHUNK ? n : CHUNK;
    if (!remote_has(r, addr, 1)) {
        return -EIO;
    }
    n = n < r->space.end - addr ? n : r->space.end - addr;
    n = remote_mapped(r, addr, n);
    if (n == 0) {
        return -EIO;
    }
    if (write && !mm_read(task_mm(t), bytes, buf, n)) {
        return -EFAULT;
    }
    got = write ? pwrite(host, bytes, n, (off_t)(addr + r->base))
                : pread(host, bytes, n, (off_t)(addr + r->base));
    if (got <= 0) {
        return -EIO;
    }
    if (write) {
        remote_written(r, addr, (uint64_t)got);
    } else if (!mm_write(task_mm(t), buf, bytes, (size_t)got)) {
        return -EFAULT;
    }
    return got;
}

long proc_other_mem(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n,
                    bool write)
{
    uint64_t done = 0;
    char path[32];
    long got = 0;
    Remote r;
    int host;

    snprintf(path, sizeof(path), "/proc/%d/mem", pid);
    host = trace_knows(t, pid, &r) || remote_find(pid, &r) == 0
               ? open(path, O_RDWR | O_CLOEXEC)
               : -1;
    if (host < 0) {
        return 0; /* as of one that has ended */
    }
    n = n < INT_MAX ? n : INT_MAX;
    while (done < n) {
        got =
            access_piece(t, host, &r, addr + done, buf + done, n - done, write);
        if (got < 0) {
            break;
        }
        done += (uint64_t)got;
    }
    close(host);
    if (write && done) {
        remote_look(&r);
    }
    return done ? (long)done : got;
}
