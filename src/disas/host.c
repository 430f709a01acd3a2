#include "disas/host.h"

#include <inttypes.h>

#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>
#endif

enum { BYTES_SHOWN = 11 };

static void line(FILE *f, uint64_t offset, const uint8_t *bytes, size_t n,
                 const char *name, const char *operands)
{
    fprintf(f, "%6" PRIx64 ":  ", offset);
    for (size_t i = 0; i < BYTES_SHOWN; i++) {
        fprintf(f, i < n ? "%02x" : "  ", i < n ? bytes[i] : 0);
    }
    fprintf(f, "  %-10s %s\n", name, operands);
}

#ifdef HAVE_CAPSTONE

void host_disas(FILE *f, const uint8_t *code, size_t size, uint64_t address)
{
    csh handle;
    const uint8_t *start = code;

    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        return;
    }
    cs_option(handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_INTEL);
    cs_insn *insn = cs_malloc(handle);
    while (size) {
        uint64_t offset = (uint64_t)(code - start);
        if (cs_disasm_iter(handle, &code, &size, &address, insn)) {
            line(f, offset, insn->bytes, insn->size, insn->mnemonic,
                 insn->op_str);
        } else {
            line(f, offset, code, 1, ".byte", "");
            code++, size--, address++;
        }
    }
    cs_free(insn, 1);
    cs_close(&handle);
}

#else

void host_disas(FILE *f, const uint8_t *code, size_t size, uint64_t address)
{
    (void)address;
    for (size_t at = 0; at < size; at += BYTES_SHOWN) {
        size_t n = size - at < BYTES_SHOWN ? size - at : BYTES_SHOWN;
        line(f, at, code + at, n, "", "");
    }
}

#endif
