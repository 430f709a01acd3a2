/* The patterns of 64-bit RISC-V. */
#include "guest/patterns.h"

const Pattern guest_patterns_riscv64[] = {
#include "gen/riscv/table_insn16.inc"
#include "gen/riscv/table_insn32.inc"
    {0},
};
