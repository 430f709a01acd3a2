/*
 * The RISC-V disassembler, where test_frontend_riscv.c's rows do not reach:
 * compressed instructions, operands other than registers, ranges.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <stdlib.h>
#include <string.h>
#include "disas/riscv.h"

enum { PC = 0x10000 };

static const struct {
    uint32_t insn;
    const char *text;
} rows[] = {
    {0x00000000, "illegal"},
    {0x00000001, "addi\tzero,zero,0"},
    {0x00001141, "addi\tsp,sp,-16"},
    {0x0000e406, "sd\tra,8(sp)"},
    {0x000060a2, "ld\tra,8(sp)"},
    {0x00008082, "jalr\tzero,0(ra)"},
    {0x00009002, "ebreak"},
    {0x00008000, ".2byte\t0x8000"},
    {0xffffffff, ".4byte\t0xffffffff"},
    {0x00000517, "auipc\ta0,0x0"},
    {0xfff00537, "lui\ta0,0xfff00"},
    {0xffdff06f, "jal\tzero,fffc"},
    {0x00b50463, "beq\ta0,a1,10008"},
    {0xfff50513, "addi\ta0,a0,-1"},
    {0x03f51513, "slli\ta0,a0,0x3f"},
    {0x0ff0000f, "fence\tiorw,iorw"},
    {0x8330000f, "fence.tso"},
    {0x0000100f, "fence.i"},
    {0x00102573, "csrrs\ta0,fflags,zero"},
    {0xc0102573, "csrrs\ta0,time,zero"},
    {0x3002d573, "csrrwi\ta0,0x300,5"},
    {0x1605a52f, "lr.w.aqrl\ta0,(a1)"},
    {0x04c5b52f, "amoadd.d.aq\ta0,a2,(a1)"},
    {0x6ac5f543, "fmadd.d\tfa0,fa1,fa2,fa3"},
    {0x02c59553, "fadd.d\tfa0,fa1,fa2,rtz"},
};

static size_t read_code(void *opaque, uint64_t addr, void *buf, size_t n)
{
    uint64_t offset = addr - PC, left = offset < 6 ? 6 - offset : 0;
    n = n < left ? n : left;
    memcpy(buf, (const uint8_t *)opaque + offset, n);
    return n;
}

static void test_rows(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        char text[80];
        uint8_t code[4];
        memcpy(code, &rows[i].insn, 4);
        unsigned length = (code[0] & 3) == 3 ? 4 : 2;
        assert_int_equal(riscv_disas(code, 4, PC, text, sizeof(text)), length);
        assert_string_equal(text, rows[i].text);
    }
}

static void test_short_buffer(void **state)
{
    (void)state;
    char text[8];
    assert_int_equal(
        riscv_disas((const uint8_t *)"\x41\x11", 2, PC, text, sizeof(text)), 2);
    assert_string_equal(text, "addi\tsp");
}

static void test_range(void **state)
{
    (void)state;
    uint8_t bytes[6] = {0x41, 0x11, 0x13, 0x05, 0xf5, 0xff};
    CodeReader code = {read_code, bytes};
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    riscv_disas_range(f, &code, PC, 6);
    fclose(f);
    assert_string_equal(text,
                        "0x0000000000010000:  1141      addi\tsp,sp,-16\n"
                        "0x0000000000010002:  fff50513  addi\ta0,a0,-1\n");
    free(text);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_short_buffer),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
