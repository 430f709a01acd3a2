/* The instructions of asm_gpr.c that have a function each. */
#include "rows.h"

static const int regs[] = {RAX, RCX, RBX, RSP, RBP, RDI, R8, R12, R13, R15};
static const int imms[] = {
    0,         1,   -1,  8,     127,    128,        -128,
    -129,      255, 256, 32767, -32768, 0x7fffffff, -0x7fffffff - 1,
    0x12345678};

#define COUNT(x)              (sizeof(x) / sizeof((x)[0]))
#define FOR_EACH(i, array)    for (size_t i = 0; i < COUNT(array); i++)
#define FOR_SIZES(size, from) for (int size = (from); size <= SZ_64; size++)
#define FOR_MEMS(i)           for (unsigned i = 0; i < mems_count; i++)

/* An immediate as the operand's size leaves it. */
static int imm_at(int size, int imm)
{
    return size == SZ_8 ? (int8_t)imm : size == SZ_16 ? (int16_t)imm : imm;
}

static int next_reg(Rows *r)
{
    return regs[r->next++ % COUNT(regs)];
}

static int next_imm(Rows *r)
{
    return imms[r->next++ % COUNT(imms)];
}

/* Ends a row of two operands: register and register or memory. */
static void row_rr(Rows *r, const char *name, int size, int x, int y)
{
    row(r, "%s %s, %s", name, gpr_name(r, size, x), gpr_name(r, size, y));
}

static void row_rm(Rows *r, const char *name, int size, int reg, Mem m)
{
    row(r, "%s %s, %s", name, gpr_name(r, size, reg), gpr_rm_text(r, m, size));
}

static void row_mr(Rows *r, const char *name, int size, Mem m, int reg)
{
    row(r, "%s %s, %s", name, gpr_rm_text(r, m, size), gpr_name(r, size, reg));
}

static void row_mi(Rows *r, const char *name, int size, Mem m, int imm)
{
    row(r, "%s %s, %d", name, gpr_rm_text(r, m, size), imm_at(size, imm));
}

/* ---- ALU --------------------------------------------------------------- */

static const char *const alu_names[] = {"add", "or",  "adc", "sbb",
                                        "and", "sub", "xor", "cmp"};

static void alu_reg_rows(Rows *r, AluOp op, int size)
{
    FOR_EACH(i, regs)
    {
        FOR_EACH(j, regs)
        {
            x86_asm_alu_rr(&r->a, op, size, regs[i], regs[j]);
            row_rr(r, alu_names[op], size, regs[i], regs[j]);
        }
        FOR_EACH(k, imms)
        {
            asm_alu_ri(&r->a, op, size, regs[i], imms[k]);
            row_mi(r, alu_names[op], size, mem_reg(regs[i]), imms[k]);
        }
    }
}

static void alu_mem_rows(Rows *r, AluOp op, int size)
{
    static const char *const locked[] = {
        "lock add", "lock or",  "lock adc", "lock sbb",
        "lock and", "lock sub", "lock xor",
    };

    FOR_MEMS(i)
    {
        int reg = next_reg(r), imm = next_imm(r);
        Mem m = mems_get(r, i);

        x86_asm_alu_rm(&r->a, op, size, reg, m);
        row_rm(r, alu_names[op], size, reg, m);
        x86_asm_alu_mr(&r->a, op, size, m, reg);
        row_mr(r, alu_names[op], size, m, reg);
        x86_asm_alu_mi(&r->a, op, size, m, imm);
        row_mi(r, alu_names[op], size, m, imm);
        if (op != ALU_CMP && i % 4 == 0) {
            x86_asm_alu_mr(&r->a, op, size | SZ_LOCK, m, reg);
            row_mr(r, locked[op], size, m, reg);
            x86_asm_alu_mi(&r->a, op, size | SZ_LOCK, m, imm);
            row_mi(r, locked[op], size, m, imm);
        }
    }
}

static void test_rows(Rows *r, int size)
{
    FOR_EACH(i, regs)
    {
        int reg = next_reg(r);

        asm_test_rr(&r->a, size, regs[i], reg);
        row_rr(r, "test", size, regs[i], reg);
        FOR_EACH(k, imms)
        {
            asm_test_ri(&r->a, size, regs[i], imms[k]);
            row_mi(r, "test", size, mem_reg(regs[i]), imms[k]);
        }
    }
    FOR_MEMS(i)
    {
        Mem m = mems_get(r, i);
        int reg = next_reg(r), imm = next_imm(r);

        x86_asm_test_mr(&r->a, size, m, reg);
        row_mr(r, "test", size, m, reg);
        x86_asm_test_mi(&r->a, size, m, imm);
        row_mi(r, "test", size, m, imm);
    }
}

/* ---- Moves ------------------------------------------------------------- */

static void mov_rows(Rows *r, int size)
{
    FOR_EACH(i, regs)
    {
        FOR_EACH(j, regs)
        {
            x86_asm_mov_rr(&r->a, size, regs[i], regs[j]);
            row_rr(r, "mov", size, regs[i], regs[j]);
        }
    }
    FOR_MEMS(i)
    {
        Mem m = mems_get(r, i);
        int reg = next_reg(r), imm = next_imm(r);

        x86_asm_mov_rm(&r->a, size, reg, m);
        row_rm(r, "mov", size, reg, m);
        x86_asm_mov_mr(&r->a, size, m, reg);
        row_mr(r, "mov", size, m, reg);
        x86_asm_mov_mi(&r->a, size, m, imm);
        row_mi(r, "mov", size, m, imm);
        if (size >= SZ_32 && !m.seg) {
            x86_asm_lea(&r->a, size, reg, m);
            row(r, "lea %s, %s", gpr_name(r, size, reg), mem_text(r, m, 0));
        }
    }
}

static void mov_imm_rows(Rows *r)
{
    static const uint64_t values[] = {
        0,
        1,
        0x7f,
        0x7fffffff,
        0x80000000,
        0xffffffff,
        0x100000000,
        0x123456789abcdef0,
        INT64_MAX,
        -1ull,
        -128ull,
        -0x80000000ull,
        -0x80000001ull,
        1ull << 63,
    };

    FOR_EACH(i, regs)
    {
        FOR_EACH(k, values)
        {
            uint64_t v = values[k];
            int size = v <= UINT32_MAX ? SZ_32 : SZ_64;

            x86_asm_mov_ri(&r->a, regs[i], v);
            row(r, "%s %s, %#llx",
                size == SZ_64 && (int64_t)v != (int32_t)v ? "movabs" : "mov",
                gpr_name(r, size, regs[i]), (unsigned long long)v);
        }
        x86_asm_zero(&r->a, regs[i]);
        row_rr(r, "xor", SZ_32, regs[i], regs[i]);
    }
}

static void extend_row(Rows *r, int from, int size, int reg, Mem m)
{
    x86_asm_movsx_rm(&r->a, from, size, reg, m);
    row(r, "%s %s, %s", from == SZ_32 ? "movsxd" : "movsx",
        gpr_name(r, size, reg), gpr_rm_text(r, m, from));
    if (size == SZ_32 || from == SZ_32) {
        x86_asm_movzx_rm(&r->a, from, reg, m);
        row(r, "%s %s, %s", from == SZ_32 ? "mov" : "movzx",
            gpr_name(r, SZ_32, reg), gpr_rm_text(r, m, from));
    }
}

static void extend_rows(Rows *r, int from, int size)
{
    FOR_EACH(i, regs)
    {
        FOR_EACH(j, regs)
        {
            extend_row(r, from, size, regs[i], mem_reg(regs[j]));
        }
    }
    FOR_MEMS(i)
    {
        extend_row(r, from, size, next_reg(r), mems_get(r, i));
    }
}

/* ---- Shifts, conditions, others ---------------------------------------- */

static void shift_row(Rows *r, ShiftOp op, int size, Mem m, unsigned count)
{
    static const char *const names[] = {"rol", "ror", "rcl", "rcr",
                                        "shl", "shr", NULL,  "sar"};

    x86_asm_shift_mi(&r->a, op, size, m, count);
    row_mi(r, names[op], size, m, count);
    x86_asm_shift_mc(&r->a, op, size, m);
    row(r, "%s %s, cl", names[op], gpr_rm_text(r, m, size));
}

static void shift_rows(Rows *r, int size)
{
    static const unsigned counts[] = {1, 2, 7, 31, 63};

    for (int op = SH_ROL; op <= SH_SAR; op++) {
        if (op == SH_SAR - 1) {
            continue;
        }
        FOR_EACH(i, regs)
        {
            shift_row(r, op, size, mem_reg(regs[i]), counts[i % 5]);
            shift_row(r, op, size, mem_reg(regs[i]), 1);
        }
        FOR_MEMS(i)
        {
            shift_row(r, op, size, mems_get(r, i), counts[i % 5]);
        }
    }
}

static void cc_row(Rows *r, const char *cc_name, Cc cc, Mem m)
{
    int size = SZ_16 + r->next % 3, reg = next_reg(r);

    x86_asm_setcc_m(&r->a, cc, m);
    row(r, "set%s %s", cc_name, gpr_rm_text(r, m, SZ_8));
    x86_asm_cmov_rm(&r->a, cc, size, reg, m);
    row(r, "cmov%s %s, %s", cc_name, gpr_name(r, size, reg),
        gpr_rm_text(r, m, size));
}

static void cc_rows(Rows *r)
{
    static const char *const names[] = {
        "o", "no", "b", "ae", "e", "ne", "be", "a",
        "s", "ns", "p", "np", "l", "ge", "le", "g",
    };
    static const int distances[] = {-100000, -126, -127, 0, 2, 129, 130, 70000};

    for (int cc = 0; cc < 16; cc++) {
        FOR_EACH(i, regs)
        {
            cc_row(r, names[cc], cc, mem_reg(regs[i]));
        }
        for (unsigned i = cc; i < mems_count; i += 5) {
            cc_row(r, names[cc], cc, mems_get(r, i));
        }
        FOR_EACH(i, distances)
        {
            x86_asm_jcc(&r->a, cc, (void *)(asm_pc(&r->a) + distances[i]));
            row(r, "j%s .%+d", names[cc], distances[i]);
        }
    }
    FOR_EACH(i, distances)
    {
        x86_asm_jmp(&r->a, (void *)(asm_pc(&r->a) + distances[i]));
        row(r, "jmp .%+d", distances[i]);
        x86_asm_call(&r->a, (void *)(asm_pc(&r->a) + distances[i]));
        row(r, "call .%+d", distances[i]);
    }
}

static void imul_row(Rows *r, int size, int reg, Mem m, int imm)
{
    x86_asm_imul_rmi(&r->a, size, reg, m, imm);
    row(r, "imul %s, %s, %d", gpr_name(r, size, reg), gpr_rm_text(r, m, size),
        imm_at(size, imm));
}

static void imul_rows(Rows *r, int size)
{
    FOR_EACH(i, regs)
    {
        FOR_EACH(k, imms)
        {
            imul_row(r, size, next_reg(r), mem_reg(regs[i]), imms[k]);
        }
    }
    FOR_MEMS(i)
    {
        imul_row(r, size, next_reg(r), mems_get(r, i), next_imm(r));
    }
}

static void xchg_rows(Rows *r, int size)
{
    FOR_EACH(i, regs)
    {
        FOR_EACH(j, regs)
        {
            if (regs[i] == regs[j]) {
                continue;
            }
            x86_asm_xchg_rr(&r->a, size, regs[i], regs[j]);
            row_rr(r, "xchg", size, regs[i], regs[j]);
        }
    }
}

static void stack_rows(Rows *r)
{
    FOR_EACH(i, regs)
    {
        x86_asm_push_r(&r->a, regs[i]);
        row(r, "push %s", gpr_name(r, SZ_64, regs[i]));
        x86_asm_pop_r(&r->a, regs[i]);
        row(r, "pop %s", gpr_name(r, SZ_64, regs[i]));
        for (int size = SZ_32; size <= SZ_64; size++) {
            x86_asm_bswap(&r->a, size, regs[i]);
            row(r, "bswap %s", gpr_name(r, size, regs[i]));
        }
    }
    FOR_EACH(k, imms)
    {
        x86_asm_push_i(&r->a, imms[k]);
        row(r, "push %d", imms[k]);
    }
}

static void bare_rows(Rows *r)
{
    static const struct {
        void (*emit)(Asm *a);
        const char *text;
    } rows[] = {
        {x86_asm_ret, "ret"},       {x86_asm_ud2, "ud2"},
        {x86_asm_int3, "int3"},     {x86_asm_mfence, "mfence"},
        {x86_asm_lfence, "lfence"}, {x86_asm_sfence, "sfence"},
        {x86_asm_pause, "pause"},   {x86_asm_rdtsc, "rdtsc"},
        {x86_asm_cpuid, "cpuid"},   {x86_asm_vzeroupper, "vzeroupper"},
    };

    FOR_EACH(i, rows)
    {
        rows[i].emit(&r->a);
        row(r, "%s", rows[i].text);
    }
    x86_asm_cqo(&r->a, SZ_64);
    row(r, "cqo");
    x86_asm_cqo(&r->a, SZ_32);
    row(r, "cdq");
    for (unsigned n = 1; n < ROW_BYTES; n++) {
        x86_asm_nop(&r->a, n);
        row(r, ".nops %u, 9", n);
    }
}

void gpr_rows(Rows *r)
{
    FOR_SIZES(size, SZ_8)
    {
        for (int op = ALU_ADD; op <= ALU_CMP; op++) {
            alu_reg_rows(r, op, size);
            alu_mem_rows(r, op, size);
        }
        test_rows(r, size);
        mov_rows(r, size);
        shift_rows(r, size);
        xchg_rows(r, size);
    }
    FOR_SIZES(size, SZ_16)
    {
        for (int from = SZ_8; from < size; from++) {
            extend_rows(r, from, size);
        }
        imul_rows(r, size);
    }
    mov_imm_rows(r);
    cc_rows(r);
    stack_rows(r);
    bare_rows(r);
}
