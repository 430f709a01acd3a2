/*
 * Emit records: atomic read-modify-write and barriers.
 *
 * The host's locked instructions are sequentially consistent, on misaligned
 * data too. What is in memory in the other byte order is swapped on its way;
 * then even an addition needs a loop.
 */
#include "backend/x86_64/x86.h"

static int access_size(const EmitOp *e)
{
    return (int)(e->k[1] & MO_SIZE);
}

static bool swapped(const EmitOp *e)
{
    return e->k[1] & MO_BSWAP && access_size(e) != SZ_8;
}

static Mem access_mem(Host *x, const EmitOp *e)
{
    x86_check_align(x, e, &e->in[0]);
    return x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]);
}

/* Between memory's byte order and the host's. */
static void reorder(Host *x, const EmitOp *e, int reg)
{
    int size = access_size(e);

    if (!swapped(e)) {
        return;
    }
    if (size == SZ_16) {
        asm_shift_ri(&x->a, SH_ROL, SZ_16, reg, 8);
    } else {
        x86_asm_bswap(&x->a, size, reg);
    }
}

/* rax = the old value, as it was in `from`, as wide as the type. */
static void finish(Host *x, const EmitOp *e, int from)
{
    int narrow = access_size(e), size = x86_size(e->type);

    if (e->dead) {
        return;
    }
    reorder(x, e, from);
    if (narrow < size && e->k[1] & MO_SIGN) {
        asm_movsx_rr(&x->a, narrow, size, RAX, from);
    } else if (narrow < size || from != RAX) {
        asm_movzx_rr(&x->a, narrow, RAX, from);
    }
}

/* tmp = an input as it is to be in memory. */
static void value_in(Host *x, const EmitOp *e, const Operand *o)
{
    x86_mov_in(x, x86_size(e->type), e->tmp[0], o);
    reorder(x, e, e->tmp[0]);
}

void x86_emit_cmpxchg(Host *x, const EmitOp *e)
{
    Mem m = access_mem(x, e);
    int desired = e->in[2].reg;

    if (e->in[2].kind != OPERAND_REG || swapped(e)) {
        value_in(x, e, &e->in[2]);
        desired = e->tmp[0];
    }
    reorder(x, e, RAX);
    asm_gpr_mr(&x->a, G_CMPXCHG, access_size(e) | SZ_LOCK, m, desired);
    finish(x, e, RAX);
}

/* xchg locks by itself. */
void x86_emit_xchg(Host *x, const EmitOp *e)
{
    Mem m = access_mem(x, e);

    value_in(x, e, &e->in[1]);
    asm_gpr_mr(&x->a, G_XCHG, access_size(e), m, e->tmp[0]);
    finish(x, e, e->tmp[0]);
}

/* ---- Loops of compare and exchange -------------------------------------- */

/* tmp op= b, whatever b is. */
static void combine(Host *x, const EmitOp *e)
{
    const Operand *b = &e->in[1];
    AluOp op = (AluOp)e->arg;
    int size = x86_size(e->type), tmp = e->tmp[0];

    if (b->kind == OPERAND_IMM) {
        asm_alu_ri(&x->a, op, size, tmp, (int32_t)b->imm);
    } else {
        x86_asm_alu_rm(&x->a, op, size, tmp, x86_rm(b));
    }
}

/* tmp = b, unless tmp stands as it is to the b of the access's size. */
static void choose(Host *x, const EmitOp *e)
{
    const Operand *b = &e->in[1];
    int size = access_size(e), tmp = e->tmp[0];

    if (b->kind == OPERAND_IMM) {
        asm_alu_ri(&x->a, ALU_CMP, size, tmp, (int32_t)b->imm);
    } else {
        x86_asm_alu_rm(&x->a, ALU_CMP, size, tmp, x86_rm(b));
    }
    uint8_t *stays = x86_asm_jcc8(&x->a, (Cc)e->arg);
    x86_mov_in(x, x86_size(e->type), tmp, b);
    x86_asm_patch8(&x->a, stays, x->a.p);
}

static void fetch_loop(Host *x, const EmitOp *e, Mem m,
                       void (*step)(Host *, const EmitOp *))
{
    x86_asm_movzx_rm(&x->a, access_size(e), RAX, m);
    const void *loop = (const void *)asm_pc(&x->a);
    x86_asm_mov_rr(&x->a, SZ_64, e->tmp[0], RAX);
    reorder(x, e, e->tmp[0]);
    step(x, e);
    reorder(x, e, e->tmp[0]);
    asm_gpr_mr(&x->a, G_CMPXCHG, access_size(e) | SZ_LOCK, m, e->tmp[0]);
    x86_asm_jcc(&x->a, CC_NE, loop);
    finish(x, e, RAX);
}

void x86_emit_fetch_minmax(Host *x, const EmitOp *e)
{
    fetch_loop(x, e, access_mem(x, e), choose);
}

/* Nobody wants the old value: one locked instruction. */
static void locked_alu(Host *x, const EmitOp *e, Mem m)
{
    const Operand *b = &e->in[1];
    AluOp op = (AluOp)e->arg;
    int size = access_size(e) | SZ_LOCK;

    if (b->kind == OPERAND_IMM) {
        x86_asm_alu_mi(&x->a, op, size, m, (int32_t)b->imm);
        return;
    }
    int src = b->reg;
    if (b->kind == OPERAND_MEM) {
        src = e->tmp[0];
        x86_mov_in(x, x86_size(e->type), src, b);
    }
    x86_asm_alu_mr(&x->a, op, size, m, src);
}

void x86_emit_fetch_alu(Host *x, const EmitOp *e)
{
    Mem m = access_mem(x, e);

    if (swapped(e)) {
        fetch_loop(x, e, m, combine);
    } else if (e->dead) {
        locked_alu(x, e, m);
    } else if (e->arg == ALU_ADD) {
        value_in(x, e, &e->in[1]);
        asm_gpr_mr(&x->a, G_XADD, access_size(e) | SZ_LOCK, m, e->tmp[0]);
        finish(x, e, e->tmp[0]);
    } else {
        fetch_loop(x, e, m, combine);
    }
}

/* x86 lets only a later load pass an earlier store. */
void x86_emit_mb(Host *x, const EmitOp *e)
{
    if (e->k[0] & MB_ST_LD) {
        x86_asm_alu_mi(&x->a, ALU_OR, SZ_32 | SZ_LOCK, mem_b(RSP, 0), 0);
    }
}
