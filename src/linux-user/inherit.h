/*
 * What a guest program hands to the program that it executes, where the
 * host's kernel does not do it: limits of memory, MDWE, seccomp.  It goes through
 * a memory file whose descriptor an environment variable tells; both are gone
 * when the new program starts.
 */
#ifndef LINUX_USER_INHERIT_H
#define LINUX_USER_INHERIT_H

#include "linux-user/process.h"

/*
 * Makes the file if there is anything to hand on; close_fd, unless -1, is a
 * descriptor that the new program has only to be opened by.  Returns its descriptor
 * with the variable in `variable`, or -1.
 */
enum { INHERIT_VARIABLE_SIZE = 32 };
int inherit_save(Task *t, int close_fd, char variable[INHERIT_VARIABLE_SIZE]);

/* At the start: takes the variable out of envp; the descriptor or -1. */
int inherit_take(char **envp);
/* Before the guest runs; closes fd. */
void inherit_load(Task *t, int fd);

#endif
