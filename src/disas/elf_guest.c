#include "disas/elf_guest.h"

#include <stddef.h>

static const ElfGuest *const guests[] = {
#define FRONTEND(folder) &folder##_elf,
#include "gen/frontends.def"
#undef FRONTEND
};

const ElfGuest *elf_guest(uint16_t machine)
{
    for (size_t i = 0; i < sizeof(guests) / sizeof(guests[0]); i++) {
        if (guests[i]->machine == machine) {
            return guests[i];
        }
    }
    return NULL;
}
