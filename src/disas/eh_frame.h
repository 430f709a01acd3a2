/*
 * Where functions begin and end, as .eh_frame says: what is left of a file's
 * functions when its symbols have been stripped.
 */
#ifndef DISAS_EH_FRAME_H
#define DISAS_EH_FRAME_H

#include "disas/elf_file.h"

typedef struct CodeRange {
    uint64_t start, end; /* the file's own addresses; end 0: not known */
} CodeRange;

/*
 * One for each FDE whose code is in the file, in no order; malloc'ed, NULL if
 * there is none.  What is broken ends the list.
 */
CodeRange *eh_frame_ranges(const ElfFile *, size_t *count);

#endif
