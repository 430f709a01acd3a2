#include "backend_world.h"
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include "opt/opt.h"

static const char *const hot[] = {"x", NULL};

static int64_t plus_one(int64_t v)
{
    return v + 1;
}

const Helper world_helper = {"plus_one", plus_one, TYPE_I64, 1, {TYPE_I64},
                             HELPER_READS_STATE};
static const Helper *const helpers[] = {&world_helper, NULL};

void world_open(World *w, bool no_ret_stack)
{
    BackendConfig cfg = {.max_pinned_int = -1,
                         .max_pinned_fp = -1,
                         .max_scratch = -1,
                         .no_ret_stack = no_ret_stack,
                         .pc_offset = PC_OFFSET,
                         .hot = hot};

    memset(w, 0, sizeof(*w));
    w->ir = ir_new();
    w->x = ir_global(w->ir, TYPE_I64, OFFSET_X, "x");
    w->y = ir_global(w->ir, TYPE_I64, OFFSET_Y, "y");
    ir_global(w->ir, TYPE_I64, PC_OFFSET, "pc");
    w->ir->helpers = helpers;
    w->runner = runner_new(&cfg, w->ir, 1 << 20);
    runner_start(w->runner, &w->start);
}

void world_close(World *w)
{
    runner_free(w->runner);
    ir_free(w->ir);
}

uint64_t world_state(World *w, unsigned offset)
{
    uint64_t v;

    memcpy(&v, runner_cpu(w->runner)->guest + offset, 8);
    return v;
}

void world_begin(World *w)
{
    ir_reset(w->ir);
    gen_insn_start(w->ir, TYPE_I64, 0x1000);
}

void world_add_to_x(World *w, int64_t n)
{
    gen_add(w->ir, TYPE_I64, w->x, w->x, ir_i64(w->ir, n));
}

CompiledBlock world_end(World *w)
{
    CompiledBlock block;

    opt_run(w->ir, OPT_NONE, &opt_any_target);
    assert_int_equal(runner_add(w->runner, w->ir, &block), COMPILE_OK);
    return block;
}

int world_enter(World *w, const CompiledBlock *b)
{
    return runner_enter(w->runner, runner_rx(w->runner, b->offset));
}

uint32_t world_slot_of_exit(World *w)
{
    const CPUState *cpu = runner_cpu(w->runner);

    return ((const ExitRecord *)(uintptr_t)cpu->exit_site)->slot;
}

const uint8_t *world_code(World *w, const CompiledBlock *b)
{
    return runner_rx(w->runner, b->offset);
}
