/*
 * linux-user: programs of a guest's Linux on the host's.
 *
 * A guest program sees the system calls, signals and address space that a
 * Linux kernel for its processor would give it.  It cannot make the emulator
 * crash or abort: what it does wrong comes back as -errno or as a signal.
 */
#ifndef LINUX_USER_LINUX_USER_H
#define LINUX_USER_LINUX_USER_H

#include "exec/exec.h"
#include "gdbstub/gdbstub.h"
#include "linux-user/abi/abi.h"
#include "plugin/plugin.h"

typedef struct LinuxUserOptions {
    const char *name;    /* of the emulator, in messages */
    const char *program; /* path as the user gave it */
    int program_fd;      /* it, open already; -1: not */
    const char *execfn;  /* the path of a program that the kernel has
                            had us run, a script's if it is one, which
                            is the thread's name too; NULL: program */
    char **argv;         /* the guest's, argv[0] included */
    char **envp;         /* the guest's */
    const char *prefix;  /* -L; NULL: none */
    uint64_t stack_size; /* -s; 0: as RLIMIT_STACK has it */
    bool move_base;      /* guest_base nonzero even if not needed */
    bool has_guest_base; /* -B: it is to be */
    uint64_t guest_base;
    uint64_t space;      /* -R: the end of the guest's addresses; 0: as
                            on a machine of the guest's */
    const char *release; /* -r: the kernel's, for uname; NULL: the
                            host's */
    bool seeded;         /* -seed: AT_RANDOM's bytes come from */
    uint64_t seed;
    bool strace;
    bool strace_pid;        /* each line with its thread's id */
    const GdbListen *gdb;   /* -g; NULL: not debugged */
    const char *stats;      /* exec's statistics at the end: NULL, none;
                               "", a table on stderr; else the file for
                               them as JSON, in which %d is the pid */
    const char *self;       /* path of the emulator, for execve */
    char **self_options;    /* options that execve passes on, */
    char **foreign_options; /* to a program of another guest */
    /* The guest whose programs begin so: *name is what the emulator runs them
       by, as tcg-NAME; NULL: none whose Linux is known. */
    const GuestAbi *(*guest_of)(const void *head, size_t n, const char **name);
    const GuestAbi *abi;     /* the guest's */
    Plugins *plugins;        /* NULL: none */
    struct Profile *profile; /* -profile; NULL: none */
    int first_pid;           /* the process that the user has started, which
                                tells of names that nothing has; 0: it is
                                another */
    Log log;                 /* log.file: close-on-exec, may be stderr */
    ExecConfig exec;         /* code and guest_base are filled in */
} LinuxUserOptions;

/* Exit statuses of a shell. */
enum { EXIT_WRONG_USE = 1, EXIT_NOT_RUNNABLE = 126, EXIT_NOT_FOUND = 127 };

/* Can a guest's addresses end there? */
bool linux_user_space_ok(uint64_t end);

/*
 * Runs the program.  Returns only if it cannot be started: an exit status,
 * after one line on stderr.
 */
int linux_user_run(const LinuxUserOptions *options);

#endif
