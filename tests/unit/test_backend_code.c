/* The code itself: registers without moves, regions' conventions, references. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>
#include <string.h>
#include "backend_world.h"
#include "opt/opt.h"

/* ---- Registers without moves ------------------------------------------- */

/* x = sext(low x + low x): the sum reads x where it is. */
static void low_half_is_borrowed(void **s)
{
    World w;

    (void)s;
    world_open(&w, false);
    world_begin(&w);
    TempId low = ir_temp(w.ir, TYPE_I32), sum = ir_temp(w.ir, TYPE_I32);
    gen_extrl_i64_i32(w.ir, TYPE_I32, low, w.x);
    gen_add(w.ir, TYPE_I32, sum, low, low);
    gen_ext_i32_i64(w.ir, TYPE_I64, w.x, sum);
    gen_exit_tb(w.ir, TYPE_I64, 3);
    CompiledBlock b = world_end(&w);
    static const uint8_t code[] = {
        0x8d, 0x04, 0x1b, /* lea eax, [rbx + rbx] */
        0x48, 0x63, 0xd8, /* movsxd rbx, eax */
    };
    assert_memory_equal(world_code(&w, &b), code, sizeof(code));
    world_close(&w);
}

/* A low half outlives the register that it borrowed. */
static void borrower_is_moved(void **s)
{
    World w;

    (void)s;
    world_open(&w, false);
    w.start.state[OFFSET_X] = 7;
    runner_start(w.runner, &w.start);
    world_begin(&w);
    TempId low = ir_temp(w.ir, TYPE_I32);
    gen_extrl_i64_i32(w.ir, TYPE_I32, low, w.x);
    world_add_to_x(&w, 100);
    gen_ext_i32_i64(w.ir, TYPE_I64, w.y, low);
    gen_exit_tb(w.ir, TYPE_I64, 3);
    CompiledBlock b = world_end(&w);
    assert_int_equal(world_enter(&w, &b), 3);
    assert_int_equal(world_state(&w, OFFSET_X), 107);
    assert_int_equal(world_state(&w, OFFSET_Y), 7);
    world_close(&w);
}

/* mov [rbp + disp32], r64: to a spill slot, for globals are near. */
static unsigned nb_spills(const uint8_t *code, uint32_t size)
{
    unsigned n = 0;
    for (uint32_t i = 0; i + 3 <= size; i++) {
        n += (code[i] & 0xf8) == 0x48 && code[i + 1] == 0x89 &&
             (code[i + 2] & 0xc7) == 0x85;
    }
    return n;
}

/*
 * A branch on sum = x + y to a side that takes sum or y along; n values that
 * are live at once; x = x ^ ... of them.
 */
static CompiledBlock region_with_side(World *w, bool sum_wanted, unsigned n)
{
    world_begin(w);
    w->ir->region = true;
    LabelId side = ir_label(w->ir);
    TempId sum = ir_temp(w->ir, TYPE_I64), t[16];
    assert_true(n <= 16);
    gen_add(w->ir, TYPE_I64, sum, w->x, w->y);
    gen_brcond(w->ir, TYPE_I64, sum, ir_i64(w->ir, 10), COND_LT, side);
    for (unsigned i = 0; i < n; i++) {
        t[i] = ir_temp(w->ir, TYPE_I64);
        gen_mul(w->ir, TYPE_I64, t[i], i ? t[i - 1] : w->x, w->y);
    }
    for (unsigned i = 0; i < n; i++) {
        gen_xor(w->ir, TYPE_I64, w->x, w->x, t[i]);
    }
    gen_exit_tb(w->ir, TYPE_I64, 3);
    gen_set_side(w->ir, TYPE_I64, side);
    gen_mov(w->ir, TYPE_I64, w->x, sum_wanted ? sum : w->y);
    gen_exit_tb(w->ir, TYPE_I64, 4);
    return world_end(w);
}

/* Behind the branch, what its side wants is in no register's way. */
static void side_takes_its_temp_along(void **s)
{
    World w;
    unsigned most = 0;

    (void)s;
    world_open(&w, false);
    w.start.state[OFFSET_X] = 1;
    w.start.state[OFFSET_Y] = 5;
    for (unsigned n = 1; n <= 16; n++) {
        CompiledBlock without = region_with_side(&w, false, n);
        unsigned spills = nb_spills(world_code(&w, &without), without.size);
        CompiledBlock b = region_with_side(&w, true, n);
        assert_int_equal(nb_spills(world_code(&w, &b), b.size), spills);
        runner_start(w.runner, &w.start);
        assert_int_equal(world_enter(&w, &b), 4);
        assert_int_equal(world_state(&w, OFFSET_X), 6);
        most = spills;
    }
    assert_true(most > 0);
    world_close(&w);
}

/*
 * A region that gives x's register to y, calls a helper, and has a temp that
 * has borrowed that register meanwhile.
 */
static void region_changes_convention(void **s)
{
    World w;

    (void)s;
    world_open(&w, false);
    w.start.state[OFFSET_Y] = 1;
    runner_start(w.runner, &w.start);
    world_begin(&w);
    w.ir->region = true;
    LabelId head = ir_label(w.ir), back = ir_label(w.ir);
    TempId low = ir_temp(w.ir, TYPE_I32), high = ir_temp(w.ir, TYPE_I64);
    TempId next = ir_temp(w.ir, TYPE_I64);
    gen_set_label(w.ir, TYPE_I64, head);
    gen_add(w.ir, TYPE_I64, w.y, w.y, w.y);
    gen_extrl_i64_i32(w.ir, TYPE_I32, low, w.y);
    gen_call(w.ir, &world_helper, next, 1, &w.y);
    gen_ext_i32_i64(w.ir, TYPE_I64, high, low);
    gen_add(w.ir, TYPE_I64, next, next, high);
    gen_add(w.ir, TYPE_I64, next, next, w.y);
    gen_add(w.ir, TYPE_I64, w.x, w.x, next);
    gen_brcond(w.ir, TYPE_I64, w.y, ir_i64(w.ir, 100), COND_LT, back);
    gen_exit_tb(w.ir, TYPE_I64, 3);
    gen_set_label(w.ir, TYPE_I64, back);
    gen_goto_tb(w.ir, TYPE_I64, 0, 0x1000, 0);
    ir_link_inner(w.ir, 0, head);
    CompiledBlock b = world_end(&w);
    assert_int_not_equal(b.leave, 0);
    assert_int_equal(world_enter(&w, &b), 3);
    assert_int_equal(world_state(&w, OFFSET_X), 769);
    assert_int_equal(world_state(&w, OFFSET_Y), 128);
    world_close(&w);
}

/*
 * y = 2 y + 1, with a call in between that adds 10 to x, while y < 100: y has
 * x's register but for the call.
 */
static CompiledBlock region_with_call(World *w)
{
    world_begin(w);
    w->ir->region = true;
    LabelId head = ir_label(w->ir), back = ir_label(w->ir);
    LabelId ret = ir_label(w->ir);
    gen_set_label(w->ir, TYPE_I64, head);
    gen_add(w->ir, TYPE_I64, w->y, w->y, w->y);
    gen_call_tb(w->ir, TYPE_I64, 1, 0x2000, 2, 0x1004, 0);
    gen_set_label(w->ir, TYPE_I64, ret);
    ir_link_inner(w->ir, 2, ret);
    gen_add(w->ir, TYPE_I64, w->y, w->y, ir_i64(w->ir, 1));
    gen_brcond(w->ir, TYPE_I64, w->y, ir_i64(w->ir, 100), COND_LT, back);
    gen_exit_tb(w->ir, TYPE_I64, 3);
    gen_set_label(w->ir, TYPE_I64, back);
    gen_goto_tb(w->ir, TYPE_I64, 0, 0x1000, 0);
    ir_link_inner(w->ir, 0, head);
    return world_end(w);
}

static void region_goes_on_after_call(void **s)
{
    World w;

    (void)s;
    world_open(&w, false);
    world_begin(&w);
    world_add_to_x(&w, 10);
    gen_ret_ptr(w.ir, TYPE_I64, ir_i64(w.ir, 0x1004), 0);
    CompiledBlock callee = world_end(&w);
    CompiledBlock b = region_with_call(&w);
    assert_int_not_equal(b.leave, 0);
    runner_link(w.runner, &b, 1, &callee);
    assert_int_equal(b.slots[2].kind, SLOT_RETURN);
    const uint8_t *code = world_code(&w, &b);
    uint8_t *site = (uint8_t *)(uintptr_t)code + b.slots[2].site;
    assert_int_equal(world_enter(&w, &b), 3);
    assert_int_equal(world_state(&w, OFFSET_X), 70);
    assert_int_equal(world_state(&w, OFFSET_Y), 127);
    x86_64_backend.patch(site, site, code + b.slots[2].stub);
    assert_int_equal(world_enter(&w, &b), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 2);
    assert_int_equal(world_state(&w, OFFSET_X), 80);
    assert_int_equal(world_state(&w, OFFSET_Y), 254);
    world_close(&w);
}

/* All kinds of references: to the runtime, its data, C, slots, literals. */
static CompiledBlock block_that_refers(World *w)
{
    world_begin(w);
    TempId single = ir_temp(w->ir, TYPE_F32), bits = ir_temp(w->ir, TYPE_I32);
    LabelId elsewhere = ir_label(w->ir);
    gen_call(w->ir, &world_helper, w->x, 1, &w->x);
    gen_mov(w->ir, TYPE_F32, single, ir_const(w->ir, TYPE_F32, 0x40490fdb));
    gen_fround(w->ir, TYPE_F32, single, single, FP_ROUND_AWAY);
    gen_fmv_fi(w->ir, TYPE_I32, bits, single);
    gen_ext_i32_i64(w->ir, TYPE_I64, w->y, bits);
    gen_plugin_cb(w->ir, TYPE_I64, 1, 0);
    gen_brcond(w->ir, TYPE_I64, w->x, w->y, COND_EQ, elsewhere);
    gen_call_tb(w->ir, TYPE_I64, 0, 0x2000, 1, 0x1004, 0);
    gen_set_label(w->ir, TYPE_I64, elsewhere);
    gen_goto_ptr(w->ir, TYPE_I64, w->y, 0);
    return world_end(w);
}

/* Another process may map a block's code, at the same distance from its own
   runtime. */
static void same_distance_same_code(void **unused)
{
    World w, other;

    (void)unused;
    world_open(&w, false);
    world_open(&other, false);
    CompiledBlock a = block_that_refers(&w), b = block_that_refers(&other);
    const uint8_t *code = runner_rx(w.runner, a.offset);
    const uint8_t *twin = runner_rx(other.runner, b.offset);
    assert_ptr_not_equal(code, twin);
    assert_int_equal(a.offset, b.offset);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(code, twin, a.size);
    world_close(&other);
    world_close(&w);
}

/* The same block farther from the runtime: but for what move() changes. */
static void moved_code_is_the_same(void **unused)
{
    World w, other;
    uint8_t copy[4096];
    CompiledBlock b;

    (void)unused;
    world_open(&w, false);
    world_open(&other, false);
    CompiledBlock a = block_that_refers(&w);
    assert_true(a.nb_outer > 3 && a.nb_outer <= COMPILE_MAX_OUTER);
    assert_true(a.size <= sizeof(copy));
    memcpy(copy, runner_rx(w.runner, a.offset), a.size);
    do {
        world_begin(&other);
        gen_exit_tb(other.ir, TYPE_I64, 3);
        world_end(&other);
        b = block_that_refers(&other);
    } while ((b.offset - a.offset) % 64);
    assert_true(b.offset > a.offset);
    assert_int_equal(a.size, b.size);
    assert_memory_not_equal(copy, runner_rx(other.runner, b.offset), a.size);
    x86_64_backend.move(copy, a.outer, a.nb_outer, b.offset - a.offset);
    assert_memory_equal(copy, runner_rx(other.runner, b.offset), a.size);
    world_close(&other);
    world_close(&w);
}

/* ---- Wide registers ----------------------------------------------------- */

/* A double from memory to a pinned register and from there to memory. */
static uint32_t bytes_of_copy(Type type)
{
    static const char *const names[] = {"v", NULL};
    BackendConfig cfg = {.max_pinned_int = -1, .max_pinned_fp = -1,
                         .max_scratch = -1, .pc_offset = PC_OFFSET,
                         .hot = names};
    IR *ir = ir_new();
    TempId v = ir_global(ir, type, 0, "v"), t = v;
    TempId at = ir_i64(ir, RUN_GUEST_BASE);
    Runner *runner = runner_new(&cfg, ir, 1 << 16);
    CompiledBlock block;

    if (type == TYPE_V128) {
        t = ir_temp(ir, TYPE_F64);
    }
    gen_guest_ld(ir, TYPE_F64, t, at, 0, MO_UQ);
    if (type == TYPE_V128) {
        gen_vlow_zero(ir, TYPE_F64, v, t);
        t = ir_temp(ir, TYPE_F64);
        gen_vlow(ir, TYPE_F64, t, v);
    }
    gen_guest_st(ir, TYPE_F64, t, at, 8, MO_UQ);
    gen_exit_tb(ir, TYPE_I64, 0);
    opt_run(ir, OPT_NONE, &opt_any_target);
    assert_int_equal(runner_add(runner, ir, &block), COMPILE_OK);
    runner_free(runner);
    ir_free(ir);
    return block.size;
}

/* The same code where the register is a V128 of which that is a view. */
static void views_cost_nothing(void **s)
{
    (void)s;
    assert_int_equal(bytes_of_copy(TYPE_V128), bytes_of_copy(TYPE_F64));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(low_half_is_borrowed),
        cmocka_unit_test(borrower_is_moved),
        cmocka_unit_test(side_takes_its_temp_along),
        cmocka_unit_test(region_changes_convention),
        cmocka_unit_test(region_goes_on_after_call),
        cmocka_unit_test(same_distance_same_code),
        cmocka_unit_test(moved_code_is_the_same),
        cmocka_unit_test(views_cost_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
