/*
 * -strace: a line for each system call, after it, in strace's form.  Calls
 * that may not come back are shown before.
 */
#include "linux-user/sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>
#include "linux-user/usercopy.h"

enum { LINE_MAX_BYTES = 2048, SHOWN_BYTES = 32, SHOWN_PATH = 200 };

typedef struct Line {
    size_t n;
    char text[LINE_MAX_BYTES];
} Line;

__attribute__((format(printf, 2, 3)))
static void add(Line *l, const char *format, ...)
{
    size_t room = sizeof(l->text) - l->n;
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(l->text + l->n, room, format, ap);
    va_end(ap);
    l->n += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

/* --- values --- */

typedef struct FlagName {
    uint64_t value;
    const char *name;
} FlagName;

#define NO_FLAGS { 0, NULL }

#define SET_open(value, name) { value, name },
#define SET_prot(value, name)
#define SET_map(value, name)
static const FlagName open_flags[] = {
#define FLAG(set, name) SET_##set((uint64_t)name, #name)
#include "linux-user/flags.def"
    NO_FLAGS
};
#undef SET_open
#undef SET_prot
#define SET_open(value, name)
#define SET_prot(value, name) { value, name },
static const FlagName prot_flags[] = {
#define FLAG(set, name) SET_##set((uint64_t)name, #name)
#include "linux-user/flags.def"
    NO_FLAGS
};
#undef SET_prot
#undef SET_map
#define SET_prot(value, name)
#define SET_map(value, name) { value, name },
static const FlagName map_flags[] = {
#define FLAG(set, name) SET_##set((uint64_t)name, #name)
#include "linux-user/flags.def"
    NO_FLAGS
};

static void add_flags(Line *l, const FlagName *names, uint64_t value,
                      const char *zero)
{
    const char *bar = "";

    if (value == 0) {
        add(l, "%s", zero);
        return;
    }
    for (; names->name; names++) {
        if ((value & names->value) == names->value) {
            add(l, "%s%s", bar, names->name);
            value &= ~names->value;
            bar = "|";
        }
    }
    if (value) {
        add(l, "%s%#lx", bar, (unsigned long)value);
    }
}

static void add_char(Line *l, unsigned char c)
{
    static const char plain[] = "\n\t\r\"\\", escaped[] = "ntr\"\\";
    const char *at = c ? strchr(plain, c) : NULL;

    if (at) {
        add(l, "\\%c", escaped[at - plain]);
    } else if (c < 32 || c > 126) {
        add(l, "\\%o", c);
    } else {
        add(l, "%c", c);
    }
}

static void add_bytes(Line *l, Task *t, uint64_t addr, uint64_t n)
{
    uint64_t shown = n < SHOWN_BYTES ? n : SHOWN_BYTES;
    unsigned char bytes[SHOWN_BYTES];

    if (!addr || !mm_read(task_mm(t), bytes, addr, shown)) {
        add(l, addr ? "%#lx" : "NULL", (unsigned long)addr);
        return;
    }
    add(l, "\"");
    for (uint64_t i = 0; i < shown; i++) {
        add_char(l, bytes[i]);
    }
    add(l, n > shown ? "\"..." : "\"");
}

static void add_string(Line *l, Task *t, uint64_t addr)
{
    char s[SHOWN_PATH];
    long n = addr ? mm_read_string(task_mm(t), s, addr, sizeof(s)) : 0;

    if (!addr || n == -EFAULT) {
        add(l, addr ? "%#lx" : "NULL", (unsigned long)addr);
        return;
    }
    add(l, "\"");
    for (long i = 0; n < 0 ? i < SHOWN_PATH : i < n - 1; i++) {
        add_char(l, (unsigned char)s[i]);
    }
    add(l, n < 0 ? "\"..." : "\"");
}

static void add_timespec(Line *l, Task *t, uint64_t addr)
{
    struct timespec ts;

    if (!addr || !mm_read(task_mm(t), &ts, addr, sizeof(ts))) {
        add(l, addr ? "%#lx" : "NULL", (unsigned long)addr);
        return;
    }
    add(l, "{tv_sec=%ld, tv_nsec=%ld}", (long)ts.tv_sec, ts.tv_nsec);
}

static void add_iovec(Line *l, Task *t, uint64_t addr, uint64_t n)
{
    enum { SHOWN = 4 };

    add(l, "[");
    for (uint64_t i = 0; i < n && i < SHOWN; i++) {
        struct iovec v;

        if (!mm_read(task_mm(t), &v, addr + i * sizeof(v), sizeof(v))) {
            add(l, "%#lx", (unsigned long)addr);
            break;
        }
        add(l, "%s{iov_base=", i ? ", " : "");
        add_bytes(l, t, (uintptr_t)v.iov_base, v.iov_len);
        add(l, ", iov_len=%zu}", v.iov_len);
    }
    add(l, n > SHOWN ? ", ...]" : "]");
}

static void add_named(Line *l, uint64_t value, const char *const *names,
                      size_t n)
{
    if (value < n) {
        add(l, "%s", names[value]);
    } else {
        add(l, "%ld", (long)value);
    }
}

static void add_signal(Line *l, int signo)
{
    const char *name = sigabbrev_np(signo);

    if (name) {
        add(l, "SIG%s", name);
    } else {
        add(l, signo > 31 ? "SIGRT_%d" : "%d",
            signo > 31 ? signo - 32 : signo);
    }
}

static const char *const clocks[] = {
    "CLOCK_REALTIME", "CLOCK_MONOTONIC", "CLOCK_PROCESS_CPUTIME_ID",
    "CLOCK_THREAD_CPUTIME_ID", "CLOCK_MONOTONIC_RAW",
    "CLOCK_REALTIME_COARSE", "CLOCK_MONOTONIC_COARSE", "CLOCK_BOOTTIME",
};
static const char *const whences[] = {
    "SEEK_SET", "SEEK_CUR", "SEEK_END", "SEEK_DATA", "SEEK_HOLE",
};
static const char *const hows[] = { "SIG_BLOCK", "SIG_UNBLOCK",
                                    "SIG_SETMASK" };

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Letters as syscall.def has them. */
static void add_argument(Line *l, Task *t, char letter, const uint64_t *a,
                         int i, long ret)
{
    uint64_t v = a[i], next = i < 5 ? a[i + 1] : 0;

    switch (letter) {
    case 'd': add(l, "%ld", v >> 32 == 0 ? (long)(int)v : (long)v); break;
    case 'u': add(l, "%lu", (unsigned long)v); break;
    case 'o': add(l, "%#lo", (unsigned long)v); break;
    case 'a':
        add(l, (int)v == AT_FDCWD ? "AT_FDCWD" : "%d", (int)v);
        break;
    case 'f': add_flags(l, open_flags, v, "O_RDONLY"); break;
    case 'p': add_flags(l, prot_flags, v, "PROT_NONE"); break;
    case 'm': add_flags(l, map_flags, v, "0"); break;
    case 'g': add_signal(l, (int)v); break;
    case 'h': add_named(l, v, hows, COUNT(hows)); break;
    case 'c': add_named(l, v, clocks, COUNT(clocks)); break;
    case 'w': add_named(l, v, whences, COUNT(whences)); break;
    case 'S': add_string(l, t, v); break;
    case 'B': add_bytes(l, t, v, next); break;
    case 'R': add_bytes(l, t, ret < 0 ? 0 : v, (uint64_t)ret); break;
    case 'T': add_timespec(l, t, v); break;
    case 'I': add_iovec(l, t, v, next); break;
    default: add(l, v ? "%#lx" : letter == 'x' ? "0" : "NULL",
                 (unsigned long)v);
    }
}

/* --- lines --- */

static void begin(Line *l)
{
    l->n = 0;
    add(l, "%d ", (int)getpid());
}

static void end(Task *t, Line *l)
{
    FILE *f = t->proc->options->log.file;

    fwrite(l->text, 1, l->n, f);
    fputc('\n', f);
    fflush(f);
}

static void add_call(Line *l, Task *t, unsigned nr, const uint64_t *a,
                     long ret)
{
    const SyscallRow *row = &syscall_table[nr];

    add(l, "%s(", row->name);
    for (int i = 0; row->arguments[i]; i++) {
        add(l, i ? ", " : "");
        add_argument(l, t, row->arguments[i], a, i, ret);
    }
    add(l, ")");
}

static bool may_not_return(const SyscallRow *row)
{
    return row->handler == sys_exit || row->handler == sys_exit_group ||
           row->handler == sys_execve || row->handler == sys_execveat ||
           row->handler == sys_rt_sigreturn;
}

void strace_enter(Task *t, unsigned nr, const uint64_t *a)
{
    Line l;

    if (syscall_table[nr].name && may_not_return(&syscall_table[nr])) {
        begin(&l);
        add_call(&l, t, nr, a, -1);
        end(t, &l);
    }
}

static void add_result(Line *l, long ret)
{
    const char *name = strerrorname_np((int)-ret);

    if (ret == -RESTART_SYSCALL) {
        add(l, " = ? ERESTARTSYS (To be restarted)");
    } else if (ret < 0 && ret > -4096) {
        add(l, " = -1 %s (%s)", name ? name : "?", strerror((int)-ret));
    } else {
        add(l, ret > 0xffff ? " = %#lx" : " = %ld", ret);
    }
}

void strace_leave(Task *t, unsigned nr, const uint64_t *a, long ret)
{
    const SyscallRow *row = &syscall_table[nr];
    Line l;

    if (!row->name || row->handler == sys_rt_sigreturn) {
        return;
    }
    begin(&l);
    add_call(&l, t, nr, a, ret);
    add_result(&l, ret);
    end(t, &l);
}

void strace_signal(Task *t, const siginfo_t *info)
{
    Line l;

    if (!t->proc->options->strace) {
        return;
    }
    begin(&l);
    add(&l, "--- ");
    add_signal(&l, info->si_signo);
    add(&l, " {si_code=%d, si_addr=%p} ---", info->si_code, info->si_addr);
    end(t, &l);
}
