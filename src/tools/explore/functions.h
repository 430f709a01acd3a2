/*
 * The functions of a program.  Where no symbol says where they begin (the file
 * is stripped), they begin where calls lead to.
 */
#ifndef TOOLS_EXPLORE_FUNCTIONS_H
#define TOOLS_EXPLORE_FUNCTIONS_H

#include "tools/explore/pipeline.h"

/* In the order of their addresses, malloc'ed. */
Function *functions_find(Pipeline *, size_t *count);

#endif
