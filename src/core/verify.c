/* One pass over the ops; requires nothing, changes nothing. */
#include "core/verify.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/cpu.h"
#include "core/dump.h"
#include "util/check.h"

typedef struct Verifier {
    const IR *ir;
    const Op *op;
    const char *reason; /* of the first failure */
    bool reachable;     /* control may come to this op */
    bool carry;         /* the op before left one */
    uint32_t ebb;       /* number of the current EBB, from 1 */
    uint32_t nb_ebbs;
    uint32_t side_ebb[IR_MAX_LABELS]; /* EBB of the op that leads there */
    uint32_t written[IR_MAX_TEMPS];   /* EBB of the last write, by temp */
    bool label_set[IR_MAX_LABELS];
    bool label_used[IR_MAX_LABELS];
} Verifier;

static void require(Verifier *v, bool condition, const char *reason)
{
    if (!condition && !v->reason) {
        v->reason = reason;
    }
}

/* Constants ------------------------------------------------------------- */

static bool memop_fits(const Op *op, Arg k)
{
    if (k >= MO_ATOMIC << 1 || (k & MO_SIZE) > MO_256) {
        return false;
    }
    if (op->opc == OP_guest_ld2 || op->opc == OP_guest_st2) {
        return (k & MO_SIZE) == MO_128;
    }
    unsigned bytes = memop_bytes((MemOp)k), size = type_size((Type)op->type);
    bool whole = !type_in((Type)op->type, TYPES_INT);
    if (op->opc == OP_guest_ldx || op->opc == OP_guest_stx) {
        return op_const(op, 0) <= 3 && !(k & (MO_ALIGN | MO_BSWAP)) &&
               (whole ? bytes == size : bytes <= size);
    }
    bool swap = (k & MO_BSWAP) && type_in((Type)op->type, TYPES_VEC);
    return !swap && (whole ? bytes == size : bytes <= size);
}

static bool const_fits(const Op *op, char letter, Arg k)
{
    switch (letter) {
    case 'c': return k < COND_COUNT;
    case 'L': return true; /* check_label() */
    case 'd': return (int64_t)k == (int32_t)k;
    case 'm': return memop_fits(op, k);
    case 'r': return k <= FP_ROUND_ENV;
    case 'q': return k < FCMP_COUNT;
    case 'x': return k < FMIN_COUNT;
    case 'b': return k <= BSWAP_SIGN;
    case 'o': return k <= MB_ALL;
    case 'n': return k <= UINT32_MAX;
    case 'F': return k < 1u << TB_FLAG_BITS;
    default: return true;
    }
}

/* Bit fields and immediate shifts lie within the value. */
static bool positions_fit(const Op *op)
{
    uint64_t bits = type_size((Type)op->type) * 8;
    switch (op->opc) {
    case OP_extract:
    case OP_sextract:
    case OP_deposit:
        return op_const(op, 1) >= 1 &&
               op_const(op, 0) + op_const(op, 1) <= bits;
    case OP_extract2: return op_const(op, 0) <= bits;
    case OP_vshli:
    case OP_vshri:
    case OP_vsari:
    case OP_vrotli: return op_const(op, 0) < 8u << op->vece;
    default: return true;
    }
}

static void check_label(Verifier *v)
{
    int i = opcode_label((Opcode)v->op->opc);
    if (i < 0) {
        return;
    }
    Arg label = op_const(v->op, (unsigned)i);
    require(v, label < v->ir->nb_labels, "no such label");
    if (v->reason) {
        return;
    }
    if (op_sets_label(v->op)) {
        require(v, !v->label_set[label], "label set twice");
        v->label_set[label] = true;
    } else {
        v->label_used[label] = true;
        v->side_ebb[label] = v->ebb;
    }
}

static void check_consts(Verifier *v)
{
    const Op *op = v->op;
    if (op->opc == OP_call) {
        return;
    }
    for (unsigned i = 0; i < op_consts(op); i++) {
        char letter = opcode_const_letter((Opcode)op->opc, i);
        require(v, const_fits(op, letter, op_const(op, i)),
                "constant out of range");
    }
    require(v, positions_fit(op), "bit position out of range");
    check_label(v);
}

/* Temps ------------------------------------------------------------------ */

/* Inputs first, so that `add t1, t1, t2` needs an earlier write of t1. */
static void check_lifetimes(Verifier *v)
{
    const Op *op = v->op;
    unsigned outs = op_outs(op);
    for (unsigned i = outs; i < outs + op_ins(op); i++) {
        TempId t = (TempId)op->arg[i];
        bool ebb = v->ir->temps[t].kind == TEMP_EBB;
        require(v, !ebb || !v->reachable || v->written[t] == v->ebb,
                "EBB temp read before it is written");
    }
    for (unsigned i = 0; i < outs; i++) {
        TempId t = (TempId)op->arg[i];
        uint8_t kind = v->ir->temps[t].kind;
        require(v, kind != TEMP_CONST && kind != TEMP_FIXED,
                "output is a constant or fixed");
        v->written[t] = op->opc == OP_discard ? 0 : v->ebb;
    }
}

static void check_arg_types(Verifier *v)
{
    const Op *op = v->op;
    for (unsigned i = 0; i < op_outs(op) + op_ins(op); i++) {
        Type type = (Type)v->ir->temps[op->arg[i]].type;
        char letter = opcode_arg_letter((Opcode)op->opc, i);
        require(v, letter_accepts(letter, (Type)op->type, type),
                "argument of the wrong type");
    }
}

/* Bits may only move between files when the widths are the same. */
static void check_bit_move(Verifier *v)
{
    const Op *op = v->op;
    if (op->opc == OP_fmv_fi || op->opc == OP_fmv_if) {
        Type from = (Type)v->ir->temps[op->arg[1]].type;
        require(v, type_size(from) == type_size((Type)op->type),
                "move between widths");
    }
}

static void check_call(Verifier *v)
{
    const Op *op = v->op;
    require(v, op->call_outs <= 1 && op->call_ins <= HELPER_MAX_ARGS,
            "call with too many arguments");
    if (v->reason) {
        return;
    }
    const Helper *h = op_helper(op);
    require(v,
            h && op->call_ins == h->nb_args && (!op->call_outs || h->ret >= 0),
            "call does not agree with its helper");
    for (unsigned i = 0; !v->reason && i < op->call_ins; i++) {
        Type type = (Type)v->ir->temps[op->arg[op->call_outs + i]].type;
        require(v, type == h->args[i] && type_in(type, TYPES_INT),
                "argument of the wrong type");
    }
    if (!v->reason && op->call_outs) {
        require(v, v->ir->temps[op->arg[0]].type == h->ret,
                "result of the wrong type");
    }
}

static void check_temps(Verifier *v)
{
    const Op *op = v->op;
    for (unsigned i = 0; i < op_outs(op) + op_ins(op); i++) {
        require(v, op->arg[i] < v->ir->nb_temps, "no such temp");
    }
    if (v->reason) {
        return;
    }
    if (op->opc != OP_call) {
        check_arg_types(v);
        check_bit_move(v);
    }
    if (op->opc == OP_muls2 || op->opc == OP_mulu2 || op->opc == OP_divs2 ||
        op->opc == OP_divu2 || op->opc == OP_guest_ld2 ||
        op->opc == OP_extr_i128_i64) {
        require(v, op->arg[0] != op->arg[1], "both outputs are one temp");
    }
    check_lifetimes(v);
}

/* Ops -------------------------------------------------------------------- */

static void check_carry(Verifier *v)
{
    unsigned flags = op_flags(v->op);
    require(v, !(flags & OPF_CARRY_IN) == !v->carry,
            v->carry ? "carry not taken by the next op"
                     : "carry without an op that leaves one");
    require(v, !v->carry || v->op->type == v->op[-1].type,
            "carry of another type");
    v->carry = (flags & OPF_CARRY_OUT) != 0;
}

static void check_shape(Verifier *v)
{
    const OpcodeInfo *info = &opcode_info[v->op->opc];
    Type type = (Type)v->op->type;
    require(v, type < TYPE_COUNT && type_in(type, info->types),
            "type that the op does not have");
    if (info->flags & OPF_VECTOR) {
        require(v, v->op->vece <= 3, "element size out of range");
    }
}

/* A side goes on with the EBB of what leads there. */
static void start_block(Verifier *v)
{
    Arg label = v->op->arg[0];
    v->reachable = true;
    if (v->op->opc != OP_set_side) {
        v->ebb = ++v->nb_ebbs;
    } else if (label < v->ir->nb_labels) {
        uint32_t refs = v->ir->labels[label].refs;
        require(v, refs == (v->side_ebb[label] != 0),
                "not one op further up leads here");
        v->ebb = v->side_ebb[label];
        v->reachable = refs;
    }
}

static bool may_fault(const Op *op)
{
    return op_flags(op) & OPF_FAULT;
}

static void check_op(Verifier *v)
{
    require(v, v->op->opc < OP_COUNT, "no such op");
    if (v->reason) {
        return;
    }
    unsigned flags = op_flags(v->op);
    if (flags & OPF_BB_START) {
        start_block(v);
    }
    check_shape(v);
    check_carry(v);
    require(v,
            v->op == v->ir->ops || v->op[-1].opc != OP_on_fault ||
                may_fault(v->op),
            "on_fault before an op without faults");
    if (v->op->opc == OP_call) {
        check_call(v);
    }
    if (!v->reason) {
        check_temps(v);
        require(v,
                !ir_follows_policy(v->op) || v->op->fp < v->ir->nb_fp_policies,
                "no such FP policy");
        require(v,
                !v->ir->unboxed ||
                    (v->op->opc != OP_fbox && v->op->opc != OP_funbox),
                "a box where there are none");
        check_consts(v);
    }
    if (flags & OPF_EXIT || v->op->opc == OP_br) {
        v->reachable = false;
    }
}

/* Is the op sound enough for ir_dump_op()? */
static bool can_dump(const Op *op)
{
    if (op->opc >= OP_COUNT || op->type >= TYPE_COUNT || op->vece > 3) {
        return false;
    }
    return op->opc != OP_call ||
           (op->call_outs <= 1 && op->call_ins <= HELPER_MAX_ARGS &&
            op_helper(op));
}

static void report(const Verifier *v, char *msg, size_t size)
{
    char text[256] = "";
    FILE *f = can_dump(v->op) ? fmemopen(text, sizeof(text) - 1, "w") : NULL;
    if (f) {
        ir_dump_op(f, v->ir, v->op);
        fclose(f);
    }
    text[strcspn(text, "\n")] = '\0';
    snprintf(msg, size, "op %td: %s: %s", v->op - v->ir->ops, v->reason, text);
}

static void check_end(Verifier *v, char *msg, size_t size)
{
    for (LabelId i = 0; i < v->ir->nb_labels; i++) {
        if (v->label_used[i] && !v->label_set[i]) {
            v->reason = "not set";
            snprintf(msg, size, "label L%u is not set", i);
            return;
        }
    }
    if (v->carry || v->reachable) {
        v->reason = "end";
        snprintf(msg, size, "end: %s",
                 v->carry ? "carry not taken" : "no op leaves the block");
    }
}

bool ir_verify(const IR *ir, char *msg, size_t size)
{
    Verifier *v = calloc(1, sizeof(*v));
    check(v, "out of memory for %zu bytes", sizeof(*v));
    v->ir = ir;
    v->ebb = v->nb_ebbs = 1;
    v->reachable = true;
    for (uint32_t i = 0; i < ir->nb_ops && !v->reason; i++) {
        v->op = &ir->ops[i];
        check_op(v);
    }
    if (v->reason) {
        report(v, msg, size);
    } else {
        check_end(v, msg, size);
    }
    bool ok = !v->reason;
    free(v);
    return ok;
}
