/*
 * Loops of which the optimiser skips rounds, at random: what they load, by
 * which counters and tests they end. Each runs in the reference interpreter as
 * it is and as the optimiser leaves it, from the same states, over memory of
 * two pages with none around; both must come to the same end: the exit or the
 * fault, its address and instruction, and all globals.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "core/dump.h"
#include "core/gen.h"
#include "core/interp.h"
#include "core/verify.h"
#include "opt/opt.h"
#include "random_ir.h"

enum {
    PAGE = 4096,
    MEMORY = 0x10000,
    MEMORY_BYTES = 2 * PAGE,
    GLOBALS = 12,
    STREAMS = 3,
    FIRST_RESULT = STREAMS, /* globals that loads and ops write */
    COUNTER = 6,
    INVARIANT = 7,          /* and those after it */
    LOOPS = 300,
    STARTS = 40,
    LONG = 100,             /* rounds; so many long runs there must be: */
    MIN_LONG = 500,
    PC = 0x1000,
};

typedef struct Maker {
    RandomIR random; /* for its numbers */
    IR *ir;
    TempId global[GLOBALS];
    unsigned size_log2;
    bool is_signed, counted;
    TempId loaded[STREAMS];
    unsigned nb_loaded, nb_insns, nb_exits;
    LabelId exit[IR_MAX_SLOTS];
} Maker;

typedef struct World {
    uint8_t memory[MEMORY_BYTES];
    uint64_t state[GLOBALS];
} World;

typedef struct End {
    InterpExit exit;
    uint64_t slot, insn_pc, fault_addr;
    uint64_t state[GLOBALS];
} End;

typedef struct Totals {
    unsigned skipping, long_runs;
} Totals;

/* ---- loops --------------------------------------------------------------- */

static unsigned below(Maker *m, unsigned n)
{
    return random_below(&m->random, n);
}

static bool maybe(Maker *m)
{
    return below(m, 2);
}

static void insn(Maker *m)
{
    gen_insn_start(m->ir, TYPE_I64, PC + 4 * m->nb_insns++);
}

static TempId result(Maker *m)
{
    return maybe(m) ? ir_temp(m->ir, TYPE_I64)
                    : m->global[FIRST_RESULT + below(m, STREAMS)];
}

static TempId number(Maker *m)
{
    static const int64_t some[] = {0, 1, 2, 0x7f, 0x80, 0xff, -1, -128};
    return ir_i64(m->ir, some[below(m, 8)]);
}

/* A load and the step, in any order. */
static void make_stream(Maker *m, unsigned i)
{
    TempId base = m->global[i];
    int64_t size = 1 << m->size_log2, offset = size * ((int)below(m, 5) - 2);
    MemOp memop = m->size_log2 | (m->is_signed ? MO_SIGN : 0);
    bool late = maybe(m);
    TempId out = ir_temp(m->ir, TYPE_I64);
    for (int part = 0; part < 2; part++) {
        insn(m);
        if (part != late) {
            gen_add(m->ir, TYPE_I64, base, base, ir_i64(m->ir, size));
        } else {
            gen_guest_ld(m->ir, TYPE_I64, out, base, (Arg)offset, memop);
        }
    }
    if (maybe(m)) {
        TempId global = m->global[FIRST_RESULT + i];
        gen_mov(m->ir, TYPE_I64, global, out);
        out = global;
    }
    m->loaded[m->nb_loaded++] = out;
}

static void make_counter(Maker *m)
{
    static const int64_t steps[] = {1, -1, -2, 4, -4, 8, -8, 3};
    int64_t step = steps[below(m, 8)];
    TempId counter = m->global[COUNTER];
    insn(m);
    gen_add(m->ir, TYPE_I64, counter, counter, ir_i64(m->ir, step));
    m->counted = true;
}

static TempId operand(Maker *m)
{
    unsigned choice = below(m, 4);
    return choice == 0   ? number(m)
           : choice == 1 ? m->global[INVARIANT + below(m, 5)]
                         : m->loaded[below(m, m->nb_loaded)];
}

static TempId make_value(Maker *m)
{
    static const Opcode opcs[] = {OP_and, OP_or,  OP_xor, OP_andc,
                                  OP_add, OP_sub, OP_eqv, OP_shr};
    TempId out = result(m), loaded = m->loaded[below(m, m->nb_loaded)];
    Opcode opc = opcs[below(m, m->size_log2 == 3 ? 8 : 4)];
    insn(m);
    Op *op = ir_emit(m->ir, opc, TYPE_I64);
    op->arg[0] = out;
    op->arg[1] = loaded;
    op->arg[2] = opc == OP_shr ? ir_i64(m->ir, below(m, 64)) : operand(m);
    return out;
}

static void make_exit(Maker *m, TempId a, TempId b, Cond leave)
{
    LabelId label = ir_label(m->ir);
    insn(m);
    gen_brcond(m->ir, TYPE_I64, a, b, leave, label);
    m->exit[m->nb_exits++] = label;
}

static void make_test(Maker *m)
{
    static const Cond conds[] = {COND_EQ, COND_NE,  COND_EQ,  COND_NE,
                                 COND_LT, COND_GEU, COND_GTU, COND_TSTNE};
    TempId a = maybe(m) ? m->loaded[below(m, m->nb_loaded)] : make_value(m);
    make_exit(m, a, operand(m), conds[below(m, 8)]);
}

static void make_count_test(Maker *m)
{
    static const Cond conds[] = {COND_EQ, COND_GEU, COND_LE, COND_GE};
    bool by_counter = m->counted && maybe(m);
    TempId a = m->global[by_counter ? COUNTER : below(m, m->nb_loaded)];
    TempId b = m->global[INVARIANT + below(m, 5)];
    make_exit(m, maybe(m) ? a : b, maybe(m) ? b : a, conds[below(m, 4)]);
}

static void make_body(Maker *m)
{
    unsigned streams = 1 + below(m, STREAMS), tests = 1 + below(m, 3);
    for (unsigned i = 0; i < streams; i++) {
        make_stream(m, i);
        if (below(m, 4) == 0) {
            make_count_test(m);
        }
    }
    if (maybe(m)) {
        make_counter(m);
    }
    for (unsigned i = 0; i < tests; i++) {
        if (below(m, 4) == 0) {
            make_count_test(m);
        } else {
            make_test(m);
        }
    }
}

static void make_loop(Maker *m)
{
    ir_reset(m->ir);
    m->size_log2 = below(m, 4);
    m->is_signed = m->size_log2 < 3 && maybe(m);
    m->counted = false;
    m->nb_loaded = m->nb_insns = m->nb_exits = 0;
    LabelId head = ir_label(m->ir);
    gen_set_label(m->ir, TYPE_I64, head);
    make_body(m);
    gen_goto_tb(m->ir, TYPE_I64, 0, PC, 0);
    ir_link_inner(m->ir, 0, head);
    m->ir->loop = true;
    for (unsigned i = 0; i < m->nb_exits; i++) {
        gen_set_label(m->ir, TYPE_I64, m->exit[i]);
        gen_goto_tb(m->ir, TYPE_I64, 1 + i, PC, 0);
    }
    ir_set_plain(m->ir, 1 + m->nb_exits, PC, 0);
}

/* ---- runs ---------------------------------------------------------------- */

/* Long stretches of one value, so that loops go on for a while. */
static void fill_memory(Maker *m, World *w)
{
    static const uint8_t values[] = {0, 1, 2, 0x7f, 0x80, 0xff};
    uint8_t value = values[below(m, 6)];
    for (unsigned i = 0; i < MEMORY_BYTES; i++) {
        unsigned dice = below(m, 400);
        if (dice == 0) {
            value = values[below(m, 6)];
        }
        w->memory[i] = dice == 1 ? values[below(m, 6)] : value;
    }
}

/* What a test may compare a loaded value, a pointer or a counter with. */
static uint64_t invariant(Maker *m, const World *w)
{
    uint64_t near = 8 * below(m, 100);
    switch (below(m, 4)) {
    case 0: return random_value(&m->random);
    case 1: return w->memory[below(m, MEMORY_BYTES)];
    case 2: return w->state[below(m, STREAMS)] + near;
    default: return w->state[COUNTER] + (maybe(m) ? near : -near);
    }
}

static void fill_state(Maker *m, World *w)
{
    for (unsigned i = 0; i < GLOBALS; i++) {
        w->state[i] = random_value(&m->random);
    }
    for (unsigned i = 0; i < STREAMS; i++) {
        uint64_t addr = MEMORY + below(m, MEMORY_BYTES);
        w->state[i] = addr & -(uint64_t)(1u << below(m, 4));
    }
    for (unsigned i = INVARIANT; i < GLOBALS; i++) {
        w->state[i] = invariant(m, w);
    }
}

static bool load(void *opaque, uint64_t addr, void *buf, unsigned bytes)
{
    const World *w = opaque;
    uint64_t offset = addr - MEMORY;
    return offset <= MEMORY_BYTES - bytes &&
           memcpy(buf, w->memory + offset, bytes);
}

/* Round and round by inner slots; another exit or a fault ends it. */
static End run(const IR *ir, World w, unsigned *rounds)
{
    InterpEnv env = {.state = (uint8_t *)w.state, .load = load, .opaque = &w};
    End end = {0};
    *rounds = 0;
    do {
        ++*rounds;
        end.exit = interp_run(ir, &env);
    } while (end.exit == INTERP_GOTO_TB &&
             ir_is_inner(ir, (unsigned)env.slot));
    end.insn_pc = env.insn_pc;
    if (end.exit == INTERP_FAULT) {
        end.fault_addr = env.fault_addr;
    } else {
        end.slot = env.slot;
    }
    memcpy(end.state, w.state, sizeof(end.state));
    return end;
}

/* ---- the test ------------------------------------------------------------ */

static bool skips(const IR *ir)
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        if (ir->ops[i].opc == OP_on_fault) {
            return true;
        }
    }
    return false;
}

/* The plain slot is another pass's. */
static bool keeps_plain_slot(const IR *ir)
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        if (op->opc == OP_goto_tb && (int)op_const(op, 0) == ir->plain_slot) {
            return false;
        }
    }
    return true;
}

static void show(const char *name, const End *e)
{
    print_error("%s: exit %d, slot %lu, insn %#lx, fault %#lx\n", name,
                (int)e->exit, (long)e->slot, (long)e->insn_pc,
                (long)e->fault_addr);
    for (unsigned i = 0; i < GLOBALS; i++) {
        print_error("  x%u = %#lx\n", i, (long)e->state[i]);
    }
}

/* The loop as it is, and made anew from the same numbers to be optimised. */
static void test_loop(Maker *m, Maker *other, Totals *totals)
{
    World w;
    unsigned rounds, fewer;
    char msg[256] = "";
    make_loop(m);
    make_loop(other);
    opt_run(other->ir, OPT_ALL, &opt_any_target);
    assert_true(keeps_plain_slot(other->ir));
    if (!ir_verify(other->ir, msg, sizeof(msg))) {
        ir_dump(stderr, other->ir);
        fail_msg("%s", msg);
    }
    for (unsigned i = 0; i < STARTS; i++) {
        if (i % 8 == 0) {
            fill_memory(m, &w);
        }
        fill_state(m, &w);
        End a = run(m->ir, w, &rounds), b = run(other->ir, w, &fewer);
        totals->long_runs += skips(other->ir) && rounds > LONG;
        if (memcmp(&a, &b, sizeof(a)) != 0) {
            ir_dump(stderr, m->ir);
            ir_dump(stderr, other->ir);
            show("as it is", &a);
            show("optimised", &b);
            fail_msg("seed %lu", (long)other->random.seed);
        }
    }
    totals->skipping += skips(other->ir);
}

static void maker_init(Maker *m)
{
    static const char *const names[GLOBALS] = {
        "x0", "x1", "x2", "x3", "x4", "x5", "x6", "x7", "x8", "x9", "x10",
        "x11"};
    *m = (Maker){.ir = ir_new()};
    for (int i = 0; i < GLOBALS; i++) {
        m->global[i] = ir_global(m->ir, TYPE_I64, i * 8, names[i]);
    }
}

static void same_end(void **unused)
{
    Maker m, other;
    Totals totals = {0};
    (void)unused;
    maker_init(&m);
    maker_init(&other);
    for (unsigned i = 0; i < LOOPS; i++) {
        m.random.seed = other.random.seed = i;
        test_loop(&m, &other, &totals);
    }
    assert_true(totals.skipping > LOOPS / 4);
    assert_true(totals.long_runs > MIN_LONG);
    ir_free(m.ir);
    ir_free(other.ir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {cmocka_unit_test(same_end)};
    return cmocka_run_group_tests(tests, NULL, NULL);
}
