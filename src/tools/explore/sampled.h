/*
 * Profiles that tcg -profile has written: what they say of one program
 * or library, by the addresses that its file has.
 */
#ifndef TOOLS_EXPLORE_SAMPLED_H
#define TOOLS_EXPLORE_SAMPLED_H

#include "disas/elf_file.h"
#include "tools/explore/profile.h"

/* Is the file one of those? */
bool sampled_is_profile(const char *path);

/*
 * Samples in code that is mapped from a file of the name that elf_path has, in
 * any folder; by weight.  False with a message that starts with the path.
 */
bool sampled_read(Profile *, const char *path, const ElfFile *elf,
                  const char *elf_path, char *msg, size_t size);

#endif
