/* The source files of a function's instructions, as JSON. */
#ifndef TOOLS_EXPLORE_WRITE_SOURCE_H
#define TOOLS_EXPLORE_WRITE_SOURCE_H

#include "tools/explore/json.h"
#include "tools/explore/source.h"

typedef struct SourceFile {
    const char *name;
    int first, last; /* lines that instructions are of */
} SourceFile;

typedef struct SourceFiles {
    SourceFile *at;
    size_t count;
} SourceFiles;

/* Members of an instruction: file, its index or -1, and line. */
void source_files_note(SourceFiles *, Json *, Source *, uint64_t pc);
/*
 * The member files.  Text is there as far as the files can be read: what lies
 * between their lines, and a few around.
 */
void source_files_write(const SourceFiles *, Json *);
void source_files_free(SourceFiles *);

#endif
