/*
 * The x86-64 instruction encoder.
 *
 * Every instruction is one row of asm.def; its shape says which operands it
 * takes, and the functions below are named after shapes: r a register, m a
 * memory operand, i an immediate, destination first (Intel order). The rows
 * are G_xxx (general registers) and V_xxx (vector registers and masks).
 *
 *     x86_asm_alu_rr(a, ALU_ADD, SZ_64, RAX, RBX);
 *     asm_gpr_rm(a, G_IMUL, SZ_32, RCX, mem_b(RBP, 16));
 *     asm_sse_rr(a, V_ADDSD, 1, 2);
 *     asm_avx_rrr(a, V_PADDD, VEX_256, 1, 2, 3);
 *
 * Always the shortest encoding. An instruction is written whole or not at
 * all: one that does not fit sets the sticky `overflow` and writes nothing.
 * Registers are 0-15 (general) and 0-31 (vector; 16-31 need AVX-512).
 * Whether the host has an instruction is the caller's to know.
 */
#ifndef BACKEND_X86_64_ASM_H
#define BACKEND_X86_64_ASM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where rel32s stand that must change when the code is moved. */
typedef struct AsmOuter {
    uintptr_t below; /* of those that lead below this address, where it runs;
                        such jumps are not short */
    uint32_t *at;    /* offsets from there, ascending */
    unsigned n, max; /* n > max: there were too many */
} AsmOuter;

/* Code runs at p + exec_offset: the buffer may be mapped twice. */
typedef struct Asm {
    uint8_t *p;
    uint8_t *end;
    int64_t exec_offset;
    bool overflow;
    AsmOuter outer;
} Asm;

/* clang-format off */
enum {
    RAX, RCX, RDX, RBX, RSP, RBP, RSI, RDI,
    R8, R9, R10, R11, R12, R13, R14, R15,
};

enum {
    XMM0, XMM1, XMM2, XMM3, XMM4, XMM5, XMM6, XMM7,
    XMM8, XMM9, XMM10, XMM11, XMM12, XMM13, XMM14, XMM15,
    XMM16, XMM17, XMM18, XMM19, XMM20, XMM21, XMM22, XMM23,
    XMM24, XMM25, XMM26, XMM27, XMM28, XMM29, XMM30, XMM31,
};
/* clang-format on */

/* Operand size; SZ_LOCK may be or-ed in where the instruction allows it. */
enum { SZ_8, SZ_16, SZ_32, SZ_64, SZ_MASK = 3, SZ_LOCK = 4 };

typedef enum AluOp {
    ALU_ADD,
    ALU_OR,
    ALU_ADC,
    ALU_SBB,
    ALU_AND,
    ALU_SUB,
    ALU_XOR,
    ALU_CMP,
} AluOp;

typedef enum ShiftOp {
    SH_ROL,
    SH_ROR,
    SH_RCL,
    SH_RCR,
    SH_SHL,
    SH_SHR,
    SH_SAR = 7,
} ShiftOp;

/* Condition codes; cc ^ 1 is the opposite. */
typedef enum Cc {
    CC_O,
    CC_NO,
    CC_B,
    CC_AE,
    CC_E,
    CC_NE,
    CC_BE,
    CC_A,
    CC_S,
    CC_NS,
    CC_P,
    CC_NP,
    CC_L,
    CC_GE,
    CC_LE,
    CC_G,
    CC_C = CC_B,
    CC_NC = CC_AE,
    CC_Z = CC_E,
    CC_NZ = CC_NE,
} Cc;

/*
 * Length of a vector instruction, and EVEX's further fields, or-ed together.
 * Any of the latter forces the EVEX form.
 */
enum {
    VEX_128,
    VEX_256,
    VEX_512,
    VEX_LMASK = 3,
    EVEX_Z = 1 << 5,    /* zero the masked-out elements (else merge) */
    EVEX_BCST = 1 << 6, /* memory operand is one element, broadcast */
    EVEX_RN = 1 << 6,   /* register forms: static rounding, no flags raised */
    EVEX_RD = EVEX_RN | 1 << 7,
    EVEX_RU = EVEX_RN | 2 << 7,
    EVEX_RZ = EVEX_RN | 3 << 7,
    EVEX_SAE = EVEX_RN, /* comparisons and truncations: no flags raised */
};
#define EVEX_K(k) ((k) << 2) /* write mask k1-k7 */

typedef enum GprOp {
#define G(name, mnemonic, pp, map, op, digit, shape, sizes) G_##name,
#define V(name, mnemonic, pp, map, op, st, w, n, shape, forms)
#include "backend/x86_64/asm.def"
#undef G
#undef V
    G_COUNT
} GprOp;

typedef enum VecOp {
#define G(name, mnemonic, pp, map, op, digit, shape, sizes)
#define V(name, mnemonic, pp, map, op, st, w, n, shape, forms) V_##name,
#include "backend/x86_64/asm.def"
#undef G
#undef V
    V_COUNT
} VecOp;

/* ---- Operands ---------------------------------------------------------- */

/* The r/m operand: memory, or (base == MEM_REG) the register `index`. */
typedef struct Mem {
    int8_t base;   /* a register or one of the below */
    int8_t index;  /* a register but RSP, or MEM_NONE */
    uint8_t scale; /* log2, 0-3 */
    uint8_t seg;   /* segment prefix or 0 */
    int32_t disp;  /* MEM_RIP: target - address of the instruction */
} Mem;

enum { MEM_NONE = -1, MEM_RIP = -2, MEM_REG = -3 };
enum { SEG_FS = 0x64, SEG_GS = 0x65 };

static inline Mem mem_reg(int reg)
{
    return (Mem){.base = MEM_REG, .index = reg};
}

static inline Mem mem_b(int base, int32_t disp)
{
    return (Mem){.base = base, .index = MEM_NONE, .disp = disp};
}

static inline Mem mem_abs(int32_t disp)
{
    return mem_b(MEM_NONE, disp);
}

static inline Mem mem_seg(uint8_t seg, Mem m)
{
    m.seg = seg;
    return m;
}

/* base + (index << scale) + disp; base or index may be MEM_NONE. */
Mem x86_mem_bis(int base, int index, int scale, int32_t disp);

/* For the very next instruction only; target is an execution address. */
Mem x86_mem_rip(const Asm *a, const void *target);

/* ---- Buffer, jumps, patching (asm.c) ----------------------------------- */

void x86_asm_init(Asm *a, void *buf, size_t size, int64_t exec_offset);

/* The execution address of the next instruction. */
static inline uintptr_t asm_pc(const Asm *a)
{
    return (uintptr_t)a->p + (uintptr_t)a->exec_offset;
}

void x86_asm_byte(Asm *a, uint8_t byte);
void x86_asm_bytes(Asm *a, const void *bytes, size_t n);
void x86_asm_u32(Asm *a, uint32_t value);
void x86_asm_u64(Asm *a, uint64_t value);
void x86_asm_nop(Asm *a, unsigned bytes);
void x86_asm_align(Asm *a, unsigned boundary); /* of the execution address */

/* To an execution address; jmp and jcc take rel8 when it reaches. */
void x86_asm_jmp(Asm *a, const void *target);
void x86_asm_jcc(Asm *a, Cc cc, const void *target);
void x86_asm_call(Asm *a, const void *target);

/* With a target to come: returns the place of rel8/rel32 for asm_patch. */
uint8_t *x86_asm_jmp8(Asm *a);
uint8_t *x86_asm_jcc8(Asm *a, Cc cc);
uint8_t *x86_asm_jmp32(Asm *a);
uint8_t *x86_asm_jcc32(Asm *a, Cc cc);
uint8_t *x86_asm_call32(Asm *a);

/*
 * site and target are in the same (writable) view. After an overflow they do
 * nothing. The 8-bit form must reach.
 */
void x86_asm_patch8(const Asm *a, uint8_t *site, const uint8_t *target);
void x86_asm_patch32(const Asm *a, uint8_t *site, const uint8_t *target);

/* ---- General registers (asm_gpr.c) ------------------------------------- */

/* Immediates are truncated to the size, or sign-extended from 32 to 64. */
void x86_asm_alu_rr(Asm *a, AluOp op, int size, int dst, int src);
void x86_asm_alu_rm(Asm *a, AluOp op, int size, int dst, Mem src);
void x86_asm_alu_mr(Asm *a, AluOp op, int size, Mem dst, int src);
void x86_asm_alu_mi(Asm *a, AluOp op, int size, Mem dst, int32_t imm);
void x86_asm_test_mr(Asm *a, int size, Mem dst, int src);
void x86_asm_test_mi(Asm *a, int size, Mem dst, int32_t imm);

void x86_asm_mov_rr(Asm *a, int size, int dst, int src);
void x86_asm_mov_rm(Asm *a, int size, int dst, Mem src);
void x86_asm_mov_mr(Asm *a, int size, Mem dst, int src);
void x86_asm_mov_mi(Asm *a, int size, Mem dst, int32_t imm);
void x86_asm_mov_ri(Asm *a, int dst, uint64_t imm); /* keeps the flags */
void x86_asm_zero(Asm *a, int dst);                 /* xor: changes the flags */

/* movzx writes 64 bits; movsx `size` bits, from `from` < size. */
void x86_asm_movzx_rm(Asm *a, int from, int dst, Mem src);
void x86_asm_movsx_rm(Asm *a, int from, int size, int dst, Mem src);
void x86_asm_lea(Asm *a, int size, int dst, Mem src);

/* By an immediate (0-63), or by cl. */
void x86_asm_shift_mi(Asm *a, ShiftOp op, int size, Mem dst, unsigned count);
void x86_asm_shift_mc(Asm *a, ShiftOp op, int size, Mem dst);

void x86_asm_setcc_m(Asm *a, Cc cc, Mem dst); /* one byte */
void x86_asm_cmov_rm(Asm *a, Cc cc, int size, int dst, Mem src);
void x86_asm_imul_rmi(Asm *a, int size, int dst, Mem src, int32_t imm);
void x86_asm_xchg_rr(Asm *a, int size, int x, int y);
void x86_asm_bswap(Asm *a, int size, int dst); /* SZ_32, SZ_64 */
void x86_asm_push_r(Asm *a, int src);
void x86_asm_pop_r(Asm *a, int dst);
void x86_asm_push_i(Asm *a, int32_t imm);

/*
 * A row in general. reg is the r/m's partner whichever way the data goes;
 * rows with one operand ignore it, rows without an immediate ignore imm.
 */
void x86_asm_gpr(Asm *a, GprOp op, int size, int reg, Mem rm, int imm);

/* Likewise for the three-operand (VEX) rows; vvvv is the third register. */
void x86_asm_bmi(Asm *a, GprOp op, int size, int reg, int vvvv, Mem rm,
                 int imm);

/* Without operands. */
void x86_asm_ret(Asm *a);
void x86_asm_ud2(Asm *a);
void x86_asm_int3(Asm *a);
void x86_asm_cqo(Asm *a, int size); /* sign of [e/r]ax into [e/r]dx */
void x86_asm_mfence(Asm *a);
void x86_asm_lfence(Asm *a);
void x86_asm_sfence(Asm *a);
void x86_asm_pause(Asm *a);
void x86_asm_rdtsc(Asm *a);
void x86_asm_cpuid(Asm *a);

/* ---- Vector registers (asm_vec.c) -------------------------------------- */

/* Legacy SSE encoding. `store` takes the row's other direction. */
void x86_asm_sse(Asm *a, VecOp op, int reg, Mem rm, int imm);
void x86_asm_sse_store(Asm *a, VecOp op, Mem dst, int src, int imm);

/*
 * VEX, or EVEX when a register, `vl` or the row asks for it. vvvv is the first
 * source, NO_REG exactly where the instruction has none.
 */
enum { NO_REG = -1 };
void x86_asm_avx(Asm *a, VecOp op, int vl, int reg, int vvvv, Mem rm, int imm);
void x86_asm_avx_store(Asm *a, VecOp op, int vl, Mem dst, int src, int imm);
void x86_asm_vzeroupper(Asm *a);

/* ---- The same by shape ------------------------------------------------- */

static inline void asm_alu_ri(Asm *a, AluOp op, int size, int dst, int32_t imm)
{
    x86_asm_alu_mi(a, op, size, mem_reg(dst), imm);
}

static inline void asm_test_rr(Asm *a, int size, int dst, int src)
{
    x86_asm_test_mr(a, size, mem_reg(dst), src);
}

static inline void asm_test_ri(Asm *a, int size, int dst, int32_t imm)
{
    x86_asm_test_mi(a, size, mem_reg(dst), imm);
}

static inline void asm_movzx_rr(Asm *a, int from, int dst, int src)
{
    x86_asm_movzx_rm(a, from, dst, mem_reg(src));
}

static inline void asm_movsx_rr(Asm *a, int from, int size, int dst, int src)
{
    x86_asm_movsx_rm(a, from, size, dst, mem_reg(src));
}

static inline void asm_shift_ri(Asm *a, ShiftOp op, int size, int dst,
                                unsigned count)
{
    x86_asm_shift_mi(a, op, size, mem_reg(dst), count);
}

static inline void asm_shift_rc(Asm *a, ShiftOp op, int size, int dst)
{
    x86_asm_shift_mc(a, op, size, mem_reg(dst));
}

static inline void asm_setcc_r(Asm *a, Cc cc, int dst)
{
    x86_asm_setcc_m(a, cc, mem_reg(dst));
}

static inline void asm_cmov_rr(Asm *a, Cc cc, int size, int dst, int src)
{
    x86_asm_cmov_rm(a, cc, size, dst, mem_reg(src));
}

static inline void asm_imul_rri(Asm *a, int size, int dst, int src, int32_t imm)
{
    x86_asm_imul_rmi(a, size, dst, mem_reg(src), imm);
}

/* One operand: G_NOT G_NEG G_MUL G_DIV G_INC G_JMP G_CALL G_LDMXCSR ... */
static inline void asm_gpr_r(Asm *a, GprOp op, int size, int reg)
{
    x86_asm_gpr(a, op, size, 0, mem_reg(reg), 0);
}

static inline void asm_gpr_m(Asm *a, GprOp op, int size, Mem m)
{
    x86_asm_gpr(a, op, size, 0, m, 0);
}

/* G_BTx_I: the bit number. */
static inline void asm_gpr_ri(Asm *a, GprOp op, int size, int reg, int imm)
{
    x86_asm_gpr(a, op, size, 0, mem_reg(reg), imm);
}

static inline void asm_gpr_mi(Asm *a, GprOp op, int size, Mem m, int imm)
{
    x86_asm_gpr(a, op, size, 0, m, imm);
}

/* G_IMUL G_TZCNT ...: register from register or memory. */
static inline void asm_gpr_rr(Asm *a, GprOp op, int size, int dst, int src)
{
    x86_asm_gpr(a, op, size, dst, mem_reg(src), 0);
}

static inline void asm_gpr_rm(Asm *a, GprOp op, int size, int dst, Mem src)
{
    x86_asm_gpr(a, op, size, dst, src, 0);
}

/* G_XADD G_CMPXCHG G_XCHG G_BTx G_SHLD_CL ...: r/m first. */
static inline void asm_gpr_mr(Asm *a, GprOp op, int size, Mem dst, int src)
{
    x86_asm_gpr(a, op, size, src, dst, 0);
}

/* G_SHLD G_SHRD. */
static inline void asm_gpr_mri(Asm *a, GprOp op, int size, Mem dst, int src,
                               int imm)
{
    x86_asm_gpr(a, op, size, src, dst, imm);
}

/* G_ANDN G_PDEP G_PEXT, G_MULX (high, low, src). */
static inline void asm_bmi_rrm(Asm *a, GprOp op, int size, int dst, int src,
                               Mem m)
{
    x86_asm_bmi(a, op, size, dst, src, m, 0);
}

static inline void asm_bmi_rrr(Asm *a, GprOp op, int size, int dst, int src1,
                               int src2)
{
    x86_asm_bmi(a, op, size, dst, src1, mem_reg(src2), 0);
}

/* G_SHLX G_SHRX G_SARX G_BZHI G_BEXTR: value, then count. */
static inline void asm_bmi_rmr(Asm *a, GprOp op, int size, int dst, Mem src,
                               int count)
{
    x86_asm_bmi(a, op, size, dst, count, src, 0);
}

/* G_BLSR G_BLSI G_BLSMSK. */
static inline void asm_bmi_rm(Asm *a, GprOp op, int size, int dst, Mem src)
{
    x86_asm_bmi(a, op, size, 0, dst, src, 0);
}

/* G_RORX. */
static inline void asm_bmi_rmi(Asm *a, GprOp op, int size, int dst, Mem src,
                               int imm)
{
    x86_asm_bmi(a, op, size, dst, 0, src, imm);
}

static inline void asm_sse_rr(Asm *a, VecOp op, int dst, int src)
{
    x86_asm_sse(a, op, dst, mem_reg(src), 0);
}

static inline void asm_sse_rm(Asm *a, VecOp op, int dst, Mem src)
{
    x86_asm_sse(a, op, dst, src, 0);
}

static inline void asm_sse_rri(Asm *a, VecOp op, int dst, int src, int imm)
{
    x86_asm_sse(a, op, dst, mem_reg(src), imm);
}

static inline void asm_sse_rmi(Asm *a, VecOp op, int dst, Mem src, int imm)
{
    x86_asm_sse(a, op, dst, src, imm);
}

/* Shifts by an immediate: V_PSLLD_I ... */
static inline void asm_sse_ri(Asm *a, VecOp op, int dst, int imm)
{
    x86_asm_sse(a, op, dst, mem_reg(dst), imm);
}

/* Stores and extracts; dst may be mem_reg(general register). */
static inline void asm_sse_mr(Asm *a, VecOp op, Mem dst, int src)
{
    x86_asm_sse_store(a, op, dst, src, 0);
}

static inline void asm_sse_mri(Asm *a, VecOp op, Mem dst, int src, int imm)
{
    x86_asm_sse_store(a, op, dst, src, imm);
}

static inline void asm_avx_rr(Asm *a, VecOp op, int vl, int dst, int src)
{
    x86_asm_avx(a, op, vl, dst, NO_REG, mem_reg(src), 0);
}

static inline void asm_avx_rm(Asm *a, VecOp op, int vl, int dst, Mem src)
{
    x86_asm_avx(a, op, vl, dst, NO_REG, src, 0);
}

/* Also shifts by an immediate: V_PSLLD_I ... */
static inline void asm_avx_rri(Asm *a, VecOp op, int vl, int dst, int src,
                               int imm)
{
    x86_asm_avx(a, op, vl, dst, NO_REG, mem_reg(src), imm);
}

static inline void asm_avx_rmi(Asm *a, VecOp op, int vl, int dst, Mem src,
                               int imm)
{
    x86_asm_avx(a, op, vl, dst, NO_REG, src, imm);
}

static inline void asm_avx_rrr(Asm *a, VecOp op, int vl, int dst, int src1,
                               int src2)
{
    x86_asm_avx(a, op, vl, dst, src1, mem_reg(src2), 0);
}

static inline void asm_avx_rrm(Asm *a, VecOp op, int vl, int dst, int src1,
                               Mem src2)
{
    x86_asm_avx(a, op, vl, dst, src1, src2, 0);
}

static inline void asm_avx_rrri(Asm *a, VecOp op, int vl, int dst, int src1,
                                int src2, int imm)
{
    x86_asm_avx(a, op, vl, dst, src1, mem_reg(src2), imm);
}

static inline void asm_avx_rrmi(Asm *a, VecOp op, int vl, int dst, int src1,
                                Mem src2, int imm)
{
    x86_asm_avx(a, op, vl, dst, src1, src2, imm);
}

/* V_BLENDVPS_A V_BLENDVPD_A V_PBLENDVB_A: the selector comes last. */
static inline void asm_avx_rrrr(Asm *a, VecOp op, int vl, int dst, int src1,
                                int src2, int mask)
{
    x86_asm_avx(a, op, vl, dst, src1, mem_reg(src2), mask << 4);
}

static inline void asm_avx_mr(Asm *a, VecOp op, int vl, Mem dst, int src)
{
    x86_asm_avx_store(a, op, vl, dst, src, 0);
}

static inline void asm_avx_mri(Asm *a, VecOp op, int vl, Mem dst, int src,
                               int imm)
{
    x86_asm_avx_store(a, op, vl, dst, src, imm);
}

#endif
