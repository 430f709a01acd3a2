/* See guest.h. */
#include "guest/guest.h"

#include <elf.h>
#include <stdio.h>
#include <string.h>
#include "guest/rows.h"

static const Guest *const guests[] = {
#define GUEST(name) &guest_##name,
#include "gen/guests.def"
#undef GUEST
};

enum { NB_GUESTS = sizeof(guests) / sizeof(guests[0]) };

const Guest *guest_at(unsigned i)
{
    return i < NB_GUESTS ? guests[i] : NULL;
}

const Guest *guest_named(const char *name)
{
    for (unsigned i = 0; i < NB_GUESTS; i++) {
        if (strcmp(guests[i]->name, name) == 0) {
            return guests[i];
        }
    }
    return NULL;
}

const char *guest_names(void)
{
    static const char names[] =
#define GUEST(name) ", " #name
#include "gen/guests.def"
#undef GUEST
        ;

    return names + 2;
}

/* What ELF headers of all classes and byte orders begin with. */
typedef struct ElfHead {
    uint8_t ident[EI_NIDENT];
    uint8_t type[2], machine[2];
} ElfHead;

static bool read_head(const void *data, size_t n, ElfHead *h)
{
    if (n < sizeof(*h)) {
        return false;
    }
    memcpy(h, data, sizeof(*h));
    return memcmp(h->ident, ELFMAG, SELFMAG) == 0;
}

static unsigned machine_of(const ElfHead *h)
{
    bool big = h->ident[EI_DATA] == ELFDATA2MSB;

    return (unsigned)(h->machine[big] | h->machine[!big] << 8);
}

const Guest *guest_of_elf(const void *head, size_t n)
{
    ElfHead h;

    if (!read_head(head, n, &h)) {
        return NULL;
    }
    for (unsigned i = 0; i < NB_GUESTS; i++) {
        const Guest *g = guests[i];

        if (g->elf_machine == machine_of(&h) &&
            g->elf_class == h.ident[EI_CLASS] &&
            g->elf_data == h.ident[EI_DATA]) {
            return g;
        }
    }
    return NULL;
}

static const char *machine_name(unsigned machine)
{
    static const struct {
        unsigned machine;
        const char *name;
    } names[] = {
#define MACHINE(em, name) {em, name},
#include "guest/machines.def"
    };

    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].machine == machine) {
            return names[i].name;
        }
    }
    return NULL;
}

bool guest_describe_elf(const void *head, size_t n,
                        char text[GUEST_MACHINE_SIZE])
{
    char number[32];
    const char *name;
    ElfHead h;

    if (!read_head(head, n, &h)) {
        return false;
    }
    snprintf(number, sizeof(number), "machine %u", machine_of(&h));
    name = machine_name(machine_of(&h));
    snprintf(text, GUEST_MACHINE_SIZE, "%s (%s-bit, %s-endian)",
             name ? name : number,
             h.ident[EI_CLASS] == ELFCLASS64 ? "64" : "32",
             h.ident[EI_DATA] == ELFDATA2MSB ? "big" : "little");
    return true;
}
