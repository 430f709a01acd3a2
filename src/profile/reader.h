/* Reading what -profile wrote: record after record. */
#ifndef PROFILE_READER_H
#define PROFILE_READER_H

#include <stdbool.h>
#include <stddef.h>
#include "linux-user/debug/profile_file.h"

typedef struct ProfileReader {
    const char *data;
    size_t size, at;
} ProfileReader;

/* False with a message that starts with the path. */
bool profile_open(ProfileReader *, const char *path, char *msg, size_t size);
void profile_close(ProfileReader *);

/*
 * The next record, whole and ended by a NUL where text follows it; NULL at
 * the end, or where the file is cut off.
 */
const ProfileHead *profile_next(ProfileReader *);

/* Of a sample: its stack. */
static inline const char *profile_stack(const ProfileSample *s)
{
    return (const char *)(s->regs + s->nb_regs);
}

static inline size_t profile_stack_bytes(const ProfileSample *s)
{
    return s->head.bytes - sizeof(*s) - s->nb_regs * sizeof(s->regs[0]);
}

#endif
