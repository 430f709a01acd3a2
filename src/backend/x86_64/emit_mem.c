/* Emit records: host and guest memory, not atomic read-modify-write. */
#include "backend/x86_64/x86.h"

static int32_t disp32(int64_t disp)
{
    check(disp == (int32_t)disp, "displacement %lld", (long long)disp);
    return (int32_t)disp;
}

Mem x86_guest_mem(Host *x, const Operand *o, int64_t disp)
{
    Mem m = o->kind == OPERAND_IMM ? mem_abs(disp32(o->imm + disp))
                                   : mem_b(o->reg, disp32(disp));
    return x->gs ? mem_seg(SEG_GS, m) : m;
}

Mem x86_host_mem(const Operand *o, int64_t disp)
{
    return o->kind == OPERAND_ENV ? x86_env(disp32(disp))
                                  : mem_b(o->reg, disp32(disp));
}

/* Loads as the MemOp says, but for byte order. */
static void load(Host *x, unsigned type, MemOp mo, int dst, Mem m)
{
    int from = (int)(mo & MO_SIZE), size = x86_size(type);

    if (mo & MO_SIGN && from < size) {
        x86_asm_movsx_rm(&x->a, from, size, dst, m);
    } else {
        x86_asm_movzx_rm(&x->a, from, dst, m);
    }
}

static void store(Host *x, unsigned mo, Mem m, const Operand *src)
{
    int size = (int)(mo & MO_SIZE);

    if (src->kind == OPERAND_IMM) {
        x86_asm_mov_mi(&x->a, size, m, (int32_t)src->imm);
    } else {
        x86_asm_mov_mr(&x->a, size, m, src->reg);
    }
}

/* ---- Host memory -------------------------------------------------------- */

void x86_emit_ld(Host *x, const EmitOp *e)
{
    load(x, e->type, (MemOp)e->arg, e->out[0].reg,
         x86_host_mem(&e->in[0], (int64_t)e->k[0]));
}

void x86_emit_st(Host *x, const EmitOp *e)
{
    store(x, (unsigned)e->arg, x86_host_mem(&e->in[1], (int64_t)e->k[0]),
          &e->in[0]);
}

/* To the first output. */
static void load_fp(Host *x, const EmitOp *e, VecOp move, Mem m)
{
    int dst = e->out[0].reg;

    x86_load_vec(x, move, x86_vec_length(e->type), dst, m);
    if (e->type == TYPE_F32 && !e->low && !x->ir->unboxed) {
        x86_box(x, dst);
    }
}

static void load_vec(Host *x, const EmitOp *e, Mem m)
{
    if (x86_is_wide(x, e->type)) {
        x86_wide_load(x, e->out[0].reg, m);
    } else {
        load_fp(x, e, x86_vec_move(e->type), m);
    }
}

void x86_emit_ld_vec(Host *x, const EmitOp *e)
{
    load_vec(x, e, x86_host_mem(&e->in[0], (int64_t)e->k[0]));
}

void x86_emit_st_vec(Host *x, const EmitOp *e)
{
    Mem m = x86_host_mem(&e->in[1], (int64_t)e->k[0]);

    if (x86_is_wide(x, e->type)) {
        x86_wide_store(x, m, e->in[0].reg);
    } else {
        x86_store_vec(x, x86_vec_move(e->type), x86_vec_length(e->type), m,
                      e->in[0].reg);
    }
}

/* ---- Guest memory ------------------------------------------------------- */

/* Leaves by LEFT_BY_ALIGN: exact, nothing done yet. */
static void slow_misaligned(Host *x, const SlowPath *s)
{
    const Operand *addr = s->e.opc == OP_guest_st    ? &s->e.in[1]
                          : s->e.opc == OP_guest_st2 ? &s->e.in[2]
                                                     : &s->e.in[0];
    if (addr->kind == OPERAND_IMM) {
        x86_asm_mov_ri(&x->a, RAX, (uint64_t)addr->imm + s->e.k[0]);
    } else {
        x86_asm_lea(&x->a, SZ_64, RAX, mem_b(addr->reg, (int32_t)s->e.k[0]));
    }
    x86_asm_mov_mr(&x->a, SZ_64, X86_CPU(align_addr), RAX);
    x86_asm_mov_ri(&x->a, RAX, s->pc);
    x86_asm_mov_mr(&x->a, SZ_64, x86_env(x->pc_disp), RAX);
    x86_asm_mov_ri(&x->a, RAX, (uint32_t)LEFT_BY_ALIGN);
    x86_jmp_leave(x);
}

/*
 * The test of reg + disp.  There may be no register to spare, and rsp is the
 * return stack, whose words a signal's handler changes: so the sum is in reg
 * itself for a moment, in which nothing can fault.
 */
static void test_sum(Host *x, int reg, int32_t disp, int32_t mask)
{
    x86_asm_lea(&x->a, SZ_64, reg, mem_b(reg, disp));
    asm_test_ri(&x->a, SZ_8, reg, mask);
    x86_asm_lea(&x->a, SZ_64, reg, mem_b(reg, -disp));
}

/* MO_ALIGN: a test of the address, which nearly always passes. */
void x86_check_align(Host *x, const EmitOp *e, const Operand *addr)
{
    int64_t disp = (int64_t)e->k[0];
    unsigned mask = memop_bytes((MemOp)e->k[1]) - 1;

    if (!(e->k[1] & MO_ALIGN) || mask == 0) {
        return;
    }
    SlowPath *s = x86_slow(x, slow_misaligned, e);
    if (addr->kind == OPERAND_IMM) {
        if ((addr->imm + disp) & mask) {
            x86_asm_alu_rr(&x->a, ALU_CMP, SZ_32, RSP, RSP);
            x86_jcc_slow(x, s, CC_E);
        }
    } else if ((disp & mask) == 0) {
        asm_test_ri(&x->a, SZ_8, addr->reg, (int32_t)mask);
        x86_jcc_slow(x, s, CC_NE);
    } else {
        test_sum(x, addr->reg, (int32_t)(disp & mask), (int32_t)mask);
        x86_jcc_slow(x, s, CC_NE);
    }
}

static void swap_bytes(Host *x, unsigned type, MemOp mo, int reg)
{
    unsigned size = mo & MO_SIZE;

    if (size == MO_16) {
        asm_shift_ri(&x->a, SH_ROL, SZ_16, reg, 8);
    } else if (size >= MO_32) {
        x86_asm_bswap(&x->a, size == MO_32 ? SZ_32 : SZ_64, reg);
    }
    if (mo & MO_SIGN && (int)size < x86_size(type)) {
        asm_movsx_rr(&x->a, (int)size, x86_size(type), reg, reg);
    }
}

void x86_emit_guest_ld(Host *x, const EmitOp *e)
{
    MemOp mo = (MemOp)e->k[1];
    int out = e->out[0].reg;

    x86_check_align(x, e, &e->in[0]);
    Mem m = x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]);
    if (mo & MO_BSWAP) {
        load(x, e->type, mo & ~(MemOp)MO_SIGN, out, m);
        swap_bytes(x, e->type, mo, out);
    } else {
        load(x, e->type, mo, out, m);
    }
}

static bool swapped(MemOp mo)
{
    return mo & MO_BSWAP && mo & MO_SIZE;
}

static int64_t swap_value(MemOp mo, int64_t v)
{
    switch (mo & MO_SIZE) {
    case MO_16: return (int16_t)__builtin_bswap16((uint16_t)v);
    case MO_32: return (int32_t)__builtin_bswap32((uint32_t)v);
    default: return (int64_t)__builtin_bswap64((uint64_t)v);
    }
}

static void store_swapped_const(Host *x, MemOp mo, Mem m, int64_t v)
{
    int64_t s = swap_value(mo, v);

    if (s == (int32_t)s) {
        x86_asm_mov_mi(&x->a, (int)(mo & MO_SIZE), m, (int32_t)s);
        return;
    }
    /* 64 bits in two halves: the upper first, which faults first. */
    m.disp += 4;
    x86_asm_mov_mi(&x->a, SZ_32, m, (int32_t)(s >> 32));
    m.disp -= 4;
    x86_asm_mov_mi(&x->a, SZ_32, m, (int32_t)s);
}

static void store_swapped(Host *x, const EmitOp *e, Mem m)
{
    MemOp mo = (MemOp)e->k[1];

    if (e->in[0].kind == OPERAND_IMM) {
        store_swapped_const(x, mo, m, e->in[0].imm);
    } else if (x->features & X86_MOVBE) {
        asm_gpr_mr(&x->a, G_MOVBE_ST, (int)(mo & MO_SIZE), m, e->in[0].reg);
    } else {
        x86_asm_mov_rr(&x->a, SZ_64, e->tmp[0], e->in[0].reg);
        swap_bytes(x, e->type, mo & ~(MemOp)MO_SIGN, e->tmp[0]);
        x86_asm_mov_mr(&x->a, (int)(mo & MO_SIZE), m, e->tmp[0]);
    }
}

void x86_emit_guest_st(Host *x, const EmitOp *e)
{
    MemOp mo = (MemOp)e->k[1];

    x86_check_align(x, e, &e->in[1]);
    Mem m = x86_guest_mem(x, &e->in[1], (int64_t)e->k[0]);
    if (swapped(mo)) {
        store_swapped(x, e, m);
    } else {
        store(x, mo, m, &e->in[0]);
    }
}

static VecOp gpr_move(unsigned type)
{
    return type == TYPE_F32 ? V_MOVD : V_MOVQG;
}

void x86_emit_guest_ld_fp(Host *x, const EmitOp *e)
{
    int tmp = e->tmp[0];
    MemOp mo = (MemOp)e->k[1];

    x86_check_align(x, e, &e->in[0]);
    Mem m = x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]);
    if (!swapped(mo)) {
        load_fp(x, e, x86_vec_move(e->type), m);
        return;
    }
    load(x, TYPE_I64, mo & MO_SIZE, tmp, m);
    swap_bytes(x, TYPE_I64, mo & ~(MemOp)MO_SIGN, tmp);
    load_fp(x, e, gpr_move(e->type), mem_reg(tmp));
}

void x86_emit_guest_ld_vec(Host *x, const EmitOp *e)
{
    x86_check_align(x, e, &e->in[0]);
    load_vec(x, e, x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]));
}

void x86_emit_guest_st_fp(Host *x, const EmitOp *e)
{
    int tmp = e->tmp[0];
    MemOp mo = (MemOp)e->k[1];

    x86_check_align(x, e, &e->in[1]);
    Mem m = x86_guest_mem(x, &e->in[1], (int64_t)e->k[0]);
    if (e->in[0].kind == OPERAND_IMM) {
        x86_asm_mov_mi(&x->a, e->type == TYPE_F32 ? SZ_32 : SZ_64, m, 0);
    } else if (!swapped(mo)) {
        x86_store_vec(x, x86_vec_move(e->type), VEX_128, m, e->in[0].reg);
    } else {
        x86_store_vec(x, gpr_move(e->type), VEX_128, mem_reg(tmp),
                      e->in[0].reg);
        swap_bytes(x, TYPE_I64, mo & ~(MemOp)MO_SIGN, tmp);
        x86_asm_mov_mr(&x->a, (int)(mo & MO_SIZE), m, tmp);
    }
}

/* ---- Indexed ------------------------------------------------------------ */

/* The memory of guest_ldx and guest_stx; `base` and the index follow. */
static Mem indexed(const Host *x, const EmitOp *e, const Operand *base)
{
    Mem m = x86_mem_bis(base[0].reg, base[1].reg, (unsigned)e->k[0],
                        disp32((int64_t)e->k[1]));
    return x->gs ? mem_seg(SEG_GS, m) : m;
}

void x86_emit_guest_ldx(Host *x, const EmitOp *e)
{
    load(x, e->type, (MemOp)e->k[2], e->out[0].reg, indexed(x, e, e->in));
}

void x86_emit_guest_ldx_fp(Host *x, const EmitOp *e)
{
    load_fp(x, e, x86_vec_move(e->type), indexed(x, e, e->in));
}

void x86_emit_guest_stx(Host *x, const EmitOp *e)
{
    store(x, (MemOp)e->k[2], indexed(x, e, &e->in[1]), &e->in[0]);
}

void x86_emit_guest_stx_fp(Host *x, const EmitOp *e)
{
    x86_store_vec(x, x86_vec_move(e->type), VEX_128, indexed(x, e, &e->in[1]),
                  e->in[0].reg);
}

/* ---- 128 bits ----------------------------------------------------------- */

/* dst.high = the 64 bits in a general register or memory */
static void insert_high(Host *x, int dst, int tmp, Mem src)
{
    if (x->avx) {
        asm_avx_rrmi(&x->a, V_PINSRQ, VEX_128, dst, dst, src, 1);
    } else if (x->features & X86_SSE41) {
        asm_sse_rmi(&x->a, V_PINSRQ, dst, src, 1);
    } else {
        asm_sse_rm(&x->a, V_MOVQG, tmp, src);
        asm_sse_rr(&x->a, V_PUNPCKLQDQ, dst, tmp);
    }
}

/* Destroys src on hosts without SSE4.1. */
static void extract_high(Host *x, int dst, int src)
{
    if (x->avx) {
        asm_avx_mri(&x->a, V_PEXTRQ, VEX_128, mem_reg(dst), src, 1);
    } else if (x->features & X86_SSE41) {
        asm_sse_mri(&x->a, V_PEXTRQ, mem_reg(dst), src, 1);
    } else {
        asm_sse_ri(&x->a, V_PSRLDQ_I, src, 8);
        asm_sse_mr(&x->a, V_MOVQG, mem_reg(dst), src);
    }
}

/* The low half may be in the destination's own register only as a vector. */
void x86_emit_concat(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;

    x86_load_vec(x, V_MOVQG, VEX_128, out, x86_rm(&e->in[0]));
    insert_high(x, out, e->tmp[0], x86_rm(&e->in[1]));
}

void x86_emit_extr(Host *x, const EmitOp *e)
{
    int tmp = e->tmp[0];

    x86_store_vec(x, V_MOVQG, VEX_128, mem_reg(e->out[0].reg), e->in[0].reg);
    x86_load_vec(x, V_MOVAPS, VEX_128, tmp, mem_reg(e->in[0].reg));
    extract_high(x, e->out[1].reg, tmp);
}

/* Aligned vector moves of 16 bytes are atomic on every host with AVX. */
static void load_128(Host *x, int dst, Mem m)
{
    x86_load_vec(x, V_MOVDQU, VEX_128, dst, m);
}

static void reverse_128(Host *x, int reg, int tmp)
{
    if (x->avx) {
        asm_avx_rm(&x->a, V_MOVDQU, VEX_128, tmp,
                   x86_data(x, &x->rt.data->reverse));
        asm_avx_rrr(&x->a, V_PSHUFB, VEX_128, reg, reg, tmp);
        return;
    }
    /* Words reversed, then the bytes in each. */
    asm_sse_rri(&x->a, V_PSHUFLW, reg, reg, 0x1b);
    asm_sse_rri(&x->a, V_PSHUFHW, reg, reg, 0x1b);
    asm_sse_rri(&x->a, V_PSHUFD, reg, reg, 0x4e);
    asm_sse_rr(&x->a, V_MOVAPS, tmp, reg);
    asm_sse_ri(&x->a, V_PSLLW_I, tmp, 8);
    asm_sse_ri(&x->a, V_PSRLW_I, reg, 8);
    asm_sse_rr(&x->a, V_POR, reg, tmp);
}

void x86_emit_guest_ld_128(Host *x, const EmitOp *e)
{
    x86_check_align(x, e, &e->in[0]);
    load_128(x, e->out[0].reg, x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]));
    if (e->k[1] & MO_BSWAP) {
        reverse_128(x, e->out[0].reg, e->tmp[0]);
    }
}

static void store_128(Host *x, const EmitOp *e, const Operand *addr, int src)
{
    x86_check_align(x, e, addr);
    x86_store_vec(x, V_MOVDQU, VEX_128,
                  x86_guest_mem(x, addr, (int64_t)e->k[0]), src);
}

void x86_emit_guest_st_128(Host *x, const EmitOp *e)
{
    int src = e->in[0].reg;

    if (e->k[1] & MO_BSWAP) {
        src = e->tmp[0];
        x86_load_vec(x, V_MOVAPS, VEX_128, src, mem_reg(e->in[0].reg));
        reverse_128(x, src, e->tmp[1]);
    }
    store_128(x, e, &e->in[1], src);
}

/* One access, so that a fault leaves both outputs alone. */
void x86_emit_guest_ld2(Host *x, const EmitOp *e)
{
    int tmp = e->tmp[0];
    bool swap = e->k[1] & MO_BSWAP;
    int low = e->out[swap].reg, high = e->out[!swap].reg;

    x86_check_align(x, e, &e->in[0]);
    load_128(x, tmp, x86_guest_mem(x, &e->in[0], (int64_t)e->k[0]));
    x86_store_vec(x, V_MOVQG, VEX_128, mem_reg(low), tmp);
    extract_high(x, high, tmp);
    if (swap) {
        x86_asm_bswap(&x->a, SZ_64, low);
        x86_asm_bswap(&x->a, SZ_64, high);
    }
}

void x86_emit_guest_st2(Host *x, const EmitOp *e)
{
    int value = e->tmp[0];

    x86_load_vec(x, V_MOVQG, VEX_128, value, mem_reg(e->in[0].reg));
    insert_high(x, value, e->tmp[1], mem_reg(e->in[1].reg));
    if (e->k[1] & MO_BSWAP) {
        reverse_128(x, value, e->tmp[1]);
    }
    store_128(x, e, &e->in[2], value);
}
