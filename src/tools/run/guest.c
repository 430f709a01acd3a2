#include "tools/run/guest.h"
#include "disas/riscv.h"

/* ELF64, little-endian, EM_RISCV; any ABI version; ET_EXEC or ET_DYN. */
const RunGuest run_guest_riscv64 = {
    .name = "riscv64",
    .title = "64-bit RISC-V",
    .frontend = &riscv64_frontend,
    .disas = riscv_disas_range,
    .magic = "\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"
             "\\x00\\x02\\x00\\xf3\\x00",
    .mask = "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff"
            "\\xff\\xff\\xff\\xfe\\xff\\xff\\xff",
};
