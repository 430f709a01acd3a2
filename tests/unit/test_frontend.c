/* The translator loop: how blocks end and how code is read. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <string.h>
#include "guest_code.h"

static const uint32_t addi = 0x00150513; /* addi a0,a0,1 */
static const uint32_t c_addi = 0x0505;   /* the same, 2 bytes */

static void expect(Guest *g, uint32_t insns, uint32_t bytes, uint64_t added)
{
    g->rv->gpr[10] = 0;
    assert_int_equal(guest_run(g, 100), INTERP_GOTO_TB);
    assert_int_equal(g->info.nb_insns, insns);
    assert_int_equal(g->info.nb_bytes, bytes);
    assert_int_equal(g->env.target, GUEST_BASE + bytes);
    assert_int_equal(g->rv->gpr[10], added);
}

static void test_max_insns(void **state)
{
    Guest *g = *state;
    guest_code(g, 4, (uint32_t[]){addi, c_addi, addi, c_addi});
    assert_int_equal(guest_run(g, 3), INTERP_GOTO_TB);
    assert_int_equal(g->info.nb_insns, 3);
    assert_int_equal(g->info.nb_bytes, 10);
    assert_int_equal(g->info.nb_slots, 1);
    assert_int_equal(g->env.target, GUEST_BASE + 10);
}

static void test_ends_before_unreadable(void **state)
{
    Guest *g = *state;
    guest_code(g, 3, (uint32_t[]){addi, c_addi, addi});
    g->code_bytes = 6;
    expect(g, 2, 6, 2);
    g->code_bytes = 8; /* half of the third is there */
    expect(g, 2, 6, 2);
}

static void test_unreadable_start(void **state)
{
    Guest *g = *state;
    guest_translate(g, 1);
    assert_int_equal(g->info.nb_insns, 0);
    assert_int_equal(g->info.fault_addr, GUEST_BASE);
    guest_code(g, 1, &addi);
    g->code_bytes = 2;
    guest_translate(g, 1);
    assert_int_equal(g->info.nb_insns, 0);
    assert_int_equal(g->info.fault_addr, GUEST_BASE + 2);
}

static void test_crosses_mappings(void **state)
{
    Guest *g = *state;
    guest_code(g, 3, (uint32_t[]){addi, addi, c_addi});
    for (g->split = 1; g->split < 10; g->split++) {
        expect(g, 3, 10, 3);
    }
}

/* One in the middle of an instruction does not keep it from being run. */
static void test_ends_before_breakpoint(void **state)
{
    Guest *g = *state;
    guest_code(g, 3, (uint32_t[]){addi, c_addi, addi});
    g->stop = GUEST_BASE + 6;
    expect(g, 2, 6, 2);
    g->stop = GUEST_BASE + 2;
    expect(g, 1, 4, 1);
}

/* Nothing is read of the code there. */
static void test_breakpoint_first(void **state)
{
    Guest *g = *state;
    g->stop = GUEST_BASE;
    g->code_bytes = 0;
    g->rv->gpr[10] = 5;
    assert_int_equal(guest_run(g, 100), INTERP_EXIT_TB);
    assert_int_equal(g->env.reason, EXIT_STOP);
    assert_int_equal(g->rv->pc, GUEST_BASE);
    assert_int_equal(g->rv->gpr[10], 5);
}

static void test_no_region_at_breakpoint(void **state)
{
    Guest *g = *state;
    const uint64_t blocks[] = {GUEST_BASE, GUEST_BASE + 6};
    guest_code(g, 3, (uint32_t[]){addi, c_addi, addi});
    guest_translate_region(g, GUEST_BASE, 2, blocks);
    assert_int_equal(g->info.nb_insns, 3);
    g->stop = GUEST_BASE + 6;
    guest_translate_region(g, GUEST_BASE, 2, blocks);
    assert_int_equal(g->info.nb_insns, 0);
}

#define TEST(name) \
    cmocka_unit_test_setup_teardown(name, guest_set_up, guest_tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_max_insns),
        TEST(test_ends_before_unreadable),
        TEST(test_unreadable_start),
        TEST(test_crosses_mappings),
        TEST(test_ends_before_breakpoint),
        TEST(test_breakpoint_first),
        TEST(test_no_region_at_breakpoint),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
