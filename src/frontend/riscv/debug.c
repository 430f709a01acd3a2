/*
 * GDB's features org.gnu.gdb.riscv.cpu, .fpu and .csr, whose registers have
 * the numbers x0 to x31, pc, f0 to f31, fflags, frm, fcsr, cycle, time,
 * instret.
 */
#include "frontend/riscv/debug.h"

#include <string.h>
#include "frontend/riscv/cpu.h"
#include "frontend/riscv/helper.h"

enum {
    REG_PC = 32,
    REG_F0,
    REG_FFLAGS = REG_F0 + 32,
    REG_FRM,
    REG_FCSR,
    REG_CYCLE,
    REG_TIME,
    REG_INSTRET,
    NB_REGS,
};

static void reg(FILE *out, const char *name, int bits, const char *type)
{
    fprintf(out, "<reg name=\"%s\" bitsize=\"%d\" type=\"%s\"/>\n", name, bits,
            type);
}

static void feature(FILE *out, const char *name)
{
    fprintf(out, "<feature name=\"org.gnu.gdb.riscv.%s\">\n", name);
}

static void end_feature(FILE *out)
{
    fputs("</feature>\n", out);
}

static const char *gpr_type(int n)
{
    return n == RV_RA                 ? "code_ptr"
           : n >= RV_SP && n <= RV_TP ? "data_ptr"
                                      : "int";
}

static void describe(FILE *out)
{
    fputs("<?xml version=\"1.0\"?>\n"
          "<!DOCTYPE target SYSTEM \"gdb-target.dtd\">\n"
          "<target version=\"1.0\">\n"
          "<architecture>riscv:rv64</architecture>\n"
          "<osabi>GNU/Linux</osabi>\n",
          out);
    feature(out, "cpu");
    for (int i = 0; i < 32; i++) {
        reg(out, rv_gpr_name[i], 64, gpr_type(i));
    }
    reg(out, "pc", 64, "code_ptr");
    end_feature(out);
    feature(out, "fpu");
    fputs("<union id=\"riscv_double\">\n"
          "<field name=\"float\" type=\"ieee_single\"/>\n"
          "<field name=\"double\" type=\"ieee_double\"/>\n"
          "</union>\n",
          out);
    for (int i = 0; i < 32; i++) {
        reg(out, rv_fpr_name[i], 64, "riscv_double");
    }
    reg(out, "fflags", 32, "int");
    reg(out, "frm", 32, "int");
    reg(out, "fcsr", 32, "int");
    end_feature(out);
    feature(out, "csr");
    reg(out, "cycle", 64, "int");
    reg(out, "time", 64, "int");
    reg(out, "instret", 64, "int");
    end_feature(out);
    fputs("</target>\n", out);
}

static uint32_t size(uint32_t n)
{
    return n >= REG_FFLAGS && n <= REG_FCSR ? 4 : 8;
}

static uint64_t counter(const Helper *helper)
{
    return ((uint64_t(*)(void))helper->fn)();
}

static uint64_t reg_value(const CPUState *cpu, uint32_t n)
{
    const RVState *rv = (const RVState *)cpu->guest;

    switch (n) {
    case REG_PC: return rv->pc;
    case REG_FFLAGS: return rv_get_fcsr(cpu) & 31;
    case REG_FRM: return rv->frm;
    case REG_FCSR: return rv_get_fcsr(cpu);
    case REG_TIME: return counter(&rv_helper_time);
    case REG_CYCLE:
    case REG_INSTRET: return counter(&rv_helper_cycle);
    default: return n < REG_PC ? rv->gpr[n] : rv->fpr[n - REG_F0];
    }
}

static void read_reg(const CPUState *cpu, uint32_t n, void *to)
{
    uint64_t value = reg_value(cpu, n);

    memcpy(to, &value, size(n));
}

static void write_reg(CPUState *cpu, uint32_t n, const void *from)
{
    RVState *rv = rv_state(cpu);
    uint64_t value = 0;

    memcpy(&value, from, size(n));
    if (n == REG_PC) {
        rv->pc = value;
    } else if (n > 0 && n < REG_PC) {
        rv->gpr[n] = value;
    } else if (n >= REG_F0 && n < REG_FFLAGS) {
        rv->fpr[n - REG_F0] = value;
    } else if (n == REG_FFLAGS) {
        rv_set_fcsr(cpu, rv->frm << 5 | (value & 31));
    } else if (n == REG_FRM) {
        rv_set_fcsr(cpu, (uint32_t)(value & 7) << 5 | (rv_get_fcsr(cpu) & 31));
    } else if (n == REG_FCSR) {
        rv_set_fcsr(cpu, (uint32_t)value & 0xff);
    }
}

const GuestDebug rv_debug = {
    .nb_regs = NB_REGS,
    .pc_reg = REG_PC,
    .sp_reg = RV_SP,
    .syscall_bytes = 4,
    .describe = describe,
    .size = size,
    .read = read_reg,
    .write = write_reg,
};
