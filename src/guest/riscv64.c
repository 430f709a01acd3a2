/* The row of 64-bit RISC-V. */
#include <elf.h>
#include "disas/riscv.h"
#include "frontend/riscv/cpu.h"
#include "guest/guest.h"
#include "guest/rows.h"
#include "linux-user/abi/riscv64/abi.h"

const Guest guest_riscv64 = {
    .name = "riscv64",
    .title = "64-bit RISC-V",
    .elf_machine = EM_RISCV,
    .elf_class = ELFCLASS64,
    .elf_data = ELFDATA2LSB,
    .frontend = &riscv64_frontend,
    .disas = riscv_disas,
    .abi = &riscv64_abi,
    .sp = "sp",
    .gp = "gp",
    .gp_symbol = "__global_pointer$",
};
