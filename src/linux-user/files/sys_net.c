/* Messages on sockets: what points to buffers is converted. */
#include "linux-user/task/sys.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <time.h>
#include "host/usercopy.h"
#include "linux-user/task/call.h"
#include "linux-user/task/iovec.h"

typedef struct Message {
    struct msghdr guest; /* its pointers are guest addresses */
    struct msghdr host;
    struct iovec iov[IOV_LIMIT];
} Message;

static bool convert_pointer(Task *t, void **p)
{
    uint64_t addr = (uintptr_t)*p;

    if (!mm_addr_ok(task_mm(t), addr)) {
        return false;
    }
    *p = (void *)host_pointer(t, addr);
    return true;
}

static long message_read(Task *t, Message *m, uint64_t addr)
{
    long ret;

    if (!mm_read(task_mm(t), &m->guest, addr, sizeof(m->guest))) {
        return -EFAULT;
    }
    m->host = m->guest;
    if (m->guest.msg_iovlen > IOV_LIMIT) {
        return 0; /* the kernel does not look at them */
    }
    ret =
        iovec_read(t, m->iov, (uintptr_t)m->guest.msg_iov, m->guest.msg_iovlen);
    m->host.msg_iov = m->iov;
    if (ret >= 0 && (!convert_pointer(t, &m->host.msg_name) ||
                     !convert_pointer(t, &m->host.msg_control))) {
        return -EFAULT;
    }
    if (ret == 0) {
        iovec_grow(t, m->iov, m->guest.msg_iovlen);
    }
    return ret;
}

/* What recvmsg changes. */
static long message_write(Task *t, Message *m, uint64_t addr)
{
    m->guest.msg_namelen = m->host.msg_namelen;
    m->guest.msg_controllen = m->host.msg_controllen;
    m->guest.msg_flags = m->host.msg_flags;
    return mm_write(task_mm(t), addr, &m->guest, sizeof(m->guest)) ? 0
                                                                   : -EFAULT;
}

/* A bad message is the kernel's to refuse, after a bad descriptor. */
static long message_call(Task *t, int host, const uint64_t *a, Message *m)
{
    long ret = message_read(t, m, a[1]);

    return safe_syscall(&t->pending, host, (long)a[0],
                        ret < 0 ? bad_pointer() : (long)&m->host, (long)a[2], 0,
                        0, 0);
}

long sys_sendmsg(Task *t, const uint64_t *a)
{
    Message m;

    return message_call(t, SYS_sendmsg, a, &m);
}

long sys_recvmsg(Task *t, const uint64_t *a)
{
    Message m;
    long ret = message_call(t, SYS_recvmsg, a, &m), bad;

    if (ret < 0) {
        return ret;
    }
    bad = message_write(t, &m, a[1]);
    return bad < 0 ? bad : ret;
}

/* Socket filters alone have a pointer in their argument. */
static bool has_filter(const uint64_t *a)
{
    return (int)a[1] == SOL_SOCKET && ((int)a[2] == SO_ATTACH_FILTER ||
                                       (int)a[2] == SO_ATTACH_REUSEPORT_CBPF);
}

long sys_setsockopt(Task *t, const uint64_t *a)
{
    struct {
        uint16_t n, pad[3];
        uint64_t insn;
    } prog;

    if (!has_filter(a)) {
        return pass_call(t, SYS_setsockopt, 1u << 3, a);
    }
    if (a[4] != sizeof(prog)) {
        return -EINVAL;
    }
    if (!mm_read(task_mm(t), &prog, a[3], sizeof(prog)) ||
        !mm_addr_ok(task_mm(t), prog.insn)) {
        return -EFAULT;
    }
    prog.insn = (uintptr_t)g2h(task_mm(t), prog.insn);
    return raw_syscall(SYS_setsockopt, (int)a[0], SOL_SOCKET, (int)a[2],
                       (long)&prog, sizeof(prog), 0);
}

/* struct mmsghdr: a msghdr, the length, padding to 8 bytes. */
static uint64_t mmsg_at(uint64_t base, uint64_t i)
{
    return base + i * sizeof(struct mmsghdr);
}

static long mmsg_done(Task *t, uint64_t addr, long n)
{
    uint32_t len = (uint32_t)n;

    addr += offsetof(struct mmsghdr, msg_len);
    return mm_write(task_mm(t), addr, &len, sizeof(len)) ? 0 : -EFAULT;
}

long sys_sendmmsg(Task *t, const uint64_t *a)
{
    uint64_t n = a[2] < IOV_LIMIT ? a[2] : IOV_LIMIT;
    long ret = 0;

    if (n == 0) {
        return raw_syscall(SYS_sendmmsg, (int)a[0], 0, 0, (int)a[3], 0, 0);
    }
    for (uint64_t i = 0; i < n; i++) {
        uint64_t one[6] = {a[0], mmsg_at(a[1], i), a[3]};

        ret = sys_sendmsg(t, one);
        if (ret >= 0) {
            ret = mmsg_done(t, one[1], ret);
        }
        if (ret < 0) {
            return i > 0 ? (long)i : ret;
        }
    }
    return (long)n;
}

static int64_t now_ns(void)
{
    struct timespec ts;

    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ll + ts.tv_nsec;
}

/* MSG_CMSG_COMPAT, for no program to give. */
#define OF_32_BITS 0x80000000u

/* As in Linux the timeout is looked at after each message only. */
long sys_recvmmsg(Task *t, const uint64_t *a)
{
    uint64_t n = a[2] < IOV_LIMIT ? a[2] : IOV_LIMIT;
    uint64_t flags = a[3] & ~(uint64_t)MSG_WAITFORONE;
    int64_t deadline = INT64_MAX;
    struct timespec ts;
    uint64_t i;

    if (a[3] & OF_32_BITS) {
        return -EINVAL;
    }
    if (a[4]) {
        if (!mm_read(task_mm(t), &ts, a[4], sizeof(ts))) {
            return -EFAULT;
        }
        if (ts.tv_sec < 0 || ts.tv_nsec < 0 || ts.tv_nsec > 999999999) {
            return -EINVAL;
        }
        if (ts.tv_sec < INT32_MAX) {
            deadline = now_ns() + ts.tv_sec * 1000000000ll + ts.tv_nsec;
        }
    }
    if (n == 0) {
        return raw_syscall(SYS_recvmmsg, (int)a[0], 0, 0, (int)flags, 0, 0);
    }
    for (i = 0; i < n; i++) {
        uint64_t one[6] = {a[0], mmsg_at(a[1], i), flags};
        long ret = sys_recvmsg(t, one);

        if (ret >= 0) {
            ret = mmsg_done(t, one[1], ret);
        }
        if (ret < 0) {
            return i > 0 ? (long)i : ret;
        }
        if (a[3] & MSG_WAITFORONE) {
            flags |= MSG_DONTWAIT;
        }
        if (a[4] && now_ns() >= deadline) {
            return (long)i + 1;
        }
    }
    return (long)i;
}
