/*
 * A block of code: the IR, copied with all that its pointers lead to, and a
 * record for each exit slot.  Requires liveness, guarantees nothing of ops:
 * they are as they were.
 */
#include "backend/interp/interp.h"

#include <string.h>

enum { HEADER = 8, ALIGN = 16 }; /* bytes in front of a block; see exec */

/* The block that is being written: through rw, with addresses of rx. */
typedef struct Build {
    BackendContext *ctx;
    const IR *ir;
    uint8_t *rw;
    const uint8_t *rx;
    size_t used, size; /* bytes of the block, and of room for it */
    unsigned nb_rows, nb_slots;
    bool too_large;
    uint64_t first_pc;
    bool started;
} Build;

/* Room for n bytes: its offset in the block.  Beyond the end it is only
   counted. */
static size_t take(Build *b, size_t n)
{
    size_t at = (b->used + ALIGN - 1) & -(size_t)ALIGN;
    b->used = at + n;
    return at;
}

static const void *copy(Build *b, const void *from, size_t n)
{
    size_t at = take(b, n);
    if (b->used <= b->size) {
        memcpy(b->rw + at, from, n);
    }
    return b->rx + at;
}

/* ---- Exit slots ---------------------------------------------------------- */

static void slot(Build *b, unsigned k, SlotKind kind, uint64_t pc,
                 uint64_t flags, uint64_t from)
{
    const IR *ir = b->ir;
    b->ctx->slots[k] = (ExitSlot){
        .guest_pc = pc,
        .site = 1,
        .kind = (uint8_t)kind,
        .flags = (uint16_t)flags,
        .plain = (int)k == ir->plain_slot,
        .count =
            b->ctx->cfg.count_heat && slot_is_counted(ir, k, kind, from, pc),
    };
    if (k >= b->nb_slots) {
        b->nb_slots = k + 1;
    }
}

static void find_slots(Build *b)
{
    uint64_t pc = b->first_pc;
    memset(b->ctx->slots, 0, sizeof(b->ctx->slots));
    for (uint32_t i = 0; i < b->ir->nb_ops; i++) {
        const Op *op = &b->ir->ops[i];
        if (op->opc == OP_insn_start) {
            pc = op_const(op, 0);
        } else if (op->opc == OP_goto_tb) {
            slot(b, (unsigned)op_const(op, 0), SLOT_JUMP, op_const(op, 1),
                 op_const(op, 2), pc);
        } else if (op->opc == OP_call_tb) {
            slot(b, (unsigned)op_const(op, 0), SLOT_CALL, op_const(op, 1),
                 op_const(op, 4), pc);
        }
    }
}

static InterpEntry entry(EntryKind kind, uint32_t index, size_t at)
{
    return (InterpEntry){kind, index, (uint32_t)at};
}

/* The slot's record, at offset `at` of the block; offsets for exec. */
static void write_slot(Build *b, unsigned k, size_t at,
                       const uint32_t label_op[])
{
    ExitSlot *s = &b->ctx->slots[k];
    InterpSlot *w = (InterpSlot *)(void *)(b->rw + at);
    const InterpSlot *x = (const InterpSlot *)(const void *)(b->rx + at);
    if (!s->site) {
        return;
    }
    *w = (InterpSlot){
        .target = &x->stub, .counted = &x->stub, .guest_pc = s->guest_pc};
    s->site = (uint32_t)(at + offsetof(InterpSlot, target));
    s->stub = (uint32_t)(at + offsetof(InterpSlot, stub));
    w->stub = entry(ENTRY_STUB, k, s->stub);
    w->record = (ExitRecord){k, (uint32_t)(at + offsetof(InterpSlot, record))};
    if (s->count) {
        s->count = (uint32_t)(at + offsetof(InterpSlot, count));
        s->count_site = (uint32_t)(at + offsetof(InterpSlot, counted));
        w->count = entry(ENTRY_COUNT, k, s->count);
    }
    if (ir_is_inner(b->ir, k)) {
        s->inner = (uint32_t)(at + offsetof(InterpSlot, inner));
        w->inner = entry(ENTRY_OP, label_op[b->ir->inner[k]], s->inner);
        w->target = &x->inner;
    }
}

/* ---- Rows ---------------------------------------------------------------- */

uint32_t interp_op_offset(const InterpBlock *block, uint32_t op)
{
    return (uint32_t)((const uint8_t *)&block->ir.ops[op] -
                      (const uint8_t *)block);
}

static void add_row(Build *b, uint32_t offset, uint64_t pc, uint32_t side)
{
    if (b->nb_rows == COMPILE_MAX_ROWS) {
        b->too_large = true;
        return;
    }
    b->ctx->rows[b->nb_rows++] =
        (PcRow){offset, (int32_t)(pc - b->first_pc), side};
}

/* One for each guest instruction, and two around an op that has a side. */
static void make_rows(Build *b, size_t ops, size_t sides,
                      const uint32_t label_op[])
{
    const IR *ir = b->ir;
    uint64_t pc = 0;
    for (uint32_t i = 0; i < ir->nb_ops && !b->too_large; i++) {
        const Op *op = &ir->ops[i];
        uint32_t at = (uint32_t)(ops + i * sizeof(Op));
        if (op->opc == OP_insn_start) {
            pc = op_const(op, 0);
            add_row(b, at, pc, 0);
        } else if (op->opc == OP_on_fault) {
            LabelId label = (LabelId)op_const(op, 0);
            size_t side = sides + label * sizeof(InterpEntry);
            InterpEntry e = entry(ENTRY_OP, label_op[label], side);
            memcpy(b->rw + side, &e, sizeof(e));
            add_row(b, at + sizeof(Op), pc, (uint32_t)side);
            add_row(b, at + 2 * sizeof(Op), pc, 0);
        }
    }
}

static void find_first_pc(Build *b)
{
    const IR *ir = b->ir;
    for (uint32_t i = 0; i < ir->nb_ops && !b->started; i++) {
        if (ir->ops[i].opc == OP_insn_start) {
            b->started = true;
            b->first_pc = op_const(&ir->ops[i], 0);
        }
    }
}

/* ---- The whole ----------------------------------------------------------- */

/* What the interpreter looks at of an IR. */
static IR copy_ir(Build *b)
{
    const IR *ir = b->ir;
    return (IR){
        .ops = (Op *)(uintptr_t)copy(b, ir->ops, ir->nb_ops * sizeof(Op)),
        .temps =
            (Temp *)(uintptr_t)copy(b, ir->temps, ir->nb_temps * sizeof(Temp)),
        .nb_ops = ir->nb_ops,
        .nb_temps = ir->nb_temps,
        .nb_globals = ir->nb_globals,
        .nb_labels = ir->nb_labels,
        .env = ir->env,
        .fp_policies = ir->fp_policies,
        .nb_fp_policies = ir->nb_fp_policies,
    };
}

static void write_block(Build *b)
{
    uint32_t label_op[IR_MAX_LABELS] = {0};
    InterpBlock *w = (InterpBlock *)(void *)b->rw;
    size_t head = sizeof(*w) + b->nb_slots * sizeof(InterpSlot);
    b->used = head;
    IR ir = copy_ir(b);
    interp_labels(b->ir, label_op);
    const void *labels = copy(b, label_op, ir.nb_labels * sizeof(uint32_t));
    size_t sides = take(b, ir.nb_labels * sizeof(InterpEntry));
    if (b->used > b->size) {
        return;
    }
    w->entry = entry(ENTRY_OP, 0, 0);
    w->ir = ir;
    w->label_op = labels;
    for (unsigned k = 0; k < b->nb_slots; k++) {
        write_slot(b, k, sizeof(*w) + k * sizeof(InterpSlot), label_op);
    }
    make_rows(b, (size_t)((const uint8_t *)ir.ops - b->rx), sides, label_op);
}

CompileStatus interp_compile(BackendContext *ctx, IR *ir, CodeBuf *buf,
                             CompiledBlock *block)
{
    size_t start = (buf->used + HEADER + ALIGN - 1) & -(size_t)ALIGN;
    if (start + sizeof(InterpBlock) > buf->size) {
        return COMPILE_BUFFER_FULL;
    }
    Build b = {.ctx = ctx,
               .ir = ir,
               .rw = buf->rw + start,
               .rx = buf->rx + start,
               .size = buf->size - start};
    find_first_pc(&b);
    find_slots(&b);
    write_block(&b);
    if (b.too_large) {
        return COMPILE_TOO_LARGE;
    }
    if (b.used > b.size) {
        return COMPILE_BUFFER_FULL;
    }
    buf->used = start + b.used;
    *block = (CompiledBlock){
        .offset = (uint32_t)start,
        .size = (uint32_t)b.used,
        .slots = ctx->slots,
        .nb_slots = b.nb_slots,
        .rows = ctx->rows,
        .nb_rows = b.nb_rows,
        .literals = (uint32_t)b.used,
        .nb_outer = COMPILE_MAX_OUTER + 1,
    };
    return COMPILE_OK;
}
