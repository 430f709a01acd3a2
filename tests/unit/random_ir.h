/*
 * Random well-formed IR, for tests that compare two ways of doing the same:
 * dump and parse, the interpreter before and after a pass, or a backend.
 *
 * Everything in it is defined (no division by zero, counts in range; NaNs
 * made canonical at once), control only goes forward, and memory is only
 * touched inside the guest state and the caller's guest memory; so it can
 * be run.  Each type has RANDOM_GLOBALS globals.
 */
#ifndef TESTS_RANDOM_IR_H
#define TESTS_RANDOM_IR_H

#include <stdint.h>
#include <stdio.h>
#include "core/ir.h"
#include "opt/opt.h"

enum {
    RANDOM_GLOBALS = 4,
    RANDOM_TEMPS = 6,          /* EBB temps of a type in use */
    RANDOM_STATE_BYTES = 1024, /* globals, then room for ld and st */
    RANDOM_ROOM = 576,         /* where that room begins */
};

typedef struct RandomIR {
    uint64_t seed;
    unsigned nb_ops;     /* about so many ops */
    uint64_t guest_base; /* guest memory, 0: no guest accesses */
    uint32_t guest_size;
    unsigned types;             /* TYPES_*: types of ops to use */
    bool (*wanted)(Opcode opc); /* NULL: every op */

    IR *ir;
    TempId globals[TYPE_COUNT][RANDOM_GLOBALS];
    TempId temps[TYPE_COUNT][RANDOM_TEMPS]; /* written in this EBB */
    unsigned nb_temps[TYPE_COUNT];
    LabelId pending; /* a label that is still to be set */
    bool has_pending;
} RandomIR;

static inline uint64_t random_bits(RandomIR *r)
{
    uint64_t z = r->seed += 0x9e3779b97f4a7c15;
    z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
    z = (z ^ z >> 27) * 0x94d049bb133111eb;
    return z ^ z >> 31;
}

static inline unsigned random_below(RandomIR *r, unsigned n)
{
    return (unsigned)(random_bits(r) % n);
}

/* Often small, often near a power of two. */
static inline uint64_t random_value(RandomIR *r)
{
    uint64_t v = random_bits(r);
    switch (random_below(r, 4)) {
    case 0: return v;
    case 1: return v % 16 - 8;
    case 2: return (1ull << v % 64) + (v >> 32) % 3 - 1;
    default: return (uint64_t)((int64_t)v >> (v & 63));
    }
}

static inline TempId random_in(RandomIR *r, Type t)
{
    unsigned choice = random_below(r, 8);
    if (choice < 2) {
        return ir_const(r->ir, t, (int64_t)random_value(r));
    }
    if (choice < 6 && r->nb_temps[t]) {
        return r->temps[t][random_below(r, r->nb_temps[t])];
    }
    return r->globals[t][random_below(r, RANDOM_GLOBALS)];
}

/* A new EBB temp, or a global; enter it with random_written(). */
static inline TempId random_out(RandomIR *r, Type t)
{
    switch (random_below(r, 3)) {
    case 0: return r->globals[t][random_below(r, RANDOM_GLOBALS)];
    case 1: return ir_temp(r->ir, t);
    default:
        return r->nb_temps[t] ? r->temps[t][random_below(r, r->nb_temps[t])]
                              : ir_temp(r->ir, t);
    }
}

static inline void random_written(RandomIR *r, TempId id)
{
    const Temp *temp = &r->ir->temps[id];
    unsigned *n = &r->nb_temps[temp->type];
    for (unsigned i = 0; i < *n; i++) {
        if (r->temps[temp->type][i] == id) {
            return;
        }
    }
    if (temp->kind == TEMP_EBB) {
        unsigned i = *n < RANDOM_TEMPS ? (*n)++ : random_below(r, *n);
        r->temps[temp->type][i] = id;
    }
}

static inline void random_forget(RandomIR *r)
{
    for (unsigned t = 0; t < TYPE_COUNT; t++) {
        r->nb_temps[t] = 0;
    }
}

static inline Type random_type(RandomIR *r, unsigned set)
{
    Type t;
    do {
        t = (Type)random_below(r, TYPE_COUNT);
    } while (!type_in(t, set));
    return t;
}

static inline Type random_letter_type(RandomIR *r, char letter, Type t)
{
    int implied = letter_type(letter, t);
    return implied >= 0 ? (Type)implied
                        : random_type(r, letter == 'x' ? TYPES_INT : TYPES_FP);
}

static inline Arg random_memop(RandomIR *r, const Op *op)
{
    unsigned size = (unsigned)__builtin_ctz(type_size((Type)op->type));
    Arg k = size;
    if (op->opc == OP_guest_ld2 || op->opc == OP_guest_st2) {
        k = MO_128;
    } else if (type_in((Type)op->type, TYPES_INT)) {
        k = random_below(r, size + 1) | (random_bits(r) & MO_SIGN);
    }
    if (op->opc == OP_guest_ldx || op->opc == OP_guest_stx) {
        return k;
    }
    unsigned flags = type_in((Type)op->type, TYPES_VEC)
                         ? MO_ATOMIC
                         : MO_BSWAP | MO_ATOMIC;
    return k | (random_bits(r) & flags);
}

/* Constant i of op, whose temps are set. */
static inline Arg random_const(RandomIR *r, const Op *op, unsigned i)
{
    unsigned bits = op_flags(op) & OPF_VECTOR ? 8u << op->vece
                                              : type_size((Type)op->type) * 8;
    switch (opcode_const_letter((Opcode)op->opc, i)) {
    case 'c': return random_below(r, COND_COUNT);
    case 'd':
        return RANDOM_ROOM +
               random_below(r, RANDOM_STATE_BYTES - RANDOM_ROOM - 32);
    case 'm': return random_memop(r, op);
    case 'r':
        return random_below(r, 5) ? FP_ROUND_ENV
                                  : random_below(r, FP_ROUND_AWAY);
    case 'q': return random_below(r, FCMP_COUNT);
    case 'x': return random_below(r, FMIN_COUNT);
    case 'b': return random_below(r, 2);
    case 'o': return random_below(r, MB_ALL + 1);
    case 'a': return random_bits(r);
    default: return random_below(r, bits);
    }
}

/* Length of the bit field at position k in n bits. */
static inline void random_length(RandomIR *r, Op *op)
{
    if (op->opc == OP_extract || op->opc == OP_sextract ||
        op->opc == OP_deposit) {
        Arg *k = &op->arg[op_outs(op) + op_ins(op)];
        unsigned bits = type_size((Type)op->type) * 8;
        k[1] = 1 + random_below(r, bits - (unsigned)k[0]);
    }
}

/* Inputs that must lie in a range for the result to be defined. */
static inline void random_restrict(RandomIR *r, Op *op)
{
    Type t = (Type)op->type;
    unsigned bits =
        op_flags(op) & OPF_VECTOR ? 8u << op->vece : type_size(t) * 8;
    switch (op->opc) {
    case OP_guest_ldx:
    case OP_guest_stx: op->arg[3] &= 3; break;
    case OP_divs:
    case OP_divu:
    case OP_rems:
    case OP_remu:
        op->arg[2] = ir_const(r->ir, t, 2 + random_below(r, 1000));
        break;
    case OP_divs2:
    case OP_divu2:
        op->arg[3] = ir_const(r->ir, t, random_below(r, 9));
        op->arg[4] = ir_const(r->ir, t, 1 << 20 | random_below(r, 9));
        break;
    case OP_shl:
    case OP_shr:
    case OP_sar:
    case OP_rotl:
    case OP_rotr: op->arg[2] = ir_const(r->ir, t, random_below(r, bits)); break;
    case OP_vshls:
    case OP_vshrs:
    case OP_vsars:
    case OP_vrotls:
        op->arg[2] = ir_const(r->ir, TYPE_I32, random_below(r, bits));
        break;
    case OP_vshlv:
    case OP_vshrv:
    case OP_vsarv:
    case OP_vrotlv:
    case OP_vrotrv:
        op->arg[2] =
            ir_const(r->ir, t, 0x0101010101010101 * random_below(r, 8));
        break;
    case OP_fmode_set:
        op->arg[0] = ir_const(r->ir, TYPE_I32, random_below(r, FP_ROUND_AWAY));
        break;
    default: break;
    }
}

/* The shift counts above are for bytes; wider elements need their own. */
static inline void random_vector_count(Op *op, IR *ir)
{
    if (op->opc >= OP_vshlv && op->opc <= OP_vrotrv && op->vece) {
        uint64_t count = ir->temps[op->arg[2]].value & 7;
        static const uint64_t ones[] = {0, 0x0001000100010001,
                                        0x0000000100000001, 1};
        op->arg[2] =
            ir_const(ir, (Type)op->type, (int64_t)(ones[op->vece] * count));
    }
}

static inline void random_address(RandomIR *r, Op *op)
{
    bool host = (op->opc >= OP_ld8u && op->opc <= OP_st) || op->opc == OP_vdupm;
    bool guest = op->opc >= OP_guest_ld && op->opc <= OP_atomic_fetch_umax;
    for (unsigned i = op_outs(op); i < op_outs(op) + op_ins(op); i++) {
        if (opcode_arg_letter((Opcode)op->opc, i) != 'p') {
            continue;
        }
        if (host) {
            op->arg[i] = r->ir->env;
        } else if (guest) {
            uint64_t offset = random_below(r, r->guest_size - 2048) & ~15u;
            op->arg[i] = ir_i64(r->ir, (int64_t)(r->guest_base + offset));
        }
        if (op->opc == OP_guest_ldx || op->opc == OP_guest_stx) {
            op->arg[i + 1] = ir_i64(r->ir, (int64_t)random_below(r, 16));
        }
    }
}

static inline Op *random_append(RandomIR *r, const Op *op)
{
    Op *to = ir_emit(r->ir, (Opcode)op->opc, (Type)op->type);
    *to = *op;
    return to;
}

/* What arithmetic leaves may be any quiet NaN: make it the canonical one. */
static inline void random_canonical(RandomIR *r, const Op *op)
{
    if (opt_yields_any_nan(r->ir, op)) {
        Type t = (Type)r->ir->temps[op->arg[0]].type;
        if (type_in(t, TYPES_FP)) {
            Op canon = {.opc = OP_fcanon,
                        .type = (uint8_t)t,
                        .arg = {op->arg[0], op->arg[0]}};
            random_append(r, &canon);
        }
    }
}

/* One op of this opcode with suitable arguments; no control, no call. */
static inline void random_op(RandomIR *r, Opcode opc)
{
    const OpcodeInfo *info = &opcode_info[opc];
    Op op = {.opc = (uint16_t)opc};
    op.type = (uint8_t)random_type(r, info->types & r->types);
    op.vece = info->flags & OPF_VECTOR ? (uint8_t)random_below(r, 4) : 0;
    unsigned temps = info->outs + info->ins;
    if (r->ir->nb_fp_policies > 1 && ir_follows_policy(&op)) {
        op.fp = (uint8_t)random_below(r, r->ir->nb_fp_policies);
    }
    for (unsigned i = info->outs; i < temps; i++) {
        op.arg[i] =
            random_in(r, random_letter_type(r, info->sig[i], (Type)op.type));
    }
    for (unsigned i = 0; i < info->outs; i++) {
        Type t = random_letter_type(r, info->sig[i], (Type)op.type);
        do {
            op.arg[i] = random_out(r, t);
        } while (i == 1 && op.arg[1] == op.arg[0]);
    }
    if (opc == OP_fmv_fi || opc == OP_fmv_if) {
        bool wide = type_size((Type)op.type) == 8;
        op.arg[1] =
            random_in(r, opc == OP_fmv_if ? (wide ? TYPE_I64 : TYPE_I32)
                                          : (wide ? TYPE_F64 : TYPE_F32));
    }
    for (unsigned i = 0; i < info->consts; i++) {
        op.arg[temps + i] = random_const(r, &op, i);
    }
    random_length(r, &op);
    random_restrict(r, &op);
    random_vector_count(&op, r->ir);
    random_address(r, &op);
    random_append(r, &op);
    for (unsigned i = 0; i < info->outs; i++) {
        random_written(r, (TempId)op.arg[i]);
    }
    random_canonical(r, &op);
}

/* A carry chain of two to four ops. */
static inline void random_carry(RandomIR *r)
{
    static const uint16_t first[][2] = {{OP_addco, OP_addc1o},
                                       {OP_subbo, OP_subb1o}};
    static const uint16_t next[][2] = {{OP_addcio, OP_addci},
                                      {OP_subbio, OP_subbi}};
    unsigned side = random_below(r, 2), middle = random_below(r, 3);
    unsigned types = r->types;
    r->types = 1u << random_type(r, TYPES_INT & types);
    random_op(r, (Opcode)first[side][random_below(r, 2)]);
    while (middle--) {
        random_op(r, (Opcode)next[side][0]);
    }
    random_op(r, (Opcode)next[side][1]);
    r->types = types;
}

static inline void random_call(RandomIR *r)
{
    unsigned n = 0;
    while (r->ir->helpers && r->ir->helpers[n]) {
        n++;
    }
    if (!n) {
        return;
    }
    const Helper *h = r->ir->helpers[random_below(r, n)];
    Op op = {.opc = OP_call, .call_ins = h->nb_args, .type = TYPE_I64};
    Arg *arg = op.arg;
    if (h->ret >= 0) {
        op.type = (uint8_t)h->ret;
        op.call_outs = 1;
        *arg++ = random_out(r, (Type)h->ret);
    }
    for (unsigned i = 0; i < h->nb_args; i++) {
        *arg++ = random_in(r, (Type)h->args[i]);
    }
    *arg = (uintptr_t)h;
    random_append(r, &op);
    if (h->ret >= 0) {
        random_written(r, (TempId)op.arg[0]);
    }
}

static inline void random_set_label(RandomIR *r)
{
    Op op = {.opc = OP_set_label, .type = TYPE_I64, .arg = {r->pending}};
    ir_note_label(r->ir, random_append(r, &op));
    r->has_pending = false;
    random_forget(r);
}

/* A branch to the pending label, or that label. */
static inline void random_control(RandomIR *r)
{
    if (r->has_pending && random_below(r, 2)) {
        random_set_label(r);
        return;
    }
    if (!r->has_pending) {
        r->pending = ir_label(r->ir);
        r->has_pending = true;
    }
    Op op = {.opc = OP_brcond, .type = TYPE_I64};
    if (random_below(r, 4) == 0 && r->types & TYPES_I32) {
        op = (Op){.opc = OP_brcond2_i32, .type = TYPE_I32};
    } else {
        op.type = (uint8_t)random_type(r, TYPES_INT & r->types);
    }
    for (unsigned i = 0; i < op_ins(&op); i++) {
        op.arg[i] = random_in(r, (Type)op.type);
    }
    op.arg[op_ins(&op)] = random_below(r, COND_COUNT);
    op.arg[op_ins(&op) + 1] = r->pending;
    ir_note_label(r->ir, random_append(r, &op));
}

/* Is this an op that random_op() may make by itself? */
static inline bool random_plain(const RandomIR *r, Opcode opc)
{
    const OpcodeInfo *info = &opcode_info[opc];
    unsigned special =
        OPF_BB_START | OPF_BB_END | OPF_CALL | OPF_CARRY_IN | OPF_CARRY_OUT;
    return !(info->flags & special) && opcode_label(opc) < 0 &&
           opc != OP_discard && opc != OP_fsingle &&
           (r->guest_base || !(info->flags & OPF_FAULT)) &&
           info->types & r->types && (!r->wanted || r->wanted(opc));
}

static inline void random_end(RandomIR *r)
{
    static const uint16_t ends[] = {OP_exit_tb, OP_goto_tb,  OP_goto_ptr,
                                   OP_call_tb, OP_call_ptr, OP_ret_ptr};
    if (r->has_pending) {
        random_set_label(r);
    }
    unsigned types = r->types;
    r->types |= TYPES_I64;
    Opcode opc = (Opcode)ends[random_below(r, 6)];
    Op op = {.opc = (uint16_t)opc, .type = TYPE_I64};
    unsigned ins = opcode_info[opc].ins;
    if (ins) {
        op.arg[0] = random_in(r, TYPE_I64);
    }
    for (unsigned i = 0; i < opcode_info[opc].consts; i++) {
        char letter = opcode_const_letter(opc, i);
        bool small = letter == 'n' || letter == 'F';
        op.arg[ins + i] = small ? random_below(r, 2) : 0x1000 + i;
    }
    random_append(r, &op);
    r->types = types;
}

/* Once for an ir: the globals. */
static inline void random_globals(RandomIR *r)
{
    int32_t offset = 0;
    for (int t = TYPE_COUNT - 1; t >= 0; t--) {
        for (unsigned i = 0; i < RANDOM_GLOBALS; i++) {
            char name[16];
            snprintf(name, sizeof(name), "%s_%u", type_name((Type)t), i);
            r->globals[t][i] =
                (TempId)ir_declare_global(r->ir, (Type)t, offset, name);
            offset += (int32_t)type_size((Type)t);
        }
    }
}

/* Fills r->ir, which it resets; r's first part is set, types not 0. */
static inline void random_ir(RandomIR *r)
{
    ir_reset(r->ir);
    random_globals(r);
    random_forget(r);
    r->has_pending = false;
    while (r->ir->nb_ops < r->nb_ops) {
        unsigned choice = random_below(r, 16);
        Opcode opc = (Opcode)random_below(r, OP_COUNT);
        if (choice == 0) {
            random_control(r);
        } else if (choice == 1 && (!r->wanted || r->wanted(OP_addco))) {
            random_carry(r);
        } else if (choice == 2 && (!r->wanted || r->wanted(OP_call))) {
            random_call(r);
        } else if (random_plain(r, opc)) {
            random_op(r, opc);
        }
    }
    random_end(r);
}

#endif
