/* -strace: arguments of single calls. */
#include "linux-user/strace/internal.h"

#include <errno.h>
#include <linux/sched.h>
#include <linux/stat.h>
#include <stddef.h>
#include <string.h>
#include <sys/ioctl.h>
#include <termios.h>
#include "linux-user/files/ioctl.h"

/* --- pselect6 --- */

/* The descriptors below nfds (argument 0) that are in the set at addr. */
static bool add_fd_set(Line *l, Task *t, int nfds, uint64_t addr)
{
    enum { MAX_SHOWN = 1024 };
    uint8_t bits[MAX_SHOWN / 8];
    const char *space = "";

    nfds = nfds < 0 ? 0 : nfds < MAX_SHOWN ? nfds : MAX_SHOWN;
    if (!addr || !mm_read(task_mm(t), bits, addr, ((size_t)nfds + 7) / 8)) {
        return false;
    }
    line_add(l, "[");
    for (int fd = 0; fd < nfds; fd++) {
        if (bits[fd / 8] >> (fd % 8) & 1) {
            line_add(l, "%s%d", space, fd);
            space = " ";
        }
    }
    line_add(l, "]");
    return true;
}

void show_fd_set(Line *l, const Shown *s)
{
    if (!add_fd_set(l, s->t, (int)s->a[0], s->v)) {
        line_address(l, s->v);
    }
}

/* The last argument points to a set's address and size. */
void show_select_mask(Line *l, const Shown *s)
{
    uint64_t mask[2];
    Shown set = *s;

    if (shown_read(l, s, mask, sizeof(mask))) {
        set.v = mask[0];
        line_add(l, "{sigmask=");
        show_sigset(l, &set);
        line_add(l, ", sigsetsize=%lu}", (unsigned long)mask[1]);
    }
}

/* What is ready of the three sets. */
void line_select_result(Line *l, Task *t, const uint64_t *a)
{
    static const char *const names[] = {"in", "out", "except"};
    const char *comma = " (";

    for (int i = 0; i < 3; i++) {
        if (a[i + 1]) {
            line_add(l, "%s%s ", comma, names[i]);
            add_fd_set(l, t, (int)a[0], a[i + 1]);
            comma = ", ";
        }
    }
    line_add(l, *comma == ',' ? ")" : "");
}

/* --- statx, getdents64 --- */

void show_statx(Line *l, const Shown *s)
{
    struct statx st;

    if (shown_result(l, s, &st, sizeof(st))) {
        line_add(l, "{stx_mask=");
        line_bits(l, SET_statx, st.stx_mask, "0");
        line_add(l, ", stx_attributes=%#llx, stx_mode=",
                 (unsigned long long)st.stx_attributes);
        line_mode(l, st.stx_mode);
        line_add(l, ", stx_size=%llu, ...}", (unsigned long long)st.stx_size);
    }
}

void show_entries(Line *l, const Shown *s)
{
    enum { OFFSET_OF_LENGTH = 16 }; /* struct linux_dirent64 */
    uint16_t length;
    int n = 0;

    line_address(l, s->v);
    if (s->ret < 0) {
        return;
    }
    for (uint64_t at = 0; at < (uint64_t)s->ret; at += length, n++) {
        if (!mm_read(task_mm(s->t), &length, s->v + at + OFFSET_OF_LENGTH,
                     sizeof(length)) ||
            !length) {
            return;
        }
    }
    line_add(l, " /* %d entr%s */", n, n == 1 ? "y" : "ies");
}

/* --- clone3 --- */

static void add_pointer(Line *l, const char *name, uint64_t flags,
                        uint64_t needed, uint64_t value)
{
    if (flags & needed) {
        line_add(l, ", %s=", name);
        line_address(l, value);
    }
}

static void add_clone_result(Line *l, Task *t, const struct clone_args *c)
{
    int32_t id;

    if ((c->flags & CLONE_PARENT_SETTID) &&
        mm_read(task_mm(t), &id, c->parent_tid, sizeof(id))) {
        line_add(l, " => {parent_tid=[%d]}", id);
    }
}

void show_clone_args(Line *l, const Shown *s)
{
    struct clone_args c;

    memset(&c, 0, sizeof(c));
    if (!shown_read(l, s, &c, s->next < sizeof(c) ? s->next : sizeof(c))) {
        return;
    }
    line_add(l, "{flags=");
    line_bits(l, SET_clone, c.flags, "0");
    add_pointer(l, "pidfd", c.flags, CLONE_PIDFD, c.pidfd);
    add_pointer(l, "child_tid", c.flags,
                CLONE_CHILD_SETTID | CLONE_CHILD_CLEARTID, c.child_tid);
    add_pointer(l, "parent_tid", c.flags, CLONE_PARENT_SETTID, c.parent_tid);
    line_add(l, ", exit_signal=");
    line_signal(l, (int)c.exit_signal);
    line_add(l, ", stack=");
    line_address(l, c.stack);
    line_add(l, ", stack_size=%#llx", (unsigned long long)c.stack_size);
    add_pointer(l, "tls", c.flags, CLONE_SETTLS, c.tls);
    line_add(l, "}");
    if (s->ret > 0) {
        add_clone_result(l, s->t, &c);
    }
}

/* --- ioctl --- */

void show_ioctl(Line *l, const Shown *s)
{
    uint32_t n = (uint32_t)s->v;
    const char *name = ioctl_name(n);

    if (name) {
        line_add(l, "%s", name);
    } else {
        line_add(l, "_IOC(");
        line_bits(l, SET_ioctl_way, (uint64_t)_IOC_DIR(n) << _IOC_DIRSHIFT,
                  "_IOC_NONE");
        line_add(l, ", %#x, %#x, %#x)", _IOC_TYPE(n), _IOC_NR(n), _IOC_SIZE(n));
    }
}

/* struct termios of the kernel begins so. */
typedef struct Terminal {
    uint32_t iflag, oflag, cflag, lflag;
} Terminal;

static void show_terminal(Line *l, const Shown *s)
{
    Terminal t;

    if (shown_result(l, s, &t, sizeof(t))) {
        line_add(l, "{c_iflag=");
        line_bits(l, SET_iflag, t.iflag, "0");
        line_add(l, ", c_oflag=");
        line_bits(l, SET_oflag, t.oflag, "0");
        line_add(l, ", c_cflag=");
        line_one(l, SET_baud, t.cflag & CBAUD);
        line_add(l, "|");
        line_bits(l, SET_cflag, t.cflag & ~(uint32_t)CBAUD, "CS5");
        line_add(l, ", c_lflag=");
        line_bits(l, SET_lflag, t.lflag, "0");
        line_add(l, ", ...}");
    }
}

static void show_window(Line *l, const Shown *s)
{
    struct winsize w;

    if (shown_result(l, s, &w, sizeof(w))) {
        line_add(l, "{ws_row=%u, ws_col=%u, ws_xpixel=%u, ws_ypixel=%u}",
                 w.ws_row, w.ws_col, w.ws_xpixel, w.ws_ypixel);
    }
}

static void show_number(Line *l, const Shown *s)
{
    int32_t n;

    if (shown_result(l, s, &n, sizeof(n))) {
        line_add(l, "[%d]", n);
    }
}

void show_ioctl_argument(Line *l, const Shown *s)
{
    switch ((uint32_t)s->a[1]) {
    case TCGETS:
    case TCSETS:
    case TCSETSW:
    case TCSETSF: show_terminal(l, s); break;
    case TIOCGWINSZ:
    case TIOCSWINSZ: show_window(l, s); break;
    case FIONREAD:
    case FIONBIO:
    case FIOASYNC:
    case TIOCOUTQ:
    case TIOCGPGRP:
    case TIOCSPGRP:
    case TIOCGSID:
    case TIOCGPTN:
    case TIOCSPTLCK: show_number(l, s); break;
    default: show_hex(l, s);
    }
}
