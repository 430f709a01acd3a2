/* The pass that defers canonical NaNs and boxes: the IR of a loop after it. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include "core/verify.h"
#include "guest_code.h"
#include "opt/opt.h"

enum {
    FLD_FA4 = 0x00053707,     /* fld fa4,0(a0) */
    FLW_FA4 = 0x00052707,     /* flw fa4,0(a0) */
    FADD_D = 0x02e7f7d3,      /* fadd.d fa5,fa5,fa4 */
    FADD_S = 0x00e7f7d3,      /* fadd.s fa5,fa5,fa4 */
    FSD_FA5 = 0x00f53427,     /* fsd fa5,8(a0) */
    FMV_FA5_FA4 = 0x22e707d3, /* fmv.d fa5,fa4 */
    BNE_BACK_8 = 0xfe061ce3,  /* bne a2,zero,.-8 */
    BNE_BACK_12 = 0xfe061ae3, /* bne a2,zero,.-12 */
    BEQ_8 = 0x00058463,       /* beq a1,zero,.+8 */
    BNE_BACK_16 = 0xfe0618e3, /* bne a2,zero,.-16 */
};

/* The region of the loop that the words are, after all passes. */
static const IR *loop_ir(Guest *g, unsigned n, const uint32_t insns[],
                         uint32_t nb_blocks, const uint64_t blocks[])
{
    char msg[200];
    guest_code(g, n, insns);
    guest_translate_region(g, GUEST_BASE, nb_blocks, blocks);
    opt_reach(g->ir);
    opt_run(g->ir, OPT_ALL, &opt_any_target);
    if (!ir_verify(g->ir, msg, sizeof(msg))) {
        fail_msg("%s", msg);
    }
    return g->ir;
}

static const IR *one_block(Guest *g, unsigned n, const uint32_t insns[])
{
    return loop_ir(g, n, insns, 1, (uint64_t[]){GUEST_BASE});
}

/* Ops of that kind from the loop's head to its conditional jump back. */
static unsigned in_loop(const IR *ir, Opcode opc)
{
    unsigned n = 0;
    uint32_t i = 0, end = ir->nb_ops;
    while (ir->ops[i].opc != OP_set_label) {
        i++;
    }
    for (uint32_t k = i; k < end; k++) {
        end = ir->ops[k].opc == OP_goto_tb ? k : end;
    }
    for (; i < end && ir->ops[i].opc != OP_brcond; i++) {
        n += ir->ops[i].opc == opc;
    }
    return n;
}

static unsigned in_all(const IR *ir, Opcode opc)
{
    unsigned n = 0;
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        n += ir->ops[i].opc == opc;
    }
    return n;
}

/* A sum is canonical where the loop ends, where it is interrupted, and where
   the load faults. */
static void test_sum(void **state)
{
    const IR *ir = one_block(*state, 3,
                             (uint32_t[]){FLD_FA4, FADD_D, BNE_BACK_8});
    assert_int_equal(in_loop(ir, OP_fadd), 1);
    assert_int_equal(in_loop(ir, OP_fcanon), 0);
    assert_int_equal(in_loop(ir, OP_on_fault), 1);
    assert_int_equal(in_all(ir, OP_fcanon), 3);
    assert_int_equal(in_all(ir, OP_exit_fault), 1);
    assert_int_equal(in_all(ir, OP_set_stub), 1);
    assert_int_equal(in_all(ir, OP_exit_slot), 1);
}

/* The sum is guarded at the entry: it goes to the plain slot if it is no
   single, or another NaN than the canonical one. */
static void test_single_sum(void **state)
{
    const IR *ir = one_block(*state, 3,
                             (uint32_t[]){FLW_FA4, FADD_S, BNE_BACK_8});
    assert_int_equal(in_loop(ir, OP_funbox), 0);
    assert_int_equal(in_loop(ir, OP_fcanon), 0);
    assert_int_equal(in_all(ir, OP_funbox), 0);
    assert_int_equal(in_all(ir, OP_goto_tb), 3);
    assert_int_equal(in_all(ir, OP_brcond), 3);
}

/* Memory gets the canonical NaN; then nothing is deferred any more. */
static void test_store(void **state)
{
    const IR *ir = one_block(
        *state, 4, (uint32_t[]){FLD_FA4, FADD_D, FSD_FA5, BNE_BACK_12});
    assert_int_equal(in_loop(ir, OP_fcanon), 1);
    assert_int_equal(in_all(ir, OP_fcanon), 1);
    assert_int_equal(in_all(ir, OP_set_stub), 0);
}

/* Where an exact value comes from another side, the sum becomes so, too. */
static void test_arms(void **state)
{
    const IR *ir = loop_ir(
        *state, 5,
        (uint32_t[]){FLD_FA4, BEQ_8, FADD_D, FMV_FA5_FA4, BNE_BACK_16}, 3,
        (uint64_t[]){GUEST_BASE, GUEST_BASE + 8, GUEST_BASE + 12});
    assert_int_equal(in_all(ir, OP_fcanon), 1);
    assert_int_equal(in_all(ir, OP_set_stub), 0);
    ir = loop_ir(*state, 4,
                 (uint32_t[]){FLD_FA4, BEQ_8, FADD_D, BNE_BACK_12}, 3,
                 (uint64_t[]){GUEST_BASE, GUEST_BASE + 8, GUEST_BASE + 12});
    assert_int_equal(in_all(ir, OP_fcanon), 3); /* the guard makes it so */
}

static const Op *first_of(const IR *ir, Opcode opc)
{
    const Op *op = ir->ops;
    while (op->opc != opc) {
        op++;
    }
    return op;
}

/* fa5 comes to the head by one jump back as it was loaded, by the other one as
   a sum: that is settled in front of the jump, which stays one. */
static void test_jump_back(void **state)
{
    const IR *ir = loop_ir(*state, 5,
                           (uint32_t[]){FLD_FA4, FMV_FA5_FA4, BNE_BACK_8,
                                        FADD_D, BNE_BACK_16},
                           2, (uint64_t[]){GUEST_BASE, GUEST_BASE + 12});
    assert_int_equal(in_all(ir, OP_fcanon), 1);
    assert_int_equal(in_all(ir, OP_set_stub), 0);
    assert_int_equal(first_of(ir, OP_fcanon)[1].opc, OP_brcond);
}

/* Without a plain slot nothing is known of the entry. */
static void test_no_guard(void **state)
{
    Guest *g = *state;
    guest_code(g, 3, (uint32_t[]){FLD_FA4, FADD_D, BNE_BACK_8});
    guest_translate_region(g, GUEST_BASE, 1, (uint64_t[]){GUEST_BASE});
    g->ir->plain_slot = -1;
    opt_reach(g->ir);
    opt_run(g->ir, OPT_ALL, &opt_any_target);
    assert_int_equal(in_all(g->ir, OP_goto_tb), 2);
    assert_int_equal(in_all(g->ir, OP_set_stub), 0);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, guest_set_up, guest_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_sum),   TEST(test_single_sum), TEST(test_store),
        TEST(test_arms),  TEST(test_jump_back),  TEST(test_no_guard),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
