/*
 * The interpreter, each op against expected values.
 *
 * A row is IR text and what it leaves.  All globals named after types lie at
 * offset 0 of the guest state, so that a row's result is its first 32 bytes;
 * a second output goes to o2 (i64) or p2 (i32) at offset 32, and `buffer`
 * at 64 is for host memory.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdio.h>
#include <string.h>
#include "core/interp.h"
#include "core/parse.h"
#include "core/verify.h"
#include "random_ir.h"

/* The flags by short names, for rows. */
enum {
    F_INEXACT = FP_FLAG_INEXACT,
    F_UNDERFLOW = FP_FLAG_UNDERFLOW,
    F_OVERFLOW = FP_FLAG_OVERFLOW,
    F_DIVZERO = FP_FLAG_DIVZERO,
    F_INVALID = FP_FLAG_INVALID,
};

enum { STATE = RANDOM_STATE_BYTES, TEXT = 4096, MESSAGE = 256 };

static const char prelude[] =
    "global i32 w @0\nglobal i64 o @0\nglobal i128 q @0\n"
    "global f32 s @0\nglobal f64 d @0\n"
    "global v64 v8 @0\nglobal v128 v16 @0\nglobal v256 v32 @0\n"
    "global i64 o2 @32\nglobal i32 p2 @32\n"
    "global i64 x @40\nglobal i64 y @48\n";

static uint64_t weigh(uint64_t a, uint64_t b, uint64_t c, uint64_t d,
                      uint64_t e, uint64_t f)
{
    return a + 2 * b + (uint32_t)(3 * c) + 4 * d + 5 * e + 6 * f;
}

static void bump(uint64_t *state)
{
    state[0]++;
}

static const Helper helper_weigh = {
    "weigh",
    (void *)(uintptr_t)weigh,
    TYPE_I64,
    6,
    {TYPE_I64, TYPE_I64, TYPE_I32, TYPE_I64, TYPE_I64, TYPE_I64},
    0,
};
static const Helper helper_bump = {
    "bump", (void *)(uintptr_t)bump, -1, 1, {TYPE_I64}, HELPER_WRITES_STATE,
};
static const Helper *const helpers[] = {&helper_weigh, &helper_bump, NULL};

/* Guest memory: 256 bytes at 0x1000, byte i being i at first. */
typedef struct Memory {
    uint8_t bytes[256];
    unsigned callbacks; /* plugin calls, and what they got */
    uint64_t call, addr, value;
} Memory;

static bool load(void *opaque, uint64_t addr, void *buf, unsigned bytes)
{
    Memory *m = opaque;
    if (addr - 0x1000 > sizeof(m->bytes) - bytes) {
        return false;
    }
    memcpy(buf, m->bytes + (addr - 0x1000), bytes);
    return true;
}

static bool store(void *opaque, uint64_t addr, const void *buf, unsigned bytes)
{
    Memory *m = opaque;
    if (addr - 0x1000 > sizeof(m->bytes) - bytes) {
        return false;
    }
    memcpy(m->bytes + (addr - 0x1000), buf, bytes);
    return true;
}

static void plugin(void *opaque, uint64_t call, uint64_t addr, uint64_t value)
{
    Memory *m = opaque;
    m->callbacks++;
    m->value = value;
    m->call = call;
    m->addr = addr;
}

typedef struct Run {
    uint64_t state[STATE / 8];
    Memory memory;
    InterpEnv env;
    InterpExit exit;
    bool seen[OP_COUNT];
} Run;

/* Runs text, with exit_tb 0 added, in r's state. */
static void run_text(Run *r, const char *text)
{
    char whole[TEXT], msg[MESSAGE];
    IR *ir = ir_new();
    ir->helpers = helpers;
    snprintf(whole, sizeof(whole), "%s%s\nexit_tb 0\n", prelude, text);
    if (!ir_parse(ir, whole, msg, sizeof(msg)) ||
        !ir_verify(ir, msg, sizeof(msg))) {
        fail_msg("%s: %s", text, msg);
    }
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        r->seen[ir->ops[i].opc] = true;
    }
    for (unsigned i = 0; i < 256; i++) {
        r->memory.bytes[i] = (uint8_t)i;
    }
    r->env.state = (uint8_t *)r->state;
    r->env.load = load;
    r->env.store = store;
    r->env.plugin = plugin;
    r->env.opaque = &r->memory;
    r->exit = interp_run(ir, &r->env);
    ir_free(ir);
}

typedef struct Row {
    const char *text;
    uint64_t want[4]; /* state from offset 0 */
    uint64_t want2;   /* state at 32 */
    unsigned flags;   /* F_* */
} Row;

#define ONES    UINT64_MAX
#define S32(x)  ((uint64_t)(uint32_t)(x))
#define ONE32   "0x3f800000"
#define TWO64   "0x4000000000000000"
#define THREE64 "0x4008000000000000"

static const Row rows[] = {
#include "interp_rows.def"
};

static void test_rows(void **unused)
{
    (void)unused;
    Run r;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const Row *row = &rows[i];
        memset(&r, 0, sizeof(r));
        run_text(&r, row->text);
        if (r.exit != INTERP_EXIT_TB || memcmp(r.state, row->want, 32) ||
            r.state[4] != row->want2 || r.env.fp.flags != row->flags) {
            fail_msg("%s: exit %d, %#lx %#lx %#lx %#lx; %#lx flags %#x",
                     row->text, r.exit, r.state[0], r.state[1], r.state[2],
                     r.state[3], r.state[4], r.env.fp.flags);
        }
    }
}

/* Those that leave, which rows cannot show. */
static bool leaves(Opcode opc)
{
    return opcode_info[opc].flags & OPF_EXIT;
}

static void test_every_op_has_a_row(void **unused)
{
    (void)unused;
    Run r;
    memset(&r, 0, sizeof(r));
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        run_text(&r, rows[i].text);
    }
    for (Opcode opc = 0; opc < OP_COUNT; opc++) {
        if (!r.seen[opc] && !leaves(opc)) {
            fail_msg("no row for %s", opcode_info[opc].name);
        }
    }
}

static const struct ExitRow {
    const char *text;
    InterpExit exit;
    uint64_t slot, target, ret_slot, ret_pc;
} exit_rows[] = {
    {"goto_tb 1, 0x1234", INTERP_GOTO_TB, 1, 0x1234, 0, 0},
    {"goto_ptr.i64 $0x77", INTERP_GOTO_PTR, 0, 0x77, 0, 0},
    {"ret_ptr.i64 $0x78", INTERP_RET_PTR, 0, 0x78, 0, 0},
    {"call_tb 1, 0x1234, 2, 0x5678", INTERP_CALL_TB, 1, 0x1234, 2, 0x5678},
    {"call_ptr.i64 $0x99, 3, 0x5678", INTERP_CALL_PTR, 0, 0x99, 3, 0x5678},
    {"exit_slot 1", INTERP_GOTO_TB, 0, 0, 0, 0},
    {"goto_tb 1, 0x12\nset_stub 1\nexit_slot 1", INTERP_GOTO_TB, 1, 0x12, 0, 0},
    {"exit_fault", INTERP_FAULT, 0, 0, 0, 0},
};

static void test_exits(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(exit_rows) / sizeof(exit_rows[0]); i++) {
        const struct ExitRow *row = &exit_rows[i];
        Run r;
        memset(&r, 0, sizeof(r));
        run_text(&r, row->text);
        assert_int_equal(r.exit, row->exit);
        assert_int_equal(r.env.slot, row->slot);
        assert_int_equal(r.env.target, row->target);
        assert_int_equal(r.env.ret_slot, row->ret_slot);
        assert_int_equal(r.env.ret_pc, row->ret_pc);
    }
    Run r;
    memset(&r, 0, sizeof(r));
    run_text(&r, "exit_tb 9");
    assert_int_equal(r.exit, INTERP_EXIT_TB);
    assert_int_equal(r.env.reason, 9);
}

/* Each faults at its second instruction and changes nothing there. */
static const struct FaultRow {
    const char *op;
    uint64_t addr;
    bool align;
} fault_rows[] = {
    {"guest_ld.i64 o, $0xff8, 0, u64", 0xff8, false},
    {"guest_ld.i64 o, $0x10f9, 0, u64", 0x10f9, false},
    {"guest_ld.i64 o, $0x1000, -1, u8", 0xfff, false},
    {"guest_ld.i64 o, $0x1001, 1, u32+align", 0x1002, true},
    {"guest_st.i64 o, $-8, 0, u64", -8ull, false},
    {"guest_ld2.i64 o, o2, $0x10f1, 0, u128", 0x10f1, false},
    {"guest_st2.i64 o, o2, $0x1008, 0, u128+align", 0x1008, true},
    {"atomic_xchg.i64 o, $0x1004, $1, 0, u64+align", 0x1004, true},
    {"atomic_cmpxchg.i64 o, $0x2000, $1, $1, 0, u64", 0x2000, false},
};

static void test_faults(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(fault_rows) / sizeof(fault_rows[0]); i++) {
        char text[TEXT];
        Run r;
        memset(&r, 0, sizeof(r));
        snprintf(text, sizeof(text),
                 "insn_start 0x100\nmov.i64 o, $7\ninsn_start 0x104\n%s\n"
                 "insn_start 0x108\nmov.i64 o, $8",
                 fault_rows[i].op);
        run_text(&r, text);
        assert_int_equal(r.exit, INTERP_FAULT);
        assert_int_equal(r.env.fault_addr, fault_rows[i].addr);
        assert_int_equal(r.env.fault_align, fault_rows[i].align);
        assert_int_equal(r.env.insn_pc, 0x104);
        assert_int_equal(r.state[0], 7);
        assert_int_equal(r.state[4], 0);
    }
}

static void test_memory_order(void **unused)
{
    (void)unused;
    Run r;
    memset(&r, 0, sizeof(r));
    run_text(&r, "guest_st.i64 $0x0102030405060708, $0x1000, 0, u64\n"
                 "guest_st.i32 $0x01020304, $0x1010, 4, u32+bswap\n"
                 "guest_st.i64 $0xffff, $0x1020, 0, u8\n"
                 "guest_st.i128 $-2, $0x1030, 0, u128");
    static const uint8_t little[] = {8, 7, 6, 5, 4, 3, 2, 1, 8};
    static const uint8_t big[] = {0x13, 1, 2, 3, 4, 0x18};
    static const uint8_t byte[] = {0xff, 0x21};
    assert_memory_equal(r.memory.bytes, little, sizeof(little));
    assert_memory_equal(r.memory.bytes + 0x13, big, sizeof(big));
    assert_memory_equal(r.memory.bytes + 0x20, byte, sizeof(byte));
    assert_int_equal(r.memory.bytes[0x30], 0xfe);
    assert_int_equal(r.memory.bytes[0x3f], 0xff);
}

static void test_atomics_store(void **unused)
{
    (void)unused;
    static const struct {
        const char *op;
        uint8_t want; /* at 0x1080, whose old value is 0x80 */
    } cases[] = {
        {"xchg.i64 o, $0x1080, $5", 5},
        {"fetch_add.i64 o, $0x1080, $0x81", 1},
        {"fetch_and.i64 o, $0x1080, $0xc1", 0x80},
        {"fetch_or.i64 o, $0x1080, $1", 0x81},
        {"fetch_xor.i64 o, $0x1080, $0x81", 1},
        {"fetch_smin.i64 o, $0x1080, $1", 0x80},
        {"fetch_smax.i64 o, $0x1080, $1", 1},
        {"fetch_umin.i64 o, $0x1080, $1", 1},
        {"fetch_umax.i64 o, $0x1080, $1", 0x80},
        {"cmpxchg.i64 o, $0x1080, $0xff80, $7", 7},
        {"cmpxchg.i64 o, $0x1080, $0x81, $7", 0x80},
    };
    for (unsigned i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        char text[TEXT];
        Run r;
        memset(&r, 0, sizeof(r));
        snprintf(text, sizeof(text), "atomic_%s, 0, s8", cases[i].op);
        run_text(&r, text);
        assert_int_equal(r.memory.bytes[0x80], cases[i].want);
        assert_int_equal(r.memory.bytes[0x81], 0x81);
        assert_int_equal(r.state[0], -0x80ull);
    }
}

static void test_plugins(void **unused)
{
    (void)unused;
    Run r;
    memset(&r, 0, sizeof(r));
    run_text(&r, "plugin_cb 0x11, 0");
    assert_int_equal(r.memory.callbacks, 1);
    assert_int_equal(r.memory.call, 0x11);
    run_text(&r, "plugin_mem_cb.i64 $0x33, $0x66, 0x44, 1");
    assert_int_equal(r.memory.callbacks, 2);
    assert_int_equal(r.memory.addr, 0x33);
    assert_int_equal(r.memory.value, 0x66);
    assert_int_equal(r.memory.call, 0x44);
}

static void test_loop_and_limit(void **unused)
{
    (void)unused;
    Run r;
    memset(&r, 0, sizeof(r));
    run_text(&r, "mov.i64 x, $10\nset_label L0\nadd.i64 o, o, x\n"
                 "sub.i64 x, x, $1\nbrcond.i64 x, $0, ne, L0");
    assert_int_equal(r.exit, INTERP_EXIT_TB);
    assert_int_equal(r.state[0], 55);
    memset(&r, 0, sizeof(r));
    r.env.max_ops = 1000;
    run_text(&r, "set_label L0\nadd.i64 o, o, $1\nbr L0");
    assert_int_equal(r.exit, INTERP_LIMIT);
    assert_int_equal(r.env.nb_executed, 1000);
}

static void test_rounding_mode_is_kept(void **unused)
{
    (void)unused;
    Run r;
    memset(&r, 0, sizeof(r));
    r.env.fp.rm = FP_ROUND_UP;
    run_text(&r, "fdiv.f64 d, $0x3ff0000000000000, $" THREE64 ", down");
    assert_int_equal(r.state[0], 0x3fd5555555555555);
    assert_int_equal(r.env.fp.rm, FP_ROUND_UP);
    run_text(&r, "fdiv.f64 d, $0x3ff0000000000000, $" THREE64 ", env");
    assert_int_equal(r.state[0], 0x3fd5555555555556);
}

/* Any well-formed program runs to an exit. */
static void test_random(void **unused)
{
    (void)unused;
    IR *ir = ir_new();
    Run r;
    ir->helpers = helpers;
    for (unsigned i = 0; i < 200; i++) {
        RandomIR random = {
            .seed = i, .nb_ops = 200, .types = TYPES_ANY, .ir = ir};
        memset(&r, 0, sizeof(r));
        r.env.state = (uint8_t *)r.state;
        random_ir(&random);
        /* weigh and bump take any number, but bump wants a pointer. */
        for (uint32_t j = 0; j < ir->nb_ops; j++) {
            Op *op = &ir->ops[j];
            if (op->opc == OP_call && op_helper(op) == &helper_bump) {
                op->arg[0] = ir->env;
            }
        }
        assert_true(interp_run(ir, &r.env) < INTERP_FAULT);
    }
    ir_free(ir);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_every_op_has_a_row),
        cmocka_unit_test(test_exits),
        cmocka_unit_test(test_faults),
        cmocka_unit_test(test_memory_order),
        cmocka_unit_test(test_atomics_store),
        cmocka_unit_test(test_plugins),
        cmocka_unit_test(test_loop_and_limit),
        cmocka_unit_test(test_rounding_mode_is_kept),
        cmocka_unit_test(test_random),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
