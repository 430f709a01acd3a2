/* -strace: names of numbers, from flags.def. */
#include "linux-user/strace/internal.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/futex.h>
#include <linux/memfd.h>
#include <linux/prctl.h>
#include <linux/ptrace.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sched.h>
#include <stdarg.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/random.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>

typedef struct Name {
    NameSet set;
    uint64_t value;
    const char *text;
} Name;

static const Name bit_names[] = {
#define BITS(set, name)       {SET_##set, (uint32_t)name, #name},
#define BIT(set, text, value) {SET_##set, value, text},
#include "linux-user/strace/flags.def"
};

static const Name value_names[] = {
#define VALUE(set, text, value) {SET_##set, (uint32_t)(value), text},
#include "linux-user/strace/flags.def"
};

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

void line_add(Line *l, const char *format, ...)
{
    size_t room = sizeof(l->text) - l->n;
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(l->text + l->n, room, format, ap);
    va_end(ap);
    l->n += n < 0 ? 0 : (size_t)n < room ? (size_t)n : room - 1;
}

void line_bits(Line *l, NameSet set, uint64_t value, const char *zero)
{
    const char *bar = "";

    for (size_t i = 0; i < COUNT(bit_names); i++) {
        const Name *n = &bit_names[i];

        if (n->set == set && (value & n->value) == n->value) {
            line_add(l, "%s%s", bar, n->text);
            value &= ~n->value;
            bar = "|";
        }
    }
    if (value) {
        line_add(l, "%s%#lx", bar, (unsigned long)value);
    } else if (!*bar) {
        line_add(l, "%s", zero);
    }
}

bool line_name(Line *l, NameSet set, uint64_t value)
{
    for (size_t i = 0; i < COUNT(value_names); i++) {
        const Name *n = &value_names[i];

        if (n->set == set && n->value == (uint32_t)value) {
            line_add(l, "%s", n->text);
            return true;
        }
    }
    return false;
}

void line_one(Line *l, NameSet set, uint64_t value)
{
    if (!line_name(l, set, value)) {
        line_add(l, value >> 8 && (int)value > 0 ? "%#x" : "%d", (int)value);
    }
}

void line_short_signal(Line *l, int signo)
{
    const char *name = sigabbrev_np(signo);

    if (name) {
        line_add(l, "%s", name);
    } else {
        line_add(l, signo > 31 ? "RT_%d" : "%d",
                 signo > 31 ? signo - 32 : signo);
    }
}

void line_signal(Line *l, int signo)
{
    bool named = sigabbrev_np(signo) || (signo > 31 && signo <= GUEST_NSIG);

    if (named) {
        line_add(l, "SIG");
        line_short_signal(l, signo);
    } else {
        line_add(l, "%d", signo);
    }
}

void line_address(Line *l, uint64_t addr)
{
    line_add(l, addr ? "%#lx" : "NULL", (unsigned long)addr);
}

/* Octal is as short as the next character lets it be. */
static void add_char(Line *l, unsigned char c, unsigned char next)
{
    static const char plain[] = "\n\t\r\v\f\"\\", escaped[] = "ntrvf\"\\";
    const char *at = c ? strchr(plain, c) : NULL;

    if (at) {
        line_add(l, "\\%c", escaped[at - plain]);
    } else if (c < 32 || c > 126) {
        line_add(l, next >= '0' && next <= '9' ? "\\%03o" : "\\%o", c);
    } else {
        line_add(l, "%c", c);
    }
}

static void add_text(Line *l, const unsigned char *s, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        add_char(l, s[i], i + 1 < n ? s[i + 1] : 0);
    }
}

enum { SHOWN_BYTES = 32, SHOWN_PATH = 512 };

void line_bytes(Line *l, const void *bytes, uint64_t n)
{
    line_add(l, "\"");
    add_text(l, bytes, n < SHOWN_BYTES ? n : SHOWN_BYTES);
    line_add(l, n > SHOWN_BYTES ? "\"..." : "\"");
}

void line_guest_bytes(Line *l, Task *t, uint64_t addr, uint64_t n)
{
    unsigned char bytes[SHOWN_BYTES];

    if (addr &&
        mm_read(task_mm(t), bytes, addr, n < SHOWN_BYTES ? n : SHOWN_BYTES)) {
        line_bytes(l, bytes, n);
    } else {
        line_address(l, addr);
    }
}

void line_guest_string(Line *l, Task *t, uint64_t addr)
{
    char s[SHOWN_PATH];
    long n = addr ? mm_read_string(task_mm(t), s, addr, sizeof(s)) : 0;

    if (!addr || n == -EFAULT) {
        line_address(l, addr);
        return;
    }
    line_add(l, "\"");
    add_text(l, (unsigned char *)s, n < 0 ? sizeof(s) : (size_t)n - 1);
    line_add(l, n < 0 ? "\"..." : "\"");
}
