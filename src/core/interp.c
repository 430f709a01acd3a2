/* The interpreter's loop, values, control and memory ops. */
#include "core/interp.h"

#include <stdlib.h>
#include <string.h>
#include "core/interp_priv.h"
#include "util/check.h"

/* Values ---------------------------------------------------------------- */

static Value const_value(const Temp *t)
{
    Value v = {{t->value}};
    switch ((Type)t->type) {
    case TYPE_I32:
    case TYPE_F32: v.w[0] = (uint32_t)t->value; break;
    case TYPE_I128: v.w[1] = (int64_t)t->value < 0 ? UINT64_MAX : 0; break;
    case TYPE_V256:
        v.w[2] = v.w[3] = t->value;
        v.w[1] = t->value;
        break;
    case TYPE_V128: v.w[1] = t->value; break;
    default: break;
    }
    return v;
}

static Value read_temp(const Interp *in, TempId id)
{
    const Temp *t = &in->ir->temps[id];
    switch (t->kind) {
    case TEMP_CONST: return const_value(t);
    case TEMP_FIXED: return (Value){{(uintptr_t)in->env->state}};
    case TEMP_GLOBAL: {
        Value v = {{0}};
        memcpy(&v, in->env->state + t->offset, type_size((Type)t->type));
        return v;
    }
    default: return in->temps[id];
    }
}

Value interp_in(const Interp *in, const Op *op, unsigned i)
{
    return read_temp(in, (TempId)op->arg[op_outs(op) + i]);
}

/* What most ops read and write: no bytes beyond the first 8 are looked at. */
static uint64_t read_global64(const uint8_t *p, Type type)
{
    uint32_t low;
    uint64_t v;
    if (type_size(type) == sizeof(low)) {
        memcpy(&low, p, sizeof(low));
        return low;
    }
    memcpy(&v, p, sizeof(v));
    return v;
}

uint64_t interp_in64(const Interp *in, const Op *op, unsigned i)
{
    TempId id = (TempId)op->arg[op_outs(op) + i];
    const Temp *t = &in->ir->temps[id];
    switch (t->kind) {
    case TEMP_CONST: return const_value(t).w[0];
    case TEMP_FIXED: return (uintptr_t)in->env->state;
    case TEMP_GLOBAL:
        return read_global64(in->env->state + t->offset, (Type)t->type);
    default: return in->temps[id].w[0];
    }
}

Type interp_in_type(const Interp *in, const Op *op, unsigned i)
{
    return (Type)in->ir->temps[op->arg[op_outs(op) + i]].type;
}

void interp_out(Interp *in, const Op *op, unsigned i, Value v)
{
    const Temp *t = &in->ir->temps[op->arg[i]];
    unsigned size = type_size((Type)t->type);
    if (t->kind == TEMP_GLOBAL) {
        memcpy(in->env->state + t->offset, &v, size);
        return;
    }
    Value *to = &in->temps[op->arg[i]];
    *to = (Value){{0}};
    memcpy(to, &v, size);
}

void interp_out64(Interp *in, const Op *op, unsigned i, uint64_t v)
{
    const Temp *t = &in->ir->temps[op->arg[i]];
    if (t->type != TYPE_I64) {
        interp_out(in, op, i, (Value){{v}});
    } else if (t->kind == TEMP_GLOBAL) {
        memcpy(in->env->state + t->offset, &v, sizeof(v));
    } else {
        in->temps[op->arg[i]] = (Value){{v}};
    }
}

bool interp_cond(Cond c, uint64_t a, uint64_t b, unsigned bits)
{
    int64_t sa = interp_sext(a, bits), sb = interp_sext(b, bits);
    a &= interp_mask(bits);
    b &= interp_mask(bits);
    switch (c) {
    case COND_ALWAYS: return true;
    case COND_EQ: return a == b;
    case COND_NE: return a != b;
    case COND_LT: return sa < sb;
    case COND_GE: return sa >= sb;
    case COND_GT: return sa > sb;
    case COND_LE: return sa <= sb;
    case COND_LTU: return a < b;
    case COND_GEU: return a >= b;
    case COND_GTU: return a > b;
    case COND_LEU: return a <= b;
    case COND_TSTEQ: return (a & b) == 0;
    case COND_TSTNE: return (a & b) != 0;
    default: return false;
    }
}

/* Guest memory ----------------------------------------------------------- */

static void leave(Interp *in, InterpExit exit)
{
    in->left = true;
    in->exit = exit;
}

/* The op in hand faults; the one before may know where to go. */
static void fault(Interp *in)
{
    const Op *op = &in->ir->ops[in->next - 1];
    in->env->fault_pc = in->env->insn_pc;
    if (op > in->ir->ops && op[-1].opc == OP_on_fault) {
        in->next = in->label_op[op_const(&op[-1], 0)];
    } else {
        leave(in, INTERP_FAULT);
    }
}

/* The checks before an access; false after a fault. */
static bool aligned(Interp *in, uint64_t addr, MemOp m)
{
    in->env->fault_addr = addr;
    in->env->fault_align = (m & MO_ALIGN) && (addr & (memop_bytes(m) - 1));
    if (in->env->fault_align) {
        fault(in);
    }
    return !in->env->fault_align;
}

static Value reverse(Value v, unsigned bytes)
{
    Value to = {{0}};
    for (unsigned i = 0; i < bytes; i++) {
        ((uint8_t *)&to)[i] = ((uint8_t *)&v)[bytes - 1 - i];
    }
    return to;
}

static bool guest_load(Interp *in, uint64_t addr, MemOp m, Value *v)
{
    InterpEnv *env = in->env;
    unsigned bytes = memop_bytes(m);
    *v = (Value){{0}};
    if (!aligned(in, addr, m)) {
        return false;
    }
    if (!env->load || !env->load(env->opaque, addr, v, bytes)) {
        fault(in);
        return false;
    }
    if (m & MO_BSWAP) {
        *v = reverse(*v, bytes);
    }
    if (m & MO_SIGN && bytes <= 8) {
        v->w[0] = (uint64_t)interp_sext(v->w[0], bytes * 8);
    }
    return true;
}

static bool guest_store(Interp *in, uint64_t addr, MemOp m, Value v)
{
    InterpEnv *env = in->env;
    unsigned bytes = memop_bytes(m);
    if (!aligned(in, addr, m)) {
        return false;
    }
    if (m & MO_BSWAP) {
        v = reverse(v, bytes);
    }
    if (!env->store || !env->store(env->opaque, addr, &v, bytes)) {
        fault(in);
        return false;
    }
    return true;
}

static uint64_t fetch_op(Opcode opc, uint64_t old, uint64_t b, unsigned bits)
{
    bool less = interp_cond(COND_LT, old, b, bits);
    bool below = interp_cond(COND_LTU, old, b, bits);
    switch (opc) {
    case OP_atomic_fetch_add: return old + b;
    case OP_atomic_fetch_and: return old & b;
    case OP_atomic_fetch_or: return old | b;
    case OP_atomic_fetch_xor: return old ^ b;
    case OP_atomic_fetch_smin: return less ? old : b;
    case OP_atomic_fetch_smax: return less ? b : old;
    case OP_atomic_fetch_umin: return below ? old : b;
    case OP_atomic_fetch_umax: return below ? b : old;
    default: return b; /* atomic_xchg */
    }
}

/* What the op makes of the old value; false: it stays. */
static bool atomic_value(const Interp *in, const Op *op, unsigned bits,
                         uint64_t old, uint64_t *value)
{
    uint64_t b = interp_in64(in, op, 1);
    if (op->opc == OP_atomic_cmpxchg) {
        *value = interp_in64(in, op, 2);
        return interp_cond(COND_EQ, old, b, bits);
    }
    *value = fetch_op((Opcode)op->opc, old, b, bits);
    return true;
}

/* Whole for other threads: until nobody has come between load and store. */
static bool exchange(Interp *in, const Op *op, uint64_t addr, MemOp m,
                     Value *old)
{
    InterpEnv *env = in->env;
    unsigned bytes = memop_bytes(m);
    uint64_t memory = 0, value;
    for (;;) {
        uint64_t seen = memory;
        *old = (Value){{memory}};
        *old = m & MO_BSWAP ? reverse(*old, bytes) : *old;
        if (!atomic_value(in, op, bytes * 8, old->w[0], &value)) {
            value = old->w[0];
        }
        Value to = {{value}};
        to = m & MO_BSWAP ? reverse(to, bytes) : to;
        if (!env->exchange(env->opaque, addr, &memory, to.w[0], bytes)) {
            fault(in);
            return false;
        }
        if (memory == seen) {
            break;
        }
    }
    if (m & MO_SIGN) {
        old->w[0] = (uint64_t)interp_sext(old->w[0], bytes * 8);
    }
    return true;
}

static bool load_and_store(Interp *in, const Op *op, uint64_t addr, MemOp m,
                           Value *old)
{
    uint64_t value;
    return guest_load(in, addr, m, old) &&
           (!atomic_value(in, op, memop_bytes(m) * 8, old->w[0], &value) ||
            guest_store(in, addr, m, (Value){{value}}));
}

static void atomic_op(Interp *in, const Op *op)
{
    MemOp m = (MemOp)op_const(op, 1);
    uint64_t addr = interp_in64(in, op, 0) + op_const(op, 0);
    Value old;
    bool done = in->env->exchange
                    ? aligned(in, addr, m) && exchange(in, op, addr, m, &old)
                    : load_and_store(in, op, addr, m, &old);
    if (done) {
        interp_out(in, op, 0, old);
    }
}

/* Of guest_ldx and guest_stx, whose input `base` is followed by the index. */
static uint64_t indexed_address(const Interp *in, const Op *op, unsigned base)
{
    return interp_in64(in, op, base) +
           (interp_in64(in, op, base + 1) << op_const(op, 0)) + op_const(op, 1);
}

static bool guest_memory_op(Interp *in, const Op *op)
{
    unsigned ins = op_ins(op);
    Value v;
    switch (op->opc) {
    case OP_guest_ld:
    case OP_guest_ld2:
        if (guest_load(in, interp_in64(in, op, 0) + op_const(op, 0),
                       (MemOp)op_const(op, 1), &v)) {
            interp_out(in, op, 0, v);
            if (op->opc == OP_guest_ld2) {
                interp_out64(in, op, 1, v.w[1]);
            }
        }
        return true;
    case OP_guest_ldx:
        if (guest_load(in, indexed_address(in, op, 0), (MemOp)op_const(op, 2),
                       &v)) {
            interp_out(in, op, 0, v);
        }
        return true;
    case OP_guest_stx:
        guest_store(in, indexed_address(in, op, 1), (MemOp)op_const(op, 2),
                    interp_in(in, op, 0));
        return true;
    case OP_guest_st:
    case OP_guest_st2:
        v = interp_in(in, op, 0);
        if (op->opc == OP_guest_st2) {
            v.w[1] = interp_in64(in, op, 1);
        }
        guest_store(in, interp_in64(in, op, ins - 1) + op_const(op, 0),
                    (MemOp)op_const(op, 1), v);
        return true;
    default:
        if (op->opc < OP_atomic_cmpxchg || op->opc > OP_atomic_fetch_umax) {
            return false;
        }
        atomic_op(in, op);
        return true;
    }
}

/* Host memory ------------------------------------------------------------ */

static void host_load(Interp *in, const Op *op, unsigned bytes, bool sign)
{
    const char *p = (const char *)(uintptr_t)interp_in64(in, op, 0);
    Value v = {{0}};
    memcpy(&v, p + (int64_t)op_const(op, 0), bytes);
    if (sign) {
        v.w[0] = (uint64_t)interp_sext(v.w[0], bytes * 8);
    }
    interp_out(in, op, 0, v);
}

static void host_store(Interp *in, const Op *op, unsigned bytes)
{
    char *p = (char *)(uintptr_t)interp_in64(in, op, 1);
    Value v = interp_in(in, op, 0);
    memcpy(p + (int64_t)op_const(op, 0), &v, bytes);
}

static bool host_memory_op(Interp *in, const Op *op)
{
    switch (op->opc) {
    case OP_ld8u: host_load(in, op, 1, false); return true;
    case OP_ld8s: host_load(in, op, 1, true); return true;
    case OP_ld16u: host_load(in, op, 2, false); return true;
    case OP_ld16s: host_load(in, op, 2, true); return true;
    case OP_ld32u: host_load(in, op, 4, false); return true;
    case OP_ld32s: host_load(in, op, 4, true); return true;
    case OP_ld:
        host_load(in, op, type_size((Type)op->type), false);
        return true;
    case OP_st8: host_store(in, op, 1); return true;
    case OP_st16: host_store(in, op, 2); return true;
    case OP_st32: host_store(in, op, 4); return true;
    case OP_st: host_store(in, op, type_size((Type)op->type)); return true;
    default: return false;
    }
}

/* Control ---------------------------------------------------------------- */

/* Integer arguments go in registers on every host, wanted or not. */
static void call(Interp *in, const Op *op)
{
    typedef uint64_t (*Fn)(uint64_t, uint64_t, uint64_t, uint64_t, uint64_t,
                           uint64_t);
    typedef void (*VoidFn)(void);
    uint64_t arg[HELPER_MAX_ARGS] = {0};
    for (unsigned i = 0; i < op_ins(op); i++) {
        arg[i] = interp_in64(in, op, i);
    }
    VoidFn any = (VoidFn)(uintptr_t)op_helper(op)->fn;
    Fn fn = (Fn)any;
    uint64_t ret = fn(arg[0], arg[1], arg[2], arg[3], arg[4], arg[5]);
    if (op_outs(op)) {
        interp_out64(in, op, 0, ret);
    }
}

static void plugin(Interp *in, const Op *op)
{
    InterpEnv *env = in->env;
    bool mem = op->opc == OP_plugin_mem_cb;
    if (env->plugin) {
        env->plugin(env->opaque, op_const(op, 0),
                    mem ? interp_in64(in, op, 0) : 0,
                    mem ? interp_in64(in, op, 1) : 0);
    }
}

static void jump(Interp *in, const Op *op)
{
    int i = opcode_label((Opcode)op->opc);
    in->next = in->label_op[op_const(op, (unsigned)i)];
}

static void branch(Interp *in, const Op *op)
{
    uint64_t a = interp_in64(in, op, 0), b = interp_in64(in, op, 1);
    unsigned bits = type_size((Type)op->type) * 8;
    if (op->opc == OP_brcond2_i32) {
        a |= b << 32;
        b = interp_in64(in, op, 2) | interp_in64(in, op, 3) << 32;
        bits = 64;
    }
    if (interp_cond((Cond)op_const(op, 0), a, b, bits)) {
        jump(in, op);
    }
}

static bool control_op(Interp *in, const Op *op)
{
    switch (op->opc) {
    case OP_insn_start: in->env->insn_pc = op_const(op, 0); return true;
    case OP_discard:
    case OP_nop:
    case OP_set_label:
    case OP_set_side:
    case OP_on_fault:
    case OP_set_stub: return true;
    case OP_mb: __atomic_thread_fence(__ATOMIC_SEQ_CST); return true;
    case OP_br: jump(in, op); return true;
    case OP_brcond:
    case OP_brcond2_i32: branch(in, op); return true;
    case OP_call: call(in, op); return true;
    case OP_plugin_cb:
    case OP_plugin_mem_cb: plugin(in, op); return true;
    default: return false;
    }
}

/* The index of the slot's set_stub, or 0: it has none. */
static uint32_t find_stub(const IR *ir, Arg slot)
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        if (ir->ops[i].opc == OP_set_stub && ir->ops[i].arg[0] == slot) {
            return i;
        }
    }
    return 0;
}

/* A slot that has a stub goes there while it is not linked. */
static void leave_by_slot(Interp *in, const Op *op)
{
    InterpEnv *env = in->env;
    bool linked = env->linked && env->linked(env->opaque, op_const(op, 0));
    uint32_t stub = linked ? 0 : find_stub(in->ir, op_const(op, 0));
    in->env->slot = op_const(op, 0);
    in->env->target = op_const(op, 1);
    in->env->flags = (uint32_t)op_const(op, 2);
    if (stub) {
        in->next = stub;
    } else {
        leave(in, INTERP_GOTO_TB);
    }
}

static bool exit_op(Interp *in, const Op *op)
{
    InterpEnv *env = in->env;
    switch (op->opc) {
    case OP_exit_tb:
        env->reason = op_const(op, 0);
        leave(in, INTERP_EXIT_TB);
        return true;
    case OP_exit_fault: leave(in, INTERP_FAULT); return true;
    case OP_exit_slot: leave(in, INTERP_GOTO_TB); return true;
    case OP_goto_tb: leave_by_slot(in, op); return true;
    case OP_call_tb:
        env->slot = op_const(op, 0);
        env->target = op_const(op, 1);
        env->ret_slot = op_const(op, 2);
        env->ret_pc = op_const(op, 3);
        env->flags = (uint32_t)op_const(op, 4);
        leave(in, INTERP_CALL_TB);
        return true;
    case OP_call_ptr:
        env->ret_slot = op_const(op, 0);
        env->ret_pc = op_const(op, 1);
        env->flags = (uint32_t)op_const(op, 2);
        env->target = interp_in64(in, op, 0);
        leave(in, INTERP_CALL_PTR);
        return true;
    case OP_goto_ptr:
    case OP_ret_ptr:
        env->flags = (uint32_t)op_const(op, 0);
        env->target = interp_in64(in, op, 0);
        leave(in, op->opc == OP_ret_ptr ? INTERP_RET_PTR : INTERP_GOTO_PTR);
        return true;
    default: return false;
    }
}

/* The loop ---------------------------------------------------------------- */

static void execute(Interp *in, const Op *op)
{
    bool known = interp_int_op(in, op) || interp_fp_op(in, op) ||
                 guest_memory_op(in, op) || host_memory_op(in, op) ||
                 control_op(in, op) || exit_op(in, op) || interp_vec_op(in, op);
    check(known, "op %u has no meaning", op->opc);
}

static InterpExit run(Interp *in)
{
    InterpEnv *env = in->env;
    while (!in->left) {
        if (in->next >= in->ir->nb_ops) {
            return INTERP_END;
        }
        if (env->max_ops && env->nb_executed >= env->max_ops) {
            return INTERP_LIMIT;
        }
        env->nb_executed++;
        env->op = in->next;
        execute(in, &in->ir->ops[in->next++]);
    }
    return in->exit;
}

void interp_labels(const IR *ir, uint32_t label_op[])
{
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        if (op_sets_label(op)) {
            label_op[op_const(op, 0)] = i;
        }
    }
}

InterpExit interp_run_at(const IR *ir, InterpEnv *env, uint32_t first,
                         void *temps, const uint32_t label_op[])
{
    Interp in = {.ir = ir,
                 .env = env,
                 .next = first,
                 .temps = temps,
                 .label_op = label_op};
    return run(&in);
}

InterpExit interp_run(const IR *ir, InterpEnv *env)
{
    Value *temps = calloc(ir->nb_temps + 1, sizeof(Value));
    uint32_t *label_op = calloc(ir->nb_labels + 1, sizeof(uint32_t));
    check(temps && label_op, "out of memory for %u temps", ir->nb_temps);
    env->nb_executed = 0;
    interp_labels(ir, label_op);
    InterpExit exit = interp_run_at(ir, env, 0, temps, label_op);
    free(temps);
    free(label_op);
    return exit;
}
