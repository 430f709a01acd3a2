/* The G rows of asm.def. */
#include "rows.h"

#include <string.h>

static const char *const mnemonics[] = {
#define G(name, mnemonic, pp, map, op, digit, shape, sizes) mnemonic,
#define V(name, mnemonic, pp, map, op, st, w, n, shape, forms)
#include "backend/x86_64/asm.def"
#undef G
#undef V
};

static const int regs[] = {RAX, RCX, RSP, RBP, RDI, R8, R12, R15};
enum { REGS = sizeof(regs) / sizeof(regs[0]) };

/* Memory operands whose size is not the instruction's, or that have none. */
static unsigned mem_bytes(GprOp op, int size)
{
    switch (op) {
    case G_CMPXCHG8B: return 8;
    case G_CMPXCHG16B: return 16;
    case G_PREFETCHT0:
    case G_PREFETCHNTA:
    case G_PREFETCHW:
    case G_FXSAVE:
    case G_FXRSTOR:
    case G_CLFLUSH: return 0;
    default: return 1u << size;
    }
}

static const char *rm_text(Rows *r, GprOp op, int size, Mem m)
{
    if (m.base == MEM_REG) {
        return gpr_name(r, size, m.index);
    }
    return mem_text(r, m, mem_bytes(op, size));
}

static void legacy_row(Rows *r, GprOp op, int size, int reg, Mem m, bool lock)
{
    unsigned flags = x86_asm_gpr_rows[op].flags;
    int imm = r->next++ & 31;
    const char *rm, *name = gpr_name(r, size, reg);
    char tail[16] = "";

    x86_asm_gpr(&r->a, op, size | (lock ? SZ_LOCK : 0), reg, m, imm);
    rm = rm_text(r, op, size, m);
    if (flags & F_IMM) {
        sprintf(tail, ", %d", imm);
    } else if (op == G_SHLD_CL || op == G_SHRD_CL) {
        strcpy(tail, ", cl");
    }
    if (flags & F_DIGIT) {
        row(r, "%s%s %s%s", lock ? "lock " : "", mnemonics[op], rm, tail);
    } else if (flags & F_MR) {
        row(r, "%s%s %s, %s%s", lock ? "lock " : "", mnemonics[op], rm, name,
            tail);
    } else {
        row(r, "%s %s, %s%s", mnemonics[op], name, rm, tail);
    }
}

static void vex_row(Rows *r, GprOp op, int size, int reg, int vvvv, Mem m)
{
    unsigned flags = x86_asm_gpr_rows[op].flags;
    int imm = r->next++ & 31;
    const char *rm, *first = gpr_name(r, size, reg);
    const char *second = gpr_name(r, size, vvvv);

    x86_asm_bmi(&r->a, op, size, reg, vvvv, m, imm);
    rm = rm_text(r, op, size, m);
    if (flags & F_DIGIT) {
        row(r, "%s %s, %s", mnemonics[op], second, rm);
    } else if (flags & F_IMM) {
        row(r, "%s %s, %s, %d", mnemonics[op], first, rm, imm);
    } else if (flags & F_VLAST) {
        row(r, "%s %s, %s, %s", mnemonics[op], first, rm, second);
    } else {
        row(r, "%s %s, %s, %s", mnemonics[op], first, second, rm);
    }
}

static void def_row(Rows *r, GprOp op, int size, int reg, Mem m)
{
    if (x86_asm_gpr_rows[op].flags & F_VEX) {
        int vvvv =
            x86_asm_gpr_rows[op].flags & F_IMM ? 0 : regs[r->next % REGS];

        vex_row(r, op, size, reg, vvvv, m);
    } else {
        legacy_row(r, op, size, reg, m, false);
    }
}

static bool takes_lock(GprOp op)
{
    switch (op) {
    case G_XADD:
    case G_CMPXCHG:
    case G_CMPXCHG16B:
    case G_BTS:
    case G_BTR_I:
    case G_INC:
    case G_NOT: return true;
    default: return false;
    }
}

static void op_rows(Rows *r, GprOp op, int size)
{
    unsigned flags = x86_asm_gpr_rows[op].flags;

    for (int i = 0; i < REGS && !(flags & F_NOREG); i++) {
        for (int j = 0; j < REGS; j++) {
            /* xchg with rax has the shorter form of x86_asm_xchg_rr */
            if (op != G_XCHG || (i && j && i != j)) {
                def_row(r, op, size, regs[i], mem_reg(regs[j]));
            }
        }
    }
    for (unsigned i = 0; i < mems_count; i++) {
        int reg = regs[i % REGS];

        def_row(r, op, size, reg, mems_get(r, i));
        if (takes_lock(op)) {
            legacy_row(r, op, size, reg, mems_get(r, i), true);
        }
    }
}

void gpr_def_rows(Rows *r)
{
    for (int op = 0; op < G_COUNT; op++) {
        for (int size = SZ_8; size <= SZ_64; size++) {
            if (x86_asm_gpr_rows[op].sizes & 1 << size) {
                op_rows(r, op, size);
            }
        }
    }
}
