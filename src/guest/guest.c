/* See guest.h. */
#include "guest/guest.h"

#include <elf.h>
#include <string.h>
#include "disas/riscv.h"
#include "frontend/riscv/cpu.h"
#include "linux-user/abi/riscv64/abi.h"

/* Of a 64-bit little-endian guest; its machine is below 256. */
#define MAGIC_LE64(machine)                                                   \
    "\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00\\x00"          \
    "\\x00\\x02\\x00\\x" machine "\\x00"
#define MASK_LE64                                                             \
    "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff"      \
    "\\xff\\xff\\xff\\xfe\\xff\\xff\\xff"

static const Guest guests[] = {
    {
        .name = "riscv64",
        .title = "64-bit RISC-V",
        .elf_machine = EM_RISCV,
        .frontend = &riscv64_frontend,
        .disas = riscv_disas,
        .abi = &riscv64_abi,
        .sp = "sp",
        .gp = "gp",
        .gp_symbol = "__global_pointer$",
        .magic = MAGIC_LE64("f3"),
        .mask = MASK_LE64,
    },
};

enum { NB_GUESTS = sizeof(guests) / sizeof(guests[0]) };

const Guest *guest_at(unsigned i)
{
    return i < NB_GUESTS ? &guests[i] : NULL;
}

const Guest *guest_named(const char *name)
{
    for (unsigned i = 0; i < NB_GUESTS; i++) {
        if (strcmp(guests[i].name, name) == 0) {
            return &guests[i];
        }
    }
    return NULL;
}

const Guest *guest_of_machine(uint16_t elf_machine)
{
    for (unsigned i = 0; i < NB_GUESTS; i++) {
        if (guests[i].elf_machine == elf_machine) {
            return &guests[i];
        }
    }
    return NULL;
}
