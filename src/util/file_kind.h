/* What a file is that is no program, for messages. */
#ifndef UTIL_FILE_KIND_H
#define UTIL_FILE_KIND_H

#include <stddef.h>

/*
 * Of its first n bytes, which are all if they are less than an ELF header has;
 * not for those that begin as a whole ELF file does.
 */
const char *file_kind(const void *head, size_t n);

#endif
