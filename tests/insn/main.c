/*
 * insn [NAME]: runs every row and prints "insn form frm: hash". With NAME, only
 * the rows of that instruction, and each operand and result. With -illegal:
 * names the words that should be illegal and are not.
 */
#include "insn.h"
#include <stdio.h>
#include <string.h>

static uint64_t ints[] = {
    0, 1, -1ull, 2, -2ull, 3, 7, 8, 31, 32, 33, 63, 64, 0x7f, 0x80, 0xff,
    0x7fff, 0x8000, 0x7fffffff, 0x80000000, 0x80000001, 0xffffffff,
    0x100000000, -0x80000000ull, -0x80000001ull, 0x7fffffffffffffff,
    0x8000000000000000, 0x8000000000000001, 0x5555555555555555,
    0xaaaaaaaaaaaaaaaa, 0x0123456789abcdef, 0xfedcba9876543210,
};

static uint64_t f64s[] = {
    0x0000000000000000, 0x8000000000000000, /* zeros */
    0x3ff0000000000000, 0xbff0000000000000, /* +-1 */
    0x4000000000000000, 0x3fe0000000000000, 0xbfe0000000000000,
    0x3ff8000000000000, 0xc004000000000000, /* 1.5, -2.5 */
    0x0000000000000001, 0x8000000000000001, 0x000fffffffffffff,
    0x800fffffffffffff, 0x0010000000000000, 0x8010000000000001,
    0x7fefffffffffffff, 0xffefffffffffffff, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000001234,
    0x7ff0000000000001, 0xfff4000000000000, 0x7fffffffffffffff,
    0x3fefffffffffffff, 0x3ff0000000000001, 0x3fdfffffffffffff,
    0x41dfffffffc00000, 0x41dfffffffe00000, 0x41e0000000000000,
    0xc1e0000000000000, 0xc1e0000000200000, 0xc1e0000000100000,
    0x41efffffffe00000, 0x41effffffff00000, 0x41f0000000000000,
    0x43dfffffffffffff, 0x43e0000000000000, 0xc3e0000000000000,
    0xc3e0000000000001, 0x43efffffffffffff, 0x43f0000000000000,
    0x4330000000000001, 0x432fffffffffffff, 0xbfeffffffffffffe,
    0xbff0000000000001, 0x36a0000000000000, 0x3690000000000000,
    0x3690000000000001, 0x380fffffffffffff, 0x380fffffe0000000,
    0x380fffffd0000000, 0x47efffffe0000000, 0x47efffffefffffff,
    0x47effffff0000000, 0x3810000000000000, 0x7fe0000000000000,
    0x3ca0000000000000, 0x1ff0000000000001, 0x0370000000000000,
    0x400921fb54442d18, 0xc05edd3c07ee0b0b, 0x123456789abcdef0,
    0xdeadbeefcafef00d, 0x40f86a0000000000, 0xffffffff3f800000,
};

#define BOX(x) (0xffffffff00000000 | (x))
static uint64_t f32s[] = {
    BOX(0x00000000), BOX(0x80000000), BOX(0x3f800000), BOX(0xbf800000),
    BOX(0x40000000), BOX(0x3f000000), BOX(0xbf000000), BOX(0x3fc00000),
    BOX(0xc0200000), BOX(0x00000001), BOX(0x80000001), BOX(0x007fffff),
    BOX(0x807fffff), BOX(0x00800000), BOX(0x80800001), BOX(0x7f7fffff),
    BOX(0xff7fffff), BOX(0x7f800000), BOX(0xff800000), BOX(0x7fc00000),
    BOX(0xffc01234), BOX(0x7f800001), BOX(0xffa00000), BOX(0x7fffffff),
    BOX(0x3f7fffff), BOX(0x3f800001), BOX(0x3effffff), BOX(0x4effffff),
    BOX(0x4f000000), BOX(0xcf000000), BOX(0xcf000001), BOX(0x4f7fffff),
    BOX(0x4f800000), BOX(0x5effffff), BOX(0x5f000000), BOX(0xdf000000),
    BOX(0xdf000001), BOX(0x5f7fffff), BOX(0x5f800000), BOX(0x4b000001),
    BOX(0x4affffff), BOX(0x1fffffff), BOX(0x20000001), BOX(0x33800000),
    BOX(0x7f000000), BOX(0x40490fdb), BOX(0xc2f6e979), BOX(0x12345678),
    BOX(0xdeadbeef), BOX(0x00400000),
    /* badly boxed */
    0x000000003f800000, 0xfffffffe3f800000, 0x7fffffff40000000,
    0x0000000000000000, 0x7ff8000000000000, 0x3ff0000000000000,
};

static uint64_t few64[] = {
    0x0000000000000000, 0x8000000000000000, 0x3ff0000000000000,
    0xbff0000000000000, 0x3ff0000000000001, 0xbfefffffffffffff,
    0x3ff8000000000000, 0x0000000000000001, 0x800fffffffffffff,
    0x0010000000000000, 0x8010000000000001, 0x7fefffffffffffff,
    0xffefffffffffffff, 0x7ff0000000000000, 0xfff0000000000000,
    0x7ff8000000000000, 0xfff0000000000001, 0x1ff0000000000001,
    0xa000000000000000, 0x3ca0000000000001, 0xc05edd3c07ee0b0b,
    0x5fe0123456789abc, 0x2345678901234567,
};

static uint64_t few32[] = {
    BOX(0x00000000), BOX(0x80000000), BOX(0x3f800000), BOX(0xbf800000),
    BOX(0x3f800001), BOX(0xbf7fffff), BOX(0x3fc00000), BOX(0x00000001),
    BOX(0x807fffff), BOX(0x00800000), BOX(0x80800001), BOX(0x7f7fffff),
    BOX(0xff7fffff), BOX(0x7f800000), BOX(0xff800000), BOX(0x7fc00000),
    BOX(0xff800001), BOX(0x20000001), BOX(0xa0000000), BOX(0x33800001),
    BOX(0xc2f6e979), 0x000000003f800000, BOX(0x5f123456),
};

static uint64_t offsets[] = { 0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 13, 15, 16, 17 };
/* Read as doubles and as singles. */
static uint64_t loops[] = {
    0x3ff0000000000000, 0xc004000000000000, 0x7ff0000000000000,
    0xfff0000000000000, 0x7ff8000000000000, 0xfff8000000001234,
    0x7ff0000000000001, BOX(0x3fc00000), BOX(0xff800000), BOX(0x7fc00000),
    BOX(0xffc01234), BOX(0x7f800001), 0x7fffffff40000000,
};
static uint64_t none[] = { 0 };

#define SET(a) { a, sizeof(a) / sizeof(*a) }
static const struct { uint64_t *value; size_t count; } sets[SET_COUNT] = {
    [SET_NONE] = SET(none), [SET_INT] = SET(ints), [SET_F64] = SET(f64s),
    [SET_F32] = SET(f32s), [SET_FEW64] = SET(few64), [SET_FEW32] = SET(few32),
    [SET_OFFSET] = SET(offsets), [SET_LOOP] = SET(loops),
};

static uint64_t mix(uint64_t h, uint64_t v)
{
    h = (h ^ v) * 0x9e3779b97f4a7c15;
    return h ^ h >> 29;
}

static uint64_t run_product(const Row *row, int verbose)
{
    uint64_t h = 1, flags = 0;
    for (size_t i = 0; i < sets[row->sets[0]].count; i++)
        for (size_t j = 0; j < sets[row->sets[1]].count; j++)
            for (size_t k = 0; k < sets[row->sets[2]].count; k++) {
                uint64_t a = sets[row->sets[0]].value[i];
                uint64_t b = sets[row->sets[1]].value[j];
                uint64_t c = sets[row->sets[2]].value[k];
                uint64_t r = row->run(a, b, c, &flags);
                h = mix(mix(h, r), flags);
                if (verbose)
                    printf("  %016lx %016lx %016lx -> %016lx flags %lx\n",
                           a, b, c, r, flags);
            }
    return h;
}

static void run_row(const Row *row, int verbose)
{
    static const char *const names[] = { "rne", "rtz", "rdn", "rup", "rmm" };
    int count = row->frm == FRM_ALL ? 5 : 1;
    for (int frm = 0; frm < count; frm++) {
        /* Where it must not matter, round up. */
        __asm__ volatile("fsrm %0" : : "r"(row->frm == FRM_ALL ? frm : 3));
        uint64_t h = run_product(row, verbose);
        __asm__ volatile("fsrm zero");
        printf("%s %s%s%s: %016lx\n", row->insn, row->form,
               count > 1 ? " " : "", count > 1 ? names[frm] : "", h);
    }
}

int main(int argc, char **argv)
{
    const RowTable *tables[] = { &integer_rows, &memory_rows, &fp_rows,
                                 &control_rows, &loop_rows };
    if (argc > 1 && !strcmp(argv[1], "-illegal"))
        return check_illegal() != 0;
    for (size_t t = 0; t < sizeof(tables) / sizeof(*tables); t++)
        for (size_t i = 0; i < tables[t]->count; i++) {
            const Row *row = &tables[t]->rows[i];
            if (argc < 2 || !strcmp(argv[1], row->insn))
                run_row(row, argc > 1);
        }
    return 0;
}
