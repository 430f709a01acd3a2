/*
 * Watchpoints: while a range of guest memory is watched, each op that
 * accesses guest memory gets a test in front of it, and a way out at the end
 * of the block.
 *
 *     add t, address, displacement
 *     sub d, t, (start of the range - (size of the access - 1))
 *     brcond d ltu (length of the range + size - 1), out
 *     ...
 *   out:
 *     watch_addr = t, watch_access = kind; pc = the instruction's; EXIT_WATCH
 *
 * Requires IR as the frontend made it, of a block: with no indexed accesses,
 * and with a destination that is written last, so that the state is exact in
 * front of the access.  Several instructions may share nothing of this: it is
 * slow code, made only while there is something to watch.
 */
#include <string.h>
#include "core/gen.h"
#include "exec/internal.h"

typedef struct Out {
    LabelId label;
    TempId addr;
    uint64_t access, pc;
} Out;

typedef struct Pass {
    IR *ir;
    const ExecDebug *debug;
    uint32_t pc_offset;
    uint64_t pc; /* of the instruction in hand */
    uint32_t nb_outs;
    Out out[IR_MAX_LABELS];
} Pass;

static int32_t field(size_t offset)
{
    return (int32_t)offset - (int32_t)offsetof(CPUState, guest);
}

static bool reads(Opcode opc)
{
    return opc != OP_guest_st && opc != OP_guest_st2;
}

static bool writes(Opcode opc)
{
    return opcode_info[opc].flags & OPF_SIDE;
}

/* The input that is the address: the first of type p. */
static TempId address_of(const Op *op)
{
    switch (op->opc) {
    case OP_guest_st: return op->arg[1];
    case OP_guest_st2: return op->arg[2];
    default: return op->arg[op_outs(op)];
    }
}

static void test_access(Pass *p, const Op *op)
{
    IR *ir = p->ir;
    uint32_t bytes = memop_bytes((MemOp)op_const(op, 1));
    TempId addr = ir_temp_tb(ir, TYPE_I64), offset = ir_temp(ir, TYPE_I64);
    LabelId label = ir_label(ir);

    if (ir->error || p->nb_outs == IR_MAX_LABELS) {
        return;
    }
    gen_add(ir, TYPE_I64, addr, address_of(op),
            ir_i64(ir, (int32_t)op_const(op, 0)));
    gen_sub(ir, TYPE_I64, offset, addr,
            ir_i64(ir, (int64_t)(p->debug->watch_start - (bytes - 1))));
    gen_brcond(ir, TYPE_I64, offset,
               ir_i64(ir, (int64_t)(p->debug->watch_bytes + bytes - 1)),
               COND_LTU, label);
    p->out[p->nb_outs++] = (Out){
        label,
        addr,
        watch_access(bytes, reads((Opcode)op->opc), writes((Opcode)op->opc)),
        p->pc,
    };
}

static TempId pc_global(const Pass *p)
{
    TempId pc = 0;
    for (TempId t = 0; t < p->ir->nb_globals; t++) {
        const Temp *g = &p->ir->temps[t];
        pc = g->kind == TEMP_GLOBAL && g->offset == (int32_t)p->pc_offset ? t
                                                                          : pc;
    }
    return pc;
}

static void way_out(const Pass *p, const Out *out, TempId pc)
{
    IR *ir = p->ir;
    gen_insn_start(ir, TYPE_I64, out->pc);
    gen_set_label(ir, TYPE_I64, out->label);
    gen_st(ir, TYPE_I64, out->addr, ir->env,
           (Arg)field(offsetof(CPUState, watch_addr)));
    gen_st(ir, TYPE_I64, ir_i64(ir, (int64_t)out->access), ir->env,
           (Arg)field(offsetof(CPUState, watch_access)));
    gen_mov(ir, TYPE_I64, pc, ir_i64(ir, (int64_t)out->pc));
    gen_exit_tb(ir, TYPE_I64, EXIT_WATCH);
}

void watch_instrument(IR *ir, const ExecDebug *debug, uint32_t pc_offset)
{
    Pass p;
    Op *ops = ir->ops;
    uint32_t n = ir->nb_ops;

    p.ir = ir;
    p.debug = debug;
    p.pc_offset = pc_offset;
    p.pc = 0;
    p.nb_outs = 0;
    ir->ops = ir->spare;
    ir->spare = ops;
    ir->nb_ops = 0;
    for (uint32_t i = 0; i < n; i++) {
        const Op *op = &ops[i];

        if (op->opc == OP_insn_start) {
            p.pc = op->arg[0];
        } else if (op_flags(op) & OPF_FAULT) {
            test_access(&p, op);
        }
        *ir_emit(ir, (Opcode)op->opc, (Type)op->type) = *op;
    }
    for (uint32_t i = 0; i < p.nb_outs; i++) {
        way_out(&p, &p.out[i], pc_global(&p));
    }
}
