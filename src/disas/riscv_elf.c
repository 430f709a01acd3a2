/* RISC-V ELF psABI: "Procedure Linkage Table", "Relocations". */
#include <elf.h>
#include "disas/elf_guest.h"

const ElfGuest riscv_elf = {
    .machine = EM_RISCV,
    .plt_header_bytes = 32,
    .plt_entry_bytes = 16,
    .relative = R_RISCV_RELATIVE,
};
