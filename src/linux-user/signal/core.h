/* Core files: what a debugger needs of a guest that a signal has ended. */
#ifndef LINUX_USER_CORE_H
#define LINUX_USER_CORE_H

#include "linux-user/task/process.h"

/* Is "dump core" the default action of signo? */
bool core_signal(int signo);
/* Does the guest's RLIMIT_CORE allow it? */
bool core_wanted(void);

/*
 * Before the process ends by the signal `info`: writes the core file, and
 * sees to it that the host dumps no core of the emulator.
 */
void core_dump(Task *t, const siginfo_t *info);
/* The status will say that a core was written (core_status.c). */
void core_set_status(void);

#endif
