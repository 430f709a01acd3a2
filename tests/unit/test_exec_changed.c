/* A fence costs what may have changed: which blocks it compares and forgets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "exec/exec.h"
#include "exec/internal.h"
#include "frontend/riscv/cpu.h"

enum { BASE = 0x200000, PAGES = 3, QUIET = 40 };

/* Functions of a page: "a0 = value; ecall", 64 bytes apart. */
typedef struct Run {
    uint32_t code[PAGES * PAGE_BYTES / 4];
    bool told;                 /* what watch() says */
    unsigned asked;            /* how often it was asked */
    CPUState *cpu;
    RVState *rv;
} Run;

static size_t read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    const Run *r = opaque;
    uint64_t left = BASE + sizeof(r->code) - addr;

    if (addr < BASE || addr >= BASE + sizeof(r->code)) {
        return 0;
    }
    n = n < left ? n : left;
    memcpy(buf, (const char *)r->code + (addr - BASE), n);
    return n;
}

static bool watch(void *opaque, uint64_t page)
{
    Run *r = opaque;

    assert_int_equal(page & (PAGE_BYTES - 1), 0);
    r->asked++;
    return r->told;
}

static void put(Run *r, unsigned i, unsigned value)
{
    r->code[i * 16] = 0x513 | value << 20;         /* li a0,value */
    r->code[i * 16 + 1] = 0x73;                    /* ecall */
}

static int set_up(void **state)
{
    static Log log;
    ExecConfig c;
    Run *r = calloc(1, sizeof(*r));

    exec_config_default(&c);
    c.frontend = &riscv64_frontend;
    c.backend = &x86_64_backend;
    c.code = (CodeReader){ read_code, r };
    c.pages = (CodePages){ .watch = watch, .opaque = r };
    c.log = &log;
    r->cpu = exec_cpu_new(exec_new(&c));
    rv_reset(r->cpu);
    r->rv = rv_state(r->cpu);
    for (unsigned i = 0; i < PAGES * 64; i++) {
        put(r, i, i);
    }
    *state = r;
    return 0;
}

static int tear_down(void **state)
{
    Run *r = *state;

    exec_cpu_free(r->cpu);
    free(r);
    return 0;
}

static uint64_t run(Run *r, unsigned i)
{
    r->rv->pc = BASE + i * 64;
    assert_int_equal(exec_run(r->cpu).kind, EVENT_SYSCALL);
    return r->rv->gpr[10];
}

static const ExecStats *stats(const Run *r)
{
    return &thread_of(r->cpu)->stats;
}

static void run_all(Run *r)
{
    for (unsigned i = 0; i < PAGES * 64; i++) {
        assert_int_equal(run(r, i), i);
    }
}

/* Of a page that is not told of, the block that differs; no other. */
static void test_compared(void **state)
{
    Run *r = *state;

    run_all(r);
    exec_fence(r->cpu);
    assert_int_equal(stats(r)->verified, PAGES * 64);
    put(r, 70, 700);
    assert_int_equal(run(r, 70), 70);
    exec_fence(r->cpu);
    assert_int_equal(stats(r)->verified, PAGES * 64 + 64);
    assert_int_equal(stats(r)->invalidated, 1);
    assert_int_equal(run(r, 70), 700);
    assert_int_equal(run(r, 71), 71);
    assert_int_equal(stats(r)->blocks, PAGES * 64 + 1);
}

/* Changed and back again between two fences. */
static void test_same_again(void **state)
{
    Run *r = *state;

    run_all(r);
    exec_fence(r->cpu);
    put(r, 3, 4);
    put(r, 3, 3);
    exec_fence(r->cpu);
    assert_int_equal(stats(r)->invalidated, 0);
    assert_int_equal(stats(r)->verified, PAGES * 64);
}

static void test_told(void **state)
{
    Run *r = *state;

    r->told = true;
    run_all(r);
    for (unsigned i = 0; i < QUIET; i++) {
        exec_fence(r->cpu);
    }
    assert_int_equal(stats(r)->verified, 0);
    exec_suspect(r->cpu, BASE + PAGE_BYTES, PAGE_BYTES);
    put(r, 64, 640);
    exec_fence(r->cpu);
    assert_int_equal(stats(r)->verified, 64);
    assert_int_equal(stats(r)->invalidated, 1);
    assert_int_equal(run(r, 64), 640);
    run(r, 0);
}

/* A page that stays the same is asked for again, then costs nothing. */
static void test_quiet(void **state)
{
    Run *r = *state;

    run_all(r);
    r->told = true;
    r->asked = 0;
    for (unsigned i = 0; i < QUIET; i++) {
        exec_fence(r->cpu);
    }
    assert_int_equal(r->asked, PAGES);
    put(r, 5, 50);             /* without a word */
    exec_fence(r->cpu);
    assert_int_equal(run(r, 5), 5);
    exec_suspect(r->cpu, BASE, PAGE_BYTES);
    exec_fence(r->cpu);
    assert_int_equal(run(r, 5), 50);
    assert_int_equal(stats(r)->invalidated, 1);
}

/* A page that changes at each fence is never asked for. */
static void test_thrashing(void **state)
{
    Run *r = *state;

    run_all(r);
    r->told = true;
    for (unsigned i = 0; i < QUIET; i++) {
        r->asked = 0;
        put(r, 9, 100 + i);
        exec_fence(r->cpu);
        r->told = false;
        assert_int_equal(run(r, 9), 100 + i);
        r->told = true;
    }
    for (unsigned i = 0; i < PAGES; i++) {
        assert_int_equal(run(r, i * 64 + 1), i * 64 + 1);
    }
    put(r, 1, 111);            /* so it is still compared */
    exec_fence(r->cpu);
    assert_int_equal(run(r, 1), 111);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(test_compared), TEST(test_same_again), TEST(test_told),
        TEST(test_quiet), TEST(test_thrashing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
