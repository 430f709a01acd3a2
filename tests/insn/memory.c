/* Loads, stores, atomics: every size, sign, offset and alignment. */
#include "insn.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

static uint8_t memory[256] __attribute__((aligned(64)));

static void fill(void)
{
    for (int i = 0; i < 256; i++)
        memory[i] = (uint8_t)(i * 73 + 129);
}

static uint64_t checksum(uint64_t h)
{
    uint64_t word;
    for (int i = 0; i < 256; i += 8) {
        __builtin_memcpy(&word, memory + i, 8);
        h = (h ^ word) * 0x9e3779b97f4a7c15;
    }
    return h ^ h >> 32;
}

#define CLOBBERS "a2", "a3", "a4", "s1", "s11", "t4", "t5", "t6", "fa2",      \
                 "memory"

/* The address, memory + 64 + offset, in s; b in t; the result in d. */
#define FORM(name, d, s, t, code)                                             \
    static uint64_t name(uint64_t a, uint64_t b, uint64_t c, uint64_t *flags) \
    {                                                                         \
        uint64_t r;                                                           \
        (void)c, (void)flags;                                                 \
        fill();                                                               \
        __asm__ volatile("mv " s ", %1\n mv " t ", %2\n" code "\n"            \
                         "mv %0, " d                                          \
                         : "=r"(r) : "r"(memory + 64 + a), "r"(b)             \
                         : CLOBBERS);                                         \
        return checksum(r);                                                   \
    }

#define LOADS(M) M(lb) M(lbu) M(lh) M(lhu) M(lw) M(lwu) M(ld)
#define STORES(M) M(sb) M(sh) M(sw) M(sd)
#define AMOS(M, size)                                                         \
    M(amoswap, size) M(amoadd, size) M(amoxor, size) M(amoand, size)          \
    M(amoor, size) M(amomin, size) M(amomax, size) M(amominu, size)           \
    M(amomaxu, size)

#define LOAD(op)                                                              \
    FORM(op##_0, "a4", "a2", "a3", #op " a4, 0(a2)")                          \
    FORM(op##_same, "a2", "a2", "a3", #op " a2, 5(a2)")                       \
    FORM(op##_high, "t6", "s11", "a3", #op " t6, -7(s11)")                    \
    FORM(op##_far, "a4", "a2", "a3",                                          \
         "addi a2, a2, 2000\n" #op " a4, -2008(a2)\n addi a2, a2, -2000\n"    \
         "addi a2, a2, -2000\n" #op " s1, 2047(a2)\n add a4, a4, s1")         \
    FORM(op##_d0, "zero", "a2", "a3", #op " zero, 3(a2)")
LOADS(LOAD)

#define STORE(op)                                                             \
    FORM(op##_0, "a3", "a2", "a3", #op " a3, 0(a2)")                          \
    FORM(op##_high, "t6", "s11", "t6", #op " t6, -7(s11)")                    \
    FORM(op##_self, "zero", "a2", "a3",                                       \
         "mv a4, a2\n" #op " a2, 16(a2)\n la a3, memory\n add a3, a3, 0\n"    \
         "sd zero, 16(a4)")                                                   \
    FORM(op##_zero, "a3", "a2", "a3", #op " zero, 9(a2)")                     \
    FORM(op##_load, "a4", "a2", "a3",                                         \
         #op " a3, 3(a2)\n ld a4, 0(a2)\n lbu s1, 3(a2)\n lwu t5, 1(a2)\n"    \
         "add a4, a4, s1\n add a4, a4, t5")
STORES(STORE)

/* The address is aligned here: misaligned ones may fault. */
#define ALIGN "andi a2, a2, -8\n"
#define AMO(op, size)                                                         \
    FORM(op##_##size, "a4", "a2", "a3", ALIGN #op "." #size " a4, a3, (a2)")  \
    FORM(op##_##size##_d_t, "a3", "a2", "a3",                                 \
         ALIGN #op "." #size ".aq a3, a3, (a2)")                              \
    FORM(op##_##size##_d_s, "a2", "a2", "a3",                                 \
         ALIGN #op "." #size ".rl a2, a3, (a2)")                              \
    FORM(op##_##size##_d0, "zero", "a2", "a3",                                \
         ALIGN #op "." #size ".aqrl zero, a3, (a2)")                          \
    FORM(op##_##size##_t0, "t6", "a2", "a3",                                  \
         ALIGN #op "." #size " t6, zero, (a2)")                               \
    FORM(op##_##size##_high, "t6", "s11", "t5",                               \
         "andi s11, s11, -8\n" #op "." #size " t6, t5, (s11)")                \
    FORM(op##_##size##_equal, "t6", "a2", "a3",                               \
         ALIGN "s" #size " a3, 0(a2)\n" #op "." #size " t6, a3, (a2)")
AMOS(AMO, w)
AMOS(AMO, d)

#define LRSC(size)                                                            \
    FORM(sc_ok_##size, "a4", "a2", "a3",                                      \
         ALIGN "lr." #size " t5, (a2)\n sc." #size " a4, a3, (a2)\n"          \
         "add a4, a4, t5")                                                    \
    FORM(sc_twice_##size, "a4", "a2", "a3",                                   \
         ALIGN "lr." #size " t5, (a2)\n sc." #size " a4, a3, (a2)\n"          \
         "addi a3, a3, 1\n sc." #size " t6, a3, (a2)\n snez t6, t6\n"         \
         "slli t6, t6, 1\n add a4, a4, t6")                                   \
    FORM(sc_elsewhere_##size, "a4", "a2", "a3",                               \
         ALIGN "lr." #size " t5, (a2)\n addi a2, a2, 32\n"                    \
         "sc." #size " a4, a3, (a2)\n snez a4, a4")                           \
    FORM(sc_same_##size, "a2", "a2", "a3",                                    \
         ALIGN "lr." #size ".aqrl t5, (a2)\n"                                 \
         "sc." #size ".rl a2, a2, (a2)")                                      \
    FORM(sc_d_t_##size, "a3", "a2", "a3",                                     \
         ALIGN "lr." #size ".aq a4, (a2)\n sc." #size " a3, a3, (a2)\n"       \
         "add a3, a3, a4")                                                    \
    FORM(sc_loop_##size, "a4", "a2", "a3",                                    \
         ALIGN "1: lr." #size " a4, (a2)\n add t5, a4, a3\n"                  \
         "sc." #size " t6, t5, (a2)\n bnez t6, 1b")                           \
    FORM(lr_##size, "a2", "a2", "a3", ALIGN "lr." #size " a2, (a2)")
LRSC(w)
LRSC(d)

FORM(c_words, "a4", "a2", "a3",
     "c.lw a4, 4(a2)\n c.sw a3, 8(a2)\n c.lw s1, 124(a2)\n add a4, a4, s1")
FORM(c_doubles, "a4", "a2", "a3",
     "c.ld a4, 8(a2)\n c.sd a3, 16(a2)\n c.ld s1, 120(a2)\n add a4, a4, s1")
FORM(c_stack, "a4", "a2", "a3",
     "mv t5, sp\n mv sp, a2\n c.lwsp a4, 4(sp)\n c.ldsp s1, 8(sp)\n"
     "c.swsp a3, 20(sp)\n c.sdsp a3, 40(sp)\n mv sp, t5\n add a4, a4, s1")
FORM(fences, "a4", "a2", "a3",
     "sd a3, 0(a2)\n fence\n fence rw, w\n fence.tso\n fence.i\n"
     "ld a4, 0(a2)")
FORM(forward, "a4", "a2", "a3",
     "sd a3, 0(a2)\n sb a2, 2(a2)\n lw a4, 0(a2)\n lh s1, 1(a2)\n"
     "sh s1, 5(a2)\n ld t5, 0(a2)\n xor a4, a4, t5\n sw t5, 4(a2)\n"
     "lb t6, 7(a2)\n add a4, a4, t6")

static const Row rows[] = {
#define ROW(op, name, a, b)                                                   \
    { op, #name, name, { SET_##a, SET_##b, SET_NONE }, FRM_ANY },
#define ROW_LOAD(op)                                                          \
    ROW(#op, op##_0, OFFSET, NONE) ROW(#op, op##_same, OFFSET, NONE)          \
    ROW(#op, op##_high, OFFSET, NONE) ROW(#op, op##_far, OFFSET, NONE)        \
    ROW(#op, op##_d0, OFFSET, NONE)
#define ROW_STORE(op)                                                         \
    ROW(#op, op##_0, OFFSET, INT) ROW(#op, op##_high, OFFSET, INT)            \
    ROW(#op, op##_self, OFFSET, NONE) ROW(#op, op##_zero, OFFSET, NONE)       \
    ROW(#op, op##_load, OFFSET, INT)
#define ROW_AMO(op, size)                                                     \
    ROW(#op "." #size, op##_##size, OFFSET, INT)                              \
    ROW(#op "." #size, op##_##size##_d_t, OFFSET, INT)                        \
    ROW(#op "." #size, op##_##size##_d_s, NONE, INT)                          \
    ROW(#op "." #size, op##_##size##_d0, OFFSET, INT)                         \
    ROW(#op "." #size, op##_##size##_t0, OFFSET, NONE)                        \
    ROW(#op "." #size, op##_##size##_high, OFFSET, INT)                       \
    ROW(#op "." #size, op##_##size##_equal, OFFSET, INT)
#define ROW_LRSC(size)                                                        \
    ROW("sc." #size, sc_ok_##size, OFFSET, INT)                               \
    ROW("sc." #size, sc_twice_##size, OFFSET, INT)                            \
    ROW("sc." #size, sc_elsewhere_##size, OFFSET, INT)                        \
    ROW("sc." #size, sc_same_##size, NONE, NONE)                              \
    ROW("sc." #size, sc_d_t_##size, OFFSET, INT)                              \
    ROW("sc." #size, sc_loop_##size, OFFSET, INT)                             \
    ROW("lr." #size, lr_##size, OFFSET, NONE)
    LOADS(ROW_LOAD)
    STORES(ROW_STORE)
    AMOS(ROW_AMO, w)
    AMOS(ROW_AMO, d)
    ROW_LRSC(w)
    ROW_LRSC(d)
    ROW("c.lw", c_words, OFFSET, INT)
    ROW("c.ld", c_doubles, OFFSET, INT)
    ROW("c.ldsp", c_stack, OFFSET, INT)
    ROW("fence", fences, OFFSET, INT)
    ROW("forward", forward, OFFSET, INT)
};

const RowTable memory_rows = { rows, COUNT(rows) };
