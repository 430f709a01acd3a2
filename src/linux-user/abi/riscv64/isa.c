/* What the guest is told of its processor. */
#include <string.h>
#include "disas/riscv.h"
#include "frontend/riscv/isa.h"
#include "linux-user/abi/riscv64/target.h"

uint64_t target_hwcap(uint64_t features)
{
    static const struct { char letter; uint64_t feature; } rows[] = {
        { 'I', RV_i }, { 'M', RV_m }, { 'A', RV_a },
        { 'F', RV_f }, { 'D', RV_d }, { 'C', RV_c },
    };
    uint64_t hwcap = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (features & rows[i].feature) {
            hwcap |= 1ull << (rows[i].letter - 'A');
        }
    }
    return hwcap;
}

const char *target_isa(uint64_t features, char *buf, size_t size)
{
    return rv_isa_string(features, buf, size);
}

void target_illegal(FILE *f, const uint8_t *code, size_t bytes, uint64_t pc,
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
