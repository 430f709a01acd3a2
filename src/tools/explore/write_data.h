/*
 * All that a page shows, as JSON:
 *
 *   program, guest, host   names
 *   served     1: the page can ask for other functions (?f=ADDRESS)
 *   heat       all counts of the profile; 0: there is none
 *   no_host_text, no_source
 *              what the tool was built without, and how to get it, or ""
 *   reasons    texts of the allocator's reasons
 *   list       [[name, address, size, heat]] of all the program's functions,
 *              if it is served; else of those on the page
 *   nb_all     how many the program has
 *   functions  those on the page: see write_function.h
 */
#ifndef TOOLS_EXPLORE_WRITE_DATA_H
#define TOOLS_EXPLORE_WRITE_DATA_H

#include "tools/explore/choose.h"
#include "tools/explore/write_function.h"

typedef struct DataOptions {
    const char *program;
    bool served;
} DataOptions;

/*
 * Malloc'ed.  As many of the chosen functions as a page can bear, the first in
 * any case; *count: so many.
 */
char *write_data(const DataOptions *, Pipeline *, const Sources *,
                 const Choice *, size_t *count);

#endif
