/* The generic half of a backend: what a host's Backend is made of. */
#ifndef BACKEND_BACKEND_INT_H
#define BACKEND_BACKEND_INT_H

#include "backend/adapter.h"

struct BackendContext {
    const HostDesc *desc;
    Host *host;
    BackendConfig cfg;
    Convention conv;
    RegAlloc ra;
    BlockBuild build;
    Row *rows;
    const Row *row_of[OP_COUNT][TYPE_COUNT];
    Adapter adapter;                  /* of the region in hand */
    const Op *exit_at[IR_MAX_LABELS]; /* region: goto_tb behind a label */
    bool fused[IR_MAX_LABELS];        /* the label's goto_tb is in its brcond */
};

/*
 * Chooses rows for a host with `features` and fixes the convention. host is
 * the caller's, and stays so.
 */
BackendContext *context_new(const HostDesc *, Host *, uint32_t features,
                            const BackendConfig *, const IR *);
void context_free(BackendContext *);

CompileStatus context_compile(BackendContext *, IR *, CodeBuf *,
                              CompiledBlock *);

#endif
