#include "disas/host_syntax.h"

#ifdef HAVE_CAPSTONE

#include <elf.h>
#include <string.h>

static bool find_target(const cs_insn *insn, uint64_t *target)
{
    const cs_x86_op *o = &insn->detail->x86.operands[0];
    bool goes = *insn->mnemonic == 'j' || strcmp(insn->mnemonic, "call") == 0;
    *target = (uint64_t)o->imm;
    return goes && insn->detail->x86.op_count == 1 && o->type == X86_OP_IMM;
}

/* Of the first memory operand that has one. */
static void name_memory(const cs_insn *insn, uint64_t address,
                        const HostNames *names, char *buf, size_t size)
{
    const cs_x86 *x = &insn->detail->x86;
    for (int i = 0; i < x->op_count && !*buf; i++) {
        const cs_x86_op *o = &x->operands[i];
        if (o->type == X86_OP_MEM && o->mem.base == X86_REG_RIP) {
            uint64_t at =
                address + insn->address + insn->size + (uint64_t)o->mem.disp;
            names->address.name(names->address.opaque, at, buf, size);
        } else if (o->type == X86_OP_MEM && o->mem.base == X86_REG_RBP) {
            names->state.name(names->state.opaque,
                              (uint64_t)(o->mem.disp + names->env_bias), buf,
                              size);
        }
    }
}

const HostSyntax x86_64_syntax = {
    .machine = EM_X86_64,
    .arch = CS_ARCH_X86,
    .mode = CS_MODE_64,
    .syntax = CS_OPT_SYNTAX_INTEL,
    .target = find_target,
    .memory = name_memory,
};

#endif
