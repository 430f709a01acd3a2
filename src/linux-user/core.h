/* Core files: what a debugger needs of a guest that a signal has ended. */
#ifndef LINUX_USER_CORE_H
#define LINUX_USER_CORE_H

#include "linux-user/process.h"

/* Is "dump core" the default action of signo? */
bool core_signal(int signo);
/* Does the guest's RLIMIT_CORE allow it? */
bool core_wanted(void);

/*
 * Writes the core file for the signal `info`, with the registers of this
 * thread, and sees to it that the host dumps no core of the emulator.
 */
void core_dump(Task *t, const siginfo_t *info);

#endif
