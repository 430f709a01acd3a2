/* Integer computation, with the register overlaps of each operand. */
#include "insn.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

/* a in s, b in t, the instruction's result in d; all three are named. */
#define FORM(name, d, s, t, code)                                             \
    static uint64_t name(uint64_t a, uint64_t b, uint64_t c, uint64_t *flags) \
    {                                                                         \
        uint64_t r;                                                           \
        (void)c, (void)flags;                                                 \
        __asm__ volatile("mv " s ", %1\n mv " t ", %2\n" code "\n"            \
                         "mv %0, " d                                          \
                         : "=r"(r) : "r"(a), "r"(b) : CLOBBERS);              \
        return r;                                                             \
    }
#define CLOBBERS "a2", "a3", "a4", "s1", "s10", "s11", "t4", "t5", "t6"

#define R(op)                                                                 \
    FORM(op##_plain, "a4", "a2", "a3", #op " a4, a2, a3")                     \
    FORM(op##_high, "t6", "s11", "t5", #op " t6, s11, t5")                    \
    FORM(op##_mixed, "s1", "t4", "a3", #op " s1, t4, a3")                     \
    FORM(op##_d_s, "a2", "a2", "a3", #op " a2, a2, a3")                       \
    FORM(op##_d_t, "a3", "a2", "a3", #op " a3, a2, a3")                       \
    FORM(op##_d_t_high, "t5", "t6", "t5", #op " t5, t6, t5")                  \
    FORM(op##_same, "a2", "a2", "a3", #op " a2, a2, a2")                      \
    FORM(op##_s_t, "a4", "a2", "a3", #op " a4, a2, a2")                       \
    FORM(op##_s0, "a4", "a2", "a3", #op " a4, zero, a3")                      \
    FORM(op##_t0, "a4", "a2", "a3", #op " a4, a2, zero")                      \
    FORM(op##_d0, "zero", "a2", "a3", #op " zero, a2, a3")
#define I(op, id, imm)                                                        \
    FORM(id##_plain, "a4", "a2", "a3", #op " a4, a2, " #imm)                  \
    FORM(id##_same, "a2", "a2", "a3", #op " a2, a2, " #imm)                   \
    FORM(id##_high, "t6", "s10", "a3", #op " t6, s10, " #imm)                 \
    FORM(id##_s0, "a4", "a2", "a3", #op " a4, zero, " #imm)                   \
    FORM(id##_d0, "zero", "a2", "a3", #op " zero, a2, " #imm)
#define U(op, id, imm)                                                        \
    FORM(id##_low, "a4", "a2", "a3", #op " a4, " #imm)                        \
    FORM(id##_high, "t6", "a2", "a3", #op " t6, " #imm)
#define C2(op, id)                                                            \
    FORM(id##_pair, "a2", "a2", "a3", #op " a2, a3")                          \
    FORM(id##_same, "a2", "a2", "a3", #op " a2, a2")
#define CI(op, id, imm) FORM(id##_low, "a2", "a2", "a3", #op " a2, " #imm)
#include "integer.def"
#undef R
#undef I
#undef U
#undef C2
#undef CI

/* lui with an addition, auipc as a difference, and the sp forms. */
FORM(auipc, "a4", "a2", "a3", "1: auipc a4, 0x12345\n la a2, 1b\n sub a4, a4, a2")
FORM(auipc_neg, "t6", "a2", "a3", "1: auipc t6, 0x80000\n la a2, 1b\n sub t6, t6, a2")
FORM(li64, "a4", "a2", "a3", "li a4, 0x123456789abcdef0\n add a4, a4, a2")
FORM(addi4spn, "a4", "a2", "a3",
     "mv t5, sp\n mv sp, a2\n c.addi4spn a4, sp, 1020\n mv sp, t5")
FORM(addi16sp, "a4", "a2", "a3",
     "mv t5, sp\n mv sp, a2\n c.addi16sp sp, -512\n mv a4, sp\n mv sp, t5")
FORM(nops, "a4", "a2", "a3", "c.nop\n nop\n add a4, a2, a3")
FORM(long_chain, "a4", "a2", "a3",
     "add a4, a2, a3\n sub t5, a2, a3\n xor a4, a4, t5\n slli t6, a4, 13\n"
     "srli s11, t6, 7\n add s11, s11, a4\n sltu s10, s11, a2\n"
     "mul s1, s11, t5\n or s1, s1, s10\n addw a4, s1, s11\n and a2, a4, a3\n"
     "sub a4, a2, a4\n sraw a4, a4, a3")

static const Row rows[] = {
#define ROW(op, name, ...) { op, #name, name, { __VA_ARGS__ }, FRM_ANY },
#define PAIRS SET_INT, SET_INT, SET_NONE
#define ONES SET_INT, SET_NONE, SET_NONE
#define R(op)                                                                 \
    ROW(#op, op##_plain, PAIRS) ROW(#op, op##_high, PAIRS)                    \
    ROW(#op, op##_mixed, PAIRS) ROW(#op, op##_d_s, PAIRS)                     \
    ROW(#op, op##_d_t, PAIRS) ROW(#op, op##_d_t_high, PAIRS)                  \
    ROW(#op, op##_same, ONES) ROW(#op, op##_s_t, ONES)                        \
    ROW(#op, op##_s0, PAIRS) ROW(#op, op##_t0, ONES) ROW(#op, op##_d0, PAIRS)
#define I(op, id, imm)                                                        \
    ROW(#op, id##_plain, ONES) ROW(#op, id##_same, ONES)                      \
    ROW(#op, id##_high, ONES) ROW(#op, id##_s0, ONES) ROW(#op, id##_d0, ONES)
#define U(op, id, imm) ROW(#op, id##_low, ONES) ROW(#op, id##_high, ONES)
#define C2(op, id) ROW(#op, id##_pair, PAIRS) ROW(#op, id##_same, ONES)
#define CI(op, id, imm) ROW(#op, id##_low, ONES)
#include "integer.def"
    ROW("auipc", auipc, SET_NONE, SET_NONE, SET_NONE)
    ROW("auipc", auipc_neg, SET_NONE, SET_NONE, SET_NONE)
    ROW("lui", li64, ONES)
    ROW("c.addi4spn", addi4spn, ONES)
    ROW("c.addi16sp", addi16sp, ONES)
    ROW("nop", nops, PAIRS)
    ROW("chain", long_chain, PAIRS)
};

const RowTable integer_rows = { rows, COUNT(rows) };
