/*
 * Fourth stage: how to tell patterns apart.
 *
 * A decision tree switches on bits that every pattern still possible fixes:
 * of the contiguous runs of such bits, the one that makes most cases. A leaf
 * is a member of the group; what it fixes beyond the switches on the way to
 * it is tested by the emitter.
 *
 * Two patterns in exclusive context are an error if at some point no bit
 * that all candidates fix takes different values.
 */
#ifndef DECODE_TREE_H
#define DECODE_TREE_H

#include "model.h"

typedef struct Case {
    Bits value; /* of the run, shifted down */
    Tree *tree;
} Case;

struct Tree {
    Node *leaf; /* NULL: an inner node */
    int shift;  /* inner: switch on (insn >> shift) & run */
    Bits run;
    VEC(Case) cases;
};

/* NULL if the group has no members. `known`: bits tested before. */
Tree *tree_build(const Spec *spec, const Node *group, Bits known);

/* How the length of a variable-width instruction is found. */
typedef struct SizeTree SizeTree;

typedef struct SizeCase {
    Bits value;
    SizeTree *tree;
} SizeCase;

struct SizeTree {
    int bytes;           /* loaded when the switch below is reached */
    Bits mask;           /* 0: `bytes` is the whole instruction */
    VEC(SizeCase) cases; /* by insn & mask */
};

/* NULL if there are no patterns. Requires the nodes' masks and widths. */
SizeTree *tree_build_sizes(const Spec *spec);

#endif
