/*
 * System calls: the handlers that syscall.def names, and the run loop's way
 * to them.
 *
 * A handler is given the task and six arguments, and returns the result or
 * -errno; -RESTART_SYSCALL if a signal must be delivered first and the call
 * made again.  Calls that may wait use safe_syscall() once, and do nothing
 * that cannot be done twice before it.
 */
#ifndef LINUX_USER_SYS_H
#define LINUX_USER_SYS_H

#include <errno.h>
#include <stdio.h>
#include "linux-user/task/process.h"

typedef long SysFn(Task *t, const uint64_t *a);

#define CALL(number, name, arguments, handler) SysFn handler;
#include "linux-user/syscall.def"

/* A row of syscall.def. */
typedef struct SyscallRow {
    const char *name;          /* NULL: no such call */
    const char *arguments;
    SysFn *handler;            /* NULL: the host's call does it */
    int host;                  /* its number */
    uint8_t pointers;          /* bit i: argument i is a guest pointer */
} SyscallRow;

enum { SYSCALL_TABLE_SIZE = 512 };

extern const SyscallRow syscall_table[SYSCALL_TABLE_SIZE];
/* Of any number; one without a name if there is no such call. */
const SyscallRow *syscall_row(unsigned nr);

/* Does the call that the guest's registers describe. */
void syscall_run(Task *t);

/*
 * Is it one that a kernel's vDSO would have answered without a call?  Then
 * filters and tracers do not see it.
 */
bool syscall_by_vdso(const Task *t, unsigned nr, const uint64_t *a);

/* What has to happen before the process ends in any way. */
void process_end(Task *t);
/* Runs the guest until its thread ends. */
void task_loop(Task *t);

/* -strace: before the call, and with its result after. */
void strace_enter(Task *t, unsigned nr, const uint64_t *a);
void strace_leave(Task *t, unsigned nr, const uint64_t *a, long ret);
/* A filter ends the thread or the process in place of the call. */
void strace_never_returns(Task *t, unsigned nr, const uint64_t *a);
void strace_unknown(Task *t, unsigned nr);
void strace_signal(Task *t, const siginfo_t *info);
void strace_killed(Task *t, int signo);

/*
 * A guest pointer for a call of the host.  One beyond the guest's space turns
 * into one that no process has: the kernel refuses it, in its own order of
 * errors.  0 stays 0.  What the kernel may write there is not watched.
 */
static inline long host_pointer(Task *t, uint64_t addr)
{
    const uint64_t nobodys = 1ull << 63;

    if (addr >= nobodys) {
        return (long)addr;
    }
    if (addr >= TASK_SIZE) {
        return (long)(nobodys | (addr & GUEST_PAGE_MASK));
    }
    if (mm_may_be_watched(task_mm(t), addr)) {
        mm_unwatch_from(task_mm(t), addr);
    }
    return addr ? (long)g2h(task_mm(t), addr) : 0;
}

/* What the kernel refuses as it does a pointer to nowhere. */
static inline long bad_pointer(void)
{
    return LONG_MIN;
}

/*
 * What a call of the host is given for a path of which path_read() or its
 * like says `got`: one that cannot be read is the kernel's to refuse, in its
 * own order of errors.
 */
static inline long path_argument(long got, const char *path)
{
    return got == -EFAULT ? bad_pointer() : (long)path;
}

/* Pass on, with guest pointers (bits of `pointers`) checked and converted. */
long pass_call(Task *t, int host, unsigned pointers, const uint64_t *a);

/* --- for several families --- */

/* What a vfork child's execve left in our memory. */
void exec_scratch_free(Task *t);

/*
 * Replaces an absolute path by the same below the prefix, links resolved
 * there (the last only if `follow`).  False, nothing changed, if it does not
 * exist there, or is of /proc, /sys or /dev.
 */
bool path_below(const char *prefix, char path[PATH_MAX], bool follow);
/*
 * The path at guest address addr in buf, below the -L prefix if it is
 * absolute and exists there.  0 or -errno.
 */
long path_read(Task *t, uint64_t addr, char buf[PATH_MAX], bool follow);

/*
 * Does the path, below `dir` or empty for what `dir` is, name the exe of this
 * process, or of another that runs under this emulator?  Then `file` is a path
 * that leads to its program in the same way.
 */
bool proc_exe(const Task *t, int dir, const char *path, char file[PATH_MAX]);
/* Of one that has led to the file `st`, perhaps by way of other links. */
struct stat;
bool proc_exe_behind(const Task *t, int dir, const char *path,
                     const struct stat *st, char file[PATH_MAX]);
/*
 * With the path of a file of /proc/self that tells of the emulator: a
 * descriptor of what the guest should see, or PROC_NOT_OURS; -errno.
 */
enum { PROC_NOT_OURS = -4096 };
long proc_open(Task *t, const char *path, int flags);
/* The same for what the host opened by any name: fd, or what replaces it. */
long proc_opened(Task *t, long fd, int flags);
/* The emulator's own descriptors: the smallest from `from` on; -1: none. */
int own_fd(const Task *t, int from);
/* After getdents64 of n bytes at addr: not those. */
long proc_hide_own(Task *t, int dir, uint64_t addr, long n);

/* A thread ends: tells those who wait for its robust futexes. */
void robust_exit(Task *t);
/* So does the process, by exit_group or a signal. */
void robust_process_end(Task *t);

/* The name of an ioctl that is passed on, or NULL. */
const char *ioctl_name(uint32_t number);

/* Reads n iovecs, checked and converted to host addresses. */
enum { IOV_LIMIT = 1024 };
struct iovec;
long iovec_read(Task *t, struct iovec *iov, uint64_t addr, uint64_t n);
/* What is below a stack that grows, and will be accessed, is to be there. */
void iovec_grow(Task *t, const struct iovec *iov, uint64_t n);

#endif
