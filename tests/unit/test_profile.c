/* Reading the frames of functions from their code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include "disas/riscv.h"

typedef struct Row {
    const char *what;
    uint8_t code[32];
    size_t n;
    uint64_t size;
    uint32_t saved;
    uint64_t ra; /* its offset, if it is saved */
} Row;

enum { RA = 1 << 1, S0 = 1 << 8, S1 = 1 << 9 };

static const Row rows[] = {
    {"no frame", {0x01, 0x45, 0x82, 0x80}, 4, 0, 0, 0},
    {"c.addi sp,-16; c.sdsp ra,8(sp)", {0x41, 0x11, 0x06, 0xe4}, 4, 16, RA, 8},
    {"not yet saved", {0x41, 0x11, 0x06, 0xe4}, 2, 16, 0, 0},
    {"c.addi16sp sp,-48; c.sdsp ra,40; c.sdsp s0,32; c.sdsp s1,24",
     {0x79, 0x71, 0x06, 0xf4, 0x22, 0xf0, 0x26, 0xec}, 8, 48, RA | S0 | S1, 40},
    {"addi sp,sp,-1040; sd ra,1032(sp)",
     {0x13, 0x01, 0x01, 0xbf, 0x23, 0x34, 0x11, 0x40}, 8, 1040, RA, 1032},
    {"an end in between: addi sp,16; ret, then on",
     {0x41, 0x11, 0x06, 0xe4, 0xa2, 0x60, 0x41, 0x01, 0x82, 0x80, 0x01, 0x00},
     12, 16, RA, 8},
    {"ra saved twice: the first counts",
     {0x41, 0x11, 0x06, 0xe4, 0x06, 0xe0}, 6, 16, RA, 8},
    {"cut in the middle of an instruction",
     {0x41, 0x11, 0x23, 0x34}, 4, 16, 0, 0},
};

static void frames(void **unused)
{
    (void)unused;
    for (unsigned i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const Row *r = &rows[i];
        Prologue p;
        riscv_unwind.prologue(&p, r->code, r->n);
        if (p.size != r->size || p.saved != r->saved ||
            (r->saved & RA && p.offset[1] != r->ra)) {
            fail_msg("%s: size %lu, saved %#lx, ra at %lu", r->what,
                     (long)p.size, (long)p.saved, (long)p.offset[1]);
        }
    }
}

static void calls(void **unused)
{
    static const uint8_t c_jalr[] = {0x01, 0x00, 0x82, 0x97};
    static const uint8_t jal[] = {0xef, 0x00, 0x40, 0x00};
    static const uint8_t jalr[] = {0xe7, 0x80, 0x07, 0x00};
    static const uint8_t c_jr[] = {0x01, 0x00, 0x82, 0x87};
    static const uint8_t jal_zero[] = {0x6f, 0x00, 0x40, 0x00};
    static const uint8_t ebreak[] = {0x01, 0x00, 0x02, 0x90};
    (void)unused;
    assert_true(riscv_unwind.is_call(c_jalr, 4));
    assert_true(riscv_unwind.is_call(jal, 4));
    assert_true(riscv_unwind.is_call(jalr, 4));
    assert_false(riscv_unwind.is_call(c_jr, 4));
    assert_false(riscv_unwind.is_call(jal_zero, 4));
    assert_false(riscv_unwind.is_call(ebreak, 4));
    assert_false(riscv_unwind.is_call(jal, 0));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(frames),
        cmocka_unit_test(calls),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
