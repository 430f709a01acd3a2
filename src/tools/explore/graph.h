/*
 * Where blocks of a function begin, and where control goes from each.
 *
 * Found as the translator finds them: what the start leads to, by slots; then
 * what is left over (reached by an indirect jump, or not at all), from its
 * first instruction on.
 */
#ifndef TOOLS_EXPLORE_GRAPH_H
#define TOOLS_EXPLORE_GRAPH_H

#include "tools/explore/json.h"
#include "tools/explore/pipeline.h"

typedef struct Graph {
    Function function;
    uint8_t *place;   /* GRAPH_*, for each address of the function */
    uint64_t *blocks; /* where they begin, ordered */
    size_t nb_blocks;
} Graph;

enum { GRAPH_INSN = 1, GRAPH_BLOCK = 2, GRAPH_DONE = 4, GRAPH_COVERED = 8 };

void graph_make(Graph *, Pipeline *, Function);
void graph_free(Graph *);

/*
 * [{pc, end, exits: [[kind, target or -1, name]]}]: basic blocks.  Kinds:
 * next, jump, call, back (where a call returns to), indirect, return, exit.
 */
void graph_write(Json *, const char *key, const Graph *, Pipeline *);

#endif
