/*
 * Files of /proc that tell of the process: the guest sees itself in them, not
 * the emulator.
 */
#ifndef LINUX_USER_PROC_H
#define LINUX_USER_PROC_H

#include <stdio.h>
#include "linux-user/task/process.h"

/* Writes the guest's version of its /proc/self/maps; path is not looked at. */
void proc_maps(Task *t, FILE *out, const char *path);

/*
 * Whose memory fd is, a view of /proc/PID/mem; 0: it is no such file, or not
 * open for `access`, O_RDONLY or O_WRONLY.  The accesses reach what the guest
 * has mapped, and nothing else.
 */
int proc_mem_of(const Task *t, int fd, int access);
long proc_mem_read(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n);
long proc_mem_write(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n);

/*
 * Does the path, below `dir` or empty for what `dir` is, name the exe of this
 * process, or of another that runs under this emulator?  Then `file` is a path
 * that leads to its program in the same way.
 */
bool proc_exe(const Task *t, int dir, const char *path, char file[PATH_MAX]);
/* Of one that has led to the file `st`, perhaps by way of other links. */
struct stat;
bool proc_exe_behind(const Task *t, int dir, const char *path,
                     const struct stat *st, char file[PATH_MAX]);
/*
 * With the path of a file of /proc/self that tells of the emulator: a
 * descriptor of what the guest should see, or PROC_NOT_OURS; -errno.
 */
enum { PROC_NOT_OURS = -4096 };
long proc_open(Task *t, const char *path, int flags);
/* The same for what the host opened by any name: fd, or what replaces it. */
long proc_opened(Task *t, long fd, int flags);
/* After getdents64 of n bytes at addr: not the emulator's own descriptors. */
long proc_hide_own(Task *t, int dir, uint64_t addr, long n);

/* Lets other processes see the guest's arguments and environment as ours. */
void proc_show_program(const Process *proc);

#endif
