/* Advice to the kernel about memory that is about to be filled: fewer page
   faults. Not following it is no error; the content stays. */
#ifndef UTIL_PAGES_H
#define UTIL_PAGES_H

#include <stddef.h>

enum { HUGE_PAGE_BYTES = 2 << 20 };

/* Gives all pages that [start, start + size) touches their memory in one call
   (Linux 5.14). */
void pages_prefault(void *start, size_t size);

/* Huge pages for whole aligned HUGE_PAGE_BYTES of [start, start + size). */
void pages_want_huge(void *start, size_t size);

#endif
