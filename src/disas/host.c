#include "disas/host.h"

#include <inttypes.h>
#include <string.h>
#include "backend/backend.h"
#include "disas/host_line.h"
#include "disas/host_syntax.h"

#ifdef HAVE_CAPSTONE

static const HostSyntax *const syntaxes[] = {
#define SYNTAX(host) &host##_syntax,
#include "gen/syntaxes.def"
#undef SYNTAX
};

static const HostSyntax *syntax_of(uint16_t machine)
{
    for (size_t i = 0; i < sizeof(syntaxes) / sizeof(syntaxes[0]); i++) {
        if (syntaxes[i]->machine == machine) {
            return syntaxes[i];
        }
    }
    return NULL;
}

/* Returns the offset behind it. */
static uint32_t exit_record(FILE *f, const uint8_t *code, uint32_t at)
{
    ExitRecord rec;
    char text[64];
    memcpy(&rec, code + at, sizeof(rec));
    snprintf(text, sizeof(text), ".exit      slot %" PRIu32, rec.slot);
    host_disas_line(f, at, code + at, sizeof(rec), text, "");
    return at + (uint32_t)sizeof(rec);
}

/* The name of a target takes the place of its offset. */
static uint32_t one_insn(FILE *f, const uint8_t *code, uint32_t to,
                         const HostSyntax *syntax, const cs_insn *insn,
                         uint64_t address, const HostNames *names)
{
    char text[640], target_name[256] = "", comment[256] = "";
    uint32_t at = (uint32_t)insn->address, next = at + insn->size;
    uint64_t target;
    bool goes = syntax->target(insn, &target), named = names->address.name;
    if (named && goes) {
        names->address.name(names->address.opaque, address + target,
                            target_name, sizeof(target_name));
    } else if (named) {
        syntax->memory(insn, address, names, comment, sizeof(comment));
    }
    snprintf(text, sizeof(text), *target_name ? "%-10s <%s>" : "%-10s %s",
             insn->mnemonic, *target_name ? target_name : insn->op_str);
    host_disas_line(f, at, insn->bytes, insn->size, text, comment);
    bool record =
        strcmp(target_name, "exit") == 0 && to - next >= sizeof(ExitRecord);
    return record ? exit_record(f, code, next) : next;
}

void host_disas(FILE *f, const uint8_t *code, uint32_t from, uint32_t to,
                uint64_t address, const HostNames *names)
{
    const HostSyntax *syntax = syntax_of(names->machine);
    csh handle;
    if (!syntax || cs_open(syntax->arch, syntax->mode, &handle) != CS_ERR_OK) {
        return;
    }
    cs_option(handle, CS_OPT_SYNTAX, syntax->syntax);
    cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    cs_insn *insn = cs_malloc(handle);
    while (from < to) {
        const uint8_t *p = code + from;
        size_t left = to - from;
        uint64_t offset = from;
        if (cs_disasm_iter(handle, &p, &left, &offset, insn)) {
            from = one_insn(f, code, to, syntax, insn, address, names);
        } else {
            host_disas_line(f, from, code + from, 1, ".byte", "");
            from++;
        }
    }
    cs_free(insn, 1);
    cs_close(&handle);
}

const char *host_disas_missing(void)
{
    return NULL;
}

#else

const char *host_disas_missing(void)
{
    return "host code is shown as bytes: built without Capstone; "
           "apt-get install libcapstone-dev, and make again";
}

void host_disas(FILE *f, const uint8_t *code, uint32_t from, uint32_t to,
                uint64_t address, const HostNames *names)
{
    (void)address, (void)names;
    for (; from < to; from += HOST_LINE_BYTES) {
        uint32_t n = to - from < HOST_LINE_BYTES ? to - from : HOST_LINE_BYTES;
        host_disas_line(f, from, code + from, n, "", "");
    }
}

#endif
