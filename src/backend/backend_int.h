/* The generic half of a backend: what a host's Backend is made of. */
#ifndef BACKEND_BACKEND_INT_H
#define BACKEND_BACKEND_INT_H

#include "backend/adapter.h"

enum { MAX_SIDES = IR_MAX_LABELS };

/* A side, as what leads there leaves it. */
typedef struct SideState {
    Fork fork;
    PcRow *row; /* of the op that faults, NULL: it is a branch */
} SideState;

struct BackendContext {
    const HostDesc *desc;
    Host *host;
    BackendConfig cfg;
    Convention conv;
    RegAlloc ra;
    BlockBuild build;
    uint32_t features;
    bool has_rows; /* those below are filled in */
    Row *rows;
    const Row *(*row_of)[OP_COUNT][TYPE_COUNT]; /* of each FP policy */
    Adapter adapter;                            /* of the region in hand */
    const Op *exit_at[IR_MAX_LABELS];           /* region: see find_exits() */
    bool returned_to[IR_MAX_LABELS]; /* region: by a call's inner slot */
    bool fused[IR_MAX_LABELS];       /* the label's goto_tb is in its brcond */
    SideState *side[IR_MAX_LABELS];  /* the label is that of a side, or NULL */
    SideState sides[MAX_SIDES];
    unsigned nb_sides;
    SideState *guard; /* on_fault: of the next op, or NULL */
};

/*
 * Chooses rows for a host with `features` and fixes the convention. host is
 * the caller's, and stays so.
 */
/* NULL: no memory. */
BackendContext *context_new(const HostDesc *, Host *, uint32_t features,
                            const BackendConfig *, const IR *);
void context_free(BackendContext *);

bool context_pinned(const BackendContext *, unsigned i, TempId *, int *reg);
CompileStatus context_compile(BackendContext *, IR *, CodeBuf *,
                              CompiledBlock *);

#endif
