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
#include "backend_run.h"
#include "core/gen.h"
#include "opt/opt.h"

enum { PC_OFFSET = 256, LEFT_BY_TEST = -100, OFFSET_X = 0, OFFSET_Y = 8 };

/* One register pinned, one in memory, and the pc. */
typedef struct World {
    IR *ir;
    Runner *runner;
    TempId x, y;
    RunStart start;
} World;

static const char *const hot[] = {"x", NULL};

static int64_t plus_one(int64_t v)
{
    return v + 1;
}

static const Helper helper = {"plus_one", plus_one, TYPE_I64, 1, {TYPE_I64},
                              HELPER_READS_STATE};
static const Helper *const helpers[] = {&helper, NULL};

static void open_world(World *w, bool no_ret_stack)
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

static void close_world(World *w)
{
    runner_free(w->runner);
    ir_free(w->ir);
}

static uint64_t state(World *w, unsigned offset)
{
    uint64_t v;

    memcpy(&v, runner_cpu(w->runner)->guest + offset, 8);
    return v;
}

static void begin(World *w)
{
    ir_reset(w->ir);
    gen_insn_start(w->ir, TYPE_I64, 0x1000);
}

static void add_to_x(World *w, int64_t n)
{
    gen_add(w->ir, TYPE_I64, w->x, w->x, ir_i64(w->ir, n));
}

static CompiledBlock end(World *w)
{
    CompiledBlock block;

    opt_run(w->ir, OPT_NONE);
    assert_int_equal(runner_add(w->runner, w->ir, &block), COMPILE_OK);
    return block;
}

static int enter(World *w, const CompiledBlock *b)
{
    return runner_enter(w->runner, runner_rx(w->runner, b->offset));
}

static void cache(World *w, uint64_t pc, const CompiledBlock *b)
{
    runner_cpu(w->runner)->jump_cache[jump_cache_slot(pc)] =
        (JumpCacheEntry){pc, runner_rx(w->runner, b->offset)};
}

static uint32_t slot_of_exit(World *w)
{
    const CPUState *cpu = runner_cpu(w->runner);

    return ((const ExitRecord *)(uintptr_t)cpu->exit_site)->slot;
}

/* x += 100; leave with reason 7 */
static CompiledBlock last_block(World *w)
{
    begin(w);
    add_to_x(w, 100);
    gen_exit_tb(w->ir, TYPE_I64, 7);
    return end(w);
}

/* ---- Slots --------------------------------------------------------------- */

static void slots_link(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock last = last_block(&w);
    begin(&w);
    add_to_x(&w, 1);
    gen_goto_tb(w.ir, TYPE_I64, 0, 0x2000);
    CompiledBlock first = end(&w);
    assert_int_equal(first.nb_slots, 1);
    assert_int_equal(first.slots[0].guest_pc, 0x2000);
    assert_int_equal((first.offset + first.slots[0].site) % 8 <= 4, 1);
    assert_int_equal(enter(&w, &first), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 0);
    assert_int_equal(state(&w, OFFSET_X), 1);
    runner_link(w.runner, &first, 0, &last);
    assert_int_equal(enter(&w, &first), 7);
    assert_int_equal(state(&w, OFFSET_X), 102);
    close_world(&w);
}

/* Both sides of a branch are slots; the taken one is in the branch itself. */
static void branch_sides(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock last = last_block(&w);
    begin(&w);
    LabelId taken = ir_label(w.ir);
    gen_brcond(w.ir, TYPE_I64, w.x, ir_i64(w.ir, 5), COND_LT, taken);
    gen_goto_tb(w.ir, TYPE_I64, 0, 0x2000);
    gen_set_label(w.ir, TYPE_I64, taken);
    gen_goto_tb(w.ir, TYPE_I64, 1, 0x3000);
    CompiledBlock b = end(&w);
    assert_int_equal(enter(&w, &b), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 1);
    runner_link(w.runner, &b, 1, &last);
    assert_int_equal(enter(&w, &b), 7);
    assert_int_equal(state(&w, OFFSET_X), 100);
    assert_int_equal(enter(&w, &b), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 0);
    close_world(&w);
}

static void jump_cache(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock last = last_block(&w);
    begin(&w);
    gen_goto_ptr(w.ir, TYPE_I64, ir_i64(w.ir, 0x12345678abc0));
    CompiledBlock b = end(&w);
    assert_int_equal(enter(&w, &b), LEFT_BY_LOOKUP);
    assert_int_equal(state(&w, PC_OFFSET), 0x12345678abc0);
    cache(&w, 0x12345678abc0, &last);
    assert_int_equal(enter(&w, &b), 7);
    close_world(&w);
}

/* ---- The return stack ---------------------------------------------------- */

/* x += 1; call 0x2000, which returns to 0x1004 */
static CompiledBlock caller(World *w)
{
    begin(w);
    add_to_x(w, 1);
    gen_mov(w->ir, TYPE_I64, w->y, ir_i64(w->ir, 0x1004));
    gen_call_tb(w->ir, TYPE_I64, 0, 0x2000, 1, 0x1004);
    return end(w);
}

/* x += 10; return to y + n */
static CompiledBlock callee(World *w, int64_t n)
{
    TempId t;

    begin(w);
    add_to_x(w, 10);
    t = ir_temp(w->ir, TYPE_I64);
    gen_add(w->ir, TYPE_I64, t, w->y, ir_i64(w->ir, n));
    gen_ret_ptr(w->ir, TYPE_I64, t);
    return end(w);
}

static void calls_return(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock ret = callee(&w, 0), last = last_block(&w);
    CompiledBlock call = caller(&w);
    runner_link(w.runner, &call, 0, &ret);
    assert_int_equal(enter(&w, &call), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 1);
    CPUState *cpu = runner_cpu(w.runner);
    assert_int_equal(cpu->ret_sp, cpu->ret_base);
    runner_link(w.runner, &call, 1, &last);
    assert_int_equal(enter(&w, &call), 7);
    assert_int_equal(state(&w, OFFSET_X), 122);
    close_world(&w);
}

/* Left in the callee and entered again: the return still finds its place. */
static void calls_return_later(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock ret = callee(&w, 0), call = caller(&w);
    CPUState *cpu = runner_cpu(w.runner);
    assert_int_equal(enter(&w, &call), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 0);
    assert_int_equal(cpu->ret_sp, cpu->ret_base - sizeof(RetStackEntry));
    assert_int_equal(enter(&w, &ret), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 1);
    assert_int_equal(cpu->ret_sp, cpu->ret_base);
    close_world(&w);
}

/* Frames left behind, as by longjmp, are dropped up to the one returned to. */
static void return_further_up(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock ret = callee(&w, 0), call = caller(&w);
    begin(&w);
    gen_call_tb(w.ir, TYPE_I64, 0, 0x2000, 1, 0x5550);
    CompiledBlock other = end(&w);
    CPUState *cpu = runner_cpu(w.runner);
    enter(&w, &call);
    enter(&w, &other);
    enter(&w, &other);
    assert_int_equal(cpu->ret_sp, cpu->ret_base - 3 * sizeof(RetStackEntry));
    assert_int_equal(enter(&w, &ret), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 1);
    assert_int_equal(cpu->ret_sp, cpu->ret_base);
    close_world(&w);
}

/* No frame for it: the stack is emptied, the jump cache asked. */
static void return_elsewhere(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock ret = callee(&w, 0x100), last = last_block(&w);
    CompiledBlock call = caller(&w);
    CPUState *cpu = runner_cpu(w.runner);
    runner_link(w.runner, &call, 0, &ret);
    assert_int_equal(enter(&w, &call), LEFT_BY_LOOKUP);
    assert_int_equal(state(&w, PC_OFFSET), 0x1104);
    assert_int_equal(cpu->ret_sp, cpu->ret_base);
    cache(&w, 0x1104, &last);
    assert_int_equal(enter(&w, &call), 7);
    close_world(&w);
}

static void indirect_calls(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    CompiledBlock ret = callee(&w, 0);
    begin(&w);
    gen_mov(w.ir, TYPE_I64, w.y, ir_i64(w.ir, 0x1004));
    gen_call_ptr(w.ir, TYPE_I64, ir_i64(w.ir, 0x2000), 0, 0x1004);
    CompiledBlock call = end(&w);
    CPUState *cpu = runner_cpu(w.runner);
    assert_int_equal(enter(&w, &call), LEFT_BY_LOOKUP);
    assert_int_equal(state(&w, PC_OFFSET), 0x2000);
    assert_int_equal(cpu->ret_sp, cpu->ret_base - sizeof(RetStackEntry));
    assert_int_equal(enter(&w, &ret), LEFT_BY_SLOT);
    assert_int_equal(cpu->ret_sp, cpu->ret_base);
    cache(&w, 0x2000, &ret);
    assert_int_equal(enter(&w, &call), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 0);
    assert_int_equal(state(&w, OFFSET_X), 20);
    close_world(&w);
}

/* Return addresses are compared whole. */
static void wide_return_address(void **unused)
{
    static const uint64_t address = 0x7fffdeadbeef10;
    World w;

    (void)unused;
    for (uint64_t wrong = 0; wrong <= 1ull << 32; wrong += 1ull << 32) {
        open_world(&w, false);
        begin(&w);
        gen_ret_ptr(w.ir, TYPE_I64, ir_i64(w.ir, (int64_t)(address + wrong)));
        CompiledBlock ret = end(&w);
        begin(&w);
        gen_call_tb(w.ir, TYPE_I64, 0, 0x2000, 1, address);
        CompiledBlock call = end(&w);
        runner_link(w.runner, &call, 0, &ret);
        assert_int_equal(enter(&w, &call),
                         wrong ? LEFT_BY_LOOKUP : LEFT_BY_SLOT);
        close_world(&w);
    }
}

static void no_return_stack(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, true);
    CompiledBlock ret = callee(&w, 0), call = caller(&w);
    CPUState *cpu = runner_cpu(w.runner);
    runner_link(w.runner, &call, 0, &ret);
    assert_int_equal(enter(&w, &call), LEFT_BY_LOOKUP);
    assert_int_equal(state(&w, PC_OFFSET), 0x1004);
    assert_int_equal(cpu->ret_sp, cpu->ret_base);
    close_world(&w);
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
    if (x86_64_backend.ret_stack_overflow(ctx, cpu, uc,
                                          (uintptr_t)info->si_addr)) {
        overflows++;
    } else {
        x86_64_backend.leave_from_signal(ctx, cpu, uc, LEFT_BY_TEST, NULL);
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
    open_world(&w, false);
    catch_faults(&w);
    begin(&w);
    add_to_x(&w, 5);
    gen_mov(w.ir, TYPE_I64, w.y, w.x);
    gen_insn_start(w.ir, TYPE_I64, 0x1004);
    gen_guest_ld(w.ir, TYPE_I64, w.x, ir_i64(w.ir, 8), 0, MO_64);
    gen_insn_start(w.ir, TYPE_I64, 0x1008);
    add_to_x(&w, 1000);
    gen_exit_tb(w.ir, TYPE_I64, 7);
    CompiledBlock b = end(&w);
    assert_int_equal(b.nb_rows, 1);
    assert_int_equal(b.rows[0].guest_offset, 4);
    assert_int_equal(enter(&w, &b), LEFT_BY_TEST);
    assert_int_equal(state(&w, OFFSET_X), 5);
    assert_int_equal(state(&w, OFFSET_Y), 5);
    close_world(&w);
}

static void misaligned(World *w, int64_t disp)
{
    begin(w);
    add_to_x(w, 3);
    gen_insn_start(w->ir, TYPE_I64, 0x1004);
    gen_atomic_fetch_add(w->ir, TYPE_I64, w->x,
                         ir_i64(w->ir, RUN_GUEST_BASE + 8), w->x, (Arg)disp,
                         MO_64 | MO_ALIGN);
    gen_exit_tb(w->ir, TYPE_I64, 7);
}

static void misaligned_access(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    misaligned(&w, 0);
    CompiledBlock good = end(&w);
    assert_int_equal(enter(&w, &good), 7);
    runner_start(w.runner, &w.start);
    misaligned(&w, -3);
    CompiledBlock bad = end(&w);
    assert_int_equal(enter(&w, &bad), LEFT_BY_ALIGN);
    assert_int_equal(runner_cpu(w.runner)->align_addr, RUN_GUEST_BASE + 5);
    assert_int_equal(state(&w, PC_OFFSET), 0x1004);
    assert_int_equal(state(&w, OFFSET_X), 3);
    close_world(&w);
}

/* By a register, with displacements that are aligned themselves or not. */
static void misaligned_register(void **unused)
{
    static const int8_t disps[] = {0, 8, 1, -1, 5};
    World w;

    (void)unused;
    open_world(&w, false);
    for (unsigned i = 0; i < sizeof(disps); i++) {
        for (unsigned low = 0; low < 8; low++) {
            bool wrong = (low + (unsigned)disps[i]) & 7;
            uint64_t base = RUN_GUEST_BASE + 64 + low;
            memcpy(w.start.state + OFFSET_X, &base, 8);
            runner_start(w.runner, &w.start);
            begin(&w);
            gen_guest_st(w.ir, TYPE_I64, w.y, w.x, (Arg)(int64_t)disps[i],
                         MO_64 | MO_ALIGN);
            gen_exit_tb(w.ir, TYPE_I64, 7);
            CompiledBlock b = end(&w);
            assert_int_equal(enter(&w, &b), wrong ? LEFT_BY_ALIGN : 7);
        }
    }
    close_world(&w);
}

/* Deep recursion runs into the guard page and goes on with an empty stack. */
static void return_stack_is_bounded(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    catch_faults(&w);
    CPUState *cpu = runner_cpu(w.runner);
    uintptr_t bottom = cpu->ret_base & -(uintptr_t)4096;
    mprotect((void *)(bottom - 4096), 4096, PROT_NONE);
    CompiledBlock last = last_block(&w);
    begin(&w);
    add_to_x(&w, 1);
    LabelId on = ir_label(w.ir);
    gen_brcond(w.ir, TYPE_I64, w.x, ir_i64(w.ir, 2000), COND_LT, on);
    gen_goto_tb(w.ir, TYPE_I64, 2, 0x2000);
    gen_set_label(w.ir, TYPE_I64, on);
    gen_call_tb(w.ir, TYPE_I64, 0, 0x1000, 1, 0x1004);
    CompiledBlock b = end(&w);
    runner_link(w.runner, &b, 2, &last);
    runner_link(w.runner, &b, 0, &b);
    assert_int_equal(enter(&w, &b), 7);
    assert_int_equal(state(&w, OFFSET_X), 2100);
    assert_true(overflows > 1);
    close_world(&w);
}

/* ---- Loops --------------------------------------------------------------- */

/* TB temps and globals round a loop: x = 10 + 9 + ... + 1, y = 10 turns. */
static void loop_in_a_block(void **unused)
{
    World w;

    (void)unused;
    open_world(&w, false);
    begin(&w);
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
    CompiledBlock b = end(&w);
    assert_int_equal(enter(&w, &b), 7);
    assert_int_equal(state(&w, OFFSET_X), 55);
    assert_int_equal(state(&w, OFFSET_Y), 10);
    close_world(&w);
}

/* ---- Room ---------------------------------------------------------------- */

static void long_block(World *w)
{
    begin(w);
    for (unsigned i = 0; i < 300; i++) {
        TempId t = ir_temp(w->ir, TYPE_I64);
        gen_divs(w->ir, TYPE_I64, t, w->x, w->y);
        gen_xor(w->ir, TYPE_I64, w->x, w->x, t);
    }
    gen_exit_tb(w->ir, TYPE_I64, 7);
    opt_run(w->ir, OPT_NONE);
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
        open_world(&w, false);
        Runner *small = runner_new(&cfg, w.ir, size);
        long_block(&w);
        CompileStatus status = runner_add(small, w.ir, &block);
        assert_true(status == COMPILE_OK ||
                    (status == COMPILE_BUFFER_FULL && !fitted));
        fitted = status == COMPILE_OK;
        runner_free(small);
        close_world(&w);
    }
    assert_true(fitted);
}

static void too_large(void **unused)
{
    World w;
    CompiledBlock block;

    (void)unused;
    open_world(&w, false);
    begin(&w);
    for (unsigned i = 0; i < 5000; i++) {
        gen_insn_start(w.ir, TYPE_I64, 0x1000 + i * 4);
        gen_guest_st(w.ir, TYPE_I64, w.x, w.y, 0, MO_64);
    }
    gen_exit_tb(w.ir, TYPE_I64, 7);
    opt_run(w.ir, OPT_NONE);
    assert_int_equal(runner_add(w.runner, w.ir, &block), COMPILE_TOO_LARGE);
    close_world(&w);
}

/* ---- Registers without moves ------------------------------------------- */

static const uint8_t *code_of(World *w, const CompiledBlock *b)
{
    return runner_rx(w->runner, b->offset);
}

/* x = sext(low x + low x): the sum reads x where it is. */
static void low_half_is_borrowed(void **s)
{
    World w;

    (void)s;
    open_world(&w, false);
    begin(&w);
    TempId low = ir_temp(w.ir, TYPE_I32), sum = ir_temp(w.ir, TYPE_I32);
    gen_extrl_i64_i32(w.ir, TYPE_I32, low, w.x);
    gen_add(w.ir, TYPE_I32, sum, low, low);
    gen_ext_i32_i64(w.ir, TYPE_I64, w.x, sum);
    gen_exit_tb(w.ir, TYPE_I64, 3);
    CompiledBlock b = end(&w);
    static const uint8_t code[] = {
        0x8d, 0x04, 0x1b, /* lea eax, [rbx + rbx] */
        0x48, 0x63, 0xd8, /* movsxd rbx, eax */
    };
    assert_memory_equal(code_of(&w, &b), code, sizeof(code));
    close_world(&w);
}

/* A low half outlives the register that it borrowed. */
static void borrower_is_moved(void **s)
{
    World w;

    (void)s;
    open_world(&w, false);
    w.start.state[OFFSET_X] = 7;
    runner_start(w.runner, &w.start);
    begin(&w);
    TempId low = ir_temp(w.ir, TYPE_I32);
    gen_extrl_i64_i32(w.ir, TYPE_I32, low, w.x);
    add_to_x(&w, 100);
    gen_ext_i32_i64(w.ir, TYPE_I64, w.y, low);
    gen_exit_tb(w.ir, TYPE_I64, 3);
    CompiledBlock b = end(&w);
    assert_int_equal(enter(&w, &b), 3);
    assert_int_equal(state(&w, OFFSET_X), 107);
    assert_int_equal(state(&w, OFFSET_Y), 7);
    close_world(&w);
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
    begin(w);
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
    return end(w);
}

/* Behind the branch, what its side wants is in no register's way. */
static void side_takes_its_temp_along(void **s)
{
    World w;
    unsigned most = 0;

    (void)s;
    open_world(&w, false);
    w.start.state[OFFSET_X] = 1;
    w.start.state[OFFSET_Y] = 5;
    for (unsigned n = 1; n <= 16; n++) {
        CompiledBlock without = region_with_side(&w, false, n);
        unsigned spills = nb_spills(code_of(&w, &without), without.size);
        CompiledBlock b = region_with_side(&w, true, n);
        assert_int_equal(nb_spills(code_of(&w, &b), b.size), spills);
        runner_start(w.runner, &w.start);
        assert_int_equal(enter(&w, &b), 4);
        assert_int_equal(state(&w, OFFSET_X), 6);
        most = spills;
    }
    assert_true(most > 0);
    close_world(&w);
}

/*
 * A region that gives x's register to y, calls a helper, and has a temp that
 * has borrowed that register meanwhile.
 */
static void region_changes_convention(void **s)
{
    World w;

    (void)s;
    open_world(&w, false);
    w.start.state[OFFSET_Y] = 1;
    runner_start(w.runner, &w.start);
    begin(&w);
    w.ir->region = true;
    LabelId head = ir_label(w.ir), back = ir_label(w.ir);
    TempId low = ir_temp(w.ir, TYPE_I32), high = ir_temp(w.ir, TYPE_I64);
    TempId next = ir_temp(w.ir, TYPE_I64);
    gen_set_label(w.ir, TYPE_I64, head);
    gen_add(w.ir, TYPE_I64, w.y, w.y, w.y);
    gen_extrl_i64_i32(w.ir, TYPE_I32, low, w.y);
    gen_call(w.ir, &helper, next, 1, &w.y);
    gen_ext_i32_i64(w.ir, TYPE_I64, high, low);
    gen_add(w.ir, TYPE_I64, next, next, high);
    gen_add(w.ir, TYPE_I64, next, next, w.y);
    gen_add(w.ir, TYPE_I64, w.x, w.x, next);
    gen_brcond(w.ir, TYPE_I64, w.y, ir_i64(w.ir, 100), COND_LT, back);
    gen_exit_tb(w.ir, TYPE_I64, 3);
    gen_set_label(w.ir, TYPE_I64, back);
    gen_goto_tb(w.ir, TYPE_I64, 0, 0x1000);
    ir_link_inner(w.ir, 0, head);
    CompiledBlock b = end(&w);
    assert_int_not_equal(b.leave, 0);
    assert_int_equal(enter(&w, &b), 3);
    assert_int_equal(state(&w, OFFSET_X), 769);
    assert_int_equal(state(&w, OFFSET_Y), 128);
    close_world(&w);
}

/*
 * y = 2 y + 1, with a call in between that adds 10 to x, while y < 100: y has
 * x's register but for the call.
 */
static CompiledBlock region_with_call(World *w)
{
    begin(w);
    w->ir->region = true;
    LabelId head = ir_label(w->ir), back = ir_label(w->ir);
    LabelId ret = ir_label(w->ir);
    gen_set_label(w->ir, TYPE_I64, head);
    gen_add(w->ir, TYPE_I64, w->y, w->y, w->y);
    gen_call_tb(w->ir, TYPE_I64, 1, 0x2000, 2, 0x1004);
    gen_set_label(w->ir, TYPE_I64, ret);
    ir_link_inner(w->ir, 2, ret);
    gen_add(w->ir, TYPE_I64, w->y, w->y, ir_i64(w->ir, 1));
    gen_brcond(w->ir, TYPE_I64, w->y, ir_i64(w->ir, 100), COND_LT, back);
    gen_exit_tb(w->ir, TYPE_I64, 3);
    gen_set_label(w->ir, TYPE_I64, back);
    gen_goto_tb(w->ir, TYPE_I64, 0, 0x1000);
    ir_link_inner(w->ir, 0, head);
    return end(w);
}

static void region_goes_on_after_call(void **s)
{
    World w;

    (void)s;
    open_world(&w, false);
    begin(&w);
    add_to_x(&w, 10);
    gen_ret_ptr(w.ir, TYPE_I64, ir_i64(w.ir, 0x1004));
    CompiledBlock callee = end(&w);
    CompiledBlock b = region_with_call(&w);
    assert_int_not_equal(b.leave, 0);
    runner_link(w.runner, &b, 1, &callee);
    assert_int_equal(b.slots[2].kind, SLOT_RETURN);
    const uint8_t *code = code_of(&w, &b);
    uint8_t *site = (uint8_t *)(uintptr_t)code + b.slots[2].site;
    assert_int_equal(enter(&w, &b), 3);
    assert_int_equal(state(&w, OFFSET_X), 70);
    assert_int_equal(state(&w, OFFSET_Y), 127);
    x86_64_backend.patch(site, site, code + b.slots[2].stub);
    assert_int_equal(enter(&w, &b), LEFT_BY_SLOT);
    assert_int_equal(slot_of_exit(&w), 2);
    assert_int_equal(state(&w, OFFSET_X), 80);
    assert_int_equal(state(&w, OFFSET_Y), 254);
    close_world(&w);
}

/* All kinds of references: to the runtime, its data, C, slots, literals. */
static CompiledBlock block_that_refers(World *w)
{
    begin(w);
    TempId single = ir_temp(w->ir, TYPE_F32), bits = ir_temp(w->ir, TYPE_I32);
    LabelId elsewhere = ir_label(w->ir);
    gen_call(w->ir, &helper, w->x, 1, &w->x);
    gen_mov(w->ir, TYPE_F32, single, ir_const(w->ir, TYPE_F32, 0x40490fdb));
    gen_fround(w->ir, TYPE_F32, single, single, FRM_RMM);
    gen_fmv_fi(w->ir, TYPE_I32, bits, single);
    gen_ext_i32_i64(w->ir, TYPE_I64, w->y, bits);
    gen_plugin_cb(w->ir, TYPE_I64, 1, 2);
    gen_brcond(w->ir, TYPE_I64, w->x, w->y, COND_EQ, elsewhere);
    gen_call_tb(w->ir, TYPE_I64, 0, 0x2000, 1, 0x1004);
    gen_set_label(w->ir, TYPE_I64, elsewhere);
    gen_goto_ptr(w->ir, TYPE_I64, w->y);
    return end(w);
}

/* Another process may map a block's code, at the same distance from its own
   runtime. */
static void same_distance_same_code(void **unused)
{
    World w, other;

    (void)unused;
    open_world(&w, false);
    open_world(&other, false);
    CompiledBlock a = block_that_refers(&w), b = block_that_refers(&other);
    const uint8_t *code = runner_rx(w.runner, a.offset);
    const uint8_t *twin = runner_rx(other.runner, b.offset);
    assert_ptr_not_equal(code, twin);
    assert_int_equal(a.offset, b.offset);
    assert_int_equal(a.size, b.size);
    assert_memory_equal(code, twin, a.size);
    close_world(&other);
    close_world(&w);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(slots_link),
        cmocka_unit_test(branch_sides),
        cmocka_unit_test(jump_cache),
        cmocka_unit_test(calls_return),
        cmocka_unit_test(calls_return_later),
        cmocka_unit_test(return_further_up),
        cmocka_unit_test(return_elsewhere),
        cmocka_unit_test(indirect_calls),
        cmocka_unit_test(wide_return_address),
        cmocka_unit_test(no_return_stack),
        cmocka_unit_test(fault_is_exact),
        cmocka_unit_test(misaligned_access),
        cmocka_unit_test(misaligned_register),
        cmocka_unit_test(return_stack_is_bounded),
        cmocka_unit_test(loop_in_a_block),
        cmocka_unit_test(low_half_is_borrowed),
        cmocka_unit_test(borrower_is_moved),
        cmocka_unit_test(side_takes_its_temp_along),
        cmocka_unit_test(region_changes_convention),
        cmocka_unit_test(region_goes_on_after_call),
        cmocka_unit_test(same_distance_same_code),
        cmocka_unit_test(buffer_full),
        cmocka_unit_test(too_large),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
