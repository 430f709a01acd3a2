/* Regions: their IR, and the choice of their convention. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "backend/adapter.h"
#include "core/gen.h"
#include "guest_code.h"

/* ---- The frontend -------------------------------------------------------- */

enum {
    ADDI = 0x00150513,        /* addi a0,a0,1 */
    BEQ_8 = 0x00058463,       /* beq a1,zero,.+8 */
    BNE_BACK_12 = 0xfe061ae3, /* bne a2,zero,.-12 */
    J_BACK_8 = 0xff9ff06f,    /* j .-8 */
    J_BACK_4 = 0xffdff06f,    /* j .-4 */
    JAL_12 = 0x00c000ef,      /* jal ra,.+12 */
};

static unsigned count(const IR *ir, Opcode opc)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        n += ir->ops[i].opc == opc;
    }
    return n;
}

/* The slot that leads to pc, or -1. */
static int slot_to(const IR *ir, uint64_t pc)
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        if (ir->ops[i].opc == OP_goto_tb && ir->ops[i].arg[1] == pc) {
            return (int)ir->ops[i].arg[0];
        }
    }
    return -1;
}

static void test_one_block(void **state)
{
    Guest *g = *state;
    guest_code(g, 2, (uint32_t[]){ADDI, J_BACK_4});
    guest_translate_region(g, GUEST_BASE, 1, (uint64_t[]){GUEST_BASE});
    assert_int_equal(g->info.nb_insns, 2);
    assert_int_equal(g->info.nb_slots, 2);
    assert_int_equal(g->ir->plain_slot, 0);
    assert_int_equal(g->ir->entry_pc, GUEST_BASE);
    assert_true(ir_is_inner(g->ir, 1));
    assert_int_equal(slot_to(g->ir, GUEST_BASE), 1);
}

/* a: addi; beq c;  b: addi;  c: bne a.  b ends where c begins. */
static void test_three_blocks(void **state)
{
    Guest *g = *state;
    uint64_t a = GUEST_BASE, b = a + 8, c = a + 12;
    guest_code(g, 4, (uint32_t[]){ADDI, BEQ_8, ADDI, BNE_BACK_12});
    guest_translate_region(g, a, 3, (uint64_t[]){a, b, c});
    assert_int_equal(g->info.nb_insns, 4);
    assert_int_equal(g->info.start, a);
    assert_int_equal(g->info.nb_bytes, 16);
    assert_int_equal(count(g->ir, OP_goto_tb), 2);
    assert_true(ir_is_inner(g->ir, (unsigned)slot_to(g->ir, a)));
    assert_false(ir_is_inner(g->ir, (unsigned)slot_to(g->ir, a + 16)));
}

/* The entry need not come first, and what is not in the set is an exit. */
static void test_entry_and_exit(void **state)
{
    Guest *g = *state;
    uint64_t a = GUEST_BASE, c = a + 12;
    guest_code(g, 4, (uint32_t[]){ADDI, BEQ_8, ADDI, BNE_BACK_12});
    guest_translate_region(g, c, 2, (uint64_t[]){a, c});
    assert_int_equal(g->ir->ops[0].opc, OP_insn_start);
    assert_int_equal(g->ir->ops[0].arg[0], c);
    assert_int_equal(g->ir->ops[1].opc, OP_br);
    assert_int_equal(g->info.start, a);
    assert_true(slot_to(g->ir, a + 8) >= 0);
    assert_true(ir_is_inner(g->ir, (unsigned)slot_to(g->ir, a)));
}

/* a twice: the branch back of the first goes on, that of the second back. */
static void test_copies(void **state)
{
    Guest *g = *state;
    uint64_t a = GUEST_BASE;
    guest_code(g, 4, (uint32_t[]){ADDI, ADDI, ADDI, BNE_BACK_12});
    guest_translate_region(g, a, 2, (uint64_t[]){a, a});
    assert_int_equal(g->info.nb_insns, 8);
    assert_int_equal(count(g->ir, OP_brcond), 2);
    assert_int_equal(count(g->ir, OP_goto_tb), 3);
    assert_true(ir_is_inner(g->ir, (unsigned)slot_to(g->ir, a)));
    const Op *first = g->ir->ops;
    while (first->opc != OP_brcond) {
        first++;
    }
    assert_int_equal(first->arg[2], COND_EQ);
}

/* The place where the callee comes back to goes on inside. */
static void test_call_inside(void **state)
{
    Guest *g = *state;
    uint64_t a = GUEST_BASE, b = a + 4;
    guest_code(g, 3, (uint32_t[]){JAL_12, ADDI, J_BACK_8});
    guest_translate_region(g, a, 2, (uint64_t[]){a, b});
    const Op *call = g->ir->ops;
    while (call->opc != OP_call_tb) {
        call++;
    }
    unsigned ret = (unsigned)op_ret_slot(call);
    assert_true(ir_is_inner(g->ir, ret));
    assert_false(ir_is_inner(g->ir, (unsigned)call->arg[0]));
    assert_int_equal(call[1].opc, OP_set_label);
    assert_int_equal(call[1].arg[0], g->ir->inner[ret]);
    assert_true(ir_is_inner(g->ir, (unsigned)slot_to(g->ir, a)));
}

static void test_unreadable_block(void **state)
{
    Guest *g = *state;
    uint64_t a = GUEST_BASE;
    guest_code(g, 3, (uint32_t[]){ADDI, ADDI, J_BACK_8});
    guest_translate_region(g, a, 2, (uint64_t[]){a, a + 32});
    assert_int_equal(g->info.nb_insns, 0);
}

/* ---- The convention ------------------------------------------------------ */

enum { PC_OFFSET = 64, NB_PINS = 2 };

typedef struct Globals {
    IR *ir;
    TempId in[4], pc;  /* the first two are pinned */
    Convention conv;
} Globals;

static void globals_init(Globals *g)
{
    static const char *const name[] = {"a", "b", "c", "d"};
    static const uint8_t class_of[TYPE_COUNT] = {[TYPE_I64] = CLASS_INT};
    static const HostDesc host = {.class_of = class_of,
                                  .pin_types = TYPES_I64};
    *g = (Globals){.ir = ir_new(), .conv.desc = &host};
    for (int i = 0; i < 4; i++) {
        g->in[i] = ir_global(g->ir, TYPE_I64, i * 8, name[i]);
    }
    g->pc = ir_global(g->ir, TYPE_I64, PC_OFFSET, "pc");
    ir_reset(g->ir);
    for (unsigned i = 0; i < NB_PINS; i++) {
        g->conv.pin[i] = (Pin){g->in[i], (uint8_t)(4 + i), TYPE_I64,
                               (int32_t)i * 8};
    }
    g->conv.nb_pins = NB_PINS;
}

/* before; L: inside, inside; to L by slot 0.  inside and before: o = o + i. */
static void make_loop(Globals *g, TempId before, TempId inside, TempId i)
{
    LabelId head = ir_label(g->ir);
    gen_add(g->ir, TYPE_I64, before, before, before);
    gen_set_label(g->ir, TYPE_I64, head);
    gen_add(g->ir, TYPE_I64, inside, inside, i);
    gen_goto_tb(g->ir, TYPE_I64, 0, 0x1000, 0);
    ir_link_inner(g->ir, 0, head);
}

static void test_loop_wins(void **state)
{
    Globals g;
    Adapter a;
    (void)state;
    globals_init(&g);
    make_loop(&g, g.in[0], g.in[2], g.in[1]);
    adapter_choose(&a, &g.conv, g.ir, PC_OFFSET);
    assert_int_equal(a.nb_gain, 1);
    assert_int_equal(a.gain[0].temp, g.in[2]);
    assert_int_equal(a.lose[0].temp, g.in[0]);
    assert_int_equal(a.gain[0].reg, a.lose[0].reg);
    assert_true(a.written[0]);
    ir_free(g.ir);
}

/* Around a call the other convention holds: that must be worth it. */
static void test_call_costs(void **state)
{
    Globals g;
    Adapter a;
    (void)state;
    globals_init(&g);
    LabelId head = ir_label(g.ir);
    gen_set_label(g.ir, TYPE_I64, head);
    gen_add(g.ir, TYPE_I64, g.in[2], g.in[2], g.in[2]);
    gen_call_tb(g.ir, TYPE_I64, 1, 0x2000, 2, 0x1004, 0);
    gen_goto_tb(g.ir, TYPE_I64, 0, 0x1000, 0);
    ir_link_inner(g.ir, 0, head);
    adapter_choose(&a, &g.conv, g.ir, PC_OFFSET);
    assert_true(adapter_is_empty(&a));
    ir_free(g.ir);
}

/* Each way through changes over as often as it gains. */
static void test_no_loop(void **state)
{
    Globals g;
    Adapter a;
    (void)state;
    globals_init(&g);
    for (int i = 0; i < 20; i++) {
        gen_add(g.ir, TYPE_I64, g.in[2], g.in[2], g.in[2]);
    }
    adapter_choose(&a, &g.conv, g.ir, PC_OFFSET);
    assert_true(adapter_is_empty(&a));
    ir_free(g.ir);
}

static void test_pinned_stays(void **state)
{
    Globals g;
    Adapter a;
    (void)state;
    globals_init(&g);
    make_loop(&g, g.in[2], g.in[0], g.in[1]);
    adapter_choose(&a, &g.conv, g.ir, PC_OFFSET);
    assert_true(adapter_is_empty(&a));
    ir_free(g.ir);
}

static void test_pc_is_not_pinned(void **state)
{
    Globals g;
    Adapter a;
    (void)state;
    globals_init(&g);
    make_loop(&g, g.in[0], g.pc, g.pc);
    adapter_choose(&a, &g.conv, g.ir, PC_OFFSET);
    assert_true(adapter_is_empty(&a));
    ir_free(g.ir);
}

static void test_only_read(void **state)
{
    Globals g;
    Adapter a;
    (void)state;
    globals_init(&g);
    make_loop(&g, g.in[0], g.in[1], g.in[3]);
    adapter_choose(&a, &g.conv, g.ir, PC_OFFSET);
    assert_int_equal(a.nb_gain, 1);
    assert_int_equal(a.gain[0].temp, g.in[3]);
    assert_false(a.written[0]);
    ir_free(g.ir);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, guest_set_up, guest_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_one_block),
        TEST(test_three_blocks),
        TEST(test_entry_and_exit),
        TEST(test_copies),
        TEST(test_call_inside),
        TEST(test_unreadable_block),
        cmocka_unit_test(test_loop_wins),
        cmocka_unit_test(test_call_costs),
        cmocka_unit_test(test_no_loop),
        cmocka_unit_test(test_pinned_stays),
        cmocka_unit_test(test_pc_is_not_pinned),
        cmocka_unit_test(test_only_read),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
