/*
 * Inside the pass that skips rounds of loops: skip.c decides and lays out,
 * skip_count.c sees how far tests of counters let a loop go, skip_lanes.c does
 * so for tests of what is loaded, by vector ops, and skip_round.c does the
 * last of the rounds that are skipped.
 */
#ifndef OPT_SKIP_H
#define OPT_SKIP_H

#include "opt/loop.h"

enum {
    SKIP_VECTOR_BYTES = 32,
    SKIP_WORD_LOG2 = 3,
    SKIP_STREAMS = 4,
    SKIP_LOADS = 8, /* in a round; a step has up to 4 for each: */
    SKIP_SIDES = 4 * SKIP_LOADS,
};

/* The bytes that rounds load by a global, as offsets from it. */
typedef struct Stream {
    TempId base;
    int64_t low, high;
} Stream;

typedef struct Skip {
    IR *ir;
    Loop loop;
    unsigned size_log2; /* bytes of what a load loads: of a lane */
    bool is_signed;     /* loads of less than 64 bits extend the sign */
    unsigned vectors;   /* of each stream, in one step */
    unsigned rounds;    /* of the loop, in one step */
    unsigned nb_streams;
    Stream stream[SKIP_STREAMS];
    LabelId back; /* the jump back: nothing is skipped */
    unsigned nb_sides;
    LabelId side[SKIP_SIDES]; /* of loads, which lead to back */
    TempId made[LOOP_NODES];  /* temps that hold nodes, 0: none yet */
} Skip;

static inline int64_t skip_size(const Skip *s)
{
    return 1 << s->size_log2;
}

/*
 * For each kind of test: whether its file can deal with it, and code for all
 * tests of this kind.  Tests of counters may go to s->back, and yield a mask
 * of the step's bytes with ones in a round that would not stay, in the first
 * one at least; tests of loads yield one with ones in all such rounds.
 */
bool skip_can_count(const Skip *, const Test *);
TempId skip_emit_counts(Skip *, TempId mask);
bool skip_has_lanes(const Skip *, const Test *);
TempId skip_emit_lanes(Skip *);

/*
 * The state after so many rounds, 1 or more, given by the bytes that a stream
 * advances (0: by all of the step), or to s->back with nothing changed.
 */
void skip_emit_rounds(Skip *, TempId bytes);

/* If the condition holds, nothing is skipped. */
void skip_emit_back_if(Skip *, TempId a, TempId b, Cond);
/* a + value, as a new temp where it need be. */
TempId skip_emit_sum(Skip *, TempId a, int64_t value);
/* A load that goes to s->back if it faults. */
void skip_emit_load(Skip *, Type, TempId out, TempId addr, int64_t offset,
                    MemOp);

#endif
