/*
 * Floating point. Operands are bit patterns, so that badly boxed singles and
 * signalling NaNs arrive unchanged; each run starts with no accrued exception
 * and gives those that the instruction raised.
 */
#include "insn.h"

#define COUNT(a) (sizeof(a) / sizeof(*(a)))

#define FORM(name, s, t, u, code, result)                                     \
    static uint64_t name(uint64_t a, uint64_t b, uint64_t c, uint64_t *flags) \
    {                                                                         \
        uint64_t r, f;                                                        \
        __asm__ volatile("fmv.d.x " s ", %2\n fmv.d.x " t ", %3\n"            \
                         "fmv.d.x " u ", %4\n mv a3, %2\n fsflags zero\n"     \
                         code "\n" result "\n frflags %1"                     \
                         : "=r"(r), "=&r"(f) : "r"(a), "r"(b), "r"(c)         \
                         : CLOBBERS);                                         \
        *flags = f;                                                           \
        return r;                                                             \
    }
#define CLOBBERS "fa2", "fa3", "fa4", "fa5", "fs1", "fs10", "fs11", "ft9",    \
                 "ft10", "ft11", "a2", "a3", "a4", "t6"
/* The low registers, and the high ones. */
#define LOW(name, code, result)                                               \
    FORM(name, "fa3", "fa4", "fa5", code, result)
#define HIGH(name, code, result)                                              \
    FORM(name, "ft9", "fs11", "ft10", code, result)

#define F1(op, id, rm, set, frm)                                              \
    LOW(id##_plain, op " fa2, fa3" rm, "fmv.x.d %0, fa2")                     \
    LOW(id##_d_s, op " fa3, fa3" rm, "fmv.x.d %0, fa3")                       \
    HIGH(id##_high, op " ft11, ft9" rm, "fmv.x.d %0, ft11")
#define F2(op, id, rm, set, frm)                                              \
    LOW(id##_plain, op " fa2, fa3, fa4" rm, "fmv.x.d %0, fa2")                \
    LOW(id##_d_s, op " fa3, fa3, fa4" rm, "fmv.x.d %0, fa3")                  \
    LOW(id##_d_t, op " fa4, fa3, fa4" rm, "fmv.x.d %0, fa4")                  \
    LOW(id##_same, op " fa3, fa3, fa3" rm, "fmv.x.d %0, fa3")                 \
    HIGH(id##_high, op " ft11, ft9, fs11" rm, "fmv.x.d %0, ft11")             \
    HIGH(id##_high_d_t, op " fs11, ft9, fs11" rm, "fmv.x.d %0, fs11")
#define F3(op, id, rm, set, frm)                                              \
    LOW(id##_plain, op " fa2, fa3, fa4, fa5" rm, "fmv.x.d %0, fa2")           \
    LOW(id##_d_s, op " fa3, fa3, fa4, fa5" rm, "fmv.x.d %0, fa3")             \
    LOW(id##_d_t, op " fa4, fa3, fa4, fa5" rm, "fmv.x.d %0, fa4")             \
    LOW(id##_d_u, op " fa5, fa3, fa4, fa5" rm, "fmv.x.d %0, fa5")             \
    HIGH(id##_high, op " ft11, ft9, fs11, ft10" rm, "fmv.x.d %0, ft11")       \
    LOW(id##_same, op " fa3, fa3, fa3, fa3" rm, "fmv.x.d %0, fa3")
#define FC(op, id, rm, set, frm)                                              \
    LOW(id##_plain, op " a2, fa3" rm, "mv %0, a2")                            \
    HIGH(id##_high, op " t6, ft9" rm, "mv %0, t6")                            \
    LOW(id##_d0, op " zero, fa3" rm, "mv %0, zero")
#define FF(op, id, set)                                                       \
    LOW(id##_plain, op " a2, fa3, fa4", "mv %0, a2")                          \
    LOW(id##_same, op " a2, fa3, fa3", "mv %0, a2")                           \
    HIGH(id##_high, op " t6, ft9, fs11", "mv %0, t6")                         \
    LOW(id##_d0, op " zero, fa3, fa4", "mv %0, zero")                         \
    LOW(id##_branch, op " a2, fa3, fa4\n beqz a2, 1f\n li a2, 77\n 1:",       \
        "mv %0, a2")
#define FI(op, id, rm, set, frm)                                              \
    LOW(id##_plain, op " fa2, a3" rm, "fmv.x.d %0, fa2")                      \
    HIGH(id##_high, "mv t6, a3\n" op " ft11, t6" rm, "fmv.x.d %0, ft11")      \
    LOW(id##_s0, op " fa2, zero" rm, "fmv.x.d %0, fa2")
#include "fp.def"
#undef F1
#undef F2
#undef F3
#undef FC
#undef FF
#undef FI

/* Chains whose intermediate NaNs and boxes are not looked at singly. */
LOW(chain_d, "fadd.d fa2, fa3, fa4\n fmul.d fa2, fa2, fa5\n"
             "fsub.d fa3, fa2, fa3\n fneg.d fa4, fa3\n"
             "fmadd.d fa2, fa2, fa4, fa5\n fsd fa2, -8(sp)\n"
             "fmin.d fa2, fa2, fa3\n fdiv.d fa2, fa2, fa5",
    "ld a4, -8(sp)\n fmv.x.d %0, fa2\n xor %0, %0, a4")
LOW(chain_s, "fadd.s fa2, fa3, fa4\n fmul.s fa2, fa2, fa5\n"
             "fsub.s fa3, fa2, fa3\n fabs.s fa4, fa3\n"
             "fmadd.s fa2, fa2, fa4, fa5\n fsw fa2, -8(sp)\n"
             "fcvt.d.s fs10, fa2\n fmax.s fa2, fa2, fa3\n"
             "fsgnjx.s fa2, fa2, fa5",
    "lw a4, -8(sp)\n fmv.x.d %0, fa2\n xor %0, %0, a4\n fmv.x.d a4, fs10\n"
    "add %0, %0, a4")
LOW(sticky, "fadd.d fa2, fa3, fa4\n frflags a2\n fdiv.d fa2, fa3, fa5\n"
            "frflags a4\n slli a2, a2, 8\n add a2, a2, a4",
    "mv %0, a2")
LOW(loads, "fmv.x.d a2, fa3\n sd a2, -16(sp)\n fld fa2, -16(sp)\n"
           "flw fs1, -16(sp)\n flw fs10, -13(sp)\n fsw fs1, -24(sp)\n"
           "fsd fs10, -32(sp)\n lwu a4, -24(sp)",
    "fmv.x.d %0, fa2\n add %0, %0, a4\n ld a4, -32(sp)\n xor %0, %0, a4")
LOW(c_loads, "mv a2, sp\n addi a2, a2, -64\n c.fsd fa3, 8(a2)\n"
             "c.fld fa2, 8(a2)\n mv t6, sp\n addi sp, sp, -64\n"
             "c.fsdsp fa2, 16(sp)\n c.fldsp fs1, 16(sp)\n mv sp, t6",
    "fmv.x.d %0, fs1")

static const Row rows[] = {
#define ROW(op, name, a, b, c, frm)                                           \
    { op, #name, name, { SET_##a, SET_##b, SET_##c }, frm },
#define F1(op, id, rm, set, frm)                                              \
    ROW(op, id##_plain, set, NONE, NONE, frm)                                 \
    ROW(op, id##_d_s, set, NONE, NONE, frm)                                   \
    ROW(op, id##_high, set, NONE, NONE, frm)
#define F2(op, id, rm, set, frm)                                              \
    ROW(op, id##_plain, set, set, NONE, frm)                                  \
    ROW(op, id##_d_s, set, set, NONE, frm)                                    \
    ROW(op, id##_d_t, set, set, NONE, frm)                                    \
    ROW(op, id##_same, set, NONE, NONE, frm)                                  \
    ROW(op, id##_high, set, set, NONE, frm)                                   \
    ROW(op, id##_high_d_t, set, set, NONE, frm)
#define F3(op, id, rm, set, frm)                                              \
    ROW(op, id##_plain, set, set, set, frm)                                   \
    ROW(op, id##_d_s, set, set, set, frm)                                     \
    ROW(op, id##_d_t, set, set, set, frm)                                     \
    ROW(op, id##_d_u, set, set, set, frm)                                     \
    ROW(op, id##_high, set, set, set, frm)                                    \
    ROW(op, id##_same, set, NONE, NONE, frm)
#define FC(op, id, rm, set, frm)                                              \
    ROW(op, id##_plain, set, NONE, NONE, frm)                                 \
    ROW(op, id##_high, set, NONE, NONE, frm)                                  \
    ROW(op, id##_d0, set, NONE, NONE, frm)
#define FF(op, id, set)                                                       \
    ROW(op, id##_plain, set, set, NONE, FRM_ANY)                              \
    ROW(op, id##_same, set, NONE, NONE, FRM_ANY)                              \
    ROW(op, id##_high, set, set, NONE, FRM_ANY)                               \
    ROW(op, id##_d0, set, set, NONE, FRM_ANY)                                 \
    ROW(op, id##_branch, set, set, NONE, FRM_ANY)
#define FI(op, id, rm, set, frm)                                              \
    ROW(op, id##_plain, set, NONE, NONE, frm)                                 \
    ROW(op, id##_high, set, NONE, NONE, frm)                                  \
    ROW(op, id##_s0, NONE, NONE, NONE, frm)
#include "fp.def"
    ROW("fp-chain", chain_d, FEW64, FEW64, FEW64, FRM_ALL)
    ROW("fp-chain", chain_s, FEW32, FEW32, FEW32, FRM_ALL)
    ROW("fp-flags", sticky, FEW64, FEW64, FEW64, FRM_ALL)
    ROW("fp-memory", loads, F64, NONE, NONE, FRM_ANY)
    ROW("fp-memory", c_loads, F64, NONE, NONE, FRM_ANY)
};

const RowTable fp_rows = { rows, COUNT(rows) };
