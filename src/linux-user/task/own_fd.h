/* The emulator's own descriptors: the program, the log, the debugger, the
   profile.  The guest neither sees nor closes them. */
#ifndef LINUX_USER_OWN_FD_H
#define LINUX_USER_OWN_FD_H

#include "linux-user/task/process.h"

/* The smallest of them from `from` on; -1: none. */
int own_fd(const Task *t, int from);

#endif
