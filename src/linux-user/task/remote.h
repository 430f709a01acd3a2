/*
 * Other processes that run under this emulator, seen from outside: their
 * Process is found by the place of a pointer in the emulator's image.  What
 * is read may change meanwhile; nothing here trusts it to make sense.
 */
#ifndef LINUX_USER_REMOTE_H
#define LINUX_USER_REMOTE_H

#include "linux-user/task/process.h"

typedef struct Remote {
    int pid;       /* or a thread's */
    uint64_t proc; /* host address of its Process */
    uint64_t base; /* of its guest addresses */
    Space space;
} Remote;

/* Others find the process from now on. */
void remote_publish(Process *proc);

/* Does the process or thread run under this emulator?  0, -ESRCH, -EPERM. */
int remote_is_ours(int pid);
/* The same, and where it is found. */
int remote_find(int pid, Remote *r);

/* Base and space of what has its Process there; false: it cannot be read. */
bool remote_place(Remote *r, int pid, uint64_t proc);

/* Can these be its guest's addresses? */
static inline bool remote_has(const Remote *r, uint64_t addr, uint64_t n)
{
    return space_has(&r->space, addr, n);
}

/* At a host address; false: not all of it. */
bool remote_read(int pid, void *to, uint64_t addr, size_t n);
bool remote_write(int pid, uint64_t addr, const void *from, size_t n);

/* Guest memory was written to: code there is to be forgotten. */
void remote_written(const Remote *r, uint64_t start, uint64_t len);

/* So that it sees to that soon, though it may be running. */
void remote_look(const Remote *r);

/* Makes a thread that is traced, or may be, come to its safe point. */
void remote_kick(int tgid, int tid);

/* A copy of its map; false: none.  To be freed by map_free(). */
bool remote_map(const Remote *r, Map *map);

/* Is the thread one that its guest knows nothing of? */
bool remote_is_own_thread(int tid);

/*
 * How many of n bytes at a guest address are mapped for the guest.  With base
 * 0 the host knows that, and n is returned.
 */
uint64_t remote_mapped(const Remote *r, uint64_t addr, uint64_t n);

/* A number of /proc/PID/status, -1: none. */
long remote_status(int pid, const char *field);

#endif
