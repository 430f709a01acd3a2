/*
 * A round of a loop as expressions (loop.c), for passes that change loops.
 *
 * The round is the shortest way from a label back to it by an inner slot, or
 * its last part where the region has several copies of the loop. It is given
 * as nodes over what the globals hold at its start: what it loads, the tests
 * that must hold for control to stay on this way, and what each global holds
 * when it ends. What always holds: a node's inputs have lower numbers; the
 * round does nothing but compute, load and branch; each value is an I64.
 */
#ifndef OPT_LOOP_H
#define OPT_LOOP_H

#include "core/ir.h"

typedef uint16_t NodeId;

typedef enum NodeKind {
    NODE_CONST,  /* value */
    NODE_LINEAR, /* the global `base` at the head, plus value */
    NODE_LOAD,   /* of the guest's memory at in[0], which is linear, + value */
    NODE_OP,     /* an op without effects, of in[] and constants */
} NodeKind;

typedef struct Node {
    uint8_t kind;  /* NodeKind */
    bool of_load;  /* depends on what a load yields */
    TempId base;   /* LINEAR */
    int64_t value; /* CONST, LINEAR, LOAD */
    MemOp memop;   /* LOAD */
    Op op;         /* OP: for its opcode and constants */
    NodeId in[2];  /* OP, LOAD */
} Node;

/* The round goes on while a `stay` b. */
typedef struct Test {
    Cond stay;
    NodeId a, b;
} Test;

typedef struct Var {
    TempId temp;
    NodeId now; /* its value at the end */
    bool written;
} Var;

enum { LOOP_NODES = 64, LOOP_TESTS = 8, LOOP_VARS = 48 };

typedef struct Loop {
    const IR *ir;
    uint32_t head, back; /* ops: the label, and the goto_tb to it */
    unsigned nb_nodes, nb_tests, nb_vars;
    Node node[LOOP_NODES];
    Test test[LOOP_TESTS];
    Var var[LOOP_VARS];
} Loop;

/* The loop at the label; false: none that this can express. */
bool loop_find(Loop *, const IR *, LabelId head);

/* What a round adds to a global; false: that is not always the same. */
bool loop_step(const Loop *, TempId global, int64_t *step);

#endif
