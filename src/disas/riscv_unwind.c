/*
 * Frames of functions without call frame information, which gcc leaves out for
 * most of C: from the code that sets the frame up.
 */
#include <string.h>
#include "disas/riscv.h"

enum { RA = 1, SP = 2, A7 = 17, NB_REGS = 32 };

static uint32_t bits(uint32_t v, int low, int n)
{
    return v >> low & ((1u << n) - 1);
}

static uint16_t half(const uint8_t *p)
{
    return (uint16_t)(p[0] | p[1] << 8);
}

/* addi sp, sp, imm; c.addi16sp; c.addi sp. */
static bool moves_sp(uint32_t insn, int64_t *by)
{
    uint32_t i = insn;
    if ((i & 0xfffff) == 0x10113) {
        *by = (int32_t)i >> 20;
        return true;
    } else if ((i & 3) == 3) {
        return false;
    } else if ((i & 0xef83) == 0x6101) {
        int64_t imm = bits(i, 6, 1) << 4 | bits(i, 2, 1) << 5 |
                      bits(i, 5, 1) << 6 | bits(i, 3, 2) << 7;
        *by = imm - ((int64_t)bits(i, 12, 1) << 9);
        return true;
    } else if ((i & 0xef83) == 0x0101) {
        *by = (int64_t)bits(i, 2, 5) - ((int64_t)bits(i, 12, 1) << 5);
        return true;
    }
    return false;
}

/* sd reg, offset(sp); c.sdsp. */
static bool saves(uint32_t i, unsigned *reg, uint64_t *offset)
{
    if ((i & 0xff07f) == 0x13023) {
        *reg = bits(i, 20, 5);
        *offset = bits(i, 25, 7) << 5 | bits(i, 7, 5);
        return !bits(i, 31, 1);
    } else if ((i & 0xe003) == 0xe002) {
        *reg = bits(i, 2, 5);
        *offset = bits(i, 10, 3) << 3 | bits(i, 7, 3) << 6;
        return true;
    }
    return false;
}

/*
 * The last time that sp went down counts: an end of the function in between
 * lies on another way through it.
 */
static void read_prologue(Prologue *p, const uint8_t *code, size_t n)
{
    memset(p, 0, sizeof(*p));
    for (size_t at = 0; at + 2 <= n;) {
        bool is_long = (code[at] & 3) == 3;
        uint32_t insn = half(code + at), reg;
        int64_t by;
        uint64_t offset;
        if (is_long && at + 4 > n) {
            return;
        }
        insn |= is_long ? (uint32_t)half(code + at + 2) << 16 : 0;
        at += is_long ? 4 : 2;
        if (moves_sp(insn, &by) && by < 0) {
            memset(p, 0, sizeof(*p));
            p->size = (uint64_t)-by;
        } else if (saves(insn, &reg, &offset) && offset < p->size &&
                   !(p->saved >> reg & 1)) {
            p->saved |= 1ull << reg;
            p->offset[reg] = offset;
        }
    }
}

static uint32_t word(const uint8_t *p)
{
    return half(p) | (uint32_t)half(p + 2) << 16;
}

static int64_t jal_offset(uint32_t i)
{
    int64_t imm =
        bits(i, 21, 10) << 1 | bits(i, 20, 1) << 11 | bits(i, 12, 8) << 12;
    return imm - ((int64_t)bits(i, 31, 1) << 20);
}

/* Behind auipc reg: jalr ra, imm(reg), or addi reg, reg, imm. */
static bool completes(uint32_t insn, uint32_t reg)
{
    bool jalr = (insn & 0x7fff) == 0x00e7;
    bool addi = (insn & 0x707f) == 0x0013 && bits(insn, 7, 5) == reg;
    return (jalr || addi) && bits(insn, 15, 5) == reg;
}

/* jal ra; auipc and jalr ra; auipc and addi. */
static uint64_t used_function(const uint8_t *code, size_t n, uint64_t pc)
{
    uint32_t insn = n >= 4 ? word(code) : 0;
    uint32_t next = n >= 8 ? word(code + 4) : 0;
    if ((insn & 0xfff) == 0x0ef) {
        return pc + (uint64_t)jal_offset(insn);
    }
    if ((insn & 0x7f) == 0x17 && completes(next, bits(insn, 7, 5))) {
        return pc + (uint64_t)(int64_t)(int32_t)(insn & 0xfffff000) +
               (uint64_t)(int64_t)((int32_t)next >> 20);
    }
    return 0;
}

static unsigned used(const uint8_t *code, size_t n, uint64_t pc,
                     uint64_t *function)
{
    unsigned length = n && (code[0] & 3) == 3 ? 4 : 2;
    *function = used_function(code, n, pc);
    return length <= n ? length : 0;
}

/* That links in ra. */
static bool is_call(const uint8_t *code, size_t n)
{
    uint32_t half_before = n >= 2 ? half(code + n - 2) : 0;
    uint32_t word = n >= 4 ? half(code + n - 4) | half_before << 16 : 0;
    bool c_jalr = (half_before & 0xf07f) == 0x9002 && bits(half_before, 7, 5);
    bool jal = (word & 0xfff) == 0x0ef, jalr = (word & 0x7fff) == 0x00e7;
    return c_jalr || jal || jalr;
}

const GuestUnwind riscv_unwind = {
    .nb_regs = NB_REGS,
    .sp = SP,
    .ra = RA,
    .syscall = A7,
    .call_bytes = 4,
    .prologue = read_prologue,
    .is_call = is_call,
    .used = used,
};
