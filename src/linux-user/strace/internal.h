/*
 * The parts of -strace: a line being put together, names of numbers, and the
 * arguments of calls.  Guest memory that cannot be read shows as its address.
 */
#ifndef LINUX_USER_STRACE_INTERNAL_H
#define LINUX_USER_STRACE_INTERNAL_H

#include "linux-user/task/sys.h"

enum { STRACE_LINE = 4096 };

typedef struct Line {
    size_t n;
    char text[STRACE_LINE];
} Line;

__attribute__((format(printf, 2, 3))) void line_add(Line *l, const char *format,
                                                    ...);

/* Sets of names in flags.def. */
typedef enum NameSet {
    SET_none,
#define STRACE_SET(name) SET_##name,
#include "linux-user/strace/strace.def"
} NameSet;

/* Names of the bits of value, with | between; what is left in hexadecimal. */
void line_bits(Line *l, NameSet set, uint64_t value, const char *zero);
/* The name of value; false, nothing added, if it has none. */
bool line_name(Line *l, NameSet set, uint64_t value);
/* The same, or the number. */
void line_one(Line *l, NameSet set, uint64_t value);

/* "SIGINT", or what comes after SIG alone. */
void line_signal(Line *l, int signo);
void line_short_signal(Line *l, int signo);

/* NULL or a number. */
void line_address(Line *l, uint64_t addr);
/* n bytes as a C string, the first 32 of them. */
void line_bytes(Line *l, const void *bytes, uint64_t n);

void line_mode(Line *l, uint32_t mode);
/* Flags of open. */
void line_open_flags(Line *l, const Task *t, uint64_t guest);
/* What is ready, as strace adds it to a result. */
void line_select_result(Line *l, Task *t, const uint64_t *a);
void line_poll_result(Line *l, Task *t, uint64_t addr, uint64_t n);

/* What was shown, or put together, when a thread's call began. */
typedef struct StraceCall {
    Line line;
    int next;        /* the first argument that is not in it */
    bool unfinished; /* it was shown, as a line of its own, */
    size_t shown;    /* or this much as the beginning of one */
} StraceCall;

/* Will the call, it seems, wait? */
bool strace_waits(Task *t, const Syscall *row, const uint64_t *a);

/* An argument of a call that is to be shown. */
typedef struct Shown {
    Task *t;
    const Syscall *row;
    const uint64_t *a;
    int i;         /* which */
    uint64_t v;    /* a[i] */
    uint64_t next; /* a[i + 1] */
    long ret;
} Shown;

/* The guest's memory at the argument; else adds its address: false. */
bool shown_read(Line *l, const Shown *s, void *to, size_t n);
/* The same for what the call gives: not if it failed. */
bool shown_result(Line *l, const Shown *s, void *to, size_t n);
void line_guest_bytes(Line *l, Task *t, uint64_t addr, uint64_t n);
void line_guest_string(Line *l, Task *t, uint64_t addr);

/* By the letters of calls.def. */
void line_argument(Line *l, const Shown *s, char letter);

typedef void ShowFn(Line *, const Shown *);

#define STRACE_SHOW(letter, function) ShowFn function;
#include "linux-user/strace/strace.def"

#endif
