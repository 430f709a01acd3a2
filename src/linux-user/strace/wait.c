/*
 * -strace: will a call wait?  Then its beginning is shown before it is made.
 * Looking changes nothing: no event, child or byte is taken.  A wrong answer
 * costs but the form of the line.
 */
#include "linux-user/strace/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include "host/usercopy.h"
#include "linux-user/task/sys.h"

typedef bool WaitFn(Task *t, const uint64_t *a);

static bool always(Task *t, const uint64_t *a)
{
    (void)t, (void)a;
    return true;
}

static bool not_ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, 0) == 0 && !(fcntl(fd, F_GETFL) & O_NONBLOCK);
}

static bool reads(Task *t, const uint64_t *a)
{
    (void)t;
    return not_ready((int)a[0], POLLIN);
}

static bool writes(Task *t, const uint64_t *a)
{
    (void)t;
    return not_ready((int)a[0], POLLOUT);
}

static bool receives(Task *t, const uint64_t *a)
{
    return !(a[3] & MSG_DONTWAIT) && reads(t, a);
}

static bool receives_message(Task *t, const uint64_t *a)
{
    return !(a[2] & MSG_DONTWAIT) && reads(t, a);
}

/* A timeout at addr; none is for ever. */
static bool has_time(Task *t, uint64_t addr)
{
    struct timespec ts = {1, 0};

    return !addr || !mm_read(task_mm(t), &ts, addr, sizeof(ts)) || ts.tv_sec ||
           ts.tv_nsec;
}

static bool polls(Task *t, const uint64_t *a)
{
    enum { LOOKED_AT = 64 };
    struct pollfd p[LOOKED_AT];

    return has_time(t, a[2]) &&
           (a[1] > LOOKED_AT ||
            (mm_read(task_mm(t), p, a[0], a[1] * sizeof(*p)) &&
             poll(p, a[1], 0) == 0));
}

static bool selects(Task *t, const uint64_t *a)
{
    return has_time(t, a[4]);
}

/* Polling an epoll descriptor takes no event from it. */
static bool waits_for_events(Task *t, const uint64_t *a)
{
    return (int)a[3] != 0 && reads(t, a);
}

static bool waits_for_events_2(Task *t, const uint64_t *a)
{
    return has_time(t, a[3]) && reads(t, a);
}

static bool no_child(idtype_t type, int id, int options)
{
    siginfo_t info = {.si_pid = 0};
    int kinds = options & (WEXITED | WSTOPPED | WCONTINUED);

    return !(options & WNOHANG) &&
           raw_syscall(SYS_waitid, type, id, (long)&info,
                       kinds | WNOHANG | WNOWAIT, 0, 0) == 0 &&
           !info.si_pid;
}

static bool waits_for_id(Task *t, const uint64_t *a)
{
    (void)t;
    return no_child((idtype_t)a[0], (int)a[1], (int)a[3]);
}

static bool waits_for_child(Task *t, const uint64_t *a)
{
    int pid = (int)a[0], options = (int)a[2];
    idtype_t type = pid > 0 ? P_PID : pid == -1 ? P_ALL : P_PGID;

    (void)t;
    options = (options & (WNOHANG | WCONTINUED)) | WEXITED |
              (options & WUNTRACED ? WSTOPPED : 0);
    return no_child(type, pid > 0 ? pid : pid < -1 ? -pid : 0, options);
}

static bool waits_for_word(Task *t, const uint64_t *a)
{
    uint32_t value;

    if (!mm_read(task_mm(t), &value, a[0], sizeof(value))) {
        return false;
    }
    switch (a[1] & FUTEX_CMD_MASK) {
    case FUTEX_WAIT:
    case FUTEX_WAIT_BITSET:
    case FUTEX_WAIT_REQUEUE_PI: return value == (uint32_t)a[2];
    case FUTEX_LOCK_PI:
    case FUTEX_LOCK_PI2: return value != 0;
    default: return false;
    }
}

/* A ring can be polled for results. */
static bool waits_for_results(Task *t, const uint64_t *a)
{
    return a[2] > 0 && reads(t, a);
}

static bool waits_for_lock(Task *t, const uint64_t *a)
{
    (void)t;
    return (int)a[1] == F_SETLKW || (int)a[1] == F_OFD_SETLKW;
}

static const struct {
    const char *name;
    WaitFn *fn;
} calls[] = {
    {"read", reads},
    {"readv", reads},
    {"preadv2", reads},
    {"accept", reads},
    {"accept4", reads},
    {"write", writes},
    {"writev", writes},
    {"sendto", writes},
    {"sendmsg", writes},
    {"recvfrom", receives},
    {"recvmmsg", receives},
    {"recvmsg", receives_message},
    {"ppoll", polls},
    {"pselect6", selects},
    {"epoll_pwait", waits_for_events},
    {"epoll_pwait2", waits_for_events_2},
    {"io_uring_enter", waits_for_results},
    {"wait4", waits_for_child},
    {"waitid", waits_for_id},
    {"futex", waits_for_word},
    {"futex_waitv", always},
    {"nanosleep", always},
    {"clock_nanosleep", always},
    {"rt_sigsuspend", always},
    {"rt_sigtimedwait", always},
    {"flock", always},
    {"fcntl", waits_for_lock},
    {"semop", always},
    {"semtimedop", always},
    {"msgrcv", always},
};

bool strace_waits(Task *t, const Syscall *row, const uint64_t *a)
{
    for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
        if (strcmp(calls[i].name, row->name) == 0) {
            return calls[i].fn(t, a);
        }
    }
    return false;
}
