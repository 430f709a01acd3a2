/*
 * The world of tests of the backend's code: blocks over two globals, one in a
 * register, one in memory, and the pc.
 */
#ifndef BACKEND_WORLD_H
#define BACKEND_WORLD_H

#include "backend_run.h"
#include "core/gen.h"

enum { PC_OFFSET = 256, OFFSET_X = 0, OFFSET_Y = 8 };

typedef struct World {
    IR *ir;
    Runner *runner;
    TempId x, y;    /* I64; x is pinned */
    RunStart start; /* for runner_start() */
} World;

/* A helper: v + 1; it reads the guest state. */
extern const Helper world_helper;

void world_open(World *, bool no_ret_stack);
void world_close(World *);
/* The I64 at the offset of the guest state. */
uint64_t world_state(World *, unsigned offset);

/* Starts a block, at 0x1000; compiles it, unoptimised but for liveness. */
void world_begin(World *);
CompiledBlock world_end(World *);
/* Adds x += n to the block. */
void world_add_to_x(World *, int64_t n);

/* Runs the block; see Backend.enter. */
int world_enter(World *, const CompiledBlock *);
/* The slot that it was left by. */
uint32_t world_slot_of_exit(World *);
/* The block's code, as it runs. */
const uint8_t *world_code(World *, const CompiledBlock *);

#endif
