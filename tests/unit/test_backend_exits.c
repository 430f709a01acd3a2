/*
 * Ways out of a block: slots, the jump cache, the return stack, faults,
 * misaligned accesses, a buffer that is too small.
 */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <string.h>
#include <sys/mman.h>
#include <cmocka.h>
#include "backend/x86_64/state.h"
#include "backend_world.h"
#include "opt/opt.h"

enum { LEFT_BY_TEST = -100 };

static void cache_at(World *w, uint64_t pc, uint32_t flags,
                     const CompiledBlock *b)
{
    runner_cpu(w->runner)->jump_cache[jump_cache_slot(pc, flags)] =
        (JumpCacheEntry){jump_cache_key(pc, flags),
                         runner_rx(w->runner, b->offset)};
}

static void cache(World *w, uint64_t pc, const CompiledBlock *b)
{
    cache_at(w, pc, 0, b);
}

/* x += 100; leave with reason 7 */
static CompiledBlock last_block(World *w)
{
    world_begin(w);
    world_add_to_x(w, 100);
    gen_exit_tb(w->ir, TYPE_I64, 7);
    return world_end(w);
}

/* ---- Slots --------------------------------------------------------------- */

static void slots_link(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock last = last_block(&w);
    world_begin(&w);
    world_add_to_x(&w, 1);
    gen_goto_tb(w.ir, TYPE_I64, 0, 0x2000, 0);
    CompiledBlock first = world_end(&w);
    assert_int_equal(first.nb_slots, 1);
    assert_int_equal(first.slots[0].guest_pc, 0x2000);
    assert_int_equal((first.offset + first.slots[0].site) % 8 <= 4, 1);
    assert_int_equal(world_enter(&w, &first), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 0);
    assert_int_equal(world_state(&w, OFFSET_X), 1);
    runner_link(w.runner, &first, 0, &last);
    assert_int_equal(world_enter(&w, &first), 7);
    assert_int_equal(world_state(&w, OFFSET_X), 102);
    world_close(&w);
}

/* Both sides of a branch are slots; the taken one is in the branch itself. */
static void branch_sides(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock last = last_block(&w);
    world_begin(&w);
    LabelId taken = ir_label(w.ir);
    gen_brcond(w.ir, TYPE_I64, w.x, ir_i64(w.ir, 5), COND_LT, taken);
    gen_goto_tb(w.ir, TYPE_I64, 0, 0x2000, 0);
    gen_set_label(w.ir, TYPE_I64, taken);
    gen_goto_tb(w.ir, TYPE_I64, 1, 0x3000, 0);
    CompiledBlock b = world_end(&w);
    assert_int_equal(world_enter(&w, &b), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 1);
    runner_link(w.runner, &b, 1, &last);
    assert_int_equal(world_enter(&w, &b), 7);
    assert_int_equal(world_state(&w, OFFSET_X), 100);
    assert_int_equal(world_enter(&w, &b), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 0);
    world_close(&w);
}

static void jump_cache(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock last = last_block(&w);
    world_begin(&w);
    gen_goto_ptr(w.ir, TYPE_I64, ir_i64(w.ir, 0x12345678abc0), 0);
    CompiledBlock b = world_end(&w);
    assert_int_equal(world_enter(&w, &b), LEFT_BY_LOOKUP);
    assert_int_equal(world_state(&w, PC_OFFSET), 0x12345678abc0);
    cache(&w, 0x12345678abc0, &last);
    assert_int_equal(world_enter(&w, &b), 7);
    world_close(&w);
}

/* How it is left from a goto_ptr, or a ret_ptr, to pc and flags. */
static int by_flags(World *w, bool ret, uint64_t pc, uint32_t flags)
{
    world_begin(w);
    if (ret) {
        gen_ret_ptr(w->ir, TYPE_I64, ir_i64(w->ir, (int64_t)pc), flags);
    } else {
        gen_goto_ptr(w->ir, TYPE_I64, ir_i64(w->ir, (int64_t)pc), flags);
    }
    CompiledBlock b = world_end(w);
    return world_enter(w, &b);
}

/* One entry, for some flags: no other flags find it, whatever the address. */
static void jump_cache_flags(void **unused)
{
    enum { PC = 0x12345670, LAST = (1 << TB_FLAG_BITS) - 1 };
    static const uint32_t flags[] = {0, 1, 2, 5, 0x400, LAST};
    World w;

    (void)unused;
    world_open(&w, true);
    CompiledBlock last = last_block(&w);
    for (unsigned i = 0; i < 36; i++) {
        uint32_t has = flags[i / 6], wants = flags[i % 6];
        cache_at(&w, PC, has, &last);
        for (int ret = 0; ret <= 1; ret++) {
            assert_int_equal(by_flags(&w, ret, PC, wants),
                             has == wants ? 7 : LEFT_BY_LOOKUP);
            uint64_t wild = PC ^ (uint64_t)(has ^ wants) << TB_FLAG_KEY_SHIFT;
            assert_int_equal(by_flags(&w, ret, wild, wants),
                             has == wants ? 7 : LEFT_BY_LOOKUP);
        }
        uint32_t slot = jump_cache_slot(PC, has);
        runner_cpu(w.runner)->jump_cache[slot].key = jump_cache_no_key(slot);
    }
    world_close(&w);
}

/* An empty place is found by no address, least of all by the key in it. */
static void jump_cache_empty(void **unused)
{
    static const uint32_t flags[] = {0, 1, (1 << TB_FLAG_BITS) - 1};
    static const uint64_t pcs[] = {0, 1, 2, 3, 0x12345671, 0xffe, 0xfff,
                                   0x1000, 0x1ffe, 0x1fff, UINT64_MAX};
    World w;

    (void)unused;
    world_open(&w, true);
    for (unsigned i = 0; i < 3 * sizeof(pcs) / sizeof(pcs[0]); i++) {
        uint64_t pc = pcs[i / 3];
        uint32_t slot = jump_cache_slot(pc, flags[i % 3]);
        uint64_t key = jump_cache_no_key(slot);
        assert_int_equal(by_flags(&w, false, pc, flags[i % 3]),
                         LEFT_BY_LOOKUP);
        uint64_t wild = key ^ (uint64_t)flags[i % 3] << TB_FLAG_KEY_SHIFT;
        assert_int_equal(by_flags(&w, false, wild, flags[i % 3]),
                         LEFT_BY_LOOKUP);
    }
    world_close(&w);
}

/* ---- The return stack ---------------------------------------------------- */

/* x += 1; call 0x2000, which returns to 0x1004 */
static CompiledBlock caller(World *w)
{
    world_begin(w);
    world_add_to_x(w, 1);
    gen_mov(w->ir, TYPE_I64, w->y, ir_i64(w->ir, 0x1004));
    gen_call_tb(w->ir, TYPE_I64, 0, 0x2000, 1, 0x1004, 0);
    return world_end(w);
}

/* x += 10; return to y + n */
static CompiledBlock callee(World *w, int64_t n)
{
    TempId t;

    world_begin(w);
    world_add_to_x(w, 10);
    t = ir_temp(w->ir, TYPE_I64);
    gen_add(w->ir, TYPE_I64, t, w->y, ir_i64(w->ir, n));
    gen_ret_ptr(w->ir, TYPE_I64, t, 0);
    return world_end(w);
}

static void calls_return(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock ret = callee(&w, 0), last = last_block(&w);
    CompiledBlock call = caller(&w);
    runner_link(w.runner, &call, 0, &ret);
    assert_int_equal(world_enter(&w, &call), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 1);
    assert_int_equal(runner_returns(w.runner), 0);
    runner_link(w.runner, &call, 1, &last);
    assert_int_equal(world_enter(&w, &call), 7);
    assert_int_equal(world_state(&w, OFFSET_X), 122);
    world_close(&w);
}

/* Left in the callee and entered again: the return still finds its place. */
static void calls_return_later(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock ret = callee(&w, 0), call = caller(&w);
    assert_int_equal(world_enter(&w, &call), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 0);
    assert_int_equal(runner_returns(w.runner), 1);
    assert_int_equal(world_enter(&w, &ret), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 1);
    assert_int_equal(runner_returns(w.runner), 0);
    world_close(&w);
}

/* Frames left behind, as by longjmp, are dropped up to the one returned to. */
static void return_further_up(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock ret = callee(&w, 0), call = caller(&w);
    world_begin(&w);
    gen_call_tb(w.ir, TYPE_I64, 0, 0x2000, 1, 0x5550, 0);
    CompiledBlock other = world_end(&w);
    world_enter(&w, &call);
    world_enter(&w, &other);
    world_enter(&w, &other);
    assert_int_equal(runner_returns(w.runner), 3);
    assert_int_equal(world_enter(&w, &ret), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 1);
    assert_int_equal(runner_returns(w.runner), 0);
    world_close(&w);
}

/* No frame for it: the stack is emptied, the jump cache asked. */
static void return_elsewhere(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock ret = callee(&w, 0x100), last = last_block(&w);
    CompiledBlock call = caller(&w);
    runner_link(w.runner, &call, 0, &ret);
    assert_int_equal(world_enter(&w, &call), LEFT_BY_LOOKUP);
    assert_int_equal(world_state(&w, PC_OFFSET), 0x1104);
    assert_int_equal(runner_returns(w.runner), 0);
    cache(&w, 0x1104, &last);
    assert_int_equal(world_enter(&w, &call), 7);
    world_close(&w);
}

static void indirect_calls(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    CompiledBlock ret = callee(&w, 0);
    world_begin(&w);
    gen_mov(w.ir, TYPE_I64, w.y, ir_i64(w.ir, 0x1004));
    gen_call_ptr(w.ir, TYPE_I64, ir_i64(w.ir, 0x2000), 0, 0x1004, 0);
    CompiledBlock call = world_end(&w);
    assert_int_equal(world_enter(&w, &call), LEFT_BY_LOOKUP);
    assert_int_equal(world_state(&w, PC_OFFSET), 0x2000);
    assert_int_equal(runner_returns(w.runner), 1);
    assert_int_equal(world_enter(&w, &ret), LEFT_BY_SLOT);
    assert_int_equal(runner_returns(w.runner), 0);
    cache(&w, 0x2000, &ret);
    assert_int_equal(world_enter(&w, &call), LEFT_BY_SLOT);
    assert_int_equal(world_slot_of_exit(&w), 0);
    assert_int_equal(world_state(&w, OFFSET_X), 20);
    world_close(&w);
}

/* Return addresses are compared whole. */
static void wide_return_address(void **unused)
{
    static const uint64_t address = 0x7fffdeadbeef10;
    World w;

    (void)unused;
    for (uint64_t wrong = 0; wrong <= 1ull << 32; wrong += 1ull << 32) {
        world_open(&w, false);
        world_begin(&w);
        gen_ret_ptr(w.ir, TYPE_I64, ir_i64(w.ir, (int64_t)(address + wrong)), 0);
        CompiledBlock ret = world_end(&w);
        world_begin(&w);
        gen_call_tb(w.ir, TYPE_I64, 0, 0x2000, 1, address, 0);
        CompiledBlock call = world_end(&w);
        runner_link(w.runner, &call, 0, &ret);
        assert_int_equal(world_enter(&w, &call),
                         wrong ? LEFT_BY_LOOKUP : LEFT_BY_SLOT);
        world_close(&w);
    }
}

static void no_return_stack(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, true);
    CompiledBlock ret = callee(&w, 0), call = caller(&w);
    runner_link(w.runner, &call, 0, &ret);
    assert_int_equal(world_enter(&w, &call), LEFT_BY_LOOKUP);
    assert_int_equal(world_state(&w, PC_OFFSET), 0x1004);
    assert_int_equal(runner_returns(w.runner), 0);
    world_close(&w);
}

/* ---- Faults -------------------------------------------------------------- */

static World *faulting;
static int overflows;

static void on_fault(int signo, siginfo_t *info, void *context)
{
    ucontext_t *uc = context;
    CPUState *cpu = runner_cpu(faulting->runner);
    BackendContext *ctx = runner_context(faulting->runner);

    (void)signo;
    if (x86_64_backend.native->ret_stack_overflow(cpu, uc, (uintptr_t)info->si_addr)) {
        overflows++;
    } else {
        x86_64_backend.native->leave_from_signal(ctx, cpu, uc, LEFT_BY_TEST, NULL);
    }
}

static void catch_faults(World *w)
{
    static uint8_t alternative[64 << 10];
    stack_t ss = {.ss_sp = alternative, .ss_size = sizeof(alternative)};
    struct sigaction sa = {.sa_sigaction = on_fault,
                           .sa_flags = SA_SIGINFO | SA_ONSTACK};

    faulting = w;
    overflows = 0;
    sigaltstack(&ss, NULL);
    sigaction(SIGSEGV, &sa, NULL);
}

/* The state is that before the faulting instruction, and a row names it. */
static void fault_is_exact(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    catch_faults(&w);
    world_begin(&w);
    world_add_to_x(&w, 5);
    gen_mov(w.ir, TYPE_I64, w.y, w.x);
    gen_insn_start(w.ir, TYPE_I64, 0x1004);
    gen_guest_ld(w.ir, TYPE_I64, w.x, ir_i64(w.ir, 8), 0, MO_64);
    gen_insn_start(w.ir, TYPE_I64, 0x1008);
    world_add_to_x(&w, 1000);
    gen_exit_tb(w.ir, TYPE_I64, 7);
    CompiledBlock b = world_end(&w);
    assert_int_equal(b.nb_rows, 1);
    assert_int_equal(b.rows[0].guest_offset, 4);
    assert_int_equal(world_enter(&w, &b), LEFT_BY_TEST);
    assert_int_equal(world_state(&w, OFFSET_X), 5);
    assert_int_equal(world_state(&w, OFFSET_Y), 5);
    world_close(&w);
}

static void misaligned(World *w, int64_t disp)
{
    world_begin(w);
    world_add_to_x(w, 3);
    gen_insn_start(w->ir, TYPE_I64, 0x1004);
    gen_atomic_fetch_add(w->ir, TYPE_I64, w->x,
                         ir_i64(w->ir, RUN_GUEST_BASE + 8), w->x, (Arg)disp,
                         MO_64 | MO_ALIGN);
    gen_exit_tb(w->ir, TYPE_I64, 7);
}

/* Its words are a signal handler's to change at any time (exec_kick()). */
static void no_temporary_on_ret_stack(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    uint64_t *below = &x86_state(runner_cpu(w.runner))->ret_bottom - 1;
    *below = 0x1122334455667788;
    world_begin(&w);
    world_add_to_x(&w, RUN_GUEST_BASE + 8 - 5);
    gen_atomic_fetch_add(w.ir, TYPE_I64, w.y, w.x, w.x, 5, MO_64 | MO_ALIGN);
    gen_exit_tb(w.ir, TYPE_I64, 7);
    CompiledBlock b = world_end(&w);
    assert_int_equal(world_enter(&w, &b), 7);
    assert_int_equal(world_state(&w, OFFSET_X), RUN_GUEST_BASE + 3);
    assert_int_equal(*below, 0x1122334455667788);
    world_close(&w);
}

static void misaligned_access(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    misaligned(&w, 0);
    CompiledBlock good = world_end(&w);
    assert_int_equal(world_enter(&w, &good), 7);
    runner_start(w.runner, &w.start);
    misaligned(&w, -3);
    CompiledBlock bad = world_end(&w);
    assert_int_equal(world_enter(&w, &bad), LEFT_BY_ALIGN);
    assert_int_equal(runner_cpu(w.runner)->align_addr, RUN_GUEST_BASE + 5);
    assert_int_equal(world_state(&w, PC_OFFSET), 0x1004);
    assert_int_equal(world_state(&w, OFFSET_X), 3);
    world_close(&w);
}

/* By a register, with displacements that are aligned themselves or not. */
static void misaligned_register(void **unused)
{
    static const int8_t disps[] = {0, 8, 1, -1, 5};
    World w;

    (void)unused;
    world_open(&w, false);
    for (unsigned i = 0; i < sizeof(disps); i++) {
        for (unsigned low = 0; low < 8; low++) {
            bool wrong = (low + (unsigned)disps[i]) & 7;
            uint64_t base = RUN_GUEST_BASE + 64 + low;
            memcpy(w.start.state + OFFSET_X, &base, 8);
            runner_start(w.runner, &w.start);
            world_begin(&w);
            gen_guest_st(w.ir, TYPE_I64, w.y, w.x, (Arg)(int64_t)disps[i],
                         MO_64 | MO_ALIGN);
            gen_exit_tb(w.ir, TYPE_I64, 7);
            CompiledBlock b = world_end(&w);
            assert_int_equal(world_enter(&w, &b), wrong ? LEFT_BY_ALIGN : 7);
        }
    }
    world_close(&w);
}

/* Deep recursion runs into the guard page and goes on with an empty stack. */
static void return_stack_is_bounded(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    catch_faults(&w);
    CompiledBlock last = last_block(&w);
    world_begin(&w);
    world_add_to_x(&w, 1);
    LabelId on = ir_label(w.ir);
    gen_brcond(w.ir, TYPE_I64, w.x, ir_i64(w.ir, 100000), COND_LT, on);
    gen_goto_tb(w.ir, TYPE_I64, 2, 0x2000, 0);
    gen_set_label(w.ir, TYPE_I64, on);
    gen_call_tb(w.ir, TYPE_I64, 0, 0x1000, 1, 0x1004, 0);
    CompiledBlock b = world_end(&w);
    runner_link(w.runner, &b, 2, &last);
    runner_link(w.runner, &b, 0, &b);
    assert_int_equal(world_enter(&w, &b), 7);
    assert_int_equal(world_state(&w, OFFSET_X), 100100);
    assert_true(overflows > 1);
    world_close(&w);
}

/* ---- Loops --------------------------------------------------------------- */

/* TB temps and globals round a loop: x = 10 + 9 + ... + 1, y = 10 turns. */
static void loop_in_a_block(void **unused)
{
    World w;

    (void)unused;
    world_open(&w, false);
    world_begin(&w);
    TempId left = ir_temp_tb(w.ir, TYPE_I64), sum = ir_temp_tb(w.ir, TYPE_I64);
    LabelId again = ir_label(w.ir);
    gen_mov(w.ir, TYPE_I64, left, ir_i64(w.ir, 10));
    gen_mov(w.ir, TYPE_I64, sum, ir_i64(w.ir, 0));
    gen_set_label(w.ir, TYPE_I64, again);
    gen_add(w.ir, TYPE_I64, sum, sum, left);
    gen_add(w.ir, TYPE_I64, w.y, w.y, ir_i64(w.ir, 1));
    gen_sub(w.ir, TYPE_I64, left, left, ir_i64(w.ir, 1));
    gen_brcond(w.ir, TYPE_I64, left, ir_i64(w.ir, 0), COND_NE, again);
    gen_mov(w.ir, TYPE_I64, w.x, sum);
    gen_exit_tb(w.ir, TYPE_I64, 7);
    CompiledBlock b = world_end(&w);
    assert_int_equal(world_enter(&w, &b), 7);
    assert_int_equal(world_state(&w, OFFSET_X), 55);
    assert_int_equal(world_state(&w, OFFSET_Y), 10);
    world_close(&w);
}

/* ---- Room ---------------------------------------------------------------- */

static void long_block(World *w)
{
    world_begin(w);
    for (unsigned i = 0; i < 300; i++) {
        TempId t = ir_temp(w->ir, TYPE_I64);
        gen_divs(w->ir, TYPE_I64, t, w->x, w->y);
        gen_xor(w->ir, TYPE_I64, w->x, w->x, t);
    }
    gen_exit_tb(w->ir, TYPE_I64, 7);
    opt_run(w->ir, OPT_NONE, &opt_any_target);
}

/* Whatever the room, a block is compiled whole or not at all. */
static void buffer_full(void **unused)
{
    enum { STEP = 997, MOST = 64 << 10 };
    World w;
    bool fitted = false;

    (void)unused;
    for (size_t size = 16 << 10; size < MOST; size += STEP) {
        BackendConfig cfg = {.max_pinned_int = -1,
                             .max_pinned_fp = -1,
                             .max_scratch = -1,
                             .pc_offset = PC_OFFSET};
        CompiledBlock block;
        world_open(&w, false);
        Runner *small = runner_new(&cfg, w.ir, size);
        long_block(&w);
        CompileStatus status = runner_add(small, w.ir, &block);
        assert_true(status == COMPILE_OK ||
                    (status == COMPILE_BUFFER_FULL && !fitted));
        fitted = status == COMPILE_OK;
        runner_free(small);
        world_close(&w);
    }
    assert_true(fitted);
}

static void too_large(void **unused)
{
    World w;
    CompiledBlock block;

    (void)unused;
    world_open(&w, false);
    world_begin(&w);
    for (unsigned i = 0; i < 5000; i++) {
        gen_insn_start(w.ir, TYPE_I64, 0x1000 + i * 4);
        gen_guest_st(w.ir, TYPE_I64, w.x, w.y, 0, MO_64);
    }
    gen_exit_tb(w.ir, TYPE_I64, 7);
    opt_run(w.ir, OPT_NONE, &opt_any_target);
    assert_int_equal(runner_add(w.runner, w.ir, &block), COMPILE_TOO_LARGE);
    world_close(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_link),
        cmocka_unit_test(branch_sides),
        cmocka_unit_test(jump_cache),
        cmocka_unit_test(jump_cache_flags),
        cmocka_unit_test(jump_cache_empty),
        cmocka_unit_test(calls_return),
        cmocka_unit_test(calls_return_later),
        cmocka_unit_test(return_further_up),
        cmocka_unit_test(return_elsewhere),
        cmocka_unit_test(indirect_calls),
        cmocka_unit_test(wide_return_address),
        cmocka_unit_test(no_return_stack),
        cmocka_unit_test(fault_is_exact),
        cmocka_unit_test(misaligned_access),
        cmocka_unit_test(no_temporary_on_ret_stack),
        cmocka_unit_test(misaligned_register),
        cmocka_unit_test(return_stack_is_bounded),
        cmocka_unit_test(loop_in_a_block),
        cmocka_unit_test(buffer_full),
        cmocka_unit_test(too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
