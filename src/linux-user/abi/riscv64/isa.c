/* What the guest is told of its processor. */
#include "linux-user/abi/riscv64/abi.h"

#include <string.h>
#include "disas/riscv.h"
#include "frontend/riscv/isa.h"

uint64_t riscv64_hwcap(uint64_t features)
{
    static const struct {
        char letter;
        uint64_t feature;
    } rows[] = {
        {'I', RV_i}, {'M', RV_m}, {'A', RV_a},
        {'F', RV_f}, {'D', RV_d}, {'C', RV_c},
    };
    uint64_t hwcap = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (features & rows[i].feature) {
            hwcap |= 1ull << (rows[i].letter - 'A');
        }
    }
    return hwcap;
}

void riscv64_cpuinfo(Task *t, FILE *out, long processors)
{
    const char *mmu = task_mm(t)->space.end > 1ull << 38 ? "sv48" : "sv39";
    char isa[256];

    rv_isa_string(t->proc->options->exec.features, isa, sizeof(isa));
    for (long i = 0; i < processors; i++) {
        fprintf(out,
                "processor\t: %ld\nhart\t\t: %ld\n"
                "isa\t\t: %s\nmmu\t\t: %s\n\n",
                i, i, isa, mmu);
    }
}

void riscv64_illegal(FILE *f, const uint8_t *code, size_t bytes, uint64_t pc,
                     uint64_t features)
{
    const char *name, *extension;
    GuestInsn insn;
    char *tab;

    riscv_disas(code, bytes, pc, true, &insn);
    if (!insn.length) {
        fputs("it cannot be read", f);
        return;
    }
    while ((tab = strchr(insn.text, '\t'))) {
        *tab = ' ';
    }
    extension = riscv_extension(code, bytes, features, &name);
    fputs(insn.text, f);
    if (name) {
        fprintf(f, " (%s)", name);
    }
    if (extension) {
        fprintf(f, ", which needs %s", extension);
    }
}
