/*
 * The program's file: what may be run, and what is running.
 *
 * A process holds its program open, out of the guest's reach: /proc/PID/exe
 * leads there even when no path does any more.  It has a read lock on the last
 * byte that a file can have, by which other emulators know that it is being
 * run, and which descriptor of the process is the program.
 */
#ifndef LINUX_USER_PROGRAM_H
#define LINUX_USER_PROGRAM_H

#include <sys/resource.h>
#include "linux-user/task/process.h"

/*
 * Room for descriptors, though the guest may have used up all that
 * RLIMIT_NOFILE lets it have.
 */
typedef struct FdRoom {
    struct rlimit old;
    bool made;
} FdRoom;

void fd_room_make(FdRoom *);
void fd_room_end(FdRoom *);
/* Are a few descriptors free? */
bool fd_room_there(void);
/*
 * If not: fn runs with a table of descriptors of its own, in which there are,
 * at the cost of the highest; but not of `keep`.  What it opens is gone when
 * it returns.  It may not wait for a signal.  False: there is no memory.
 */
bool fd_room_elsewhere(void (*fn)(void *), void *arg, int keep);

/* execveat's flag that asks whether a file may be run. */
#ifndef AT_EXECVE_CHECK
#define AT_EXECVE_CHECK 0x10000
#endif

/* As the kernel sees it: 0 or -errno. */
long program_may_run(int fd);

/* Holds what fd is; `first`: no descriptor below that. */
void program_hold(Process *proc, int fd, int first);
/*
 * The guest wants the descriptor's number, or has used up all others: the
 * program goes beyond what the guest may have, or is let go of.  False: it was
 * not in the way.
 */
bool program_give_way(Process *proc);
/* A path that opens the program; false: only its own does, if at all. */
bool program_path(const Process *proc, char path[PATH_MAX]);
/* The descriptor by which process pid of this emulator holds it, or -1. */
int program_fd_of(int pid);

/* May the file not be opened for writing, since it runs?  openat's flags. */
bool program_runs(int dirfd, const char *path, int flags);

#endif
