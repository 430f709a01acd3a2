/*
 * Skipping rounds: loops that look for something in memory do many rounds at
 * once.
 *
 * For a loop in a region whose rounds (loop.h) only load, compute and test,
 * by globals that each round advances by what it loads, this comes before the
 * jump back to its head:
 *
 *     if the step would leave a page                           go to back
 *     load the next bytes by each such global, as vectors
 *     mask = the rounds that would not stay in the loop
 *     if mask is not 0
 *         those before the first in it: if there is none       go to back
 *         skip all of these but one, do that one               go to back
 *     skip all of the step but one, do that one                go on with
 *                                                              the next step
 *   back:
 *     jump back
 *
 * A round that is skipped only advances globals, for all else that it would
 * leave is overwritten by the round that is done; and that one makes loads and
 * tests of its own, which see what other threads wrote meanwhile. So the state
 * at the jump back is exactly that after a round, and what can happen there
 * may: signals, invalidation. As a step only comes after a round, a loop that
 * ends in its first is as fast as ever.
 *
 * A step touches no page but those that the round after it would touch, and a
 * load in it that faults leads to `back`: the loop meets the fault itself.
 *
 * Hosts whose vectors are narrower do without, and so do guests whose loads
 * are seen in order.
 *
 * Comes first, when globals still hold what the guest's registers do at each
 * instruction. Requires: Label.refs is exact. Guarantees: it still is; sides
 * stand at the end.
 */
#include "opt/skip.h"

#include <string.h>
#include "core/gen.h"
#include "opt/opt.h"
#include "util/check.h"

enum {
    PAGE_BYTES = 4096, /* the smallest that a guest or host has */
    WIDE_LOG2 = 2,     /* of loads so wide there are few in a vector: */
    WIDE_VECTORS = 2,  /* take more of these, the mask's 64 bits at most */
    MASK_BITS = 64,
    NEED_OPS = 1024, /* more than a loop can take of each */
    NEED_TEMPS = 1024,
    NEED_LABELS = 3 + SKIP_SIDES,
};

/* ---- which loops --------------------------------------------------------- */

/* All loads are of one kind. */
static bool same_lane(Skip *s, const Node *load)
{
    unsigned size_log2 = load->memop & MO_SIZE;
    bool is_signed = size_log2 < SKIP_WORD_LOG2 && load->memop & MO_SIGN;
    if (!s->nb_streams) {
        s->size_log2 = size_log2;
        s->is_signed = is_signed;
    }
    return size_log2 <= SKIP_WORD_LOG2 && s->size_log2 == size_log2 &&
           s->is_signed == is_signed;
}

/* The stream by the global, perhaps a new one with bytes from low on. */
static Stream *get_stream(Skip *s, TempId base, int64_t low)
{
    for (unsigned i = 0; i < s->nb_streams; i++) {
        if (s->stream[i].base == base) {
            return &s->stream[i];
        }
    }
    if (s->nb_streams == SKIP_STREAMS) {
        return NULL;
    }
    s->stream[s->nb_streams] = (Stream){base, low, low};
    return &s->stream[s->nb_streams++];
}

static bool add_load(Skip *s, const Node *load)
{
    const Node *addr = &s->loop.node[load->in[0]];
    int64_t step, offset = addr->value + load->value;
    if (!same_lane(s, load) || !loop_step(&s->loop, addr->base, &step) ||
        step != skip_size(s) || offset < -PAGE_BYTES || offset > PAGE_BYTES) {
        return false;
    }
    Stream *stream = get_stream(s, addr->base, offset);
    if (!stream) {
        return false;
    }
    int64_t end = offset + skip_size(s);
    stream->low = offset < stream->low ? offset : stream->low;
    stream->high = end > stream->high ? end : stream->high;
    return true;
}

static bool find_streams(Skip *s)
{
    unsigned loads = 0;
    s->nb_streams = 0;
    for (unsigned i = 0; i < s->loop.nb_nodes; i++) {
        const Node *n = &s->loop.node[i];
        if (n->kind == NODE_LOAD && (++loads > SKIP_LOADS || !add_load(s, n))) {
            return false;
        }
    }
    return loads;
}

/* A round depends on those before it by what it adds to globals alone. */
static bool is_closed(const Skip *s)
{
    int64_t step;
    for (unsigned i = 0; i < s->loop.nb_nodes; i++) {
        const Node *n = &s->loop.node[i];
        if (n->kind == NODE_LINEAR && !loop_step(&s->loop, n->base, &step)) {
            return false;
        }
    }
    return true;
}

static bool tests_fit(const Skip *s)
{
    bool lanes = false;
    for (unsigned i = 0; i < s->loop.nb_tests; i++) {
        const Test *t = &s->loop.test[i];
        if (skip_has_lanes(s, t)) {
            lanes = true;
        } else if (!skip_can_count(s, t)) {
            return false;
        }
    }
    return lanes;
}

/* Bytes from s->low that a step loads of the stream. */
static int64_t stream_bytes(const Skip *s, const Stream *stream)
{
    return stream->high - stream->low + skip_size(s) * (s->rounds - 1);
}

static bool streams_fit(const Skip *s)
{
    for (unsigned i = 0; i < s->nb_streams; i++) {
        if (stream_bytes(s, &s->stream[i]) > PAGE_BYTES / 8) {
            return false;
        }
    }
    return true;
}

static bool can_skip(Skip *s)
{
    if (!find_streams(s) || !is_closed(s) || !tests_fit(s)) {
        return false;
    }
    s->vectors = s->size_log2 >= WIDE_LOG2 ? WIDE_VECTORS : 1;
    s->rounds = s->vectors * SKIP_VECTOR_BYTES >> s->size_log2;
    return streams_fit(s);
}

/* ---- the step ------------------------------------------------------------ */

void skip_emit_back_if(Skip *s, TempId a, TempId b, Cond cond)
{
    gen_brcond(s->ir, TYPE_I64, a, b, cond, s->back);
}

TempId skip_emit_sum(Skip *s, TempId a, int64_t value)
{
    if (!value) {
        return a;
    }
    TempId sum = ir_temp(s->ir, TYPE_I64);
    gen_add(s->ir, TYPE_I64, sum, a, ir_i64(s->ir, value));
    return sum;
}

void skip_emit_load(Skip *s, Type type, TempId out, TempId addr, int64_t offset,
                    MemOp memop)
{
    LabelId side = ir_label(s->ir);
    check(s->nb_sides < SKIP_SIDES, "too many loads");
    s->side[s->nb_sides++] = side;
    gen_on_fault(s->ir, TYPE_I64, side);
    gen_guest_ld(s->ir, type, out, addr, (Arg)offset, memop);
}

static void emit_page_check(Skip *s, const Stream *stream)
{
    TempId in_page = ir_temp(s->ir, TYPE_I64);
    gen_and(s->ir, TYPE_I64, in_page,
            skip_emit_sum(s, stream->base, stream->low),
            ir_i64(s->ir, PAGE_BYTES - 1));
    skip_emit_back_if(s, in_page,
                      ir_i64(s->ir, PAGE_BYTES - stream_bytes(s, stream)),
                      COND_GTU);
}

/* A slot that nothing uses, or will (IR.plain_slot), or -1. */
static int free_slot(const IR *ir)
{
    uint64_t used = ir->plain_slot >= 0 ? 1ull << ir->plain_slot : 0;
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        switch (op->opc) {
        case OP_call_tb: used |= 1ull << op_const(op, 2); /* fall through */
        case OP_goto_tb:
        case OP_call_ptr: used |= 1ull << op_const(op, 0);
        }
    }
    return used == UINT64_MAX ? -1 : __builtin_ctzll(~used);
}

/* The next step, by a slot to the same place in the guest as the jump back. */
static void emit_again(Skip *s, LabelId again, int slot)
{
    if (slot >= 0) {
        const Op *back = &s->ir->ops[s->loop.back];
        uint64_t pc = op_const(back, 1), flags = op_const(back, 2);
        gen_goto_tb(s->ir, TYPE_I64, (Arg)slot, pc, flags);
        ir_link_inner(s->ir, (unsigned)slot, again);
    }
}

static void emit_step(Skip *s)
{
    IR *ir = s->ir;
    LabelId all = ir_label(ir), again = ir_label(ir);
    TempId bytes = ir_temp(ir, TYPE_I64);
    s->back = ir_label(ir);
    gen_set_label(ir, TYPE_I64, again);
    for (unsigned i = 0; i < s->nb_streams; i++) {
        emit_page_check(s, &s->stream[i]);
    }
    TempId mask = skip_emit_counts(s, skip_emit_lanes(s));
    gen_brcond(ir, TYPE_I64, mask, ir_i64(ir, 0), COND_EQ, all);
    skip_emit_back_if(s, mask, ir_i64(ir, 1), COND_TSTNE);
    gen_ctz(ir, TYPE_I64, bytes, mask, ir_i64(ir, MASK_BITS));
    skip_emit_rounds(s, bytes);
    gen_br(ir, TYPE_I64, s->back);
    gen_set_label(ir, TYPE_I64, all);
    skip_emit_rounds(s, 0);
    emit_again(s, again, free_slot(ir));
    gen_set_label(ir, TYPE_I64, s->back);
}

static void emit_sides(Skip *s)
{
    for (unsigned i = 0; i < s->nb_sides; i++) {
        gen_set_side(s->ir, TYPE_I64, s->side[i]);
        gen_br(s->ir, TYPE_I64, s->back);
    }
}

/* ---- the pass ------------------------------------------------------------ */

static bool has_room(const IR *ir)
{
    return ir->nb_ops + NEED_OPS < IR_MAX_OPS &&
           ir->nb_temps + NEED_TEMPS < IR_MAX_TEMPS &&
           ir->nb_labels + NEED_LABELS < IR_MAX_LABELS;
}

/* The ops from first to end go to before the one at `to`, further up. */
static void move_ops(IR *ir, uint32_t first, uint32_t end, uint32_t to)
{
    uint32_t moved = end - first;
    memcpy(ir->spare, ir->ops, to * sizeof(Op));
    memcpy(ir->spare + to, ir->ops + first, moved * sizeof(Op));
    memcpy(ir->spare + to + moved, ir->ops + to, (first - to) * sizeof(Op));
    memcpy(ir->spare + end, ir->ops + end, (ir->nb_ops - end) * sizeof(Op));
    Op *ops = ir->ops;
    ir->ops = ir->spare;
    ir->spare = ops;
}

static void try_loop(IR *ir, LabelId head)
{
    Skip s = {.ir = ir};
    if (has_room(ir) && loop_find(&s.loop, ir, head) && can_skip(&s)) {
        uint32_t first = ir->nb_ops;
        emit_step(&s);
        uint32_t end = ir->nb_ops;
        emit_sides(&s);
        move_ops(ir, first, end, s.loop.back);
    }
}

/* A step loads early what rounds to come would. */
static bool suits(const OptTarget *target)
{
    return memory_reorders_loads(target->guest_memory) &&
           target->host.vec_bytes >= SKIP_VECTOR_BYTES;
}

void opt_skip(IR *ir, const OptTarget *target)
{
    uint64_t seen = suits(target) ? ir->inner_slots : 0;
    while (seen) {
        LabelId head = ir->inner[__builtin_ctzll(seen)];
        try_loop(ir, head);
        for (uint64_t left = seen; left; left &= left - 1) {
            unsigned slot = (unsigned)__builtin_ctzll(left);
            seen &= ~((uint64_t)(ir->inner[slot] == head) << slot);
        }
    }
}
