/* Once it has translated as much before, a translation allocates nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include "backend_run.h"
#include "guest_code.h"
#include "opt/opt.h"

/* Debug builds verify the IR, sanitizers have allocators of their own. */
#if defined(TCG_DEBUG) || defined(__SANITIZE_THREAD__)
enum { COUNTS = 0 };
static unsigned nb_allocs;
#else
enum { COUNTS = 1 };
static unsigned nb_allocs;

extern void *__libc_malloc(size_t size);
extern void *__libc_calloc(size_t n, size_t size);
extern void *__libc_realloc(void *p, size_t size);

void *malloc(size_t size)
{
    nb_allocs++;
    return __libc_malloc(size);
}

void *calloc(size_t n, size_t size)
{
    nb_allocs++;
    return __libc_calloc(n, size);
}

void *realloc(void *p, size_t size)
{
    nb_allocs++;
    return __libc_realloc(p, size);
}
#endif

/* Sides, deferred NaNs, a global that passes, a convention of its own. */
static const uint32_t loop[] = {
    0x00053507, /* fld fa0,0(a0) */
    0x02a5f5d3, /* fadd.d fa1,fa1,fa0 */
    0x00853683, /* ld a3,8(a0) */
    0x00168713, /* addi a4,a3,1 */
    0x00e53423, /* sd a4,8(a0) */
    0x01050713, /* addi a4,a0,16 */
    0x00070513, /* mv a0,a4 */
    0xfec512e3, /* bne a0,a2,the fld */
};

static uint32_t nb_ops_of(const IR *ir, Opcode opc)
{
    uint32_t n = 0;
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        n += ir->ops[i].opc == opc;
    }
    return n;
}

/* What the frontend made goes on from there; how often it allocated. */
static unsigned finish(Guest *g, Runner *r)
{
    CompiledBlock block;
    unsigned before = nb_allocs;
    opt_run(g->ir, OPT_ALL, &opt_any_target);
    assert_int_equal(runner_add(r, g->ir, &block), COMPILE_OK);
    return nb_allocs - before;
}

static void test_regions(void **state)
{
    Guest *g = *state;
    BackendConfig cfg = {
        .max_pinned_int = -1, .max_pinned_fp = -1, .max_scratch = -1,
        .pc_offset = riscv64_frontend.pc_offset, .hot = riscv64_frontend.hot,
    };
    Runner *r = runner_new(&cfg, g->ir, 1 << 20);
    void *volatile p = malloc(1);
    free(p);
    assert_true(nb_allocs || !COUNTS);
    guest_code(g, sizeof(loop) / sizeof(loop[0]), loop);
    for (unsigned i = 0; i < 2; i++) {
        guest_translate_region(g, GUEST_BASE, 2,
                               (uint64_t[]){GUEST_BASE, GUEST_BASE});
        unsigned n = finish(g, r);
        assert_true(i == 0 || n == 0);
    }
    assert_true(nb_ops_of(g->ir, OP_set_side) && nb_ops_of(g->ir, OP_set_stub));
    runner_free(r);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_regions, guest_set_up,
                                        guest_tear_down),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
