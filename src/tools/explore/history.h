/*
 * The ops of one translation through all passes.
 *
 * Each op has an identity, its index in `ops`.  An op that a pass leaves as it
 * is keeps it; one that it changes, as far as can be told from texts, is a new
 * one that says which it was.  nop and insn_start are not among them.
 */
#ifndef TOOLS_EXPLORE_HISTORY_H
#define TOOLS_EXPLORE_HISTORY_H

#include "core/ir.h"

#define NO_OP UINT32_MAX
#define NO_PC UINT64_MAX

typedef struct HistoryOp {
    char *text;
    uint64_t pc;  /* of the guest instruction that it is for, or NO_PC */
    uint32_t was; /* the op that it was before the pass, or NO_OP */
    uint16_t opc;
} HistoryOp;

typedef struct HistoryStage {
    const char *pass; /* that has just run; "frontend" */
    uint32_t *ids;
    uint32_t count;
} HistoryStage;

enum { MAX_STAGES = 24 };

typedef struct History {
    HistoryOp *ops;
    uint32_t nb_ops, room;
    HistoryStage stage[MAX_STAGES];
    unsigned nb_stages;
    uint32_t *index; /* of the last stage: identity of each of IR.ops */
} History;

/* An OptWatch's function; opaque is the History, zeroed at first. */
void history_note(void *opaque, const IR *, const char *pass);
void history_free(History *);

#endif
