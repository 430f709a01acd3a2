/*
 * What the allocator tells (backend/trace.h): the code is the same whether or
 * not it is asked to, and what it tells agrees with itself.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "core/serialize.h"
#include "random_ir.h"
#include "tools/ir/compile.h"

enum { PROGRAMS = 300, GUEST_BASE = 0x30000000, NOWHERE = -1 };

static const char *const hot[] = {"i64_0", "i32_0", "f64_0", "f32_0",
                                  "i64_1", "i64_2", NULL};

/* Where each temp is, as far as the events say. */
typedef struct Model {
    const IR *ir;
    int8_t home[IR_MAX_TEMPS]; /* a pinned register, or NOWHERE */
    int8_t reg[IR_MAX_TEMPS];
    unsigned nb_moves, nb_spills;
} Model;

static void model_init(Model *m, const Compiler *c, const IR *ir)
{
    TempId t;
    int reg;
    memset(m, 0, sizeof(*m));
    m->ir = ir;
    memset(m->home, NOWHERE, sizeof(m->home));
    memset(m->reg, NOWHERE, sizeof(m->reg));
    for (unsigned i = 0; c->backend->pinned(c->ctx, i, &t, &reg); i++) {
        m->home[t] = (int8_t)reg;
    }
}

static bool is_in(const Model *m, TempId t, int reg)
{
    return m->reg[t] == reg || m->home[t] == reg;
}

static void step(Model *m, const TraceEvent *e)
{
    const Temp *temp = &m->ir->temps[e->temp];
    switch (e->kind) {
    case TRACE_OCCUPY: m->reg[e->temp] = e->reg; break;
    case TRACE_FREE:
        assert_int_equal(m->reg[e->temp], e->reg);
        m->reg[e->temp] = NOWHERE;
        break;
    case TRACE_STORE:
        assert_true(e->why != TRACE_NONE_REASON);
        m->nb_spills += temp->kind == TEMP_EBB || temp->kind == TEMP_TB;
        break;
    case TRACE_MOVE:
        assert_true(e->why != TRACE_NONE_REASON);
        assert_true(e->why == TRACE_HOME_REASON || is_in(m, e->temp, e->from));
        m->nb_moves++;
        break;
    case TRACE_LOAD:
        assert_true(e->why != TRACE_NONE_REASON);
        assert_int_equal(m->reg[e->temp], NOWHERE);
        break;
    case TRACE_CONST: assert_true(temp->kind >= TEMP_FIXED); break;
    default: break;
    }
}

/* Ops and code only go on; each event is of the op in hand. */
static void check_events(Model *m, const Compiler *c, uint32_t size)
{
    const TraceEvent *last = NULL;
    for (size_t i = 0; i < c->nb_events; i++) {
        const TraceEvent *e = &c->events[i];
        assert_true(e->op < m->ir->nb_ops && e->offset <= size);
        assert_true(!last || e->offset >= last->offset);
        assert_true(!last || e->op >= last->op);
        assert_true(!last || e->op == last->op || e->kind == TRACE_OP);
        step(m, e);
        last = e;
    }
    assert_non_null(last);
    assert_int_equal(last->kind, TRACE_END);
}

static void compile(Compiler *c, IR *ir, CompiledBlock *block)
{
    compiler_reset(c);
    assert_int_equal(compiler_run(c, ir, block), COMPILE_OK);
}

static void random_config(RandomIR *r, IR *ir)
{
    *r = (RandomIR){.types = TYPES_INT | TYPES_FP,
                    .guest_base = GUEST_BASE,
                    .guest_size = 4096,
                    .ir = ir};
    random_globals(r);
}

static void run(BackendConfig cfg, bool spills)
{
    static Compiler with, without;
    static Model m;
    RandomIR r;
    unsigned moves = 0, stores = 0;
    IR *ir = ir_new();
    random_config(&r, ir);
    cfg.hot = hot;
    assert_true(compiler_init(&with, &x86_64_backend, cfg, ir, true));
    assert_true(compiler_init(&without, &x86_64_backend, cfg, ir, false));
    for (unsigned i = 0; i < PROGRAMS; i++) {
        CompiledBlock a, b;
        r.seed = i;
        r.nb_ops = 1 + i % 60;
        random_ir(&r);
        opt_run(ir, i % 2 ? OPT_ALL : OPT_NONE, &opt_any_target);
        compile(&with, ir, &a);
        compile(&without, ir, &b);
        assert_int_equal(without.nb_events, 0);
        assert_int_equal(a.size, b.size);
        assert_memory_equal(with.buf.rx + a.offset, without.buf.rx + b.offset,
                            a.size);
        model_init(&m, &with, ir);
        check_events(&m, &with, a.size);
        moves += m.nb_moves;
        stores += m.nb_spills;
    }
    assert_true(moves > PROGRAMS);
    assert_true(!spills || stores > PROGRAMS / 4);
    compiler_free(&with);
    compiler_free(&without);
    ir_free(ir);
}

static void test_usual(void **state)
{
    (void)state;
    run((BackendConfig){.max_pinned_int = -1,
                        .max_pinned_fp = -1,
                        .max_scratch = -1},
        false);
}

static void test_few_registers(void **state)
{
    (void)state;
    run((BackendConfig){.max_pinned_int = 2,
                        .max_pinned_fp = 1,
                        .max_scratch = 3},
        true);
}

static void test_processors(void **state)
{
    (void)state;
    BackendConfig cfg = {0};
    const Backend *be = backend_named("x86_64");
    assert_non_null(be);
    assert_null(backend_named("vax"));
    assert_null(host_cpu(be, "x86-64-v3,-fma,+avx512", &cfg));
    assert_null(host_cpu(be, "native", &cfg));
    assert_null(host_cpu(be, "plain", &cfg));
    assert_true(cfg.plain);
    assert_string_equal(host_cpu(be, "x86-64-v2,-vax,-fma", &cfg), "-vax,-fma");
    assert_string_equal(host_cpu(be, "fma", &cfg), "fma");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_usual),
        cmocka_unit_test(test_few_registers),
        cmocka_unit_test(test_processors),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
