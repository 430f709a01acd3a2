/*
 * Emit records: atomic read-modify-write and barriers.
 *
 * The host's locked instructions are sequentially consistent; on naturally
 * aligned or misaligned data alike. Byte order other than the host's is not
 * supported here.
 */
#include "backend/x86_64/x86.h"

static MemOp memop(const EmitOp *e)
{
    MemOp mo = (MemOp)e->k[1];

    check(!(mo & MO_BSWAP) || !(mo & MO_SIZE), "atomic with swapped bytes");
    return mo;
}

static int access_size(const EmitOp *e)
{
    return (int)(memop(e) & MO_SIZE);
}

static Mem access_mem(Host *x, const EmitOp *e)
{
    x86_check_align(x, e, &e->in[0]);
    return x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]);
}

/* The old value as wide as the type. */
static void extend(Host *x, const EmitOp *e, int reg)
{
    int from = access_size(e), size = x86_size(e->type);

    if (e->dead || from == size) {
        return;
    }
    if (memop(e) & MO_SIGN) {
        asm_movsx_rr(&x->a, from, size, reg, reg);
    } else {
        asm_movzx_rr(&x->a, from, reg, reg);
    }
}

void emit_cmpxchg(Host *x, const EmitOp *e)
{
    Mem m = access_mem(x, e);

    asm_gpr_mr(&x->a, G_CMPXCHG, access_size(e) | SZ_LOCK, m, e->in[2].reg);
    extend(x, e, RAX);
}

/* xchg, which locks by itself, and xadd. */
void emit_xchg(Host *x, const EmitOp *e)
{
    int size = access_size(e);
    Mem m = access_mem(x, e);

    if (e->arg == G_XCHG) {
        asm_gpr_mr(&x->a, G_XCHG, size, m, e->out[0].reg);
    } else if (e->dead) {
        asm_alu_mr(&x->a, ALU_ADD, size | SZ_LOCK, m, e->out[0].reg);
    } else {
        asm_gpr_mr(&x->a, G_XADD, size | SZ_LOCK, m, e->out[0].reg);
    }
    extend(x, e, e->out[0].reg);
}

/* rax = the old value, to be tried with. */
static const void *begin_loop(Host *x, const EmitOp *e, Mem m)
{
    asm_movzx_rm(&x->a, access_size(e), RAX, m);
    return (const void *)asm_pc(&x->a);
}

static void end_loop(Host *x, const EmitOp *e, Mem m, const void *loop)
{
    asm_gpr_mr(&x->a, G_CMPXCHG, access_size(e) | SZ_LOCK, m, e->tmp[0]);
    asm_jcc(&x->a, CC_NE, loop);
    extend(x, e, RAX);
}

void emit_fetch_alu(Host *x, const EmitOp *e)
{
    AluOp op = (AluOp)e->arg;
    int size = access_size(e), tmp = e->tmp[0];
    Mem m = access_mem(x, e);

    if (e->dead) {
        x86_mov_in(x, SZ_64, tmp, &e->in[1]);
        asm_alu_mr(&x->a, op, size | SZ_LOCK, m, tmp);
        return;
    }
    const void *loop = begin_loop(x, e, m);
    x86_mov_in(x, x86_size(e->type), tmp, &e->in[1]);
    asm_alu_rr(&x->a, op, SZ_64, tmp, RAX);
    end_loop(x, e, m, loop);
}

/* e->arg: the condition under which the old value stays. */
void emit_fetch_minmax(Host *x, const EmitOp *e)
{
    int size = access_size(e), tmp = e->tmp[0];
    Mem m = access_mem(x, e);
    const void *loop = begin_loop(x, e, m);

    x86_mov_in(x, x86_size(e->type), tmp, &e->in[1]);
    asm_alu_rr(&x->a, ALU_CMP, size, RAX, tmp);
    asm_cmov_rr(&x->a, (Cc)e->arg, SZ_64, tmp, RAX);
    end_loop(x, e, m, loop);
}

/* x86 lets only a later load pass an earlier store. */
void emit_mb(Host *x, const EmitOp *e)
{
    if (e->k[0] & MB_ST_LD) {
        asm_alu_mi(&x->a, ALU_OR, SZ_32 | SZ_LOCK, mem_b(RSP, 0), 0);
    }
}
