/* The notes of a core file. */
#ifndef LINUX_USER_CORE_NOTE_H
#define LINUX_USER_CORE_NOTE_H

#include "linux-user/task/process.h"

/*
 * The bytes of the PT_NOTE segment, to be freed; NULL: no memory.  maps is the
 * text of the guest's /proc/self/maps.  Threads other than t stop for good, but
 * those of a vfork child's parent.
 */
char *core_notes(Task *t, const siginfo_t *info, const char *maps,
                 size_t *size);

#endif
