/*
 * Files of /proc that tell of the process: the guest sees itself in them, not
 * the emulator.
 */
#ifndef LINUX_USER_PROC_H
#define LINUX_USER_PROC_H

#include <stdio.h>
#include "linux-user/task/process.h"

/* Each writes the guest's version of the file `path`. */
typedef void ProcWriter(Task *t, FILE *out, const char *path);

ProcWriter proc_maps, proc_smaps, proc_smaps_rollup;
ProcWriter proc_cmdline, proc_environ, proc_auxv, proc_statm;
ProcWriter proc_stat, proc_status, proc_cpuinfo;

/* The lines of the host's file for the guest's part; its map is locked. */
void proc_copy_maps(const Process *proc, FILE *out, const char *host,
                    bool details);

/*
 * The same for /proc/PID of another process under this emulator; and its
 * memory (other.c).
 */
long proc_other_open(Task *t, const char *path, int flags);
long proc_other_mem(Task *t, int pid, uint64_t addr, uint64_t buf,
                    uint64_t n, bool write);

/*
 * /proc/PID/mem: an empty memory file of a certain name stands for it, and
 * read, write, pread and pwrite look for that name once one was opened.  The
 * accesses reach what the guest has mapped, and nothing else.
 */
long proc_mem_open(Task *t, int pid, int flags);
/*
 * Whose memory fd is; 0: it is no such file, or not open for `access`,
 * O_RDONLY or O_WRONLY.
 */
int proc_mem_of(const Task *t, int fd, int access);
/* The memory file fd, opened anew as `flags` say; closes fd. */
long proc_reopen(int fd, int flags);
/* The same for a view, which nobody writes any more. */
long proc_view_done(int fd, mode_t mode, int flags);
long proc_mem_read(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n);
long proc_mem_write(Task *t, int pid, uint64_t addr, uint64_t buf,
                    uint64_t n);

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

/* Is the path one of the usual for this process's exe? */
bool proc_is_own_exe(const char *path);

/* The path by which the kernel knows fd, if it is in /proc. */
bool proc_path(int fd, char path[PATH_MAX]);

/* Lets other processes see the guest's arguments and environment as ours. */
void proc_show_program(const Process *proc);

#endif
