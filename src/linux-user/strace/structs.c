/* -strace: what pointer arguments point to. */
#include "linux-user/strace/internal.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stddef.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/utsname.h>
#include <sys/wait.h>

/* --- signals --- */

/* A set with most signals in it is shown by those that are not. */
static void add_set(Line *l, uint64_t set)
{
    const char *space = "";
    bool most = __builtin_popcountll(set) > 32;

    line_add(l, most ? "~[" : "[");
    for (int i = 1; i <= GUEST_NSIG; i++) {
        if (((set >> (i - 1)) & 1) != most) {
            line_add(l, "%s", space);
            line_short_signal(l, i);
            space = " ";
        }
    }
    line_add(l, "]");
}

void show_sigset(Line *l, const Shown *s)
{
    uint64_t set;

    if (shown_read(l, s, &set, sizeof(set))) {
        add_set(l, set);
    }
}

void show_sigset_result(Line *l, const Shown *s)
{
    uint64_t set;

    if (shown_result(l, s, &set, sizeof(set))) {
        add_set(l, set);
    }
}

static bool is_result(const Shown *s)
{
    return s->i > 0 && s->row->arguments[s->i - 1] == s->row->arguments[s->i];
}

/* Of two, the second is the call's result. */
static bool read_either(Line *l, const Shown *s, void *to, size_t n)
{
    return is_result(s) ? shown_result(l, s, to, n) : shown_read(l, s, to, n);
}

/* The host's structure from the guest's memory at the argument; else adds its
   address: false. */
static bool shown_structure(Line *l, const Shown *s, Structure which, void *to)
{
    if (s->v && structure_read(s->t, which, to, s->v)) {
        return true;
    }
    line_address(l, s->v);
    return false;
}

/* The same for what the call gives. */
static bool given_structure(Line *l, const Shown *s, Structure which, void *to)
{
    if (s->ret >= 0) {
        return shown_structure(l, s, which, to);
    }
    line_address(l, s->v);
    return false;
}

void show_action(Line *l, const Shown *s)
{
    GuestAction act;

    if (!(is_result(s) ? given_structure(l, s, LAYOUT_sigaction, &act)
                       : shown_structure(l, s, LAYOUT_sigaction, &act))) {
        return;
    }
    line_add(l, "{sa_handler=");
    if (act.handler <= (uintptr_t)SIG_IGN) {
        line_add(l, act.handler ? "SIG_IGN" : "SIG_DFL");
    } else {
        line_add(l, "%#lx", (unsigned long)act.handler);
    }
    line_add(l, ", sa_mask=");
    add_set(l, act.mask);
    line_add(l, ", sa_flags=");
    line_bits(l, SET_action, act.flags, "0");
    line_add(l, "}");
}

void show_stack(Line *l, const Shown *s)
{
    GuestStack st;

    if (read_either(l, s, &st, sizeof(st))) {
        line_add(l, "{ss_sp=");
        line_address(l, st.sp);
        line_add(l, ", ss_flags=");
        line_bits(l, SET_stack, (uint32_t)st.flags, "0");
        line_add(l, ", ss_size=%lu}", (unsigned long)st.size);
    }
}

/* --- times and limits --- */

static void add_time(Line *l, const struct timespec *ts)
{
    line_add(l, "{tv_sec=%ld, tv_nsec=%ld}", (long)ts->tv_sec, ts->tv_nsec);
}

void show_time(Line *l, const Shown *s)
{
    struct timespec ts;

    if (shown_read(l, s, &ts, sizeof(ts))) {
        add_time(l, &ts);
    }
}

/* nanosleep's is written only if it was interrupted. */
void show_time_result(Line *l, const Shown *s)
{
    bool rest =
        s->row->host == SYS_nanosleep || s->row->host == SYS_clock_nanosleep;
    struct timespec ts;

    if (rest ? s->ret != -EINTR : s->ret < 0) {
        line_address(l, s->v);
    } else if (shown_read(l, s, &ts, sizeof(ts))) {
        add_time(l, &ts);
    }
}

/* struct itimerval or itimerspec: interval, value. */
void show_timer(Line *l, const Shown *s)
{
    bool micro = s->row->host == SYS_setitimer || s->row->host == SYS_getitimer;
    const char *unit = micro ? "usec" : "nsec";
    struct itimerspec it;

    if (!(is_result(s) || !strchr(s->row->name, 's')
              ? shown_result(l, s, &it, sizeof(it))
              : shown_read(l, s, &it, sizeof(it)))) {
        return;
    }
    line_add(l,
             "{it_interval={tv_sec=%ld, tv_%s=%ld}, "
             "it_value={tv_sec=%ld, tv_%s=%ld}}",
             (long)it.it_interval.tv_sec, unit, it.it_interval.tv_nsec,
             (long)it.it_value.tv_sec, unit, it.it_value.tv_nsec);
}

static void add_limit(Line *l, rlim_t limit)
{
    if (limit == RLIM_INFINITY) {
        line_add(l, "RLIM64_INFINITY");
    } else if (limit && limit % 1024 == 0) {
        line_add(l, "%lu*1024", (unsigned long)limit / 1024);
    } else {
        line_add(l, "%lu", (unsigned long)limit);
    }
}

static void add_limits(Line *l, const struct rlimit *r)
{
    line_add(l, "{rlim_cur=");
    add_limit(l, r->rlim_cur);
    line_add(l, ", rlim_max=");
    add_limit(l, r->rlim_max);
    line_add(l, "}");
}

void show_limit(Line *l, const Shown *s)
{
    struct rlimit r;

    if (shown_read(l, s, &r, sizeof(r))) {
        add_limits(l, &r);
    }
}

void show_limit_result(Line *l, const Shown *s)
{
    struct rlimit r;

    if (shown_result(l, s, &r, sizeof(r))) {
        add_limits(l, &r);
    }
}

/* --- files and processes --- */

void line_mode(Line *l, uint32_t mode)
{
    if (line_name(l, SET_mode, mode & S_IFMT)) {
        line_add(l, "|");
    }
    line_add(l, "%#03o", mode & ~(uint32_t)S_IFMT);
}

void show_stat(Line *l, const Shown *s)
{
    struct stat st;

    if (!given_structure(l, s, LAYOUT_stat, &st)) {
        return;
    }
    line_add(l, "{st_mode=");
    line_mode(l, st.st_mode);
    if (S_ISCHR(st.st_mode) || S_ISBLK(st.st_mode)) {
        line_add(l, ", st_rdev=%#lx, ...}", (unsigned long)st.st_rdev);
    } else {
        line_add(l, ", st_size=%ld, ...}", (long)st.st_size);
    }
}

/* Of a traced process: a stop at a system call, or an event. */
static void line_stop(Line *l, int w)
{
    enum { SYSGOOD = 0x80 };
    int event = w >> 16;

    line_signal(l, WSTOPSIG(w) & ~SYSGOOD);
    line_add(l, WSTOPSIG(w) & SYSGOOD ? " | 0x80}" : "}");
    if (event) {
        line_add(l, " | ");
        line_one(l, SET_ptrace_event, (uint64_t)event);
        line_add(l, " << 16");
    }
    line_add(l, "]");
}

void show_status(Line *l, const Shown *s)
{
    int w;

    if (s->ret == 0) {
        line_address(l, s->v);
    } else if (!shown_result(l, s, &w, sizeof(w))) {
        return;
    } else if (WIFEXITED(w)) {
        line_add(l, "[{WIFEXITED(s) && WEXITSTATUS(s) == %d}]", WEXITSTATUS(w));
    } else if (WIFSTOPPED(w)) {
        line_add(l, "[{WIFSTOPPED(s) && WSTOPSIG(s) == ");
        line_stop(l, w);
    } else if (WIFCONTINUED(w)) {
        line_add(l, "[{WIFCONTINUED(s)}]");
    } else {
        line_add(l, "[{WIFSIGNALED(s) && WTERMSIG(s) == ");
        line_signal(l, WTERMSIG(w));
        line_add(l, WCOREDUMP(w) ? " && WCOREDUMP(s)}]" : "}]");
    }
}

void show_uname(Line *l, const Shown *s)
{
    struct utsname u;

    if (shown_result(l, s, &u, sizeof(u))) {
        line_add(l, "{sysname=\"%s\", nodename=\"%s\", ...}", u.sysname,
                 u.nodename);
    }
}

void show_int_result(Line *l, const Shown *s)
{
    int v;

    if (shown_result(l, s, &v, sizeof(v))) {
        line_add(l, "[%d]", v);
    }
}

void show_pair_result(Line *l, const Shown *s)
{
    int v[2];

    if (shown_result(l, s, v, sizeof(v))) {
        line_add(l, "[%d, %d]", v[0], v[1]);
    }
}

/* --- waiting --- */

enum { SHOWN_FDS = 16 };

void show_poll(Line *l, const Shown *s)
{
    line_add(l, "[");
    for (uint64_t i = 0; i < s->next && i < SHOWN_FDS; i++) {
        struct pollfd p;

        if (!mm_read(task_mm(s->t), &p, s->v + i * sizeof(p), sizeof(p))) {
            line_address(l, s->v);
            break;
        }
        line_add(l, "%s{fd=%d, events=", i ? ", " : "", p.fd);
        line_bits(l, SET_poll, (uint16_t)p.events, "0");
        line_add(l, "}");
    }
    line_add(l, s->next > SHOWN_FDS ? ", ...]" : "]");
}

void line_poll_result(Line *l, Task *t, uint64_t addr, uint64_t n)
{
    const char *comma = "";
    struct pollfd p;

    line_add(l, " ([");
    for (uint64_t i = 0; i < n && i < SHOWN_FDS; i++) {
        if (mm_read(task_mm(t), &p, addr + i * sizeof(p), sizeof(p)) &&
            p.revents) {
            line_add(l, "%s{fd=%d, revents=", comma, p.fd);
            line_bits(l, SET_poll, (uint16_t)p.revents, "0");
            line_add(l, "}");
            comma = ", ";
        }
    }
    line_add(l, "])");
}

static void add_epoll(Line *l, const struct epoll_event *e)
{
    line_add(l, "{events=");
    line_bits(l, SET_epoll, e->events, "0");
    line_add(l, ", data={u32=%u, u64=%#lx}}", e->data.u32,
             (unsigned long)e->data.u64);
}

void show_epoll(Line *l, const Shown *s)
{
    struct epoll_event e;

    if (shown_structure(l, s, LAYOUT_epoll_event, &e)) {
        add_epoll(l, &e);
    }
}

void show_epoll_result(Line *l, const Shown *s)
{
    enum { SHOWN = 16 };
    uint64_t bytes = structure_bytes(s->t, LAYOUT_epoll_event);
    struct epoll_event e;

    if (s->ret < 0) {
        line_address(l, s->v);
        return;
    }
    line_add(l, "[");
    for (long i = 0; i < s->ret && i < SHOWN; i++) {
        if (structure_read(s->t, LAYOUT_epoll_event, &e,
                           s->v + (uint64_t)i * bytes)) {
            line_add(l, i ? ", " : "");
            add_epoll(l, &e);
        }
    }
    line_add(l, s->ret > SHOWN ? ", ...]" : "]");
}

/* --- sockets --- */

typedef union SocketAddress {
    struct sockaddr any;
    struct sockaddr_un un;
    struct sockaddr_in in;
    struct sockaddr_in6 in6;
    struct sockaddr_storage room;
} SocketAddress;

static void add_unix(Line *l, const struct sockaddr_un *un, size_t n)
{
    const char *path = un->sun_path;
    size_t at = offsetof(struct sockaddr_un, sun_path);
    size_t len = n > at ? n - at : 0;
    bool hidden = len && !path[0]; /* the abstract namespace */

    line_add(l, hidden ? ", sun_path=@" : ", sun_path=");
    line_bytes(l, path + hidden, hidden ? len - 1 : strnlen(path, len));
}

static void add_sockaddr(Line *l, const SocketAddress *sa, size_t n)
{
    char text[INET6_ADDRSTRLEN] = "";

    line_add(l, "{sa_family=");
    line_one(l, SET_domain, sa->any.sa_family);
    switch (sa->any.sa_family) {
    case AF_UNIX: add_unix(l, &sa->un, n); break;
    case AF_INET:
        inet_ntop(AF_INET, &sa->in.sin_addr, text, sizeof(text));
        line_add(l, ", sin_port=htons(%u), sin_addr=inet_addr(\"%s\")",
                 ntohs(sa->in.sin_port), text);
        break;
    case AF_INET6:
        inet_ntop(AF_INET6, &sa->in6.sin6_addr, text, sizeof(text));
        line_add(l,
                 ", sin6_port=htons(%u), sin6_flowinfo=htonl(%u), "
                 "inet_pton(AF_INET6, \"%s\", &sin6_addr), "
                 "sin6_scope_id=%u",
                 ntohs(sa->in6.sin6_port), ntohl(sa->in6.sin6_flowinfo), text,
                 sa->in6.sin6_scope_id);
        break;
    default:
        line_add(l, ", sa_data=");
        line_bytes(l, sa->any.sa_data, n > 2 ? n - 2 : 0);
    }
    line_add(l, "}");
}

static void read_sockaddr(Line *l, const Shown *s, uint64_t n)
{
    SocketAddress sa;

    memset(&sa, 0, sizeof(sa));
    n = n < sizeof(sa) ? n : sizeof(sa);
    if (n < sizeof(sa.any.sa_family)) {
        line_address(l, s->v);
    } else if (shown_read(l, s, &sa, n)) {
        add_sockaddr(l, &sa, n);
    }
}

void show_sockaddr(Line *l, const Shown *s)
{
    read_sockaddr(l, s, s->next);
}

/* The next argument points to its length. */
void show_address_result(Line *l, const Shown *s)
{
    uint32_t n = 0;

    if (s->ret < 0 || !s->v ||
        !mm_read(task_mm(s->t), &n, s->next, sizeof(n))) {
        line_address(l, s->v);
    } else {
        read_sockaddr(l, s, n);
    }
}
