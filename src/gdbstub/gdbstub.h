/*
 * gdbstub: the GDB remote serial protocol (GDB manual, appendix E).
 *
 * One Gdb a process, with a host thread of its own, the server, that listens,
 * reads packets and answers them.  Guest threads never touch the connection:
 * they tell control.c where they are, wait there while the program is
 * stopped, and report what stops it.
 *
 * A guest thread is running, parked (its state is exact and stays), or in a
 * system call: then it counts as stopped too, as if it were about to make the
 * call, and waits before its result reaches the guest's registers.
 *
 * All-stop mode: a thread that reports makes the server stop the others.
 * While no client is attached nothing is reported.
 *
 * What is said of threads: each GdbThread is for its own host thread; only
 * the functions below are called by it.
 */
#ifndef GDBSTUB_GDBSTUB_H
#define GDBSTUB_GDBSTUB_H

#include <signal.h>
#include "exec/exec.h"

typedef struct Gdb Gdb;
typedef struct GdbThread GdbThread;

/* What the operating system knows of the guest.  Called by the server. */
typedef struct GdbTarget {
    void *opaque; /* the first argument of those below */
    Exec *exec;
    const GuestDebug *guest;
    const char *program; /* its path */
    /* How many bytes from addr on were read, up to n. */
    size_t (*read)(void *opaque, uint64_t addr, void *buf, size_t n);
    /* Whatever the protection; cpu is the server's. */
    bool (*write)(void *opaque, CPUState *cpu, uint64_t addr, const void *buf,
                  size_t n);
    size_t (*auxv)(void *opaque, void *buf, size_t n);
    /* A file as this thread would find it: descriptor or -errno. */
    int (*open)(CPUState *, const char *path, int flags, int mode);
    /* readlink(2) and unlink(2), or -errno. */
    long (*readlink)(void *opaque, const char *path, char *buf, size_t n);
    int (*unlink)(void *opaque, const char *path);
    /* Makes the thread leave generated code soon, as an ExecStopFn does; and
       the call that it waits in, if `call`. */
    void (*kick)(CPUState *, bool call);
} GdbTarget;

/* Where clients come from. */
typedef struct GdbListen {
    const char *where; /* a port of localhost, or a socket's path, in
                          which "%d" is the process's id */
    bool suspend;      /* wait for a client at the start */
} GdbListen;

/*
 * "WHERE[,suspend=y|n]", which is changed and kept.  NULL, or what is wrong
 * with it.
 */
const char *gdb_listen_parse(GdbListen *, char *text);

/*
 * Starts the server.  NULL, and errno set, if it cannot listen.  There must
 * be no guest thread yet.
 */
Gdb *gdb_start(const GdbListen *, const GdbTarget *);

/* Bytes of what gdb_save() writes. */
enum { GDB_SAVED_MAX = 512 };
/* The same, for a program that execve has put in the place of another. */
Gdb *gdb_resume(const void *saved, size_t size, const GdbTarget *);

/* The smallest descriptor of ours, from `from` on; -1: none. */
int gdb_own_fd(Gdb *, int from);

/* --- of guest threads --- */

/* NULL: no memory. */
GdbThread *gdb_thread_new(Gdb *, CPUState *, int tid);
void gdb_thread_end(GdbThread *);

/*
 * To be called before guest code is run: reports what has happened since,
 * and waits while the thread is to stand still.
 */
void gdb_point(GdbThread *);
/* exec_run() or exec_step(), as the debugger wants it. */
Event gdb_run(GdbThread *);

/*
 * A signal is about to be delivered: the number of the one to deliver, 0 for
 * none.  info may be changed.
 */
int gdb_signal(GdbThread *, siginfo_t *info);

/*
 * Around a system call.  _begin is false if the call must not be made:
 * because it has been, then with its result in *result, which is else left
 * alone; or not now, then the instruction must be run again.  _end is false
 * if the debugger has changed registers meanwhile, which must then be left
 * alone; `made`: the call has taken place, and must not a second time.
 * _returned: the result is in its register.
 */
bool gdb_call_begin(GdbThread *, unsigned nr, long *result);
bool gdb_call_end(GdbThread *, bool made, long result);
void gdb_call_returned(GdbThread *, unsigned nr);

/* --- of processes --- */

/*
 * Around fork(2): before; in the parent, with the child's id or -1; in the
 * child, whose first thread is th's copy: true if it is debugged from now on.
 * If not, *stays_open is a descriptor that its parent waits for, or 0.
 */
void gdb_fork_begin(GdbThread *);
void gdb_fork_parent(GdbThread *, int child);
bool gdb_fork_child(GdbThread *, int *stays_open);

/*
 * A vfork that the client wants to follow is a fork; _begin is false if there
 * is none.  The parent then waits, its state exact, until the child executes
 * a program or ends.
 */
bool gdb_vfork_begin(GdbThread *);
void gdb_vfork_wait(GdbThread *);

/*
 * Around execve(2).  gdb_save: what gdb_resume() needs, in the new program;
 * its descriptors are inherited then.
 */
void gdb_exec_begin(GdbThread *);
size_t gdb_save(GdbThread *, void *buf);
void gdb_exec_failed(GdbThread *);

/* The process is about to end, with a status or by a signal. */
void gdb_exit(GdbThread *, int status);
void gdb_killed(GdbThread *, int signo);

#endif
