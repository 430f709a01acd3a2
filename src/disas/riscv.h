/* The RISC-V disassembler: same patterns and rows as the frontend. */
#ifndef DISAS_RISCV_H
#define DISAS_RISCV_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include "frontend/frontend.h"

/*
 * Writes the text of the instruction at pc, whose bytes start at code, to buf
 * as "mnemonic\toperands", without aliases: a compressed instruction reads as
 * the one it stands for, a reserved one as "illegal", and what is nothing as
 * ".4byte\t0x...".  Returns its length in bytes; 0, and no text, if `bytes` are
 * too few.
 */
unsigned riscv_disas(const uint8_t *code, size_t bytes, uint64_t pc, char *buf,
                     size_t size);

/* A line for each instruction in [pc, pc + len): address, code, text. */
void riscv_disas_range(FILE *f, const CodeReader *code, uint64_t pc,
                       uint32_t len);

#endif
