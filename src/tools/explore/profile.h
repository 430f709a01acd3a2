/*
 * Where a program spends its time: a text file of lines "ADDRESS COUNT", the
 * address in hexadecimal, as the program's own file has it.  Empty lines and
 * what follows a # are skipped.
 */
#ifndef TOOLS_EXPLORE_PROFILE_H
#define TOOLS_EXPLORE_PROFILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct Sample {
    uint64_t addr, count;
} Sample;

typedef struct Profile {
    Sample *samples; /* by address */
    size_t count;
} Profile;

/* Samples in any order; then, before one looks at it, profile_sort(). */
void profile_add(Profile *, Sample);
void profile_sort(Profile *);
/* False with a message that starts with the path. */
bool profile_read(Profile *, const char *path, char *msg, size_t size);
void profile_free(Profile *);
/* All counts in [start, end). */
uint64_t profile_between(const Profile *, uint64_t start, uint64_t end);

#endif
