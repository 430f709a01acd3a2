/*
 * The argument sets of insn32.decode and insn16.decode, which every user of
 * a generated decoder gives (they are !extern there).
 */
#ifndef FRONTEND_RISCV_ARGS_H
#define FRONTEND_RISCV_ARGS_H

/* clang-format off */
typedef struct { char none; } arg_empty;
typedef struct { int rd, rs1, rs2; } arg_r;
typedef struct { int rd, rs1; } arg_r2;
typedef struct { int rd, rs1, imm; } arg_i;
typedef struct { int rs1, rs2, imm; } arg_s;
typedef struct { int rs1, rs2, imm; } arg_b;
typedef struct { int rd, imm; } arg_u;
typedef struct { int rd, imm; } arg_j;
typedef struct { int rd, rs1, shamt; } arg_shift;
typedef struct { int fm, pred, succ; } arg_fence;
typedef struct { int rd, rs1, csr; } arg_csr;
typedef struct { int rd, rs1, rs2, aq, rl; } arg_atomic;
typedef struct { int rd, rs1, rs2, rm; } arg_fr;
typedef struct { int rd, rs1, rm; } arg_fr2;
typedef struct { int rd, rs1, rs2, rs3, rm; } arg_fr4;
/* clang-format on */

#endif
