/* clone(2) with CLONE_VM but without CLONE_THREAD: the id or -errno. */
#ifndef LINUX_USER_VFORK_H
#define LINUX_USER_VFORK_H

#include "linux-user/process/clone.h"

long vfork_process(Task *t, const CloneArgs *c);
long shared_process(Task *t, const CloneArgs *c);

#endif
