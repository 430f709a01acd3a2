/*
 * System calls: the handlers that syscall.def names, and its rows.
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

#define CALL(number, name, arguments, handler) SysFn handler;
#include "linux-user/syscall.def"

/* A row of syscall.def. */
typedef struct SyscallRow {
    const char *name;          /* NULL: no such call */
    const char *arguments;
    SysFn *handler;            /* NULL: the host's call does it */
    int host;                  /* its number */
    uint8_t pointers;          /* bit i: argument i is a guest pointer */
} SyscallRow;

enum { SYSCALL_TABLE_SIZE = 512 };

extern const SyscallRow syscall_table[SYSCALL_TABLE_SIZE];
/* Of any number; one without a name if there is no such call. */
const SyscallRow *syscall_row(unsigned nr);

#endif
