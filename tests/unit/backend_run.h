/*
 * Runs IR through a backend and through the interpreter, from the same state,
 * and compares what the guest could see.
 */
#ifndef TESTS_BACKEND_RUN_H
#define TESTS_BACKEND_RUN_H

#include <stdbool.h>
#include <stdint.h>
#include "backend/backend.h"
#include "core/interp.h"

enum {
    RUN_GUEST_BASE = 0x30000000, /* guest memory, there and guest_base on */
    RUN_GUEST_BYTES = 1 << 14,
    RUN_STATE_BYTES = 2048,
};

/* What a run left. */
typedef struct RunResult {
    InterpExit how;
    uint64_t target; /* of a goto, call or ret; the reason of an exit */
    uint64_t slot;
    uint64_t ret_pc;
    uint8_t state[RUN_STATE_BYTES];
    uint8_t memory[RUN_GUEST_BYTES];
    uint8_t fflags;
} RunResult;

typedef struct RunStart {
    uint8_t state[RUN_STATE_BYTES];
    uint8_t memory[RUN_GUEST_BYTES];
    uint8_t mode, fflags; /* see FpEnv */
} RunStart;

typedef struct Runner Runner;

Runner *runner_new(const BackendConfig *, const IR *, size_t buffer_bytes);
void runner_free(Runner *);
/* The IR has gone through liveness. */
CompileStatus runner_run(Runner *, IR *, const RunStart *, RunResult *);

/*
 * Piece by piece: adds a block to those in the buffer, enters code. The cpu
 * keeps its state; runner_start() sets it.
 */
CompileStatus runner_add(Runner *, IR *, CompiledBlock *);
void runner_start(Runner *, const RunStart *);
const uint8_t *runner_rx(const Runner *, uint32_t offset);
int runner_enter(Runner *, const void *code);
CPUState *runner_cpu(Runner *);
/* Entries of the return stack. */
unsigned runner_returns(const Runner *);
BackendContext *runner_context(Runner *);
/* Jumps of slot k of the block at `from` go to the block at `to`. */
void runner_link(Runner *, const CompiledBlock *from, unsigned k,
                 const CompiledBlock *to);

/* The code of the last block, for a debugger's eyes. */
const uint8_t *runner_code(const Runner *, size_t *size);

void interp_reference(const IR *, const RunStart *, RunResult *);

#endif
