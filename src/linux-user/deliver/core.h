/* Core files: what a debugger needs of a guest that a signal has ended. */
#ifndef LINUX_USER_CORE_H
#define LINUX_USER_CORE_H

#include "linux-user/task/process.h"

/*
 * Before the process ends by the signal `info`: writes the core file, and
 * sees to it that the host dumps no core of the emulator.
 */
void core_dump(Task *t, const siginfo_t *info);
/* The status will say that a core was written (core_status.c). */
void core_set_status(void);

#endif
