/* tcg-irdump on a guest program: its code as IR. */
#ifndef TOOLS_IR_DUMP_ELF_H
#define TOOLS_IR_DUMP_ELF_H

#include <stdio.h>
#include "tools/ir/program.h"

typedef struct ElfDump {
    const char *start;   /* address or symbol; NULL: the whole program */
    uint64_t max_blocks; /* at most so many */
    uint32_t max_insns;  /* in a block */
    bool beside;         /* before and after optimisation */
    bool json;
    bool regions; /* what the hot tier would make, not blocks */
    FILE *text;   /* NULL: not wanted */
    FILE *binary; /* .tcgir; NULL: not wanted */
} ElfDump;

typedef struct ElfDumpCounts {
    uint64_t functions, blocks, insns;
} ElfDumpCounts;

/*
 * Writes what is wanted; false with a message, if start is not in the
 * program's code.
 */
bool dump_elf(const Program *, const char *path, const ElfDump *,
              ElfDumpCounts *, char *msg, size_t size);

#endif
