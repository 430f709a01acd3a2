#include "disas/host.h"

#include <inttypes.h>
#include <string.h>
#include "backend/backend.h"

#ifdef HAVE_CAPSTONE
#include <capstone/capstone.h>
#endif

enum { BYTES_SHOWN = 11, TEXT_COLUMNS = 40 };

static void line(FILE *f, uint64_t offset, const uint8_t *bytes, size_t n,
                 const char *text, const char *comment)
{
    fprintf(f, "%6" PRIx64 ":  ", offset);
    for (size_t i = 0; i < BYTES_SHOWN; i++) {
        fprintf(f, i < n ? "%02x" : "  ", i < n ? bytes[i] : 0);
    }
    if (*comment) {
        fprintf(f, "  %-*s # %s\n", TEXT_COLUMNS, text, comment);
    } else {
        fprintf(f, "  %s\n", text);
    }
}

void host_disas_data(FILE *f, const uint8_t *code, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t n = to - from < 8 ? to - from : 8;
        uint64_t value = 0;
        char text[64];
        memcpy(&value, code + from, n);
        snprintf(text, sizeof(text), ".quad      0x%" PRIx64, value);
        line(f, from, code + from, n, text, "");
        from += n;
    }
}

#ifdef HAVE_CAPSTONE

static void name(const AddressNamer *n, uint64_t addr, char *buf, size_t size)
{
    n->name(n->opaque, addr, buf, size);
}

/* The target of a jump or call, else the last memory operand with a name. */
static void name_operands(const cs_insn *insn, const HostNames *names,
                          char *buf, size_t size)
{
    const cs_x86 *x = &insn->detail->x86;
    for (int i = 0; i < x->op_count && !*buf; i++) {
        const cs_x86_op *o = &x->operands[i];
        if (o->type == X86_OP_MEM && o->mem.base == X86_REG_RIP) {
            name(&names->address,
                 insn->address + insn->size + (uint64_t)o->mem.disp, buf, size);
        } else if (o->type == X86_OP_MEM && o->mem.base == X86_REG_RBP) {
            name(&names->state, (uint64_t)(o->mem.disp + names->env_bias), buf,
                 size);
        } else if (o->type == X86_OP_IMM && *insn->mnemonic == 'j') {
            name(&names->address, (uint64_t)o->imm, buf, size);
        } else if (o->type == X86_OP_IMM && *insn->mnemonic == 'c' &&
                   strcmp(insn->mnemonic, "call") == 0) {
            name(&names->address, (uint64_t)o->imm, buf, size);
        }
    }
}

/* Returns the offset behind it. */
static uint32_t exit_record(FILE *f, const uint8_t *code, uint32_t at)
{
    ExitRecord rec;
    char text[64];
    memcpy(&rec, code + at, sizeof(rec));
    snprintf(text, sizeof(text), ".exit      slot %" PRIu32, rec.slot);
    line(f, at, code + at, sizeof(rec), text, "");
    return at + (uint32_t)sizeof(rec);
}

static uint32_t one_insn(FILE *f, const uint8_t *code, uint32_t to,
                         const cs_insn *insn, uint32_t at,
                         const HostNames *names)
{
    char text[256], comment[512] = "";
    uint32_t next = at + insn->size;
    snprintf(text, sizeof(text), "%-10s %s", insn->mnemonic, insn->op_str);
    if (names) {
        name_operands(insn, names, comment, sizeof(comment));
    }
    line(f, at, insn->bytes, insn->size, text, comment);
    bool record = strcmp(comment, "exit") == 0 &&
                  to - next >= sizeof(ExitRecord);
    return record ? exit_record(f, code, next) : next;
}

void host_disas(FILE *f, const uint8_t *code, uint32_t from, uint32_t to,
                uint64_t address, const HostNames *names)
{
    csh handle;
    if (cs_open(CS_ARCH_X86, CS_MODE_64, &handle) != CS_ERR_OK) {
        return;
    }
    cs_option(handle, CS_OPT_SYNTAX, CS_OPT_SYNTAX_INTEL);
    cs_option(handle, CS_OPT_DETAIL, CS_OPT_ON);
    cs_insn *insn = cs_malloc(handle);
    while (from < to) {
        const uint8_t *p = code + from;
        size_t left = to - from;
        uint64_t pc = address + from;
        if (cs_disasm_iter(handle, &p, &left, &pc, insn)) {
            from = one_insn(f, code, to, insn, from, names);
        } else {
            line(f, from, code + from, 1, ".byte", "");
            from++;
        }
    }
    cs_free(insn, 1);
    cs_close(&handle);
}

#else

void host_disas(FILE *f, const uint8_t *code, uint32_t from, uint32_t to,
                uint64_t address, const HostNames *names)
{
    (void)address, (void)names;
    for (; from < to; from += BYTES_SHOWN) {
        uint32_t n = to - from < BYTES_SHOWN ? to - from : BYTES_SHOWN;
        line(f, from, code + from, n, "", "");
    }
}

#endif
