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
#include "disas/listing.h"
#include "disas/riscv.h"

enum { PC = 0x10000 };

static const struct {
    uint32_t insn;
    const char *plain, *text; /* without and with aliases */
} rows[] = {
    {0x00000000, ".insn\t2, 0x0000", "unimp"},
    {0x00000001, "addi\tzero,zero,0", "nop"},
    {0x00000005, "addi\tzero,zero,1", "c.nop\t1"},
    {0x00001141, "addi\tsp,sp,-16", "addi\tsp,sp,-16"},
    {0x0000e406, "sd\tra,8(sp)", "sd\tra,8(sp)"},
    {0x00008082, "jalr\tzero,0(ra)", "ret"},
    {0x0000852e, "add\ta0,zero,a1", "mv\ta0,a1"},
    {0x00009002, "ebreak", "ebreak"},
    {0x00008000, ".insn\t2, 0x8000", ".insn\t2, 0x8000"},
    {0x00006101, ".insn\t2, 0x6101", ".insn\t2, 0x6101"},
    {0xffffffff, ".insn\t4, 0xffffffff", ".insn\t4, 0xffffffff"},
    {0xc0001073, "csrrw\tzero,cycle,zero", "unimp"},
    {0x00000517, "auipc\ta0,0x0", "auipc\ta0,0x0"},
    {0xfff00537, "lui\ta0,0xfff00", "lui\ta0,0xfff00"},
    {0xffdff06f, "jal\tzero,fffc", "j\tfffc"},
    {0x00b50463, "beq\ta0,a1,10008", "beq\ta0,a1,10008"},
    {0x00050463, "beq\ta0,zero,10008", "beqz\ta0,10008"},
    {0x00a05463, "bge\tzero,a0,10008", "blez\ta0,10008"},
    {0xfff50513, "addi\ta0,a0,-1", "addi\ta0,a0,-1"},
    {0xfff54513, "xori\ta0,a0,-1", "not\ta0,a0"},
    {0x0005051b, "addiw\ta0,a0,0", "sext.w\ta0,a0"},
    {0x03f51513, "slli\ta0,a0,0x3f", "slli\ta0,a0,0x3f"},
    {0x0ff0000f, "fence\tiorw,iorw", "fence"},
    {0x8330000f, "fence.tso", "fence.tso"},
    {0x0000100f, "fence.i", "fence.i"},
    {0x00102573, "csrrs\ta0,fflags,zero", "frflags\ta0"},
    {0xc0102573, "csrrs\ta0,time,zero", "rdtime\ta0"},
    {0xc1f02573, "csrrs\ta0,hpmcounter31,zero", "csrr\ta0,hpmcounter31"},
    {0x3002d573, "csrrwi\ta0,0x300,5", "csrrwi\ta0,0x300,5"},
    {0x1605a52f, "lr.w.aqrl\ta0,(a1)", "lr.w.aqrl\ta0,(a1)"},
    {0x04c5b52f, "amoadd.d.aq\ta0,a2,(a1)", "amoadd.d.aq\ta0,a2,(a1)"},
    {0x6ac5f543, "fmadd.d\tfa0,fa1,fa2,fa3", "fmadd.d\tfa0,fa1,fa2,fa3"},
    {0x02c59553, "fadd.d\tfa0,fa1,fa2,rtz", "fadd.d\tfa0,fa1,fa2,rtz"},
    {0x22b58553, "fsgnj.d\tfa0,fa1,fa1", "fmv.d\tfa0,fa1"},
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
        GuestInsn insn;
        uint8_t code[4];
        memcpy(code, &rows[i].insn, 4);
        riscv_disas(code, 4, PC, false, &insn);
        assert_int_equal(insn.length, (code[0] & 3) == 3 ? 4 : 2);
        assert_string_equal(insn.text, rows[i].plain);
        riscv_disas(code, 4, PC, true, &insn);
        assert_string_equal(insn.text, rows[i].text);
    }
}

static void assert_insn(const char *code, const char *pattern, uint64_t target)
{
    GuestInsn insn;
    riscv_disas((const uint8_t *)code, 4, PC, true, &insn);
    if (pattern) {
        assert_string_equal(insn.pattern, pattern);
    } else {
        assert_null(insn.pattern);
    }
    assert_int_equal(insn.has_target, target != 0);
    assert_int_equal(insn.target, target);
}

static void test_facts(void **state)
{
    (void)state;
    assert_insn("\x82\x80\0\0", "jalr", 0);
    assert_insn("\x6f\xf0\xdf\xff", "jal", PC - 4);
    assert_insn("\x63\x04\x05\0", "beq", PC + 8);
    assert_insn("\x01\x61\0\0", "illegal", 0);
    assert_insn("\xff\xff\xff\xff", NULL, 0);
}

/* The longest text there is fits, whatever the code. */
static void test_room(void **state)
{
    (void)state;
    for (uint32_t i = 0; i < 1 << 20; i++) {
        GuestInsn insn;
        uint32_t code = i * 2654435761u | 3;
        riscv_disas((const uint8_t *)&code, 4, UINT64_MAX, i & 1, &insn);
        assert_true(*insn.text);
    }
}

static const char *name_start(void *opaque, uint64_t addr, char *buf,
                              size_t size)
{
    snprintf(buf, size, "%s", addr == PC ? (const char *)opaque : "");
    return buf;
}

static void assert_range(const CodeReader *code, const AddressNamer *namer,
                         const char *want)
{
    char *text = NULL;
    size_t size = 0;
    FILE *f = open_memstream(&text, &size);
    disas_listing(f, riscv_disas, code, PC, 6, namer);
    fclose(f);
    assert_string_equal(text, want);
    free(text);
}

static void test_range(void **state)
{
    (void)state;
    uint8_t bytes[6] = {0x41, 0x11, 0x6f, 0xf0, 0xff, 0xff};
    CodeReader code = {read_code, bytes};
    AddressNamer namer = {name_start, "start"};
    assert_range(&code, NULL,
                 "0x0000000000010000:  1141      addi\tsp,sp,-16\n"
                 "0x0000000000010002:  fffff06f  j\t10000\n");
    assert_range(&code, &namer,
                 "0x0000000000010000:  1141      addi\tsp,sp,-16\n"
                 "0x0000000000010002:  fffff06f  j\t10000 <start>\n");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rows),
        cmocka_unit_test(test_facts),
        cmocka_unit_test(test_room),
        cmocka_unit_test(test_range),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
