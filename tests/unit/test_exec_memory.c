/*
 * An Exec, and cpus, for which there is not enough memory: NULL, and all that
 * was taken is given back. Each try is made under a limit of its own, from none
 * at all up to enough.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <unistd.h>
#include "exec/exec.h"
#include "util/reserve.h"
#include "frontend/riscv/cpu.h"

enum { CODE_BYTES = 8 << 20, STEP = 256 << 10, SLACK = 2 << 20, TRIES = 20 };

static size_t no_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    (void)opaque, (void)addr, (void)buf, (void)n;
    return 0;
}

static ExecConfig config(Reserve *reserve)
{
    static const Log log;
    ExecConfig c;
    exec_config_default(&c);
    c.frontend = &riscv64_frontend;
    c.backend = &x86_64_backend;
    c.code = (CodeReader){no_code, NULL};
    c.code_bytes = CODE_BYTES;
    c.log = &log;
    c.reserve = reserve;
    return c;
}

/* Of the address space in use. */
static size_t bytes_in_use(void)
{
    FILE *f = fopen("/proc/self/statm", "r");
    unsigned long pages = 0;
    assert_non_null(f);
    assert_int_equal(fscanf(f, "%lu", &pages), 1);
    fclose(f);
    return pages * (size_t)sysconf(_SC_PAGESIZE);
}

static void limit(size_t bytes)
{
    struct rlimit lim;
    getrlimit(RLIMIT_AS, &lim);
    lim.rlim_cur = bytes ? bytes : lim.rlim_max;
    assert_int_equal(setrlimit(RLIMIT_AS, &lim), 0);
}

static void *under_limit(void *(*fn)(void *), void *arg, size_t bytes)
{
    void *result;
    limit(bytes_in_use() + bytes);
    errno = 0;
    result = fn(arg);
    int error = errno;
    limit(0);
    errno = error;
    return result;
}

/* TRIES times under each limit. */
static void until_enough(void *(*fn)(void *), void *arg)
{
    void *made = NULL;
    for (size_t bytes = 0; !made; bytes += STEP) {
        size_t before = bytes_in_use();
        for (int i = 0; i < TRIES && !made; i++) {
            made = under_limit(fn, arg, bytes);
            assert_true(made || errno == ENOMEM);
        }
        if (!made && bytes_in_use() > before + SLACK) {
            fail_msg("%zu bytes left behind under a limit of %zu",
                     bytes_in_use() - before, bytes);
        }
    }
}

static void *new_exec(void *arg)
{
    return exec_new(arg);
}

static void *new_cpu(void *arg)
{
    return exec_cpu_new(arg);
}

static void execs(void **state)
{
    ExecConfig c = config(NULL);
    (void)state;
    until_enough(new_exec, &c);
}

static void cpus(void **state)
{
    ExecConfig c = config(NULL);
    (void)state;
    Exec *e = exec_new(&c);
    assert_non_null(e);
    until_enough(new_cpu, e);
}

/* A cpu that no more is made for comes and goes without a trace. */
static void many_cpus(void **state)
{
    ExecConfig c = config(NULL);
    (void)state;
    Exec *e = exec_new(&c);
    exec_cpu_free(exec_cpu_new(e));
    size_t before = bytes_in_use();
    for (int i = 0; i < 1000; i++) {
        exec_cpu_free(exec_cpu_new(e));
    }
    assert_true(bytes_in_use() <= before + SLACK);
}

/* ---- The reserve ---------------------------------------------------------- */

static void *map_with(void *reserve)
{
    return reserve_map(reserve, STEP, PROT_READ, MAP_PRIVATE);
}

static void reserves(void **state)
{
    Reserve r = {.part_bytes = STEP};
    int n = 0;
    (void)state;
    assert_false(reserve_use(&r));
    assert_true(reserve_fill(&r) && reserve_fill(&r));
    while (under_limit(map_with, &r, 0)) {
        n++;
    }
    assert_int_equal(n, RESERVE_PARTS);
    assert_false(reserve_use(&r));
    assert_true(reserve_fill(&r));
    for (n = 0; reserve_use(&r); n++) {
    }
    assert_int_equal(n, RESERVE_PARTS);
    assert_true(reserve_fill(NULL));
    assert_false(reserve_use(NULL));
}

static void *fill(void *reserve)
{
    return reserve_fill(reserve) ? reserve : NULL;
}

/* Half of it will do. */
static void half_a_reserve(void **state)
{
    Reserve r = {.part_bytes = STEP};
    (void)state;
    assert_null(under_limit(fill, &r, (RESERVE_PARTS / 2 - 1) * STEP));
    assert_non_null(under_limit(fill, &r, STEP));
    assert_non_null(under_limit(fill, &r, 0));
    assert_true(reserve_use(&r));
    assert_null(under_limit(fill, &r, 0 * STEP));
}

int main(void)
{
#if defined(__SANITIZE_ADDRESS__) || defined(__SANITIZE_THREAD__)
    puts("SKIP: limits of memory are none for a sanitizer's own");
    return 0;
#endif
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(execs),     cmocka_unit_test(cpus),
        cmocka_unit_test(many_cpus), cmocka_unit_test(reserves),
        cmocka_unit_test(half_a_reserve),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
