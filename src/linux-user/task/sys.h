/*
 * System calls: the handlers that calls.def names, and its rows.
 *
 * A handler is given the task and six arguments, and returns the result or
 * -errno; -RESTART_SYSCALL if a signal must be delivered first and the call
 * made again.  Calls that may wait use safe_syscall() once, and do nothing
 * that cannot be done twice before it.
 */
#ifndef LINUX_USER_SYS_H
#define LINUX_USER_SYS_H

#include <errno.h>
#include "linux-user/task/call.h"

typedef long SysFn(Task *t, const uint64_t *a);

#define CALL(name, arguments, handler)            SysFn handler;
#define LAID(name, arguments, structure, handler) SysFn handler;
#include "linux-user/task/calls.def"

/* A row of calls.def, or one that a guest has alone. */
typedef struct Syscall {
    const char *name; /* NULL: no such call */
    const char *arguments;
    SysFn *handler;     /* NULL: the host's call does it */
    int host;           /* its number */
    uint8_t pointers;   /* bit i: argument i is a guest pointer */
    uint8_t paths;      /* those that are paths to follow */
    uint8_t open_flags; /* those that are flags of open */
    uint16_t call;      /* CALL_*; NB_CALLS: a guest's own */
    uint8_t structure;  /* LAYOUT_*: the host's call does it, whatever
                           the handler, if guest and host have the same;
                           without a handler */
    uint8_t given;      /* it writes such a structure at argument i */
} Syscall;

/* Bits of the letters in a string literal that are pointers, and paths. */
#define SYSCALL_LETTER(s, i) ((s)[sizeof(s) > (i) ? (i) : sizeof(s) - 1])
#define SYSCALL_PATH(s, i)                                                     \
    ((SYSCALL_LETTER(s, i) == '/' || SYSCALL_LETTER(s, i) == '^' ||            \
      SYSCALL_LETTER(s, i) == '?')                                             \
     << (i))
#define SYSCALL_POINTER(s, i)                                                  \
    ((SYSCALL_LETTER(s, i) >= 'A' && SYSCALL_LETTER(s, i) <= 'Z') << (i))
#define SYSCALL_OPEN_FLAG(s, i)                                                \
    ((SYSCALL_LETTER(s, i) == 'f' || SYSCALL_LETTER(s, i) == 'b') << (i))
#define SYSCALL_ALL(bit, s)                                                    \
    (bit(s, 0) | bit(s, 1) | bit(s, 2) | bit(s, 3) | bit(s, 4) | bit(s, 5))
#define SYSCALL_PATHS(s)    SYSCALL_ALL(SYSCALL_PATH, s)
#define SYSCALL_POINTERS(s) (SYSCALL_ALL(SYSCALL_POINTER, s) | SYSCALL_PATHS(s))

/* A row with its other fields. */
#define SYSCALL_ROW(text, letters, ...)                                        \
    {.name = #text,                                                            \
     .arguments = letters,                                                     \
     .pointers = SYSCALL_POINTERS(letters),                                    \
     .paths = SYSCALL_PATHS(letters),                                          \
     .open_flags = SYSCALL_ALL(SYSCALL_OPEN_FLAG, letters),                    \
     __VA_ARGS__},

enum {
#define PASS(name, arguments)                     CALL_##name,
#define CALL(name, arguments, handler)            CALL_##name,
#define LAID(name, arguments, structure, handler) CALL_##name,
#define GIVES(name, arguments, structure, i)      CALL_##name,
#include "linux-user/task/calls.def"
    NB_CALLS
};

/* By CALL_*. */
extern const Syscall syscalls[NB_CALLS];

/* Of any number of the guest's; without a name if there is no such call. */
static inline const Syscall *syscall_row(const Task *t, unsigned nr)
{
    static const Syscall none = {.arguments = "", .host = -1, .call = NB_CALLS};
    const GuestAbi *abi = t->proc->abi;

    return nr < abi->nb_calls && abi->calls[nr] ? abi->calls[nr] : &none;
}

#endif
