/* See guest.h. */
#include "tools/ir/guest.h"

#include <elf.h>
#include <string.h>
#include "disas/riscv.h"

static const Guest guests[] = {
    {EM_RISCV, &riscv64_frontend, riscv_disas, "sp", "gp", "__global_pointer$"},
};

enum { NB_GUESTS = sizeof(guests) / sizeof(guests[0]) };

const Guest *guest_at(unsigned i)
{
    return i < NB_GUESTS ? &guests[i] : NULL;
}

const Guest *guest_named(const char *name)
{
    for (unsigned i = 0; i < NB_GUESTS; i++) {
        if (strcmp(guests[i].frontend->name, name) == 0) {
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
