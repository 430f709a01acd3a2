/* What the files of this room share. */
#ifndef LINUX_USER_PROC_INTERNAL_H
#define LINUX_USER_PROC_INTERNAL_H

#include "linux-user/proc/proc.h"

/* --- text.c, maps.c --- */

/* Each writes the guest's version of the file `path`. */
typedef void ProcWriter(Task *t, FILE *out, const char *path);

ProcWriter proc_smaps, proc_smaps_rollup;
ProcWriter proc_cmdline, proc_environ, proc_auxv, proc_statm;
ProcWriter proc_stat, proc_status, proc_cpuinfo;

/* The lines of the host's file for the guest's part; its map is locked. */
void proc_copy_maps(const Process *proc, FILE *out, const char *host,
                    bool details);

/* --- other.c, other_mem.c: of other processes under this emulator --- */

long proc_other_open(Task *t, const char *path, int flags);
long proc_other_mem(Task *t, int pid, uint64_t addr, uint64_t buf, uint64_t n,
                    bool write);

/* --- mem.c --- */

/*
 * /proc/PID/mem: an empty memory file of a certain name stands for it, and
 * read, write, pread and pwrite look for that name once one was opened.
 */
long proc_mem_open(Task *t, int pid, int flags);

/* --- view.c --- */

/* A memory file *fd to be written; NULL with errno. */
FILE *proc_view_begin(const char *name, int *fd);
/* Nobody writes it any more: opened anew as `flags` say. */
long proc_view_done(FILE *out, int fd, mode_t mode, int flags);
/* The memory file fd, opened anew as `flags` say; closes fd. */
long proc_reopen(int fd, int flags);

/*
 * What follows "/proc/self/" or a path like it, and "task/TID/"; NULL: it is
 * none of this process.
 */
const char *proc_own_file(const char *path);
/* Is the path one of the usual for this process's exe? */
bool proc_is_own_exe(const char *path);
/* The path by which the kernel knows fd, if it is in /proc. */
bool proc_path(int fd, char path[PATH_MAX]);

#endif
