/*
 * The page: page.html with style, script and data in their places.  What it
 * needs is in it, so that it can be read without a network.
 */
#ifndef TOOLS_EXPLORE_PAGE_H
#define TOOLS_EXPLORE_PAGE_H

#include <stdio.h>

/* data: JSON, see write_data.h. */
void page_write(FILE *, const char *data);

#endif
