/* -strace: arguments that are numbers, strings and bytes; all letters. */
#include "linux-user/strace/internal.h"

#include <fcntl.h>
#include <linux/futex.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include "util/check.h"

typedef struct Letter {
    ShowFn *show; /* or: */
    NameSet set;
    const char *zero; /* of bits; NULL: the set is of values */
} Letter;

static const Letter letters[128] = {
#define STRACE_BITS(letter, name, none)                                        \
    [letter] = {.set = SET_##name, .zero = none},
#define STRACE_ONE(letter, name)      [letter] = {.set = SET_##name},
#define STRACE_SHOW(letter, function) [letter] = {.show = function},
#include "linux-user/strace/strace.def"
};

void line_argument(Line *l, const Shown *s, char letter)
{
    const Letter *as = &letters[(unsigned char)letter & 127];

    check(as->show || as->set, "letter %c of %s", letter, s->row->name);
    if (as->show) {
        as->show(l, s);
    } else if (as->zero) {
        line_bits(l, as->set, (uint32_t)s->v, as->zero);
    } else {
        line_one(l, as->set, s->v);
    }
}

/* --- numbers --- */

void show_folder(Line *l, const Shown *s)
{
    line_add(l, (int)s->v == AT_FDCWD ? "AT_FDCWD" : "%d", (int)s->v);
}

void show_signal(Line *l, const Shown *s)
{
    line_signal(l, (int)s->v);
}

void line_open_flags(Line *l, const Task *t, uint64_t guest)
{
    uint64_t flags = flags_to_host(t, guest);

    line_name(l, SET_access_mode, flags & O_ACCMODE);
    if (flags & ~(uint64_t)O_ACCMODE) {
        line_add(l, "|");
        line_bits(l, SET_open, flags & ~(uint64_t)O_ACCMODE, "");
    }
}

void show_open(Line *l, const Shown *s)
{
    line_open_flags(l, s->t, (uint32_t)s->v);
}

void show_clone(Line *l, const Shown *s)
{
    uint64_t flags = s->v & ~(uint64_t)CSIGNAL;

    line_bits(l, SET_clone, flags, "");
    if (s->v & CSIGNAL) {
        line_add(l, flags ? "|" : "");
        line_signal(l, (int)(s->v & CSIGNAL));
    }
}

void show_futex(Line *l, const Shown *s)
{
    line_one(l, SET_futex, s->v & FUTEX_CMD_MASK);
    line_add(l, "%s%s", s->v & FUTEX_PRIVATE_FLAG ? "_PRIVATE" : "",
             s->v & FUTEX_CLOCK_REALTIME ? "|FUTEX_CLOCK_REALTIME" : "");
}

void show_socket_type(Line *l, const Shown *s)
{
    uint64_t more = s->v & (SOCK_CLOEXEC | SOCK_NONBLOCK);

    line_one(l, SET_type, s->v & ~more);
    if (more) {
        line_add(l, "|");
        line_bits(l, SET_socket_type, more, "");
    }
}

/* --- strings and bytes --- */

void show_string(Line *l, const Shown *s)
{
    line_guest_string(l, s->t, s->v);
}

void show_bytes(Line *l, const Shown *s)
{
    line_guest_bytes(l, s->t, s->v, s->next);
}

/* Bytes that the call gave, as many as it returned. */
void show_given(Line *l, const Shown *s)
{
    if (s->ret < 0) {
        line_address(l, s->v);
    } else {
        line_guest_bytes(l, s->t, s->v, (uint64_t)s->ret);
    }
}

static uint64_t count_pointers(Task *t, uint64_t at)
{
    uint64_t n = 0, p;

    while (mm_read(task_mm(t), &p, at + n * 8, sizeof(p)) && p) {
        n++;
    }
    return n;
}

/* The second of two such arguments is the environment. */
void show_strings(Line *l, const Shown *s)
{
    enum { SHOWN = 32 };
    uint64_t n = count_pointers(s->t, s->v), p;

    if (s->i > 0 && s->row->arguments[s->i - 1] == 'V') {
        line_address(l, s->v);
        line_add(l, " /* %lu var%s */", (unsigned long)n, n == 1 ? "" : "s");
        return;
    }
    line_add(l, "[");
    for (uint64_t i = 0; i < n && i < SHOWN; i++) {
        line_add(l, i ? ", " : "");
        if (mm_read(task_mm(s->t), &p, s->v + i * 8, sizeof(p))) {
            line_guest_string(l, s->t, p);
        }
    }
    line_add(l, n > SHOWN ? ", ...]" : "]");
}

/* --- arrays of bytes --- */

static void add_iovec(Line *l, const Shown *s, uint64_t addr, uint64_t n)
{
    enum { SHOWN = 16 };
    uint64_t left = s->ret < 0 ? UINT64_MAX : (uint64_t)s->ret;

    line_add(l, "[");
    for (uint64_t i = 0; i < n && i < SHOWN; i++) {
        struct iovec v;
        uint64_t len;

        if (!mm_read(task_mm(s->t), &v, addr + i * sizeof(v), sizeof(v))) {
            line_address(l, addr);
            break;
        }
        len = v.iov_len < left ? v.iov_len : left;
        left -= len;
        line_add(l, "%s{iov_base=", i ? ", " : "");
        line_guest_bytes(l, s->t, (uintptr_t)v.iov_base, len);
        line_add(l, ", iov_len=%zu}", v.iov_len);
    }
    line_add(l, n > SHOWN ? ", ...]" : "]");
}

void show_iovec(Line *l, const Shown *s)
{
    add_iovec(l, s, s->v, s->next);
}

/* struct msghdr is the same on both sides. */
void show_message(Line *l, const Shown *s)
{
    struct msghdr m;
    Shown name = *s;

    if (!shown_read(l, s, &m, sizeof(m))) {
        return;
    }
    name.v = (uintptr_t)m.msg_name;
    name.next = m.msg_namelen;
    line_add(l, "{msg_name=");
    show_sockaddr(l, &name);
    line_add(l, ", msg_namelen=%u, msg_iov=", m.msg_namelen);
    add_iovec(l, s, (uintptr_t)m.msg_iov, m.msg_iovlen);
    line_add(l,
             ", msg_iovlen=%zu, msg_controllen=%zu, msg_flags=", m.msg_iovlen,
             m.msg_controllen);
    line_bits(l, SET_message, (uint32_t)m.msg_flags, "0");
    line_add(l, "}");
}
