/*
 * The call tree of a profile: a node for each way by which a function was
 * called, with the weight of the samples in it and below.
 */
#ifndef PROFILE_TREE_H
#define PROFILE_TREE_H

#include <stdio.h>
#include "profile/unwind.h"

typedef struct Node {
    const char *function, *module;
    uint64_t self, total; /* weights */
    unsigned depth;       /* of the root: 0 */
    struct Node *parent, *child, *next;
} Node;

/* A source line, or a function whose lines are not known. */
typedef struct LineCount {
    const char *function, *file;
    int line;
    uint64_t weight;
    struct LineCount *next;
} LineCount;

enum { LINE_BUCKETS = 1 << 12 };

typedef struct Tree {
    Node *root;
    LineCount *lines[LINE_BUCKETS];
    uint64_t place[3]; /* weights by ProfilePlace */
    uint64_t unit;     /* nanoseconds of a weight of 1 */
    uint64_t nb_samples;
    unsigned nb_threads, nb_processes;
    char *program;      /* of the first process */
    Unwinder *unwinder; /* whose texts these are */
} Tree;

/* Which samples; 0: all. */
typedef struct TreeFilter {
    int pid, tid;
} TreeFilter;

/* False with a message. */
bool tree_read(Tree *, const char *path, const TreeFilter *, char *msg,
               size_t size);
void tree_free(Tree *);

/* Of a node and those below, the deepest level below it. */
unsigned tree_height(const Node *);

/* A line a stack, as flamegraph.pl and speedscope take it. */
void tree_print_folded(const Tree *, FILE *);
/* Tables of the hottest functions and lines, `limit` of each. */
void tree_print_table(const Tree *, FILE *, unsigned limit);
/* A flame graph that needs nothing else. */
void tree_print_svg(const Tree *, FILE *);

#endif
