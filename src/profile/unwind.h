/*
 * From samples to stacks of functions: symbols, source lines and call frame
 * information of the guest's files, by way of elfutils.
 */
#ifndef PROFILE_UNWIND_H
#define PROFILE_UNWIND_H

#include <stdbool.h>
#include "linux-user/debug/profile_file.h"

enum { MAX_FRAMES = 512 };

/* A function of a stack; text lives as long as the Unwinder. */
typedef struct Frame {
    const char *function; /* "[system call write]" and the like, too */
    const char *module;   /* its file's name, or "" */
    const char *file;     /* source; NULL: not known */
    int line;
} Frame;

typedef struct Unwinder Unwinder;

Unwinder *unwinder_new(void);
void unwinder_free(Unwinder *);

/* The mappings that samples from now on refer to, of a program of the guest. */
void unwinder_set_maps(Unwinder *, const char *guest, const char *maps);
/*
 * The frames of a sample, the innermost first; the number of them, at least 1.
 * Only the innermost has file and line.
 */
unsigned unwinder_run(Unwinder *, const ProfileSample *, Frame[MAX_FRAMES]);

#endif
