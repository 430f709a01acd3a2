/*
 * The generic driver: IR with liveness in, a block of host code out.
 *
 * Requires liveness; each op goes through the allocator, which calls the emit
 * record of the op's row. Rows are chosen once, when a context is made.
 */
#include "backend/backend_int.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum {
    BLOCK_ALIGN = 16,
    BLOCK_HEADER = 8, /* the TB pointer before the first instruction */
    BLOCK_ROOM = 256, /* less is not worth a try */
};

/* ---- Context ------------------------------------------------------------ */

static void parse_row(BackendContext *b, unsigned i)
{
    const EmitRow *r = &b->desc->rows[i];
    const OpcodeInfo *info = &opcode_info[r->opc];
    Row *row = &b->rows[i];

    row->emit = r->emit;
    row->arg = r->arg;
    constraint_parse(&row->c, r->places, b->desc->letters, b->desc->consts);
    check(row->c.nb_outs == info->outs && row->c.nb_ins == info->ins,
          "operands of %s: %s", info->name, r->places);
}

/* The first row that fits is the one. */
static void choose_rows(BackendContext *b, uint32_t features,
                        const Row *row_of[OP_COUNT][TYPE_COUNT])
{
    for (unsigned i = 0; i < b->desc->nb_rows; i++) {
        const EmitRow *r = &b->desc->rows[i];
        for (unsigned t = 0; !(r->when & ~features) && t < TYPE_COUNT; t++) {
            if (r->types >> t & 1 && !row_of[r->opc][t]) {
                row_of[r->opc][t] = &b->rows[i];
            }
        }
    }
}

/* Only when something is compiled: a process may run what others have. */
static void need_rows(BackendContext *b, const IR *ir)
{
    if (b->has_rows) {
        return;
    }
    b->has_rows = true;
    for (unsigned i = 0; i < b->desc->nb_rows; i++) {
        parse_row(b, i);
    }
    for (unsigned p = 0; p < ir->nb_fp_policies; p++) {
        uint32_t bits = b->desc->policy_bits(&ir->fp_policies[p]);
        choose_rows(b, b->features | bits, b->row_of[p]);
    }
}

BackendContext *context_new(const HostDesc *desc, Host *host, uint32_t features,
                            const BackendConfig *cfg, const IR *ir)
{
    BackendContext *b = calloc(1, sizeof(*b));
    if (!b) {
        return NULL;
    }
    b->desc = desc;
    b->host = host;
    b->cfg = *cfg;
    b->rows = calloc(desc->nb_rows, sizeof(Row));
    b->row_of = calloc(ir->nb_fp_policies, sizeof(*b->row_of));
    convention_make(&b->conv, desc, cfg, ir);
    if (!b->rows || !b->row_of || !ra_init(&b->ra, desc, &b->conv, host, ir)) {
        context_free(b);
        return NULL;
    }
    b->features = features;
    b->ra.trace = cfg->trace;
    return b;
}

void context_free(BackendContext *b)
{
    ra_free(&b->ra);
    free(b->rows);
    free(b->row_of);
    free(b);
}

bool context_pinned(const BackendContext *b, unsigned i, TempId *t, int *reg)
{
    if (i >= b->conv.nb_pins) {
        return false;
    }
    *t = b->conv.pin[i].temp;
    *reg = b->conv.pin[i].reg;
    return true;
}

/* ---- Table of guest instructions ---------------------------------------- */

static PcRow *add_row(BlockBuild *build, uint32_t offset, int32_t guest)
{
    if (build->nb_rows == COMPILE_MAX_ROWS) {
        build->too_large = true;
        build->nb_rows = 0;
    }
    PcRow *row = &build->rows[build->nb_rows++];
    *row = (PcRow){offset, guest, 0};
    return row;
}

void build_pc_row(BlockBuild *build, uint32_t offset, uint64_t pc)
{
    int32_t guest = (int32_t)(pc - build->first_pc);
    const PcRow *last =
        build->nb_rows ? &build->rows[build->nb_rows - 1] : NULL;

    if (!last || last->guest_offset != guest || last == build->side_row) {
        add_row(build, offset, guest);
    }
}

static PcRow *side_row(BlockBuild *build, uint32_t offset, uint64_t pc)
{
    PcRow *row = add_row(build, offset, (int32_t)(pc - build->first_pc));

    build->side_row = row;
    return row;
}

static bool needs_pc(const Op *op)
{
    return op_flags(op) & (OPF_FAULT | OPF_CALL);
}

static void insn_start(BlockBuild *build, uint64_t pc)
{
    build->pc = pc;
    if (!build->started) {
        build->started = true;
        build->first_pc = pc;
    }
}

/* ---- Ops ---------------------------------------------------------------- */

static bool is_transparent(const Op *op)
{
    return op->opc == OP_nop || op->opc == OP_insn_start;
}

static const Op *next_op(const IR *ir, const Op *op)
{
    const Op *end = ir->ops + ir->nb_ops;

    do {
        op++;
    } while (op < end && is_transparent(op));
    return op < end ? op : NULL;
}

/*
 * brcond L; goto_tb; set_label L; goto_tb, where nothing else goes to L: the
 * second goto_tb, which the conditional jump can do itself.
 */
static const Op *taken_exit(const IR *ir, const Op *op)
{
    LabelId label = (LabelId)op_const(op, 1);
    const Op *fall = next_op(ir, op);
    const Op *target = fall ? next_op(ir, fall) : NULL;
    const Op *taken = target ? next_op(ir, target) : NULL;

    if (!taken || fall->opc != OP_goto_tb || target->opc != OP_set_label ||
        target->arg[0] != label || ir->labels[label].refs != 1 ||
        taken->opc != OP_goto_tb) {
        return NULL;
    }
    return taken;
}

static void general_op(BackendContext *b, const Op *op)
{
    const Row *row = b->row_of[op->fp][op->opc][op->type];

    check(row, "no row for %s.%s", opcode_info[op->opc].name,
          type_name((Type)op->type));
    if (op_flags(op) & OPF_BB_END && !(op_flags(op) & OPF_EXIT)) {
        ra_store_tb(&b->ra);
    }
    ra_op(&b->ra, op, row);
}

/* Does the op leave a region whose convention is its own? */
static bool changes_convention(const BackendContext *b, const IR *ir,
                               const Op *op)
{
    bool inner = op->opc == OP_goto_tb && ir_is_inner(ir, (unsigned)op->arg[0]);
    return b->build.adapter && !inner && op->opc != OP_exit_fault;
}

/* In a region: the goto_tb need not stand next, but must need no adapter. */
static const Op *taken_in_region(const BackendContext *b, const IR *ir,
                                 const Op *op)
{
    LabelId label = (LabelId)op_const(op, 1);
    const Op *taken = b->exit_at[label];

    return taken && taken > op && ir->labels[label].refs == 1 &&
                   !changes_convention(b, ir, taken)
               ? taken
               : NULL;
}

/* The op leads to the side of the label, if that is one. */
static SideState *fork_to(BackendContext *b, Arg label)
{
    SideState *side = b->side[label];

    b->ra.fork = side ? &side->fork : NULL;
    return side;
}

static void branch_op(BackendContext *b, const IR *ir, const Op *op)
{
    b->build.taken =
        b->build.is_region ? taken_in_region(b, ir, op) : taken_exit(ir, op);
    if (b->build.taken) {
        b->fused[op_const(op, 1)] = true;
    }
    fork_to(b, op_const(op, 1));
    general_op(b, op);
    b->build.taken = NULL;
}

/* Returns the last op it has dealt with. */
static const Op *label_op(BackendContext *b, const IR *ir, const Op *op)
{
    LabelId label = (LabelId)op->arg[0];

    if (b->fused[label]) {
        return next_op(ir, op);
    }
    check(!b->ra.lent, "a global without a value at L%u", label);
    ra_store_tb(&b->ra);
    ra_forget_all(&b->ra);
    b->desc->set_label(b->host, label);
    if (b->build.adapter && b->returned_to[label]) {
        adapter_emit_enter(b->build.adapter, b->desc, b->host);
    }
    return op;
}

static void side_op(BackendContext *b, const Op *op)
{
    const SideState *side = b->side[op->arg[0]];

    ra_resume_fork(&b->ra, &side->fork);
    b->desc->set_label(b->host, (LabelId)op->arg[0]);
    if (side->row) {
        side->row->side = b->desc->offset(b->host);
    }
}

/* As at a label, but nothing falls into it. */
static void stub_op(BackendContext *b, const Op *op)
{
    ra_forget_all(&b->ra);
    general_op(b, op);
}

/* Ways out of a region, and calls, are made by the convention outside. */
static void call_op(BackendContext *b, const Op *op)
{
    if (!b->build.adapter) {
        ra_call(&b->ra, op);
        return;
    }
    adapter_leave(&b->adapter, &b->ra);
    ra_call(&b->ra, op);
    adapter_enter(&b->adapter, &b->ra);
}

/* C functions may change FP and vector registers; of those that are pinned the
   host takes care. */
static void plugin_op(BackendContext *b, const Op *op)
{
    ra_evict_class(&b->ra, CLASS_FP);
    ra_evict_class(&b->ra, CLASS_VEC);
    general_op(b, op);
}

static void other_op(BackendContext *b, const IR *ir, const Op *op)
{
    if (!(op_flags(op) & OPF_EXIT) || !changes_convention(b, ir, op)) {
        general_op(b, op);
        return;
    }
    adapter_leave(&b->adapter, &b->ra);
    general_op(b, op);
    adapter_pin_inside(&b->adapter, &b->ra);
}

static void note_pc(BackendContext *b)
{
    uint32_t offset = b->desc->offset(b->host);

    if (b->guard) {
        b->guard->row = side_row(&b->build, offset, b->build.pc);
        b->guard = NULL;
    } else {
        build_pc_row(&b->build, offset, b->build.pc);
    }
}

/* Is the scalar good where its vector is?  Singles have to be boxed, unless
   there are no boxes. */
static bool is_view(const BackendContext *b, const IR *ir, unsigned type)
{
    return host_class(b->desc, type) == host_class(b->desc, TYPE_V128) &&
           (type != TYPE_F32 || ir->unboxed);
}

static const Op *compile_op(BackendContext *b, const IR *ir, const Op *op)
{
    ra_trace_op(&b->ra, op);
    if (op->opc == OP_insn_start) {
        insn_start(&b->build, op->arg[0]);
        if (b->cfg.every_pc) {
            build_pc_row(&b->build, b->desc->offset(b->host), b->build.pc);
        }
        return op;
    }
    b->build.keep_flags = op_flags(op) & OPF_CARRY_IN;
    if (op_flags(op) & OPF_BB_START) {
        b->build.in_side = op->opc == OP_set_side;
    }
    if (needs_pc(op)) {
        note_pc(b);
    }
    switch (op->opc) {
    case OP_nop: break;
    case OP_discard: ra_discard(&b->ra, (TempId)op->arg[0]); break;
    case OP_mov: ra_mov(&b->ra, op); break;
    case OP_call: call_op(b, op); break;
    case OP_plugin_cb:
    case OP_plugin_mem_cb: plugin_op(b, op); break;
    case OP_set_label: return label_op(b, ir, op);
    case OP_set_side: side_op(b, op); break;
    case OP_set_stub: stub_op(b, op); break;
    case OP_on_fault: b->guard = fork_to(b, op->arg[0]); break;
    case OP_ext_i32_i64:
    case OP_extu_i32_i64:
        if (!(op->life & LIFE_LOW) || !ra_extrl(&b->ra, op)) {
            general_op(b, op);
        }
        break;
    case OP_vlow:
        if (!is_view(b, ir, op->type) || !ra_extrl(&b->ra, op)) {
            general_op(b, op);
        }
        break;
    case OP_fsingle:
    case OP_extrl_i64_i32:
        if (!ra_extrl(&b->ra, op)) {
            general_op(b, op);
        }
        break;
    case OP_br:
        fork_to(b, op->arg[0]);
        general_op(b, op);
        ra_forget_all(&b->ra);
        break;
    case OP_fbox:
        if (b->build.in_side || !ra_fbox(&b->ra, op)) {
            general_op(b, op);
        }
        break;
    case OP_brcond: branch_op(b, ir, op); break;
    default: other_op(b, ir, op);
    }
    return op;
}

static void compile_ops(BackendContext *b, const IR *ir)
{
    const Op *end = ir->ops + ir->nb_ops;

    for (const Op *op = ir->ops; op < end && !b->ra.no_memory; op++) {
        op = compile_op(b, ir, op);
    }
}

/* ---- The whole ---------------------------------------------------------- */

static void begin_build(BackendContext *b, const IR *ir)
{
    BlockBuild *build = &b->build;

    memset(build->slots, 0, build->nb_slots * sizeof(build->slots[0]));
    build->nb_slots = 0;
    build->nb_rows = 0;
    build->too_large = false;
    build->started = false;
    build->in_side = false;
    build->leave = 0;
    build->side_row = NULL;
    build->adapter = NULL;
    b->nb_sides = 0;
    b->guard = NULL;
    memset(b->side, 0, ir->nb_labels * sizeof(b->side[0]));
    memset(b->fused, 0, ir->nb_labels * sizeof(b->fused[0]));
}

/* Labels behind which a slot is and that nothing falls into; sides' labels. */
static void find_exits(BackendContext *b, const IR *ir)
{
    bool falls = true;

    memset(b->exit_at, 0, ir->nb_labels * sizeof(b->exit_at[0]));
    memset(b->returned_to, 0, ir->nb_labels * sizeof(b->returned_to[0]));
    for (const Op *op = ir->ops; op < ir->ops + ir->nb_ops; op++) {
        const Op *next = op->opc == OP_set_label ? next_op(ir, op) : NULL;
        int ret = op_ret_slot(op);
        if (next && next->opc == OP_goto_tb && !falls) {
            b->exit_at[op->arg[0]] = next;
        }
        if (!is_transparent(op)) {
            falls = op->opc != OP_br && !(op_flags(op) & OPF_EXIT);
        }
        if (op->opc == OP_set_side) {
            SideState *side = &b->sides[b->nb_sides++];
            side->row = NULL;
            side->fork.side = op;
            b->side[op->arg[0]] = side;
        }
        if (ret >= 0 && ir_is_inner(ir, (unsigned)ret)) {
            b->returned_to[ir->inner[ret]] = true;
        }
    }
}

static void begin_region(BackendContext *b, const IR *ir)
{
    b->build.is_region = ir->region;
    if (b->build.is_region) {
        find_exits(b, ir);
        adapter_choose(&b->adapter, &b->conv, ir, b->cfg.pc_offset);
        b->build.adapter = adapter_is_empty(&b->adapter) ? NULL : &b->adapter;
    }
}

CompileStatus context_compile(BackendContext *b, IR *ir, CodeBuf *buf,
                              CompiledBlock *block)
{
    size_t start =
        (buf->used + BLOCK_HEADER + BLOCK_ALIGN - 1) & -(size_t)BLOCK_ALIGN;
    BlockBuild *build = &b->build;

    if (start + BLOCK_ROOM > buf->size) {
        return COMPILE_BUFFER_FULL;
    }
    need_rows(b, ir);
    begin_build(b, ir);
    begin_region(b, ir);
    ra_begin(&b->ra, ir);
    b->desc->begin(b->host, build, ir, buf->rw + start, buf->rw + buf->size,
                   buf->rx - buf->rw);
    if (build->adapter) {
        adapter_enter(&b->adapter, &b->ra);
    }
    compile_ops(b, ir);
    ra_trace(&b->ra, TRACE_END, 0, NOWHERE, NOWHERE);
    if (b->ra.no_memory) {
        return COMPILE_NO_MEMORY;
    }
    uint32_t size = b->desc->finish(b->host);
    if (build->too_large) {
        return COMPILE_TOO_LARGE;
    }
    if (!size) {
        return COMPILE_BUFFER_FULL;
    }
    buf->used = start + size;
    *block = (CompiledBlock){
        (uint32_t)start, size,           build->slots, build->nb_slots,
        build->rows,     build->nb_rows, build->leave, build->literals,
        build->outer,    build->nb_outer};
    return COMPILE_OK;
}
