/* The text form: see dump.h.  parse.c reads it back. */
#include "core/dump.h"

#include <inttypes.h>
#include "core/names.h"

const char *const round_names[ROUND_NAMES] = {
    [FP_ROUND_EVEN] = "even", [FP_ROUND_ZERO] = "zero",
    [FP_ROUND_DOWN] = "down", [FP_ROUND_UP] = "up",
    [FP_ROUND_AWAY] = "away", [FP_ROUND_ENV] = "env",
};
const char *const fcmp_names[FCMP_COUNT] = {
    "eq", "lt", "le", "eq_silent", "lt_silent", "le_silent"};
const char *const fmin_names[FMIN_COUNT] = {"number", "number_2008", "nan",
                                            "second"};
const char *const bswap_names[2] = {"zero", "sign"};
const char *const memop_names[MEMOP_NAMES] = {
    "u8", "u16", "u32", "u64", "u128", "u256",
    "s8", "s16", "s32", "s64", "s128", "s256",
};
const FlagName memop_flags[MEMOP_FLAGS] = {
    {MO_BSWAP, "bswap"},
    {MO_ALIGN, "align"},
    {MO_ATOMIC, "atomic"},
};
const FlagName mb_flags[MB_FLAGS] = {
    {MB_LD_LD, "ld_ld"},
    {MB_ST_LD, "st_ld"},
    {MB_LD_ST, "ld_st"},
    {MB_ST_ST, "st_st"},
};

static void dump_name(FILE *f, const char *const names[], unsigned count, Arg k)
{
    if (k < count && names[k]) {
        fputs(names[k], f);
    } else {
        fprintf(f, "?%" PRIu64, k);
    }
}

static void dump_flags(FILE *f, const FlagName flags[], unsigned count, Arg k,
                       const char *separator)
{
    for (unsigned i = 0; i < count; i++) {
        if (k & flags[i].flag) {
            fprintf(f, "%s%s", separator, flags[i].name);
            separator = "+";
        }
    }
}

static void dump_memop(FILE *f, Arg k)
{
    unsigned size = k & MO_SIZE;
    if (size > MO_256 || k >= MO_ATOMIC << 1) {
        fprintf(f, "?%" PRIu64, k);
        return;
    }
    fputs(memop_names[(k & MO_SIGN ? MEMOP_NAMES / 2 : 0) + size], f);
    dump_flags(f, memop_flags, MEMOP_FLAGS, k, "+");
}

static void dump_barrier(FILE *f, Arg k)
{
    fputs(k ? "" : "none", f);
    dump_flags(f, mb_flags, MB_FLAGS, k, "");
}

static void dump_cond(FILE *f, Arg k)
{
    if (k < COND_COUNT) {
        fputs(cond_name((Cond)k), f);
    } else {
        fprintf(f, "?%" PRIu64, k);
    }
}

static void dump_const(FILE *f, char letter, Arg k)
{
    switch (letter) {
    case 'c': dump_cond(f, k); break;
    case 'L': fprintf(f, "L%" PRIu64, k); break;
    case 'd': fprintf(f, "%" PRId64, (int64_t)k); break;
    case 'm': dump_memop(f, k); break;
    case 'r': dump_name(f, round_names, ROUND_NAMES, k); break;
    case 'q': dump_name(f, fcmp_names, FCMP_COUNT, k); break;
    case 'x': dump_name(f, fmin_names, FMIN_COUNT, k); break;
    case 'b': dump_name(f, bswap_names, 2, k); break;
    case 'o': dump_barrier(f, k); break;
    case 'n': fprintf(f, "%" PRIu64, k); break;
    default: fprintf(f, "0x%" PRIx64, k); break;
    }
}

/* Nothing if they are 0. */
static void dump_tb_flags(FILE *f, Arg flags)
{
    if (flags) {
        fprintf(f, ", flags 0x%" PRIx64, flags);
    }
}

void ir_dump_temp(FILE *f, const IR *ir, TempId t)
{
    if (t >= ir->nb_temps) {
        fprintf(f, "?%u", t);
        return;
    }
    const Temp *temp = &ir->temps[t];
    bool narrow = type_size((Type)temp->type) == 4;
    switch (temp->kind) {
    case TEMP_EBB: fprintf(f, "t%u", t); break;
    case TEMP_TB: fprintf(f, "T%u", t); break;
    case TEMP_CONST:
        fprintf(f, "$0x%" PRIx64, narrow ? (uint32_t)temp->value : temp->value);
        break;
    default: fputs(temp->name, f); break;
    }
}

/* implied: the type that the place gives, or -1. */
static void dump_typed(FILE *f, const IR *ir, TempId t, int implied)
{
    ir_dump_temp(f, ir, t);
    if (t < ir->nb_temps && ir->temps[t].type != implied) {
        fprintf(f, ":%s", type_name((Type)ir->temps[t].type));
    }
}

static const char *separator(unsigned i)
{
    return i ? ", " : " ";
}

static void dump_call(FILE *f, const IR *ir, const Op *op)
{
    const Helper *h = op_helper(op);
    unsigned outs = op_outs(op), ins = op_ins(op);

    for (unsigned i = 0; i < outs; i++) {
        fputs(separator(i), f);
        dump_typed(f, ir, (TempId)op->arg[i], h->ret);
    }
    fprintf(f, "%s%s", separator(outs), h->name);
    for (unsigned i = 0; i < ins; i++) {
        fputs(", ", f);
        dump_typed(f, ir, (TempId)op->arg[outs + i],
                   i < h->nb_args ? h->args[i] : -1);
    }
}

static void dump_args(FILE *f, const IR *ir, const Op *op)
{
    Opcode opc = (Opcode)op->opc;
    unsigned temps = op_outs(op) + op_ins(op);

    for (unsigned i = 0; i < temps; i++) {
        fputs(separator(i), f);
        dump_typed(f, ir, (TempId)op->arg[i],
                   letter_type(opcode_arg_letter(opc, i), (Type)op->type));
    }
    for (unsigned i = 0; i < op_consts(op); i++) {
        char letter = opcode_const_letter(opc, i);
        if (letter == 'F') {
            dump_tb_flags(f, op_const(op, i));
        } else {
            fputs(separator(temps + i), f);
            dump_const(f, letter, op_const(op, i));
        }
    }
}

void ir_dump_op(FILE *f, const IR *ir, const Op *op)
{
    const OpcodeInfo *info = &opcode_info[op->opc];
    fputs(info->name, f);
    if (op->opc == OP_call || info->outs + info->ins > 0) {
        fprintf(f, ".%s", type_name((Type)op->type));
    }
    if (info->flags & OPF_VECTOR) {
        fprintf(f, ".e%u", 8u << op->vece);
    }
    if (op->fp && ir_follows_policy(op)) {
        fprintf(f, ".p%u", op->fp);
    }
    if (op->opc == OP_call) {
        dump_call(f, ir, op);
    } else {
        dump_args(f, ir, op);
    }
    fputc('\n', f);
}

/* Is global t an argument of any op? */
static bool is_used(const IR *ir, TempId t)
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        for (unsigned j = 0; j < op_outs(op) + op_ins(op); j++) {
            if (op->arg[j] == t) {
                return true;
            }
        }
    }
    return false;
}

void ir_dump_region(FILE *f, const IR *ir)
{
    if (!ir->region) {
        return;
    }
    fprintf(f, "region%s\n", ir->loop ? " loop" : "");
    for (uint64_t s = ir->inner_slots; s; s &= s - 1) {
        int slot = __builtin_ctzll(s);
        fprintf(f, "inner %d, L%u\n", slot, ir->inner[slot]);
    }
    if (ir->plain_slot >= 0) {
        fprintf(f, "plain %d, 0x%" PRIx64, ir->plain_slot, ir->entry_pc);
        dump_tb_flags(f, ir->entry_flags);
        fputc('\n', f);
    }
}

void ir_dump(FILE *f, const IR *ir)
{
    for (TempId t = 0; t < ir->nb_globals; t++) {
        const Temp *temp = &ir->temps[t];
        if (temp->kind == TEMP_GLOBAL && is_used(ir, t)) {
            fprintf(f, "global %s %s @%d\n", type_name((Type)temp->type),
                    temp->name, temp->offset);
        }
    }
    ir_dump_region(f, ir);
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        if (ir->ops[i].opc != OP_nop) {
            ir_dump_op(f, ir, &ir->ops[i]);
        }
    }
}
