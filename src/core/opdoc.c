/* Writes opcode_info as a Markdown document. */
#include "core/opdoc.h"

#include "core/opcode.h"

static const struct Section {
    Opcode first;
    const char *title;
} sections[] = {
    {OP_mov, "Data movement"},
    {OP_add, "Integer arithmetic"},
    {OP_addco, "Carry chains"},
    {OP_and, "Logic"},
    {OP_shl, "Shifts and rotates"},
    {OP_extract, "Bit fields"},
    {OP_bswap16, "Byte swaps and counts"},
    {OP_ext_i32_i64, "Size changes"},
    {OP_ld8u, "Host memory"},
    {OP_guest_ld, "Guest memory"},
    {OP_atomic_cmpxchg, "Atomic operations on guest memory"},
    {OP_insn_start, "Control"},
    {OP_exit_tb, "Leaving the block"},
    {OP_brcond2_i32, "Pairs for 32-bit hosts"},
    {OP_fadd, "Floating point"},
    {OP_vdup, "Vectors"},
};
enum { SECTIONS = sizeof(sections) / sizeof(sections[0]) };

typedef struct SetName {
    unsigned set;
    const char *name;
} SetName;

static const SetName type_sets[] = {
    {TYPES_I32, "i32"}, {TYPES_I64, "i64"}, {TYPES_I128, "i128"},
    {TYPES_F32, "f32"}, {TYPES_INT, "int"}, {TYPES_FP, "fp"},
    {TYPES_NUM, "num"}, {TYPES_VEC, "vec"}, {TYPES_SCALAR, "scalar"},
    {TYPES_ANY, "any"},
};

static const SetName flag_names[] = {
    {OPF_COMM, "comm"},         {OPF_SIDE, "side"},
    {OPF_FAULT, "fault"},       {OPF_BB_START, "bb-start"},
    {OPF_BB_END, "bb-end"},     {OPF_EXIT, "exit"},
    {OPF_CALL, "call"},         {OPF_CARRY_OUT, "carry-out"},
    {OPF_CARRY_IN, "carry-in"}, {OPF_FPENV, "fpenv"},
};

enum {
    TYPE_SETS = sizeof(type_sets) / sizeof(type_sets[0]),
    FLAG_NAMES = sizeof(flag_names) / sizeof(flag_names[0]),
};

static const char intro[] =
    "# The ops of the IR\n"
    "\n"
    "Made by `tcg-irdump --ops-doc` from `src/core/opcode.def`.\n"
    "\n"
    "`o`, `o2` are outputs, `a` to `d` inputs, `k`, `k2`... constants, in\n"
    "the order in which the text form has them; N is the width of the op's\n"
    "type in bits. Integer arithmetic wraps; shift counts and bit positions\n"
    "out of range give an unspecified value and never trap.\n"
    "\n"
    "Arguments, one letter each, outputs and inputs, then constants:\n"
    "`t` the op's type, `v` the same, a vector, `i` i32, `l` i64, `p` i64\n"
    "(an address), `x` i32 or i64, `f` f32 or f64, `s` f32, `d` f64, `q`\n"
    "i128; after the colon `c` condition, `L` label, `d` signed 32-bit\n"
    "offset, `m` MemOp, `r` rounding mode, `q` kind of FP comparison, `n`\n"
    "32-bit number, `a` 64-bit number, `b` kind of extension, `o` barrier.\n"
    "\n"
    "Flags: *comm* the first two inputs may change places; *side* kept\n"
    "though its outputs are not used; *fault* may fault, so all globals are\n"
    "exact before it; *bb-start*, *bb-end* begins or ends a basic block;\n"
    "*exit* control never passes to the next op; *carry-out*, *carry-in*\n"
    "leaves or takes the carry; *fpenv* reads or writes the FP environment,\n"
    "so such ops keep their order and are kept.\n";

/* Markdown takes a bare | as the end of a cell. */
static void write_cell(FILE *f, const char *text)
{
    for (; *text; text++) {
        if (*text == '|') {
            fputc('\\', f);
        }
        fputc(*text, f);
    }
}

static const char *type_set_name(unsigned set)
{
    for (unsigned i = 0; i < TYPE_SETS; i++) {
        if (type_sets[i].set == set) {
            return type_sets[i].name;
        }
    }
    return "?";
}

static void write_flags(FILE *f, unsigned flags)
{
    const char *separator = "";
    for (unsigned i = 0; i < FLAG_NAMES; i++) {
        if (flags & flag_names[i].set) {
            fprintf(f, "%s%s", separator, flag_names[i].name);
            separator = ", ";
        }
    }
}

static void write_row(FILE *f, const OpcodeInfo *info)
{
    fprintf(f, "| `%s` | %u, %u, %u | %s%s%s | %s | ", info->name, info->outs,
            info->ins, info->consts, *info->sig ? "`" : "", info->sig,
            *info->sig ? "`" : "", type_set_name(info->types));
    write_flags(f, info->flags);
    fputs(" | ", f);
    write_cell(f, info->semantics);
    fputs(" |\n", f);
}

static void write_section(FILE *f, const struct Section *s, Opcode end)
{
    fprintf(f, "\n## %s\n\n", s->title);
    fputs("| op | outputs, inputs, constants | arguments | types | flags | "
          "semantics |\n|---|---|---|---|---|---|\n",
          f);
    for (Opcode opc = s->first; opc < end; opc++) {
        write_row(f, &opcode_info[opc]);
    }
}

void opcode_doc(FILE *f)
{
    fputs(intro, f);
    for (unsigned i = 0; i < SECTIONS; i++) {
        write_section(f, &sections[i],
                      i + 1 < SECTIONS ? sections[i + 1].first : OP_COUNT);
    }
}
