/*
 * Blocks of IR compiled for a host, with what is needed to show how: where
 * each op's code begins, and what the allocator did.
 */
#ifndef TOOLS_IR_COMPILE_H
#define TOOLS_IR_COMPILE_H

#include "backend/backend.h"
#include "opt/opt.h"

typedef struct Compiler {
    const Backend *backend;
    BackendContext *ctx;
    CodeBuf buf;
    size_t runtime_bytes; /* at the start of buf */
    BackendTrace trace;
    TraceEvent *events; /* of the last block, if they were asked for */
    size_t nb_events, room;
} Compiler;

/*
 * A level of the host's, "native" or "plain", with "-FEATURE" and "+FEATURE"
 * behind, separated by commas, to the config.  Returns NULL, or the first part
 * that is not understood.
 */
const char *host_cpu(const Backend *, const char *text, BackendConfig *);

/*
 * For IR with ir's globals and helpers; the config's trace is the compiler's
 * own.  False: memory cannot be had.  The compiler must not move.
 */
bool compiler_init(Compiler *, const Backend *, BackendConfig, const IR *ir,
                   bool events);
void compiler_free(Compiler *);

/* IR that has been optimised.  Blocks follow each other in the buffer. */
CompileStatus compiler_run(Compiler *, IR *, CompiledBlock *);
/* Forgets all blocks. */
void compiler_reset(Compiler *);

#endif
