/*
 * Inside the encoder: the meaning of asm.def's columns, and one instruction
 * under construction. Used by asm*.c and the encoder's tests only.
 */
#ifndef BACKEND_X86_64_ASM_INT_H
#define BACKEND_X86_64_ASM_INT_H

#include "backend/x86_64/asm.h"

/* Mandatory prefix and opcode map, as VEX and EVEX number them. */
enum { P_NP, P_66, P_F3, P_F2 };
enum { M_00, M_0F, M_38, M_3A };

/* Vector rows: REX.W/VEX.W and EVEX.W. */
enum { W_0, W_1, W_V, W_E }; /* never, always, not in legacy, EVEX only */

/*
 * Size of the memory operand, which scales EVEX's disp8: log2 of bytes, or a
 * part of the vector's length.
 */
enum {
    N_1,
    N_2,
    N_4,
    N_8,
    N_16,
    N_32,
    N_V = 8,
    N_V2,
    N_V4,
    N_V8,
    N_DUP, /* movddup: 8 bytes at 128, else the whole vector */
};

/* General rows: sizes. */
enum {
    Z_B = 1 << SZ_8,
    Z_W = 1 << SZ_16,
    Z_L = 1 << SZ_32,
    Z_Q = 1 << SZ_64,
    Z_LQ = Z_L | Z_Q,
    Z_WLQ = Z_W | Z_LQ,
    Z_BWLQ = Z_B | Z_WLQ,
    Z_D = Z_Q | 1 << 4, /* 64 bits without REX.W */
};

/* Shapes are sets of these. */
enum {
    F_IMM = 1 << 0,     /* imm8 follows */
    F_V = 1 << 1,       /* VEX.vvvv is an operand: the first source */
    F_DIGIT = 1 << 2,   /* the reg field is a part of the opcode */
    F_MR = 1 << 3,      /* r/m is the destination */
    F_ST = 1 << 4,      /* has a store opcode */
    F_REGG = 1 << 5,    /* reg is a general register */
    F_RMG = 1 << 6,     /* r/m, if a register, is a general one */
    F_REGK = 1 << 7,    /* reg is a mask */
    F_RMK = 1 << 8,     /* r/m, if a register, is a mask */
    F_NOREG = 1 << 9,   /* r/m must be memory */
    F_NOMEM = 1 << 10,  /* r/m must be a register */
    F_IS4 = 1 << 11,    /* imm8 holds a fourth register */
    F_NARROW = 1 << 12, /* reg is half as long as the instruction */
    F_MOVS = 1 << 13,   /* movss, movsd: F_V for registers, not for memory */
    F_L1 = 1 << 14,     /* VEX.L is 1 whatever the length */
    F_VEX = 1 << 15,    /* general rows: VEX-encoded */
    F_VLAST = 1 << 16,  /* vvvv is the last source */
    F_ST66 = 1 << 17,   /* the store's prefix is 66 */
};

enum {
    SHAPE_RM = 0,
    SHAPE_RMI = F_IMM,
    SHAPE_RM_R = F_NOMEM,
    SHAPE_RM_M = F_NOREG,
    SHAPE_MR = F_MR,
    SHAPE_MRI = F_MR | F_IMM,
    SHAPE_M = F_DIGIT,
    SHAPE_M_M = F_DIGIT | F_NOREG,
    SHAPE_MI = F_DIGIT | F_IMM,
    SHAPE_RVM = F_V,
    SHAPE_RVMI = F_V | F_IMM,
    SHAPE_RVM_R = F_V | F_NOMEM,
    SHAPE_RVM_M = F_V | F_NOREG,
    SHAPE_MR_M = F_MR | F_NOREG,
    SHAPE_MRI_M = F_MR | F_NOREG | F_IMM,
    SHAPE_RVMS = F_V | F_IMM | F_IS4,
    SHAPE_RMN = F_NARROW,
    /* vvvv = r/m shifted by an immediate; `st` holds the digit */
    SHAPE_VMI = F_V | F_DIGIT | F_IMM,
    SHAPE_MOVE = F_ST,
    SHAPE_MOVS = F_V | F_ST | F_MOVS,
    SHAPE_MOVQ = F_ST | F_ST66,
    SHAPE_MOVG = F_ST | F_RMG,
    SHAPE_RMG = F_RMG | F_NOMEM,
    SHAPE_RVMG = F_V | F_RMG,
    SHAPE_RVMGI = F_V | F_RMG | F_IMM,
    SHAPE_MGRI = F_MR | F_RMG | F_IMM,
    SHAPE_GRM = F_REGG,
    SHAPE_GRR = F_REGG | F_NOMEM,
    SHAPE_GRRI = F_REGG | F_NOMEM | F_IMM,
    /* masks */
    SHAPE_KRM = F_REGK,
    SHAPE_KRR = F_REGK | F_NOMEM,
    SHAPE_KRMI = F_REGK | F_IMM,
    SHAPE_KRVM = F_REGK | F_V,
    SHAPE_KRVMI = F_REGK | F_V | F_IMM,
    SHAPE_RK = F_RMK | F_NOMEM,
    SHAPE_KMOV = F_REGK | F_RMK | F_ST,
    SHAPE_KG = F_REGK | F_RMG | F_NOMEM,
    SHAPE_GK = F_REGG | F_RMK | F_NOMEM,
    SHAPE_KK = F_REGK | F_RMK | F_NOMEM,
    SHAPE_KKK = F_REGK | F_RMK | F_NOMEM | F_V | F_L1,
    /* general, VEX-encoded */
    SHAPE_XRVM = F_VEX | F_V,
    SHAPE_XRMV = F_VEX | F_V | F_VLAST,
    SHAPE_XVM = F_VEX | F_V | F_DIGIT,
    SHAPE_XRMI = F_VEX | F_IMM,
};

/* Encodings a vector row has: legacy, VEX.128, VEX.256, EVEX. */
enum {
    E_S = 1,
    E_A = 2,
    E_Y = 4,
    E_E = 8,
    E_SA = E_S | E_A,
    E_SAY = E_SA | E_Y,
    E_SAE = E_SA | E_E, /* scalar: length ignored */
    E_SAYE = E_SAY | E_E,
    E_AY = E_A | E_Y,
    E_AE = E_A | E_E,
    E_AYE = E_AY | E_E,
    E_YE = E_Y | E_E, /* 256 and 512 only */
    E_EV = E_E | 16,  /* EVEX, every length */
};

typedef struct GprRow {
    uint8_t pp, map, op, digit, sizes;
    uint32_t flags;
} GprRow;

typedef struct VecRow {
    uint8_t pp, map, op, st, w, n, forms;
    uint32_t flags;
} VecRow;

extern const GprRow x86_asm_gpr_rows[G_COUNT];
extern const VecRow x86_asm_vec_rows[V_COUNT];

/* The instruction's bytes; rip is where a RIP-relative disp32 is, or 0. */
typedef struct Enc {
    uint8_t n;
    uint8_t rip;
    uint8_t b[22];
} Enc;

/* An opcode with its prefix and map. */
#define OPC(pp, map, op) ((pp) << 12 | (map) << 8 | (op))

/* x86_enc_legacy's flags. */
enum { ENC_W = 1, ENC_O16 = 2, ENC_LOCK = 4, ENC_REX = 8 };

static inline void enc_u8(Enc *e, unsigned v)
{
    e->b[e->n++] = v;
}

static inline void enc_u32(Enc *e, uint32_t v)
{
    __builtin_memcpy(e->b + e->n, &v, 4);
    e->n += 4;
}

static inline bool fits8(int64_t v)
{
    return v == (int8_t)v;
}

static inline bool fits32(int64_t v)
{
    return v == (int32_t)v;
}

/* The number bits that go into prefixes: REX.B and REX.X or EVEX.X. */
static inline unsigned mem_bit_b(Mem m)
{
    int r = m.base == MEM_REG ? m.index : m.base;

    return r < 0 ? 0 : r >> 3 & 1;
}

static inline unsigned mem_bit_x(Mem m)
{
    if (m.base == MEM_REG) {
        return m.index >> 4 & 1;
    }
    return m.index < 0 ? 0 : m.index >> 3 & 1;
}

/* Prefixes, opcode, ModRM and what follows it up to the immediate. */
void x86_enc_legacy(Enc *e, unsigned flags, unsigned opc, unsigned reg, Mem m);
void x86_enc_vex(Enc *e, unsigned opc, unsigned w, unsigned l, unsigned reg,
                 unsigned vvvv, Mem m);

/* ModRM, SIB and displacement; disp8 counts in units of 1 << shift. */
void x86_enc_modrm(Enc *e, unsigned reg, Mem m, unsigned shift);

/* Writes the finished instruction to the buffer. */
void x86_enc_done(Asm *a, Enc *e);

#endif
