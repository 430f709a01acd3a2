/* Paths that lead to a program that runs under the emulator. */
#ifndef LINUX_USER_PATHS_H
#define LINUX_USER_PATHS_H

#include "linux-user/task/sys.h"

/*
 * Does the path at guest address addr, below `dir`, lead by way of
 * /proc/PID/exe to the emulator's file?  Then `file` is one that leads to the
 * program.
 */
bool path_to_program(Task *t, int dir, uint64_t addr, char file[PATH_MAX]);

/* pass_call() of a row with a path that may be followed. */
long pass_paths(Task *t, const Syscall *row, const uint64_t *a);

#endif
