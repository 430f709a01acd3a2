/* Blocks of a guest program as text and as JSON. */
#ifndef TOOLS_IR_PRINT_H
#define TOOLS_IR_PRINT_H

#include <stdio.h>
#include "core/serialize.h"
#include "tools/ir/listing.h"
#include "tools/ir/program.h"

/* A block and its ops, before and, if they are wanted, after optimisation. */
typedef struct BlockView {
    const Program *program;
    IRHead head;
    const Listing *before, *after; /* after: NULL, not wanted */
    const char *region;            /* lines of ir_dump_region() */
} BlockView;

/*
 * The text form of the IR (core/dump.h), instructions as comments: it can be
 * read back.
 */
void print_text(FILE *, const BlockView *);
/* Before and after side by side, to be looked at. */
void print_beside(FILE *, const BlockView *);

/* "addi sp,sp,-16" with names of targets; returns buf. */
const char *print_insn(const Program *, uint64_t pc, char *buf, size_t size);

/*
 * One JSON value: {"file", "guest", "functions": [{"name", "pc", "bytes",
 * "blocks": [...]}]}; see docs/tools.md.  Calls nest as the value does.
 */
typedef struct JsonOut {
    FILE *f;
    bool comma; /* something stands in front, in what is open */
} JsonOut;

void json_begin(JsonOut *, const Program *, const char *path);
void json_begin_function(JsonOut *, const Program *, Function);
void json_block(JsonOut *, const BlockView *);
void json_end_function(JsonOut *);
void json_end(JsonOut *);

#endif
