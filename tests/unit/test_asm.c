/*
 * The encoder's buffer, jumps, patches and choices. Encodings themselves are
 * compared with the assembler's in tests/asm.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>
#include <sys/mman.h>

#include "backend/x86_64/asm.h"

#define BYTES(...) ((uint8_t[]){__VA_ARGS__}), sizeof((uint8_t[]){__VA_ARGS__})

typedef struct Code {
    Asm a;
    uint8_t buf[64];
} Code;

static Asm *start(Code *c, size_t size, int64_t exec_offset)
{
    memset(c->buf, 0xcc, sizeof(c->buf));
    x86_asm_init(&c->a, c->buf, size, exec_offset);
    return &c->a;
}

static void expect(Code *c, const uint8_t *bytes, size_t n)
{
    assert_false(c->a.overflow);
    assert_int_equal(c->a.p - c->buf, n);
    assert_memory_equal(c->buf, bytes, n);
    assert_int_equal(c->buf[n], 0xcc);
    start(c, sizeof(c->buf), c->a.exec_offset);
}

static void overflow_writes_nothing(void **state)
{
    Code c;
    Asm *a = start(&c, 12, 0);
    uint8_t *site;

    (void)state;
    x86_asm_mov_ri(a, RAX, 0x1122334455667788);
    assert_false(a->overflow);
    asm_gpr_rr(a, G_IMUL, SZ_64, RAX, RCX);
    assert_true(a->overflow);
    assert_ptr_equal(a->p, c.buf + 10);
    assert_int_equal(c.buf[10], 0xcc);
    x86_asm_ret(a); /* would fit: but code with a hole is of no use */
    assert_ptr_equal(a->p, c.buf + 10);
    site = x86_asm_jmp32(a);
    x86_asm_patch32(a, site, c.buf);
    x86_asm_patch8(a, x86_asm_jcc8(a, CC_E), c.buf);
    assert_int_equal(c.buf[9], 0x11);
}

static void exact_fit_is_no_overflow(void **state)
{
    Code c;
    Asm *a = start(&c, 10, 0);

    (void)state;
    x86_asm_mov_ri(a, RAX, 0x1122334455667788);
    assert_false(a->overflow);
    assert_ptr_equal(a->p, a->end);
}

/* offset behind c's code, where no object is as far as gcc knows. */
static const uint8_t *runs_at(const Code *c, size_t offset)
{
    const uint8_t *p = c->buf;
    __asm__("" : "+r"(p));
    return p + offset;
}

static void rip_and_jumps_know_where_code_runs(void **state)
{
    enum { OFFSET = 0x100000 };
    Code c;
    Asm *a = start(&c, sizeof(c.buf), OFFSET);

    (void)state;
    x86_asm_mov_rm(a, SZ_64, RAX, x86_mem_rip(a, runs_at(&c, OFFSET + 16)));
    expect(&c, BYTES(0x48, 0x8b, 0x05, 9, 0, 0, 0));
    x86_asm_alu_mi(a, ALU_CMP, SZ_32, x86_mem_rip(a, runs_at(&c, OFFSET)),
                   1000);
    expect(&c, BYTES(0x81, 0x3d, 0xf6, 0xff, 0xff, 0xff, 0xe8, 3, 0, 0));
    x86_asm_jmp(a, runs_at(&c, OFFSET));
    expect(&c, BYTES(0xeb, 0xfe));
    x86_asm_jcc(a, CC_NE, runs_at(&c, OFFSET + 0x206));
    expect(&c, BYTES(0x0f, 0x85, 0, 2, 0, 0));
    x86_asm_call(a, runs_at(&c, OFFSET + 5));
    expect(&c, BYTES(0xe8, 0, 0, 0, 0));
}

static void patches_reach_both_ways(void **state)
{
    Code c;
    Asm *a = start(&c, sizeof(c.buf), 0x100000);
    uint8_t *j8 = x86_asm_jcc8(a, CC_L), *j32 = x86_asm_jcc32(a, CC_GE);
    uint8_t *back = x86_asm_jmp8(a);

    (void)state;
    x86_asm_patch8(a, j8, a->p);
    x86_asm_patch32(a, j32, a->p);
    x86_asm_patch8(a, back, c.buf);
    expect(&c, BYTES(0x7c, 8, 0x0f, 0x8d, 2, 0, 0, 0, 0xeb, 0xf6));
}

static void align_is_of_the_execution_address(void **state)
{
    Code c;
    Asm *a = start(&c, sizeof(c.buf), 0);

    (void)state;
    a->exec_offset = 0x1003 - (int64_t)asm_pc(a);
    x86_asm_align(a, 16);
    assert_int_equal(asm_pc(a), 0x1010);
    x86_asm_align(a, 16);
    assert_int_equal(asm_pc(a), 0x1010);
}

/* A loop with a forward and a backward jump: the sum of 1 to n. */
static void generated_code_runs(void **state)
{
    uint8_t *code = mmap(NULL, 4096, PROT_READ | PROT_WRITE | PROT_EXEC,
                         MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    uint64_t (*sum)(uint64_t n) = (uint64_t(*)(uint64_t))code;
    uint8_t *loop, *done;
    Asm a;

    (void)state;
    assert_true(code != MAP_FAILED);
    x86_asm_init(&a, code, 4096, 0);
    x86_asm_zero(&a, RAX);
    loop = a.p;
    asm_test_rr(&a, SZ_64, RDI, RDI);
    done = x86_asm_jcc8(&a, CC_E);
    x86_asm_alu_rr(&a, ALU_ADD, SZ_64, RAX, RDI);
    asm_gpr_r(&a, G_DEC, SZ_64, RDI);
    x86_asm_jmp(&a, loop);
    x86_asm_patch8(&a, done, a.p);
    x86_asm_ret(&a);
    assert_false(a.overflow);
    assert_int_equal(sum(100), 5050);
    munmap(code, 4096);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(overflow_writes_nothing),
        cmocka_unit_test(exact_fit_is_no_overflow),
        cmocka_unit_test(rip_and_jumps_know_where_code_runs),
        cmocka_unit_test(patches_reach_both_ways),
        cmocka_unit_test(align_is_of_the_execution_address),
        cmocka_unit_test(generated_code_runs),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
