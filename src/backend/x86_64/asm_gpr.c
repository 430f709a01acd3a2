/*
 * Instructions on general registers. Those with a family of encodings (moves,
 * ALU, shifts) have a function each; the others are rows.
 */
#include "backend/x86_64/asm.h"

#include "backend/x86_64/asm_int.h"
#include "util/check.h"

const GprRow x86_asm_gpr_rows[G_COUNT] = {
#define G(name, mnemonic, pp, map, op, digit, shape, sizes)                    \
    {P_##pp, M_##map, 0x##op, digit, Z_##sizes, SHAPE_##shape},
#define V(name, mnemonic, pp, map, op, st, w, n, shape, forms)
#include "backend/x86_64/asm.def"
#undef G
#undef V
};

static unsigned size_flags(int size)
{
    static const uint8_t flags[] = {0, ENC_O16, 0, ENC_W};

    return flags[size & SZ_MASK] | (size & SZ_LOCK ? ENC_LOCK : 0);
}

/* spl, bpl, sil and dil exist only under a REX prefix. */
static unsigned byte_rex(int reg)
{
    return reg >= RSP && reg <= RDI ? ENC_REX : 0;
}

static unsigned byte_rex_m(Mem m)
{
    return m.base == MEM_REG ? byte_rex(m.index) : 0;
}

/* Opcodes whose lowest bit tells bytes (0) from the other sizes (1). */
static unsigned size_bit(int size)
{
    return (size & SZ_MASK) != SZ_8;
}

static void enc_sized(Enc *e, int size, unsigned opc, int reg, Mem m)
{
    unsigned flags = size_flags(size);

    if (!size_bit(size)) {
        flags |= byte_rex(reg) | byte_rex_m(m);
    }
    x86_enc_legacy(e, flags, opc | size_bit(size), reg, m);
}

/* The same where `digit` is a part of the opcode. */
static void enc_sized_digit(Enc *e, int size, unsigned opc, int digit, Mem m)
{
    unsigned flags = size_flags(size);

    if (!size_bit(size)) {
        flags |= byte_rex_m(m);
    }
    x86_enc_legacy(e, flags, opc | size_bit(size), digit, m);
}

/* An immediate as wide as the operand, 32 bits at most. */
static void enc_imm(Enc *e, int size, int32_t imm)
{
    switch (size & SZ_MASK) {
    case SZ_8: enc_u8(e, imm); break;
    case SZ_16:
        enc_u8(e, imm);
        enc_u8(e, (uint32_t)imm >> 8);
        break;
    default: enc_u32(e, imm);
    }
}

static int32_t truncate_imm(int size, int32_t imm)
{
    switch (size & SZ_MASK) {
    case SZ_8: return (int8_t)imm;
    case SZ_16: return (int16_t)imm;
    default: return imm;
    }
}

static void sized(Asm *a, int size, unsigned opc, int reg, Mem m)
{
    Enc e = {0};

    enc_sized(&e, size, opc, reg, m);
    x86_enc_done(a, &e);
}

static void unsized(Asm *a, unsigned flags, unsigned opc, int reg, Mem m)
{
    Enc e = {0};

    x86_enc_legacy(&e, flags, opc, reg, m);
    x86_enc_done(a, &e);
}

/* Opcodes with the register in their low three bits. */
static void enc_opcode_reg(Enc *e, unsigned flags, unsigned opcode, int reg)
{
    unsigned rex = (flags & ENC_W) << 3 | (unsigned)reg >> 3;

    if (flags & ENC_O16) {
        enc_u8(e, 0x66);
    }
    if (rex) {
        enc_u8(e, 0x40 | rex);
    }
    if (opcode > 0xff) {
        enc_u8(e, 0x0f);
    }
    enc_u8(e, (opcode & 0xff) | (reg & 7));
}

static void opcode_reg(Asm *a, unsigned flags, unsigned opcode, int reg)
{
    Enc e = {0};

    enc_opcode_reg(&e, flags, opcode, reg);
    x86_enc_done(a, &e);
}

/* ---- ALU --------------------------------------------------------------- */

void x86_asm_alu_rr(Asm *a, AluOp op, int size, int dst, int src)
{
    sized(a, size, op << 3, src, mem_reg(dst));
}

void x86_asm_alu_rm(Asm *a, AluOp op, int size, int dst, Mem src)
{
    sized(a, size, op << 3 | 2, dst, src);
}

void x86_asm_alu_mr(Asm *a, AluOp op, int size, Mem dst, int src)
{
    sized(a, size, op << 3, src, dst);
}

static bool is_rax(Mem m)
{
    return m.base == MEM_REG && m.index == RAX;
}

/* Forms on al, ax, eax, rax without ModRM. */
static void enc_accumulator(Enc *e, int size, unsigned opcode)
{
    enc_opcode_reg(e, size_flags(size), opcode | size_bit(size), 0);
}

void x86_asm_alu_mi(Asm *a, AluOp op, int size, Mem dst, int32_t imm)
{
    Enc e = {0};
    bool small;

    imm = truncate_imm(size, imm);
    small = size_bit(size) && fits8(imm);
    if (is_rax(dst) && !small) {
        enc_accumulator(&e, size, op << 3 | 4);
    } else {
        enc_sized_digit(&e, size, small ? 0x82 : 0x80, op, dst);
    }
    enc_imm(&e, small ? SZ_8 : size, imm);
    x86_enc_done(a, &e);
}

void x86_asm_test_mr(Asm *a, int size, Mem dst, int src)
{
    sized(a, size, 0x84, src, dst);
}

void x86_asm_test_mi(Asm *a, int size, Mem dst, int32_t imm)
{
    Enc e = {0};

    if (is_rax(dst)) {
        enc_accumulator(&e, size, 0xa8);
    } else {
        enc_sized_digit(&e, size, 0xf6, 0, dst);
    }
    enc_imm(&e, size, imm);
    x86_enc_done(a, &e);
}

/* ---- Moves ------------------------------------------------------------- */

void x86_asm_mov_rr(Asm *a, int size, int dst, int src)
{
    sized(a, size, 0x88, src, mem_reg(dst));
}

void x86_asm_mov_rm(Asm *a, int size, int dst, Mem src)
{
    sized(a, size, 0x8a, dst, src);
}

void x86_asm_mov_mr(Asm *a, int size, Mem dst, int src)
{
    sized(a, size, 0x88, src, dst);
}

void x86_asm_mov_mi(Asm *a, int size, Mem dst, int32_t imm)
{
    Enc e = {0};

    enc_sized_digit(&e, size, 0xc6, 0, dst);
    enc_imm(&e, size, imm);
    x86_enc_done(a, &e);
}

void x86_asm_mov_ri(Asm *a, int dst, uint64_t imm)
{
    Enc e = {0};

    if (imm <= UINT32_MAX) {
        enc_opcode_reg(&e, 0, 0xb8, dst);
        enc_u32(&e, imm);
    } else if (fits32((int64_t)imm)) {
        x86_enc_legacy(&e, ENC_W, 0xc7, 0, mem_reg(dst));
        enc_u32(&e, imm);
    } else {
        enc_opcode_reg(&e, ENC_W, 0xb8, dst);
        enc_u32(&e, imm);
        enc_u32(&e, imm >> 32);
    }
    x86_enc_done(a, &e);
}

void x86_asm_zero(Asm *a, int dst)
{
    x86_asm_alu_rr(a, ALU_XOR, SZ_32, dst, dst);
}

void x86_asm_movzx_rm(Asm *a, int from, int dst, Mem src)
{
    if (from >= SZ_32) {
        if (src.base == MEM_REG) {
            x86_asm_mov_rr(a, from, dst, src.index);
        } else {
            x86_asm_mov_rm(a, from, dst, src);
        }
        return;
    }
    unsized(a, from == SZ_8 ? byte_rex_m(src) : 0,
            OPC(P_NP, M_0F, 0xb6 | size_bit(from)), dst, src);
}

void x86_asm_movsx_rm(Asm *a, int from, int size, int dst, Mem src)
{
    unsigned flags = size_flags(size);

    if (from == SZ_32) {
        unsized(a, flags, 0x63, dst, src);
        return;
    }
    flags |= from == SZ_8 ? byte_rex_m(src) : 0;
    unsized(a, flags, OPC(P_NP, M_0F, 0xbe | size_bit(from)), dst, src);
}

void x86_asm_lea(Asm *a, int size, int dst, Mem src)
{
    unsized(a, size_flags(size), 0x8d, dst, src);
}

/* ---- Others with forms of their own ------------------------------------ */

void x86_asm_shift_mi(Asm *a, ShiftOp op, int size, Mem dst, unsigned count)
{
    Enc e = {0};

    enc_sized_digit(&e, size, count == 1 ? 0xd0 : 0xc0, op, dst);
    if (count != 1) {
        enc_u8(&e, count);
    }
    x86_enc_done(a, &e);
}

void x86_asm_shift_mc(Asm *a, ShiftOp op, int size, Mem dst)
{
    Enc e = {0};

    enc_sized_digit(&e, size, 0xd2, op, dst);
    x86_enc_done(a, &e);
}

void x86_asm_setcc_m(Asm *a, Cc cc, Mem dst)
{
    unsized(a, byte_rex_m(dst), OPC(P_NP, M_0F, 0x90 | cc), 0, dst);
}

void x86_asm_cmov_rm(Asm *a, Cc cc, int size, int dst, Mem src)
{
    unsized(a, size_flags(size), OPC(P_NP, M_0F, 0x40 | cc), dst, src);
}

void x86_asm_imul_rmi(Asm *a, int size, int dst, Mem src, int32_t imm)
{
    Enc e = {0};
    bool small;

    imm = truncate_imm(size, imm);
    small = fits8(imm);
    x86_enc_legacy(&e, size_flags(size), small ? 0x6b : 0x69, dst, src);
    enc_imm(&e, small ? SZ_8 : size, imm);
    x86_enc_done(a, &e);
}

/* 90+r exchanges with rax, but 90 itself is nop and keeps the high half. */
void x86_asm_xchg_rr(Asm *a, int size, int x, int y)
{
    if (size != SZ_8 && x != y && (x == RAX || y == RAX)) {
        opcode_reg(a, size_flags(size), 0x90, x == RAX ? y : x);
    } else {
        sized(a, size, 0x86, y, mem_reg(x));
    }
}

void x86_asm_bswap(Asm *a, int size, int dst)
{
    opcode_reg(a, size_flags(size), 0x0fc8, dst);
}

void x86_asm_push_r(Asm *a, int src)
{
    opcode_reg(a, 0, 0x50, src);
}

void x86_asm_pop_r(Asm *a, int dst)
{
    opcode_reg(a, 0, 0x58, dst);
}

void x86_asm_push_i(Asm *a, int32_t imm)
{
    Enc e = {0};

    enc_u8(&e, fits8(imm) ? 0x6a : 0x68);
    enc_imm(&e, fits8(imm) ? SZ_8 : SZ_32, imm);
    x86_enc_done(a, &e);
}

/* ---- Rows -------------------------------------------------------------- */

static void check_row(GprOp op, const GprRow *row, int size)
{
    check(row->sizes & 1 << (size & SZ_MASK), "general row %d has no size %d",
          op, size & SZ_MASK);
}

void x86_asm_gpr(Asm *a, GprOp op, int size, int reg, Mem rm, int imm)
{
    const GprRow *row = &x86_asm_gpr_rows[op];
    unsigned opc = OPC(row->pp, row->map, row->op);
    Enc e = {0};

    check_row(op, row, size);
    check(!(row->flags & F_VEX), "general row %d has only a VEX form", op);
    if (row->flags & F_DIGIT) {
        reg = row->digit;
    }
    if (!(row->sizes & Z_B)) {
        x86_enc_legacy(&e, row->sizes == Z_D ? 0 : size_flags(size), opc, reg,
                       rm);
    } else if (row->flags & F_DIGIT) {
        enc_sized_digit(&e, size, opc, reg, rm);
    } else {
        enc_sized(&e, size, opc, reg, rm);
    }
    if (row->flags & F_IMM) {
        enc_u8(&e, imm);
    }
    x86_enc_done(a, &e);
}

void x86_asm_bmi(Asm *a, GprOp op, int size, int reg, int vvvv, Mem rm, int imm)
{
    const GprRow *row = &x86_asm_gpr_rows[op];
    Enc e = {0};

    check_row(op, row, size);
    check(row->flags & F_VEX, "general row %d has no VEX form", op);
    if (row->flags & F_DIGIT) {
        reg = row->digit;
    }
    x86_enc_vex(&e, OPC(row->pp, row->map, row->op), size == SZ_64, 0, reg,
                vvvv, rm);
    if (row->flags & F_IMM) {
        enc_u8(&e, imm);
    }
    x86_enc_done(a, &e);
}

/* ---- Without operands -------------------------------------------------- */

void x86_asm_ret(Asm *a)
{
    x86_asm_byte(a, 0xc3);
}

void x86_asm_ud2(Asm *a)
{
    x86_asm_bytes(a, "\x0f\x0b", 2);
}

void x86_asm_int3(Asm *a)
{
    x86_asm_byte(a, 0xcc);
}

void x86_asm_cqo(Asm *a, int size)
{
    if (size == SZ_64) {
        x86_asm_bytes(a, "\x48\x99", 2);
    } else {
        x86_asm_byte(a, 0x99);
    }
}

void x86_asm_mfence(Asm *a)
{
    x86_asm_bytes(a, "\x0f\xae\xf0", 3);
}

void x86_asm_lfence(Asm *a)
{
    x86_asm_bytes(a, "\x0f\xae\xe8", 3);
}

void x86_asm_sfence(Asm *a)
{
    x86_asm_bytes(a, "\x0f\xae\xf8", 3);
}

void x86_asm_pause(Asm *a)
{
    x86_asm_bytes(a, "\xf3\x90", 2);
}

void x86_asm_rdtsc(Asm *a)
{
    x86_asm_bytes(a, "\x0f\x31", 2);
}

void x86_asm_cpuid(Asm *a)
{
    x86_asm_bytes(a, "\x0f\xa2", 2);
}
