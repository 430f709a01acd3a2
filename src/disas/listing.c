/* See listing.h. */
#include "disas/listing.h"

#include <inttypes.h>
#include <string.h>

enum { WORD_BYTES = 4 };

/* What the longest instruction may take, by several reads if need be. */
static size_t read_insn(const CodeReader *code, uint64_t pc,
                        uint8_t buf[GUEST_INSN_BYTES])
{
    size_t have = 0, more;
    do {
        more = code->read(code->opaque, pc + have, buf + have,
                          GUEST_INSN_BYTES - have);
        have += more;
    } while (more && have < GUEST_INSN_BYTES);
    return have;
}

/* As a number where it fits one, else byte by byte. */
static void put_code(FILE *f, const uint8_t *bytes, unsigned n)
{
    uint32_t word = 0;
    if (n <= WORD_BYTES) {
        memcpy(&word, bytes, n);
        fprintf(f, "%0*" PRIx32 "%*s", (int)n * 2, word,
                (int)(WORD_BYTES - n) * 2, "");
        return;
    }
    for (unsigned i = 0; i < n; i++) {
        fprintf(f, "%02x", bytes[i]);
    }
}

static void put_name(FILE *f, const AddressNamer *namer, uint64_t addr)
{
    char buf[256];
    const char *name = namer->name(namer->opaque, addr, buf, sizeof(buf));
    if (*name) {
        fprintf(f, " <%s>", name);
    }
}

void disas_listing(FILE *f, GuestDisas *disas, const CodeReader *code,
                   uint64_t pc, uint32_t len, const AddressNamer *namer)
{
    GuestInsn insn;
    for (uint64_t end = pc + len; pc < end; pc += insn.length) {
        uint8_t bytes[GUEST_INSN_BYTES];
        disas(bytes, read_insn(code, pc, bytes), pc, true, &insn);
        if (!insn.length) {
            return;
        }
        fprintf(f, "0x%016" PRIx64 ":  ", pc);
        put_code(f, bytes, insn.length);
        fprintf(f, "  %s", insn.text);
        if (insn.has_target && namer) {
            put_name(f, namer, insn.target);
        }
        fputc('\n', f);
    }
}
