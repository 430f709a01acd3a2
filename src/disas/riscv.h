/*
 * The RISC-V disassembler: same patterns and rows as the frontend, so that an
 * instruction added there is known here.
 */
#ifndef DISAS_RISCV_H
#define DISAS_RISCV_H

#include "disas/insn.h"
#include "disas/unwind.h"

/*
 * The instruction at pc, whose bytes start at code.  The text is objdump's
 * (binutils 2.44): a compressed instruction reads as the one it stands for,
 * one that does not exist as ".insn 4, 0x...".  Without aliases ("addi
 * a0,zero,1" for "li a0,1"), the pattern's name is the mnemonic.
 */
void riscv_disas(const uint8_t *code, size_t bytes, uint64_t pc, bool aliases,
                 GuestInsn *);

/*
 * The extension that the instruction is of, as it is written in -cpu or, if
 * the frontend does not know it, as manuals do; NULL: it is no instruction
 * that we know.  *name is then its mnemonic if the disassembler does not know
 * it, else NULL.  features (RV_*) tells a code that each of two may need.
 */
const char *riscv_extension(const uint8_t *code, size_t bytes,
                            uint64_t features, const char **name);

extern const GuestUnwind riscv_unwind;

#endif
