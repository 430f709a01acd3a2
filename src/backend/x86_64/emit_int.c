/* Emit records: conditions, arithmetic, logic, shifts, bit fields. */
#include "backend/x86_64/x86.h"

void x86_mov_in(Host *x, int size, int dst, const Operand *src)
{
    if (src->kind == OPERAND_IMM) {
        uint64_t v = (uint64_t)src->imm;
        x86_asm_mov_ri(&x->a, dst, size == SZ_64 ? v : (uint32_t)v);
    } else if (src->kind == OPERAND_MEM) {
        x86_asm_mov_rm(&x->a, size, dst, x86_env(src->disp));
    } else if (src->reg != dst) {
        x86_asm_mov_rr(&x->a, size, dst, src->reg);
    }
}

/* dst op= src, of any kind. */
static void alu(Host *x, AluOp op, int size, int dst, const Operand *src)
{
    if (src->kind == OPERAND_IMM) {
        asm_alu_ri(&x->a, op, size, dst, (int32_t)src->imm);
    } else {
        x86_asm_alu_rm(&x->a, op, size, dst, x86_rm(src));
    }
}

/* ---- Conditions --------------------------------------------------------- */

static const uint8_t cc_of[COND_COUNT] = {
    [COND_NEVER] = CC_NE, [COND_ALWAYS] = CC_E, [COND_EQ] = CC_E,
    [COND_NE] = CC_NE,    [COND_LT] = CC_L,     [COND_GE] = CC_GE,
    [COND_GT] = CC_G,     [COND_LE] = CC_LE,    [COND_LTU] = CC_B,
    [COND_GEU] = CC_AE,   [COND_GTU] = CC_A,    [COND_LEU] = CC_BE,
    [COND_TSTEQ] = CC_E,  [COND_TSTNE] = CC_NE,
};

static void test(Host *x, int size, const Operand *a, const Operand *b)
{
    if (b->kind == OPERAND_IMM) {
        if (size == SZ_64 && b->imm >= 0) {
            size = SZ_32;
        }
        x86_asm_test_mi(&x->a, size, x86_rm(a), (int32_t)b->imm);
    } else if (a->kind == OPERAND_REG) {
        x86_asm_test_mr(&x->a, size, x86_rm(b), a->reg);
    } else {
        x86_asm_test_mr(&x->a, size, x86_rm(a), b->reg);
    }
}

Cc x86_compare(Host *x, int size, Cond k, const Operand *a, const Operand *b)
{
    if (k == COND_NEVER || k == COND_ALWAYS) {
        x86_asm_alu_rr(&x->a, ALU_CMP, SZ_32, RSP, RSP);
    } else if (cond_is_tst(k)) {
        test(x, size, a, b);
    } else if (b->kind != OPERAND_IMM) {
        if (a->kind == OPERAND_REG) {
            x86_asm_alu_rm(&x->a, ALU_CMP, size, a->reg, x86_rm(b));
        } else {
            x86_asm_alu_mr(&x->a, ALU_CMP, size, x86_rm(a), b->reg);
        }
    } else if (b->imm == 0 && a->kind == OPERAND_REG) {
        asm_test_rr(&x->a, size, a->reg, a->reg);
    } else {
        x86_asm_alu_mi(&x->a, ALU_CMP, size, x86_rm(a), (int32_t)b->imm);
    }
    return (Cc)cc_of[k];
}

static bool reads(const EmitOp *e, int reg)
{
    return x86_is_reg(&e->in[0], reg) || x86_is_reg(&e->in[1], reg);
}

/* e->arg: 1 for 0 and -1 instead of 0 and 1. */
void x86_emit_setcond(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    int size = x86_size(e->type);
    bool zeroed = !reads(e, out);

    if (zeroed) {
        x86_asm_zero(&x->a, out);
    }
    Cc cc = x86_compare(x, size, (Cond)e->k[0], &e->in[0], &e->in[1]);
    if (e->arg && cc == CC_B) {
        x86_asm_alu_rr(&x->a, ALU_SBB, size, out, out);
        return;
    }
    asm_setcc_r(&x->a, cc, out);
    if (!zeroed) {
        asm_movzx_rr(&x->a, SZ_8, out, out);
    }
    if (e->arg) {
        asm_gpr_r(&x->a, G_NEG, size, out);
    }
}

void x86_emit_movcond(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    int size = x86_size(e->type);
    const Operand *yes = &e->in[2], *no = &e->in[3];
    Cc cc = x86_compare(x, size, (Cond)e->k[0], &e->in[0], &e->in[1]);

    if (x86_is_reg(yes, out)) {
        x86_asm_cmov_rm(&x->a, cc ^ 1, size, out, x86_rm(no));
    } else {
        x86_mov_in(x, size, out, no);
        x86_asm_cmov_rm(&x->a, cc, size, out, x86_rm(yes));
    }
}

/* ---- Arithmetic and logic ----------------------------------------------- */

/* The first input in `out`, whatever the order; returns the other. */
static const Operand *start_commutative(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    bool swap = x86_is_reg(&e->in[1], out);

    x86_mov_in(x, x86_size(e->type), out, &e->in[swap]);
    return &e->in[!swap];
}

/* The output is changed in its home. */
static bool alu_in_place(Host *x, const EmitOp *e)
{
    AluOp op = (AluOp)e->arg;
    const Operand *b = &e->in[1];
    Mem m = x86_rm(&e->out[0]);
    int size = x86_size(e->type);

    if (e->out[0].kind != OPERAND_MEM) {
        return false;
    }
    if (b->kind == OPERAND_IMM) {
        x86_asm_alu_mi(&x->a, op, size, m, (int32_t)b->imm);
    } else {
        x86_asm_alu_mr(&x->a, op, size, m, b->reg);
    }
    return true;
}

void x86_emit_alu(Host *x, const EmitOp *e)
{
    if (alu_in_place(x, e)) {
        return;
    }
    const Operand *b = start_commutative(x, e);

    alu(x, (AluOp)e->arg, x86_size(e->type), e->out[0].reg, b);
}

void x86_emit_alu_not(Host *x, const EmitOp *e)
{
    x86_emit_alu(x, e);
    asm_gpr_r(&x->a, G_NOT, x86_size(e->type), e->out[0].reg);
}

void x86_emit_add(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    int size = x86_size(e->type);
    const Operand *a = &e->in[0], *b = &e->in[1];

    if (a->kind != OPERAND_REG || b->kind == OPERAND_MEM || a->reg == out ||
        x86_is_reg(b, out)) {
        x86_emit_alu(x, e);
    } else if (b->kind == OPERAND_IMM) {
        x86_asm_lea(&x->a, size, out, mem_b(a->reg, (int32_t)b->imm));
    } else {
        x86_asm_lea(&x->a, size, out, x86_mem_bis(a->reg, b->reg, 0, 0));
    }
}

void x86_emit_sub(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    int size = x86_size(e->type);
    const Operand *a = &e->in[0], *b = &e->in[1];

    if (alu_in_place(x, e)) {
        return;
    }
    if (x86_is_reg(b, out) && !x86_is_reg(a, out)) {
        asm_gpr_r(&x->a, G_NEG, size, out);
        alu(x, ALU_ADD, size, out, a);
    } else if (b->kind == OPERAND_IMM && a->kind == OPERAND_REG &&
               a->reg != out && b->imm != INT32_MIN) {
        x86_asm_lea(&x->a, size, out, mem_b(a->reg, -(int32_t)b->imm));
    } else {
        x86_mov_in(x, size, out, a);
        alu(x, ALU_SUB, size, out, b);
    }
}

/* Zero extension of the low 8, 16 or 32 bits, or nothing. */
static int mask_size(uint64_t mask)
{
    return mask == 0xff         ? SZ_8
           : mask == 0xffff     ? SZ_16
           : mask == 0xffffffff ? SZ_32
                                : -1;
}

void x86_emit_and(Host *x, const EmitOp *e)
{
    const Operand *b = &e->in[1];
    EmitOp narrow = *e;

    if (b->kind == OPERAND_IMM) {
        uint64_t mask =
            e->type == TYPE_I32 ? (uint32_t)b->imm : (uint64_t)b->imm;
        int size = mask_size(mask);
        if (size >= 0) {
            x86_asm_movzx_rm(&x->a, size, e->out[0].reg, x86_rm(&e->in[0]));
            return;
        }
        if (mask <= UINT32_MAX) {
            narrow.type = TYPE_I32;
        }
    }
    x86_emit_alu(x, &narrow);
}

void x86_emit_unary(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type);

    x86_mov_in(x, size, e->out[0].reg, &e->in[0]);
    asm_gpr_r(&x->a, (GprOp)e->arg, size, e->out[0].reg);
}

void x86_emit_andc(Host *x, const EmitOp *e)
{
    asm_bmi_rrm(&x->a, G_ANDN, x86_size(e->type), e->out[0].reg, e->in[1].reg,
                x86_rm(&e->in[0]));
}

/* out op= ~b, by way of a temporary. */
void x86_emit_not_alu(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type);

    x86_mov_in(x, size, e->tmp[0], &e->in[1]);
    asm_gpr_r(&x->a, G_NOT, size, e->tmp[0]);
    x86_asm_alu_rr(&x->a, (AluOp)e->arg, size, e->out[0].reg, e->tmp[0]);
}

/* Flags are live before and after: nothing but moves may be added here. */
void x86_emit_carry(Host *x, const EmitOp *e)
{
    alu(x, (AluOp)e->arg, x86_size(e->type), e->out[0].reg, &e->in[1]);
}

void x86_emit_carry_set(Host *x, const EmitOp *e)
{
    x86_asm_byte(&x->a, 0xf9); /* stc */
    x86_emit_carry(x, e);
}

/* ---- Shifts ------------------------------------------------------------- */

static unsigned width(const EmitOp *e)
{
    return e->type == TYPE_I32 ? 32 : 64;
}

void x86_emit_shift(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type);
    ShiftOp op = (ShiftOp)e->arg;
    const Operand *count = &e->in[1];

    if (count->kind == OPERAND_REG) {
        asm_shift_rc(&x->a, op, size, e->out[0].reg);
    } else if (count->imm & (width(e) - 1)) {
        asm_shift_ri(&x->a, op, size, e->out[0].reg,
                     (unsigned)count->imm & (width(e) - 1));
    }
}

/* A constant count is rorx's, which has a destination of its own. */
void x86_emit_rotate(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type), out = e->out[0].reg;
    const Operand *count = &e->in[1];

    if (count->kind == OPERAND_REG || x86_is_reg(&e->in[0], out) ||
        !(x->features & X86_BMI)) {
        x86_mov_in(x, size, out, &e->in[0]);
        x86_emit_shift(x, e);
        return;
    }
    unsigned n = (unsigned)count->imm;
    n = e->arg == SH_ROL ? -n : n;
    asm_bmi_rmi(&x->a, G_RORX, size, out, x86_rm(&e->in[0]),
                (int)(n & (width(e) - 1)));
}

static void shift_left_const(Host *x, int size, int out, const Operand *a,
                             unsigned count)
{
    if (count <= 3 && count && a->kind == OPERAND_REG && a->reg != out) {
        x86_asm_lea(&x->a, size, out,
                    count == 1 ? x86_mem_bis(a->reg, a->reg, 0, 0)
                               : x86_mem_bis(MEM_NONE, a->reg, (int)count, 0));
        return;
    }
    x86_mov_in(x, size, out, a);
    if (count) {
        asm_shift_ri(&x->a, SH_SHL, size, out, count);
    }
}

static GprOp shift_x_op(ShiftOp op)
{
    return op == SH_SHL ? G_SHLX : op == SH_SHR ? G_SHRX : G_SARX;
}

void x86_emit_shift_x(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type), out = e->out[0].reg;
    ShiftOp op = (ShiftOp)e->arg;

    if (e->in[1].kind == OPERAND_REG) {
        asm_bmi_rmr(&x->a, shift_x_op(op), size, out, x86_rm(&e->in[0]),
                    e->in[1].reg);
        return;
    }
    unsigned count = (unsigned)e->in[1].imm & (width(e) - 1);
    if (op == SH_SHL) {
        shift_left_const(x, size, out, &e->in[0], count);
        return;
    }
    x86_mov_in(x, size, out, &e->in[0]);
    if (count) {
        asm_shift_ri(&x->a, op, size, out, count);
    }
}

/* ---- Bit fields --------------------------------------------------------- */

static int size_of_bits(unsigned bits)
{
    return bits == 8 ? SZ_8 : bits == 16 ? SZ_16 : bits == 32 ? SZ_32 : -1;
}

/* shl then op, so that bits [pos + len - 1 : pos] end at bit 0. */
static void shift_pair(Host *x, const EmitOp *e, ShiftOp op, unsigned pos,
                       unsigned len)
{
    int size = x86_size(e->type), out = e->out[0].reg;
    unsigned up = width(e) - pos - len, down = width(e) - len;

    x86_mov_in(x, size, out, &e->in[0]);
    if (up) {
        asm_shift_ri(&x->a, SH_SHL, size, out, up);
    }
    if (down) {
        asm_shift_ri(&x->a, op, size, out, down);
    }
}

void x86_emit_extract(Host *x, const EmitOp *e)
{
    unsigned pos = (unsigned)e->k[0], len = (unsigned)e->k[1];
    int out = e->out[0].reg, from = size_of_bits(len);

    if (pos == 0 && from >= 0) {
        x86_asm_movzx_rm(&x->a, from, out, x86_rm(&e->in[0]));
        return;
    }
    if (pos + len == width(e) || len > 31) {
        shift_pair(x, e, SH_SHR, pos, len);
        return;
    }
    int size = pos + len <= 32 ? SZ_32 : SZ_64;
    x86_mov_in(x, size, out, &e->in[0]);
    if (pos) {
        asm_shift_ri(&x->a, SH_SHR, size, out, pos);
    }
    if (pos + len == 32) {
        return; /* the shift of 32 bits has left nothing above */
    }
    if (from >= 0) {
        asm_movzx_rr(&x->a, from, out, out);
    } else {
        asm_alu_ri(&x->a, ALU_AND, SZ_32, out, (int32_t)((1u << len) - 1));
    }
}

void x86_emit_sextract(Host *x, const EmitOp *e)
{
    unsigned pos = (unsigned)e->k[0], len = (unsigned)e->k[1];
    int out = e->out[0].reg, size = x86_size(e->type);
    int from = size_of_bits(len);

    if (from < 0 || from == size || pos + len == width(e)) {
        shift_pair(x, e, SH_SAR, pos, len);
    } else if (pos == 0) {
        x86_asm_movsx_rm(&x->a, from, size, out, x86_rm(&e->in[0]));
    } else {
        x86_mov_in(x, size, out, &e->in[0]);
        asm_shift_ri(&x->a, SH_SHR, size, out, pos);
        asm_movsx_rr(&x->a, from, size, out, out);
    }
}

/* The field rotated to bit 0, replaced by a double shift, rotated back. */
void x86_emit_deposit(Host *x, const EmitOp *e)
{
    unsigned pos = (unsigned)e->k[0], len = (unsigned)e->k[1];
    int out = e->out[0].reg, b = e->in[1].reg, size = x86_size(e->type);
    unsigned back = (pos + len) & (width(e) - 1);

    if (len == width(e)) {
        x86_asm_mov_rr(&x->a, size, out, b);
    } else if (pos == 0 && len <= 16 && size_of_bits(len) >= 0) {
        x86_asm_mov_rr(&x->a, size_of_bits(len), out, b);
    } else {
        if (pos) {
            asm_shift_ri(&x->a, SH_ROR, size, out, pos);
        }
        asm_gpr_mri(&x->a, G_SHRD, size, mem_reg(out), b, (int)len);
        if (back) {
            asm_shift_ri(&x->a, SH_ROL, size, out, back);
        }
    }
}

void x86_emit_extract2(Host *x, const EmitOp *e)
{
    unsigned pos = (unsigned)e->k[0];
    int out = e->out[0].reg, b = e->in[1].reg, size = x86_size(e->type);

    if (pos == width(e)) {
        x86_asm_mov_rr(&x->a, size, out, b);
    } else if (pos) {
        asm_gpr_mri(&x->a, G_SHRD, size, mem_reg(out), b, (int)pos);
    }
}

/* ---- Byte swaps and counts ---------------------------------------------- */

void x86_emit_bswap16(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    x86_mov_in(x, SZ_32, out, &e->in[0]);
    asm_shift_ri(&x->a, SH_ROL, SZ_16, out, 8);
    if (e->k[0] == BSWAP_SIGN) {
        asm_movsx_rr(&x->a, SZ_16, x86_size(e->type), out, out);
    } else {
        asm_movzx_rr(&x->a, SZ_16, out, out);
    }
}

void x86_emit_bswap32(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    x86_mov_in(x, SZ_32, out, &e->in[0]);
    x86_asm_bswap(&x->a, SZ_32, out);
    if (e->type == TYPE_I64 && e->k[0] == BSWAP_SIGN) {
        asm_movsx_rr(&x->a, SZ_32, SZ_64, out, out);
    }
}

void x86_emit_bswap64(Host *x, const EmitOp *e)
{
    x86_mov_in(x, SZ_64, e->out[0].reg, &e->in[0]);
    x86_asm_bswap(&x->a, SZ_64, e->out[0].reg);
}

/* out = b unless the condition holds; keeps nothing but out. */
static void otherwise(Host *x, const EmitOp *e, Cc unless)
{
    int size = x86_size(e->type), out = e->out[0].reg;
    const Operand *b = &e->in[1];

    if (b->kind != OPERAND_IMM) {
        x86_asm_cmov_rm(&x->a, unless ^ 1, size, out, x86_rm(b));
        return;
    }
    uint8_t *skip = x86_asm_jcc8(&x->a, unless);
    x86_mov_in(x, size, out, b);
    x86_asm_patch8(&x->a, skip, x->a.p);
}

/* lzcnt, tzcnt: carry says that there is no one, and out is N. */
void x86_emit_count(Host *x, const EmitOp *e)
{
    const Operand *b = &e->in[1];

    asm_gpr_rm(&x->a, (GprOp)e->arg, x86_size(e->type), e->out[0].reg,
               x86_rm(&e->in[0]));
    if (b->kind != OPERAND_IMM || b->imm != width(e)) {
        otherwise(x, e, CC_NC);
    }
}

void x86_emit_bsf(Host *x, const EmitOp *e)
{
    asm_gpr_rm(&x->a, G_BSF, x86_size(e->type), e->out[0].reg,
               x86_rm(&e->in[0]));
    otherwise(x, e, CC_NZ);
}

void x86_emit_bsr(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type), out = e->out[0].reg;

    asm_gpr_rm(&x->a, G_BSR, size, out, x86_rm(&e->in[0]));
    uint8_t *none = x86_asm_jcc8(&x->a, CC_Z);
    asm_alu_ri(&x->a, ALU_XOR, size, out, (int32_t)width(e) - 1);
    uint8_t *done = x86_asm_jmp8(&x->a);
    x86_asm_patch8(&x->a, none, x->a.p);
    x86_mov_in(x, size, out, &e->in[1]);
    x86_asm_patch8(&x->a, done, x->a.p);
}

void x86_emit_popcnt(Host *x, const EmitOp *e)
{
    asm_gpr_rm(&x->a, G_POPCNT, x86_size(e->type), e->out[0].reg,
               x86_rm(&e->in[0]));
}

/* One at a time: left &= left - 1 until it is 0. */
void x86_emit_ctpop(Host *x, const EmitOp *e)
{
    int size = x86_size(e->type), out = e->out[0].reg;
    int left = e->tmp[0], less = e->tmp[1];

    x86_mov_in(x, size, left, &e->in[0]);
    x86_asm_zero(&x->a, out);
    asm_test_rr(&x->a, size, left, left);
    uint8_t *done = x86_asm_jcc8(&x->a, CC_Z);
    const void *loop = (const void *)asm_pc(&x->a);
    asm_gpr_r(&x->a, G_INC, SZ_32, out);
    x86_asm_lea(&x->a, size, less, mem_b(left, -1));
    x86_asm_alu_rr(&x->a, ALU_AND, size, left, less);
    x86_asm_jcc(&x->a, CC_NZ, loop);
    x86_asm_patch8(&x->a, done, x->a.p);
}

/* ---- Sizes -------------------------------------------------------------- */

/* e->arg: signed. */
void x86_emit_ext32(Host *x, const EmitOp *e)
{
    if (e->arg) {
        x86_asm_movsx_rm(&x->a, SZ_32, SZ_64, e->out[0].reg, x86_rm(&e->in[0]));
    } else {
        x86_asm_mov_rm(&x->a, SZ_32, e->out[0].reg, x86_rm(&e->in[0]));
    }
}

void x86_emit_extrh(Host *x, const EmitOp *e)
{
    x86_mov_in(x, SZ_64, e->out[0].reg, &e->in[0]);
    asm_shift_ri(&x->a, SH_SHR, SZ_64, e->out[0].reg, 32);
}
