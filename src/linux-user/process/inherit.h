/*
 * What a guest program hands to the program that it executes, where the
 * host's kernel does not do it: limits of memory, MDWE, seccomp.  It goes
 * through a memory file whose descriptor an environment variable tells; both
 * are gone when the new program starts.
 */
#ifndef LINUX_USER_INHERIT_H
#define LINUX_USER_INHERIT_H

#include "linux-user/task/process.h"

/* What the program is, if not what its path says. */
typedef struct InheritedProgram {
    int32_t fd; /* -1: what its path says */
    bool names; /* the file's name is that of the thread, too */
} InheritedProgram;

/*
 * Makes the file if there is anything to hand on: *out is its descriptor, the
 * variable in `variable`; else -1.  0 or -errno.
 */
enum { INHERIT_VARIABLE_SIZE = 32 };
long inherit_save(Task *t, const InheritedProgram *program, int *out,
                  char variable[INHERIT_VARIABLE_SIZE]);

/* At the start: takes the variable out of envp; the descriptor or -1. */
int inherit_take(char **envp, InheritedProgram *program);
/* Before the guest runs; closes fd. */
void inherit_load(Task *t, int fd);

#endif
