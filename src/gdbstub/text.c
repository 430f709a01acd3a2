/* The notation of packets. */
#include "gdbstub/internal.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include "util/check.h"

/* --- writing --- */

void put(Reply *r, const char *format, ...)
{
    size_t room = sizeof(r->at) - r->n;
    va_list ap;
    int n;

    va_start(ap, format);
    n = vsnprintf(r->at + r->n, room, format, ap);
    va_end(ap);
    if (n < 0 || (size_t)n >= room) {
        r->full = true;
    } else {
        r->n += (size_t)n;
    }
}

void put_hex(Reply *r, const void *bytes, size_t n)
{
    const uint8_t *b = bytes;

    for (size_t i = 0; i < n && !r->full; i++) {
        put(r, "%02x", b[i]);
    }
}

static bool needs_escape(char c)
{
    return c == '#' || c == '$' || c == '}' || c == '*';
}

size_t put_binary(Reply *r, const void *bytes, size_t n)
{
    const char *b = bytes;
    size_t i;

    check(r->n <= sizeof(r->at), "%zu bytes of a reply", r->n);
    for (i = 0; i < n && r->n + 2 <= sizeof(r->at); i++) {
        if (needs_escape(b[i])) {
            r->at[r->n++] = '}';
            r->at[r->n++] = b[i] ^ 0x20;
        } else {
            r->at[r->n++] = b[i];
        }
    }
    return i;
}

/* --- reading --- */

static int digit(char c)
{
    return c >= '0' && c <= '9'   ? c - '0'
           : c >= 'a' && c <= 'f' ? c - 'a' + 10
           : c >= 'A' && c <= 'F' ? c - 'A' + 10
                                  : -1;
}

bool take_number(const char **s, uint64_t *value)
{
    const char *start = *s;

    for (*value = 0; digit(**s) >= 0; (*s)++) {
        *value = *value << 4 | (uint64_t)digit(**s);
    }
    return *s != start;
}

bool take_char(const char **s, char c)
{
    if (**s != c) {
        return false;
    }
    (*s)++;
    return true;
}

bool take_number_before(const char **s, char c, uint64_t *value)
{
    return take_number(s, value) && take_char(s, c);
}

size_t take_hex(const char **s, void *bytes, size_t n)
{
    uint8_t *b = bytes;
    size_t i;

    for (i = 0; i < n && digit((*s)[0]) >= 0 && digit((*s)[1]) >= 0; i++) {
        b[i] = (uint8_t)(digit((*s)[0]) << 4 | digit((*s)[1]));
        *s += 2;
    }
    return i;
}

size_t unescape(char *bytes, size_t n)
{
    size_t to = 0;

    for (size_t i = 0; i < n; i++) {
        bool escaped = bytes[i] == '}' && i + 1 < n;

        bytes[to++] = escaped ? bytes[++i] ^ 0x20 : bytes[i];
    }
    bytes[to] = '\0';
    return to;
}

/* --- signals --- */

typedef struct SignalRow {
    int linux_number, gdb_number;
} SignalRow;

static const SignalRow signals[] = {
#define SIGNAL(name, number) {name, number},
#include "gdbstub/signals.def"
};

/* Linux' 32 and 64 stand apart in GDB's list; 33 to 63 are in order. */
enum {
    GDB_SIG33 = 45,
    GDB_SIG63 = 75,
    GDB_SIG32 = 77,
    GDB_SIG64 = 78,
    GDB_UNKNOWN = 143
};
_Static_assert(GDB_SIG63 - GDB_SIG33 == 63 - 33, "one after the other");

int signal_to_gdb(int signo)
{
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (signals[i].linux_number == signo) {
            return signals[i].gdb_number;
        }
    }
    return signo == 32                  ? GDB_SIG32
           : signo == 64                ? GDB_SIG64
           : signo >= 33 && signo <= 63 ? signo - 33 + GDB_SIG33
                                        : GDB_UNKNOWN;
}

int signal_from_gdb(int number)
{
    for (size_t i = 0; i < sizeof(signals) / sizeof(signals[0]); i++) {
        if (signals[i].gdb_number == number) {
            return signals[i].linux_number;
        }
    }
    return number == GDB_SIG32   ? 32
           : number == GDB_SIG64 ? 64
           : number >= GDB_SIG33 && number <= GDB_SIG63
               ? number - GDB_SIG33 + 33
               : 0;
}
