/*
 * Instructions on vector and mask registers: rows only. The same row gives
 * the legacy, the VEX (SDM 2.3) and the EVEX form (SDM 2.7).
 */
#include "backend/x86_64/asm.h"

#include "backend/x86_64/asm_int.h"
#include "util/check.h"

const VecRow x86_asm_vec_rows[V_COUNT] = {
#define G(name, mnemonic, pp, map, op, digit, shape, sizes)
#define V(name, mnemonic, pp, map, op, st, w, n, shape, forms)                 \
    {P_##pp, M_##map, 0x##op, 0x##st, W_##w, N_##n, E_##forms, SHAPE_##shape},
#include "backend/x86_64/asm.def"
#undef G
#undef V
};

/* The operands of one instruction, in the fields they are encoded in. */
typedef struct Fields {
    const VecRow *row;
    unsigned pp, op; /* the row's, or those of its store */
    int vl;          /* VEX_xxx and EVEX_xxx */
    int reg, vvvv, imm;
    Mem rm;
} Fields;

static Fields fields(VecOp op, int vl, int reg, int vvvv, Mem rm, int imm)
{
    const VecRow *row = &x86_asm_vec_rows[op];

    return (Fields){row, row->pp, row->op, vl, reg, vvvv, imm, rm};
}

/* Shifts by an immediate have a digit in reg; vvvv is what they write. */
static Fields load_fields(VecOp op, int vl, int reg, int vvvv, Mem rm, int imm)
{
    Fields f = fields(op, vl, reg, vvvv, rm, imm);
    const VecRow *row = f.row;

    if (row->flags & F_DIGIT) {
        f.vvvv = reg;
        f.reg = row->st;
    }
    return f;
}

/* Turns to the opcode of the row's other direction. */
static void reverse(Fields *f)
{
    f->op = f->row->st;
    if (f->row->flags & F_ST66) {
        f->pp = P_66;
    }
}

static Fields store_fields(VecOp op, int vl, Mem dst, int src, int imm)
{
    Fields f = fields(op, vl, src, 0, dst, imm);

    check(f.row->flags & (F_MR | F_ST), "row %d does not store", op);
    if (f.row->flags & F_ST) {
        reverse(&f);
    }
    return f;
}

static void finish(Asm *a, Enc *e, const Fields *f)
{
    if (f->row->flags & F_IMM) {
        enc_u8(e, f->imm);
    }
    x86_enc_done(a, e);
}

static unsigned opcode(const Fields *f)
{
    return OPC(f->pp, f->row->map, f->op);
}

/* ---- Legacy ------------------------------------------------------------ */

static void emit_sse(Asm *a, const Fields *f)
{
    Enc e = {0};

    check(f->row->forms & E_S, "opcode %x has no legacy form", opcode(f));
    x86_enc_legacy(&e, f->row->w == W_1 ? ENC_W : 0, opcode(f), f->reg, f->rm);
    finish(a, &e, f);
}

void x86_asm_sse(Asm *a, VecOp op, int reg, Mem rm, int imm)
{
    Fields f = load_fields(op, 0, reg, 0, rm, imm);

    emit_sse(a, &f);
}

void x86_asm_sse_store(Asm *a, VecOp op, Mem dst, int src, int imm)
{
    Fields f = store_fields(op, 0, dst, src, imm);

    emit_sse(a, &f);
}

/* ---- EVEX -------------------------------------------------------------- */

/* Log2 of the memory operand's size. */
static unsigned disp_shift(const Fields *f)
{
    unsigned n = f->row->n, length = 4 + (f->vl & VEX_LMASK);

    if (f->vl & EVEX_BCST) {
        return f->row->w == W_0 ? 2 : 3;
    }
    if (n == N_DUP) {
        return length == 4 ? 3 : length;
    }
    return n < N_V ? n : length - (n - N_V);
}

static unsigned evex_p2(const Fields *f)
{
    unsigned length = f->vl & VEX_LMASK;
    bool rounds = f->vl & EVEX_RN && f->rm.base == MEM_REG;

    if (rounds) {
        length = f->vl >> 7 & 3;
    }
    return (f->vl & EVEX_Z ? 0x80 : 0) | length << 5 |
           (f->vl & EVEX_BCST ? 0x10 : 0) | (~f->vvvv >> 4 & 1) << 3 |
           (f->vl >> 2 & 7);
}

static void emit_evex(Asm *a, const Fields *f)
{
    unsigned r = ~f->reg >> 3 & 1, r2 = ~f->reg >> 4 & 1;
    unsigned x = !mem_bit_x(f->rm), b = !mem_bit_b(f->rm);
    Enc e = {0};

    check(f->row->forms & E_E, "opcode %x has no EVEX form", opcode(f));
    if (f->rm.seg) {
        enc_u8(&e, f->rm.seg);
    }
    enc_u8(&e, 0x62);
    enc_u8(&e, r << 7 | x << 6 | b << 5 | r2 << 4 | f->row->map);
    enc_u8(&e, (f->row->w != W_0) << 7 | (~f->vvvv & 15) << 3 | 4 | f->pp);
    enc_u8(&e, evex_p2(f));
    enc_u8(&e, f->op);
    x86_enc_modrm(&e, f->reg, f->rm, disp_shift(f));
    finish(a, &e, f);
}

/* ---- VEX --------------------------------------------------------------- */

/* Shifts of memory by an immediate are EVEX only. */
static bool needs_evex(const Fields *f)
{
    if (!(f->row->forms & (E_A | E_Y)) || f->vl & ~1 || f->reg > 15 ||
        f->vvvv > 15) {
        return true;
    }
    return f->rm.base == MEM_REG ? f->rm.index > 15 : f->row->flags & F_DIGIT;
}

/* Of two forms of a move, the one that needs no 3-byte prefix. */
static void prefer_short(Fields *f)
{
    unsigned flags = f->row->flags;

    if (flags & F_ST && !(flags & (F_RMG | F_RMK)) && f->op == f->row->op &&
        f->rm.base == MEM_REG && f->rm.index > 7 && f->reg < 8) {
        int reg = f->reg;

        reverse(f);
        f->reg = f->rm.index;
        f->rm.index = reg;
    }
}

static void emit_avx(Asm *a, Fields *f)
{
    Enc e = {0};

    if (needs_evex(f)) {
        emit_evex(a, f);
        return;
    }
    prefer_short(f);
    x86_enc_vex(&e, opcode(f), f->row->w == W_1 || f->row->w == W_V,
                f->vl & 1 || f->row->flags & F_L1, f->reg, f->vvvv, f->rm);
    finish(a, &e, f);
}

/* Whether vvvv is a source. */
static bool takes_vvvv(const VecRow *row, Mem rm)
{
    if (!(row->flags & F_V) || row->flags & F_DIGIT) {
        return false;
    }
    return !(row->flags & F_MOVS) || rm.base == MEM_REG;
}

void x86_asm_avx(Asm *a, VecOp op, int vl, int reg, int vvvv, Mem rm, int imm)
{
    Fields f;

    check((vvvv != NO_REG) == takes_vvvv(&x86_asm_vec_rows[op], rm),
          "vector row %d: wrong number of operands", op);
    f = load_fields(op, vl, reg, vvvv == NO_REG ? 0 : vvvv, rm, imm);
    emit_avx(a, &f);
}

void x86_asm_avx_store(Asm *a, VecOp op, int vl, Mem dst, int src, int imm)
{
    Fields f = store_fields(op, vl, dst, src, imm);

    emit_avx(a, &f);
}

void x86_asm_vzeroupper(Asm *a)
{
    x86_asm_bytes(a, "\xc5\xf8\x77", 3);
}
