/* /proc/PID/mem (proc.h). */
#include "linux-user/proc/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static const char mem_name[] = "guest-memory-%d";
static const char mem_link[] = "/memfd:guest-memory-%d (deleted)%n";

enum { CHUNK = 16 << 10 };

long proc_mem_open(Task *t, int pid, int flags)
{
    char name[32];
    int fd;

    snprintf(name, sizeof(name), mem_name, pid);
    fd = memfd_create(name, MFD_CLOEXEC);
    if (fd < 0) {
        return -errno;
    }
    t->proc->has_mem_file = true;
    return proc_reopen(fd, flags);
}

int proc_mem_of(const Task *t, int fd, int access)
{
    char link[32], name[64];
    int pid = 0, end = 0, mode;
    ssize_t n;

    if (!t->proc->has_mem_file) {
        return 0;
    }
    mode = fcntl(fd, F_GETFL) & O_ACCMODE;
    if (mode != O_RDWR && mode != access) {
        return 0; /* the host refuses */
    }
    snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
    n = readlink(link, name, sizeof(name) - 1);
    name[n > 0 ? n : 0] = '\0';
    return sscanf(name, mem_link, &pid, &end) == 1 && end && end == n ? pid : 0;
}

/* How many of n bytes at addr are mapped for the guest without a gap. */
static size_t mapped(Task *t, uint64_t addr, size_t n)
{
    Mm *mm = task_mm(t);
    uint64_t end;

    if (!mm_addr_ok(mm, addr)) {
        return 0;
    }
    n = n < mm->space.end - addr ? n : mm->space.end - addr;
    pthread_mutex_lock(&mm->lock);
    end = map_run_end(&mm->map, addr, addr + n);
    pthread_mutex_unlock(&mm->lock);
    return end > addr ? end - addr : 0;
}

/* The host's file disregards protections, as the guest's must. */
static long access_piece(Task *t, int host, uint64_t addr, uint64_t buf,
                         size_t n, bool write)
{
    off_t at = (off_t)(addr + task_mm(t)->base);
    char bytes[CHUNK];
    ssize_t got;

    n = mapped(t, addr, n < CHUNK ? n : CHUNK);
    if (n == 0) {
        return -EIO;
    }
    if (write && !mm_read(task_mm(t), bytes, buf, n)) {
        return -EFAULT;
    }
    got = write ? pwrite(host, bytes, n, at) : pread(host, bytes, n, at);
    if (got <= 0) {
        return -EIO;
    }
    if (write) {
        mm_code_poked(task_mm(t));
        exec_invalidate(t->cpu, addr, (uint64_t)got);
    } else if (!mm_write(task_mm(t), buf, bytes, (size_t)got)) {
        return -EFAULT;
    }
    return got;
}

static long access_memory(Task *t, uint64_t addr, uint64_t buf, uint64_t n,
                          bool write)
{
    int host = open("/proc/self/mem", O_RDWR | O_CLOEXEC);
    uint64_t done = 0;
    long got = 0;

    if (host < 0) {
        return -errno;
    }
    n = n < INT_MAX ? n : INT_MAX;
    while (done < n) {
        got = access_piece(t, host, addr + done, buf + done, n - done, write);
        if (got < 0) {
            break;
        }
        done += (uint64_t)got;
    }
    close(host);
    return done ? (long)done : got;
}

static long access_any(Task *t, int pid, uint64_t addr, uint64_t buf,
                       uint64_t n, bool write)
{
    return pid == getpid() ? access_memory(t, addr, buf, n, write)
                           : proc_other_mem(t, pid, addr, buf, n, write);
}

long proc_mem_read(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n)
{
    return access_any(t, pid, addr, buf, n, false);
}

long proc_mem_write(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n)
{
    return access_any(t, pid, addr, buf, n, true);
}
