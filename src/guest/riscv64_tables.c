/* The tables of 64-bit RISC-V. */
#include "disas/riscv.h"
#include "guest/tables.h"

static const Pattern patterns[] = {
#include "gen/riscv/table_insn16.inc"
#include "gen/riscv/table_insn32.inc"
    {0},
};

static const char *const calls[] = {
#define NUMBER(number, name)                  [number] = #name,
#define OWN(number, name, arguments, handler) [number] = #name,
#include "linux-user/abi/riscv64/numbers.def"
};

const GuestTables guest_tables_riscv64 = {
    .name = "riscv64",
    .patterns = patterns,
    .unwind = &riscv_unwind,
    .calls = calls,
    .nb_calls = sizeof(calls) / sizeof(calls[0]),
};
