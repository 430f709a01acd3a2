/* What debuggers ask of exec: breakpoints, watched memory, steps. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "exec/exec.h"
#include "frontend/riscv/cpu.h"

enum { BASE = 0x200000, BYTES = 0x2000, DATA = BASE + 0x1000, ROUNDS = 10000 };

/*
 * a0 counts down; each round adds it to a1, stores a1 at DATA + 8 and loads
 * from DATA + 16.
 */
static const uint32_t code[] = {
    0x00a585b3,                /* 00 loop: add a1,a1,a0 */
    0x00b63423,                /* 04 sd a1,8(a2) */
    0x01064683,                /* 08 lbu a3,16(a2) */
    0xfff50513,                /* 0c addi a0,a0,-1 */
    0xfe0518e3,                /* 10 bnez a0,loop */
    0x00000073,                /* 14 ecall */
};
enum { ADD = BASE, SD = BASE + 4, LBU = BASE + 8, ADDI = BASE + 12,
       BNEZ = BASE + 16, END = BASE + 24 };

typedef struct Run {
    Exec *exec;
    CPUState *cpu;
    RVState *rv;
} Run;

static size_t read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    size_t left = sizeof(code) - (addr - BASE);

    (void)opaque;
    if (addr < BASE || addr >= BASE + sizeof(code)) {
        return 0;
    }
    n = n < left ? n : left;
    memcpy(buf, (const char *)code + (addr - BASE), n);
    return n;
}

static int set_up(void **state)
{
    static Log log;
    ExecConfig c;
    Run *r = calloc(1, sizeof(*r));

    exec_config_default(&c);
    c.frontend = &riscv64_frontend;
    c.backend = &x86_64_backend;
    c.code = (CodeReader){ read_code, NULL };
    c.hot = 1;
    c.log = &log;
    r->exec = exec_new(&c);
    r->cpu = exec_cpu_new(r->exec);
    rv_reset(r->cpu);
    r->rv = rv_state(r->cpu);
    r->rv->pc = BASE;
    r->rv->gpr[10] = ROUNDS;
    r->rv->gpr[12] = DATA;
    *state = r;
    return mmap((void *)BASE, BYTES, PROT_READ | PROT_WRITE,
                MAP_PRIVATE | MAP_ANONYMOUS | MAP_FIXED, -1, 0) == MAP_FAILED;
}

static int tear_down(void **state)
{
    Run *r = *state;

    exec_cpu_free(r->cpu);
    free(r);
    return 0;
}

static void expect(Run *r, EventKind kind, uint64_t pc)
{
    Event e = exec_run(r->cpu);

    assert_int_equal(e.kind, kind);
    assert_int_equal(r->rv->pc, pc);
}

static void step(Run *r, uint64_t pc)
{
    Event e = exec_step(r->cpu, false);

    assert_int_equal(e.kind, EVENT_STEPPED);
    assert_int_equal(r->rv->pc, pc);
}

static uint64_t sum(uint64_t first, uint64_t last)
{
    return (first + last) * (first - last + 1) / 2;
}

static void expect_end(Run *r)
{
    expect(r, EVENT_SYSCALL, END);
    assert_int_equal(r->rv->gpr[11], sum(ROUNDS, 1));
    assert_int_equal(*(uint64_t *)(DATA + 8), sum(ROUNDS, 1));
}

static void test_steps(void **state)
{
    Run *r = *state;
    const uint64_t after[] = { SD, LBU, ADDI, BNEZ, ADD };

    for (int i = 0; i < 15; i++) {
        step(r, after[i % 5]);
    }
    assert_int_equal(r->rv->gpr[10], ROUNDS - 3);
    expect_end(r);
}

static void test_breakpoints(void **state)
{
    Run *r = *state;
    const uint64_t stops[] = { ADDI, SD };

    assert_true(exec_set_stops(r->cpu, stops, 2));
    for (int i = 0; i < 3; i++) {
        expect(r, EVENT_STOP, SD);
        expect(r, EVENT_STOP, SD);
        step(r, LBU);
        expect(r, EVENT_STOP, ADDI);
        step(r, BNEZ);
    }
    assert_int_equal(r->rv->gpr[10], ROUNDS - 3);
    assert_true(exec_set_stops(r->cpu, NULL, 0));
    expect_end(r);
}

/* The loop has become a region by then. */
static void test_breakpoint_in_region(void **state)
{
    Run *r = *state;
    const uint64_t stop = LBU;

    expect_end(r);
    assert_true(exec_set_stops(r->cpu, &stop, 1));
    r->rv->pc = BASE;
    r->rv->gpr[10] = 2;
    expect(r, EVENT_STOP, LBU);
    step(r, ADDI);
    expect(r, EVENT_STOP, LBU);
    step(r, ADDI);
    expect(r, EVENT_SYSCALL, END);
}

static void expect_access(Run *r, uint64_t pc, uint64_t addr, unsigned bytes,
                          bool writes)
{
    Event e = exec_run(r->cpu);

    assert_int_equal(e.kind, EVENT_WATCH);
    assert_int_equal(r->rv->pc, pc);
    assert_int_equal(e.addr, addr);
    assert_int_equal(e.bytes, bytes);
    assert_int_equal(e.writes, writes);
    assert_int_equal(e.reads, !writes);
}

static void test_watch(void **state)
{
    Run *r = *state;

    exec_set_watch(r->cpu, DATA + 15, 1);
    expect_access(r, SD, DATA + 8, 8, true);
    assert_int_equal(*(uint64_t *)(DATA + 8), 0);
    step(r, LBU);
    assert_int_equal(*(uint64_t *)(DATA + 8), ROUNDS);
    exec_set_watch(r->cpu, DATA + 15, 2);
    expect_access(r, LBU, DATA + 16, 1, false);
    step(r, ADDI);
    expect_access(r, SD, DATA + 8, 8, true);
    assert_int_equal(exec_step(r->cpu, true).kind, EVENT_WATCH);
    exec_set_watch(r->cpu, DATA + 17, 1);
    expect_end(r);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_steps), TEST(test_breakpoints),
        TEST(test_breakpoint_in_region), TEST(test_watch),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
