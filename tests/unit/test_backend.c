/*
 * Random IR on the backend and on the interpreter, under settings that leave
 * out features or registers.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <cmocka.h>
#include <stdlib.h>
#include "backend_run.h"
#include "core/dump.h"
#include "core/gen.h"
#include "core/names.h"
#include "core/verify.h"
#include "disas/host.h"
#include "opt/opt.h"
#include "random_ir.h"

enum { RUN_PC = 1000, PROGRAMS = 1500 };

static uint64_t helper_mix(uint64_t a, uint64_t b, uint32_t c, uint64_t d,
                           uint64_t e, uint64_t f)
{
    return a * 3 + b * 5 + c * 7 + d * 11 + e * 13 + f;
}

static uint32_t helper_narrow(uint32_t a)
{
    return ~a;
}

static const Helper mix = {
    .name = "mix",
    .fn = (void *)helper_mix,
    .ret = TYPE_I64,
    .nb_args = 6,
    .args = {TYPE_I64, TYPE_I64, TYPE_I32, TYPE_I64, TYPE_I64, TYPE_I64},
    .flags = HELPER_READS_STATE};
static const Helper narrow = {.name = "narrow",
                              .fn = (void *)helper_narrow,
                              .ret = TYPE_I32,
                              .nb_args = 1,
                              .args = {TYPE_I32},
                              .flags = HELPER_PURE};
static const Helper *const helpers[] = {&mix, &narrow, NULL};

/* Half of the globals of each type have a register, if there are enough. */
static const char *const hot[] = {"i64_0", "i32_0", "f64_0", "f32_0",
                                  "v128_0", "v128_1",
                                  "i64_1", "i64_2", "f64_1", "i32_1",
                                  "f64_2", "f64_3", NULL};

static bool plain_op(Opcode opc)
{
    return opc != OP_fcanon && opc != OP_plugin_cb && opc != OP_plugin_mem_cb;
}

static bool unboxed_op(Opcode opc)
{
    return plain_op(opc) && opc != OP_fbox && opc != OP_funbox;
}

static void fill(RandomIR *r, void *p, size_t bytes)
{
    for (size_t i = 0; i < bytes; i += 8) {
        uint64_t v = random_value(r);
        memcpy((char *)p + i, &v, 8);
    }
}

static bool same(const RunResult *a, const RunResult *b)
{
    return a->how == b->how && a->target == b->target && a->slot == b->slot &&
           a->ret_pc == b->ret_pc && a->fflags == b->fflags &&
           memcmp(a->state, b->state, RANDOM_STATE_BYTES - 32) == 0 &&
           memcmp(a->memory, b->memory, sizeof(a->memory)) == 0;
}

/* The two slots of a call are not the same, and addresses are even. */
static void mend_end(IR *ir)
{
    Op last = ir->ops[ir->nb_ops - 1];

    if (last.opc == OP_call_tb) {
        last.arg[0] = 0;
        last.arg[2] = 1;
    }
    ir->nb_ops--;
    if (op_ins(&last)) {
        TempId even = ir_temp(ir, TYPE_I64);
        gen_and(ir, TYPE_I64, even, (TempId)last.arg[0], ir_i64(ir, -2));
        last.arg[0] = even;
    }
    *ir_emit(ir, (Opcode)last.opc, (Type)last.type) = last;
}

static void say(const IR *ir, const Runner *runner, const RunResult *want,
                const RunResult *got)
{
    size_t size;
    const uint8_t *code = runner_code(runner, &size);

    ir_dump(stderr, ir);
    fprintf(stderr,
            "how %d %d target %lx %lx slot %lu %lu ret %lx %lx "
            "fflags %x %x\n",
            want->how, got->how, want->target, got->target, want->slot,
            got->slot, want->ret_pc, got->ret_pc, want->fflags, got->fflags);
    for (unsigned i = 0; i < RANDOM_STATE_BYTES; i += 4) {
        uint32_t a, b;
        memcpy(&a, want->state + i, 4);
        memcpy(&b, got->state + i, 4);
        if (a != b) {
            fprintf(stderr, "state+%u: %08x, not %08x\n", i, a, b);
        }
    }
    host_disas(stderr, code, 0, size, (uintptr_t)code,
               &(HostNames){.machine = backend_at(0)->elf_machine});
}

/* Some EBB temps become TB temps, which may do all that those do. */
static void mix_temps(IR *ir)
{
    for (TempId t = ir->nb_globals; t < ir->nb_temps; t++) {
        if (ir->temps[t].kind == TEMP_EBB && t % 3 == 0) {
            ir->temps[t].kind = TEMP_TB;
        }
    }
}

/* One random program and the state that it starts from. */
static void make_program(RandomIR *r, unsigned number, RunStart *start)
{
    char msg[200];

    r->seed = number * 77 + 1;
    r->nb_ops = 1 + number % 60;
    random_ir(r);
    mend_end(r->ir);
    mix_temps(r->ir);
    if (!ir_verify(r->ir, msg, sizeof(msg))) {
        fail_msg("program %u: %s", number, msg);
    }
    fill(r, &start->state, RANDOM_ROOM);
    fill(r, &start->memory, sizeof(start->memory));
    start->mode = (uint8_t)random_below(r, 4);
    start->fflags = (uint8_t)random_below(r, 32);
}

/* Where the pc is, only a run that misses the jump cache writes. */
static bool run_both(Runner *runner, RandomIR *r, const RunStart *start,
                     OptConfig passes, bool no_ret_stack, bool show)
{
    static RunResult want, got;

    interp_reference(r->ir, start, &want);
    want.ret_pc = no_ret_stack ? 0 : want.ret_pc;
    opt_run(r->ir, passes, &opt_any_target);
    assert_int_equal(runner_run(runner, r->ir, start, &got), COMPILE_OK);
    memset(want.state + RUN_PC, 0, 8);
    memset(got.state + RUN_PC, 0, 8);
    if (!same(&want, &got) || show) {
        say(r->ir, runner, &want, &got);
    }
    return same(&want, &got);
}

/* BACKEND_PROGRAM=N in the environment: only that one, and show it. */
static void run_programs(const BackendConfig *base, unsigned types,
                         OptConfig passes)
{
    BackendConfig cfg = *base;
    RandomIR r = {.types = types,
                  .wanted = plain_op,
                  .guest_base = RUN_GUEST_BASE,
                  .guest_size = RUN_GUEST_BYTES};
    static RunStart start;
    const char *only = getenv("BACKEND_PROGRAM");
    unsigned first = only ? (unsigned)atoi(only) : 0;
    unsigned end = only ? first + 1 : PROGRAMS;

    r.ir = ir_new();
    r.ir->helpers = helpers;
    if (types & TYPES_V128) {
        r.ir->unboxed = true;
        r.wanted = unboxed_op;
    }
    random_globals(&r);
    cfg.hot = hot;
    cfg.pc_offset = RUN_PC;
    Runner *runner = runner_new(&cfg, r.ir, 1 << 20);
    for (unsigned i = first; i < end; i++) {
        make_program(&r, i, &start);
        if (!run_both(runner, &r, &start, passes, cfg.no_ret_stack, only)) {
            fail_msg("program %u", i);
        }
    }
    runner_free(runner);
    ir_free(r.ir);
}

#define ALL                                                                    \
    {                                                                          \
        .max_pinned_int = -1, .max_pinned_fp = -1, .max_scratch = -1           \
    }

static const BackendConfig usual = ALL;
static const BackendConfig plain = {.plain = true,
                                    .max_pinned_int = -1,
                                    .max_pinned_fp = -1,
                                    .max_scratch = -1};
static const BackendConfig unpinned = {.max_scratch = 3};
static const BackendConfig plain_unpinned = {.plain = true, .max_scratch = 3};
static const BackendConfig few = {.max_pinned_int = 3,
                                  .max_pinned_fp = 2,
                                  .max_scratch = 4,
                                  .no_ret_stack = true};

/* The same addresses of the guest, by another encoding. */
static const BackendConfig through_gs = {.max_pinned_int = -1,
                                         .max_pinned_fp = -1,
                                         .max_scratch = -1,
                                         .guest_base = 0x10000000};

/* WIDE: singles are not boxed. */
enum {
    INTS = TYPES_INT | TYPES_I128,
    SCALARS = INTS | TYPES_FP,
    WIDE = SCALARS | TYPES_V128,
};

#define CASE(name, config, types, passes)                                      \
    static void name(void **state)                                             \
    {                                                                          \
        (void)state;                                                           \
        run_programs(&config, types, passes);                                  \
    }

CASE(int_usual, usual, INTS, OPT_NONE)
CASE(int_plain, plain, INTS, OPT_NONE)
CASE(int_unpinned, unpinned, INTS, OPT_NONE)
CASE(int_plain_unpinned, plain_unpinned, INTS, OPT_NONE)
CASE(int_few, few, INTS, OPT_NONE)
CASE(scalar_usual, usual, SCALARS, OPT_NONE)
CASE(scalar_plain, plain, SCALARS, OPT_NONE)
CASE(scalar_unpinned, unpinned, SCALARS, OPT_NONE)
CASE(scalar_plain_unpinned, plain_unpinned, SCALARS, OPT_NONE)
CASE(scalar_gs, through_gs, SCALARS, OPT_ALL)
CASE(scalar_few, few, SCALARS, OPT_ALL)
CASE(wide_usual, usual, WIDE, OPT_NONE)
CASE(wide_plain, plain, WIDE, OPT_ALL)
CASE(wide_few, few, WIDE, OPT_ALL)

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(int_usual),
        cmocka_unit_test(int_plain),
        cmocka_unit_test(int_unpinned),
        cmocka_unit_test(int_plain_unpinned),
        cmocka_unit_test(int_few),
        cmocka_unit_test(scalar_usual),
        cmocka_unit_test(scalar_plain),
        cmocka_unit_test(scalar_unpinned),
        cmocka_unit_test(scalar_plain_unpinned),
        cmocka_unit_test(scalar_gs),
        cmocka_unit_test(scalar_few),
        cmocka_unit_test(wide_usual),
        cmocka_unit_test(wide_plain),
        cmocka_unit_test(wide_few),
    };

    cmocka_set_test_filter(getenv("BACKEND_TEST"));
    return cmocka_run_group_tests(tests, NULL, NULL);
}
