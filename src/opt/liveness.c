/*
 * Liveness: which values are still wanted after each op.
 *
 * One backward pass over the ops.  For each temp it knows, at any point,
 *   used     it is read again before it is redefined, in this extended basic
 *            block (a TB temp: perhaps in another)
 *   exposed  (globals) its value reaches an op that exposes it - one that may
 *            fault, ends a basic block, or whose helper reads the guest state
 *            - before it is redefined
 *   visible  all bits of its value can be seen before it is redefined:
 *            exposed, or read by an op that looks at them.  Otherwise the
 *            upper half of an I64 does not matter, nor which NaN an FP
 *            value is
 * An op whose outputs are neither used nor exposed, and that does nothing
 * else, becomes nop; the op whose carry it took does without.  An fcanon of an
 * arithmetic result whose own result is not visible becomes a mov, and so does
 * an extension of a low half whose upper half is not visible.  A mov of the
 * result of the op before it, not used otherwise, becomes that op's output.
 *
 * What a side needs (set_side in core/opcode.def) is needed by the op that
 * leads there: its temps, and the globals that it does not write; those that
 * it writes are not exposed there.
 *
 * Nothing is done for all temps at once: times of what happens to a temp are
 * compared with times of what happens to all of its kind.  Time runs as the
 * ops do; op i reads and exposes at 2i and writes at 2i + 1.
 *
 * Requires: opt_reach has run, so that every op can be reached.
 * Guarantees: Op.life as LIFE_DEAD and LIFE_SYNC say in core/ir.h:
 * - LIFE_DEAD of an input marks its last occurrence in this extended basic
 *   block before a redefinition; never for env.
 * - LIFE_DEAD of an output: not used.
 * - LIFE_SYNC of an output: a global that is exposed.  Used alone, it need
 *   never leave a register.
 * - LIFE_LOW of an extension to I64: its upper half does not matter.
 * - LIFE_ASIDE of an input in a side: behind the op that leads to the side, the
 *   temp is not used.
 * - No set_label without references.
 */
#include "opt/opt.h"

#include <string.h>
#include "util/check.h"

enum { KINDS = TEMP_CONST + 1 };

#define NEVER UINT32_MAX

typedef struct TempLife {
    uint32_t read;    /* time of the next op that reads it */
    uint32_t written; /* time of the next op that writes it */
    uint32_t seen;    /* time of an op that looks at all its bits */
} TempLife;

typedef struct Live {
    IR *ir;
    uint32_t now;            /* time at which the current op reads */
    bool carry;              /* a kept op after this one takes a carry */
    uint32_t forget[KINDS];  /* later reads do not count */
    uint32_t want[KINDS];    /* next time that all of a kind are used... */
    uint32_t expose[KINDS];  /* ...or exposed */
    Op *side[IR_MAX_LABELS]; /* set_side of the label, or NULL */
    TempLife temps[IR_MAX_TEMPS];
} Live;

static unsigned kind_of(const Live *l, TempId t)
{
    return l->ir->temps[t].kind;
}

static bool is_exposed(const Live *l, TempId t)
{
    return l->expose[kind_of(l, t)] < l->temps[t].written;
}

static bool is_used(const Live *l, TempId t)
{
    const TempLife *life = &l->temps[t];
    unsigned kind = kind_of(l, t);
    return life->read < l->forget[kind] || l->want[kind] < life->written;
}

static bool is_visible(const Live *l, TempId t)
{
    const TempLife *life = &l->temps[t];
    return life->seen != NEVER || is_exposed(l, t) ||
           l->want[kind_of(l, t)] < life->written;
}

/* ---- what an op does to all temps of a kind ------------------------------ */

static void expose_globals(Live *l)
{
    l->expose[TEMP_GLOBAL] = l->now;
}

/* Copies of globals in registers are not good beyond this op. */
static void forget_globals(Live *l)
{
    l->forget[TEMP_GLOBAL] = l->now + 1;
}

static bool sees_bits(const IR *, const Op *, unsigned i, bool visible);

static bool is_global(const Live *l, Arg t)
{
    return l->ir->temps[t].kind == TEMP_GLOBAL;
}

static void mark_aside(const Live *l, Op *op)
{
    unsigned outs = op_outs(op);
    for (unsigned i = outs; i < outs + op_ins(op); i++) {
        TempId t = (TempId)op->arg[i];
        bool local = kind_of(l, t) == TEMP_EBB || kind_of(l, t) == TEMP_TB;
        op->life |= local && !is_used(l, t) ? LIFE_ASIDE(i) : 0;
    }
}

static void side_reads(Live *l, const Op *op)
{
    unsigned outs = op_outs(op);
    for (unsigned i = outs; i < outs + op_ins(op); i++) {
        l->temps[op->arg[i]].read = l->now;
        if (sees_bits(l->ir, op, i, true)) {
            l->temps[op->arg[i]].seen = l->now;
        }
    }
}

/*
 * Control may go to a side from here.  Its ops are pure, but for the last;
 * it reads a global only before it writes it.
 */
static void lead_to_side(Live *l, Op *side)
{
    TempId hidden[IR_SIDE_GLOBALS];
    unsigned n = 0;
    Op *op = side + 1;
    for (; !(op_flags(op) & OPF_BB_END); op++) {
        mark_aside(l, op);
        if (op_outs(op) && is_global(l, op->arg[0]) &&
            !is_exposed(l, (TempId)op->arg[0])) {
            check(n < IR_SIDE_GLOBALS, "a side writes too much");
            hidden[n++] = (TempId)op->arg[0];
        }
    }
    expose_globals(l);
    while (n > 0) {
        l->temps[hidden[--n]].written = l->now;
    }
    while (--op > side) {
        side_reads(l, op);
    }
}

/* The side that the op leads to, or NULL. */
static Op *side_of(const Live *l, const Op *op)
{
    int k = opcode_label((Opcode)op->opc);
    return k < 0 ? NULL : l->side[op_const(op, (unsigned)k)];
}

/* A label, or an op that control does not pass. */
static void end_of_block(Live *l)
{
    for (unsigned kind = 0; kind < KINDS; kind++) {
        l->forget[kind] = l->now + 1;
    }
    l->forget[TEMP_FIXED] = NEVER;
    l->want[TEMP_TB] = NEVER;
}

/* All but those that the side writes, if the op leads to one. */
static void expose_globals_at(Live *l, const Op *op)
{
    Op *side = side_of(l, op);
    if (side) {
        lead_to_side(l, side);
    } else {
        expose_globals(l);
    }
}

static void basic_block_border(Live *l, const Op *op)
{
    bool falls_through = op->opc == OP_brcond || op->opc == OP_brcond2_i32;
    if (!falls_through) {
        end_of_block(l);
    }
    if (!(op_flags(op) & OPF_EXIT)) { /* TB temps may be wanted elsewhere */
        l->want[TEMP_TB] = l->now;
    }
    expose_globals_at(l, op);
}

static void helper_call(Live *l, const Op *op)
{
    unsigned flags = op_helper(op)->flags;
    if (flags & HELPER_WRITES_STATE) {
        forget_globals(l);
    }
    if (flags & (HELPER_READS_STATE | HELPER_WRITES_STATE | HELPER_FAULTS)) {
        expose_globals(l);
    }
}

/*
 * A host load or store exposes the globals that lie where it goes, all of
 * them if that is not known.  A store may leave part of the old value.
 */
static void host_access(Live *l, const Op *op)
{
    bool store = opcode_info[op->opc].outs == 0;
    TempId base = (TempId)op->arg[1];
    if (base != l->ir->env) {
        if (store) {
            forget_globals(l);
        }
        expose_globals(l);
        return;
    }
    int64_t start = (int64_t)op->arg[2];
    int64_t end = start + op_access_bytes(op);
    for (TempId t = l->ir->env + 1; t < l->ir->nb_globals; t++) {
        const Temp *g = &l->ir->temps[t];
        if (g->offset < end && g->offset + type_size((Type)g->type) > start) {
            if (store) {
                l->temps[t].read = NEVER;
            }
            l->temps[t].written = NEVER; /* so exposed: the end exposes it */
        }
    }
}

static void side_effects(Live *l, const Op *op)
{
    unsigned flags = op_flags(op);
    if (flags & (OPF_BB_START | OPF_BB_END)) {
        basic_block_border(l, op);
    } else if (flags & OPF_FAULT) {
        bool guarded = op > l->ir->ops && op[-1].opc == OP_on_fault;
        expose_globals_at(l, guarded ? op - 1 : op);
    } else if (flags & OPF_CALL) {
        helper_call(l, op);
    } else if ((op->opc >= OP_ld8u && op->opc <= OP_st) ||
               op->opc == OP_vdupm) {
        host_access(l, op);
    }
    l->carry = (flags & OPF_CARRY_IN) != 0;
}

/* ---- which bits matter --------------------------------------------------- */

/*
 * How an op looks at the upper half of an I64 that it reads, or at which NaN
 * an FP value is: always, as far as its own result is visible, never.
 */
enum { BITS_SEEN, BITS_PASSED, BITS_UNSEEN };

static const uint8_t bit_use[OP_COUNT] = {
    /* the low half of the result comes from low halves alone */
    [OP_mov] = BITS_PASSED,
    [OP_add] = BITS_PASSED,
    [OP_sub] = BITS_PASSED,
    [OP_mul] = BITS_PASSED,
    [OP_neg] = BITS_PASSED,
    [OP_and] = BITS_PASSED,
    [OP_or] = BITS_PASSED,
    [OP_xor] = BITS_PASSED,
    [OP_not] = BITS_PASSED,
    [OP_andc] = BITS_PASSED,
    [OP_orc] = BITS_PASSED,
    [OP_eqv] = BITS_PASSED,
    [OP_nand] = BITS_PASSED,
    [OP_nor] = BITS_PASSED,
    [OP_shl] = BITS_PASSED,
    [OP_deposit] = BITS_PASSED,
    [OP_bswap16] = BITS_UNSEEN,
    [OP_bswap32] = BITS_UNSEEN,
    [OP_extrl_i64_i32] = BITS_UNSEEN,
    /* moves of what may be a NaN; arithmetic treats all quiet NaNs alike, but
     * funbox takes a NaN with ones above for a single */
    [OP_fbox] = BITS_PASSED,
    [OP_fcanon] = BITS_UNSEEN,
    [OP_fadd] = BITS_UNSEEN,
    [OP_fsub] = BITS_UNSEEN,
    [OP_fmul] = BITS_UNSEEN,
    [OP_fdiv] = BITS_UNSEEN,
    [OP_fsqrt] = BITS_UNSEEN,
    [OP_fmadd] = BITS_UNSEEN,
    [OP_fmsub] = BITS_UNSEEN,
    [OP_fnmsub] = BITS_UNSEEN,
    [OP_fnmadd] = BITS_UNSEEN,
    [OP_fmin] = BITS_UNSEEN,
    [OP_fmax] = BITS_UNSEEN,
    [OP_fcmp] = BITS_UNSEEN,
    [OP_fround] = BITS_UNSEEN,
    [OP_fclass] = BITS_UNSEEN,
    [OP_fcvt_ff] = BITS_UNSEEN,
    [OP_fcvt_fs] = BITS_UNSEEN,
    [OP_fcvt_fu] = BITS_UNSEEN,
};

static bool any_nan(const IR *ir, const Op *op)
{
    return ir_fp_policy(ir, op)->nan == FP_NAN_ANY;
}

/* One of two operands, as it is. */
static bool copies_operand(const Op *op)
{
    return (op->opc == OP_fmin || op->opc == OP_fmax) &&
           op_const(op, 0) == FMIN_SECOND;
}

bool opt_takes_any_nan(const IR *ir, const Op *op)
{
    return bit_use[op->opc] == BITS_UNSEEN && !copies_operand(op) &&
           (!opt_is_fp_arithmetic(op) || any_nan(ir, op));
}

bool opt_yields_any_nan(const IR *ir, const Op *op)
{
    return opt_is_fp_arithmetic(op) && any_nan(ir, op);
}

/* Does op look at all bits of input i?  visible: those of its result are. */
static bool sees_bits(const IR *ir, const Op *op, unsigned i, bool visible)
{
    switch (op->opc) {
    case OP_extract:
    case OP_sextract: return op->arg[2] + op->arg[3] > 32;
    case OP_st8:
    case OP_st16:
    case OP_st32: return i != 0;
    case OP_guest_st:
        return i != 0 || !type_in((Type)op->type, TYPES_INT) ||
               (op->arg[3] & MO_SIZE) > MO_32;
    case OP_guest_stx:
        return i != 0 || !type_in((Type)op->type, TYPES_INT) ||
               (op->arg[5] & MO_SIZE) > MO_32;
    default:
        return bit_use[op->opc] == BITS_PASSED   ? visible
               : bit_use[op->opc] == BITS_UNSEEN ? !opt_takes_any_nan(ir, op)
                                                 : true;
    }
}

bool opt_is_fp_arithmetic(const Op *op)
{
    switch (op->opc) {
    case OP_fadd:
    case OP_fsub:
    case OP_fmul:
    case OP_fdiv:
    case OP_fsqrt:
    case OP_fmadd:
    case OP_fmsub:
    case OP_fnmsub:
    case OP_fnmadd:
    case OP_fround:
    case OP_fcvt_ff:
    case OP_fcvt_sf:
    case OP_fcvt_uf: return true;
    case OP_fmin:
    case OP_fmax: return !copies_operand(op);
    default: return false;
    }
}

/* The op before this one, not counting a few nops, or NULL. */
static Op *op_before(const Live *l, Op *op)
{
    for (unsigned i = 0; i < 4 && op > l->ir->ops; i++) {
        op--;
        if (op->opc != OP_nop) {
            return op;
        }
    }
    return NULL;
}

/* mov o, t right after the only op that sets t: that op sets o. */
static bool merge_mov(Live *l, Op *op)
{
    TempId o = (TempId)op->arg[0], t = (TempId)op->arg[1];
    Op *def = op_before(l, op);
    if (kind_of(l, t) != TEMP_EBB || is_used(l, t) || !def ||
        op_outs(def) != 1 || def->arg[0] != t || def->opc == OP_discard ||
        l->ir->temps[o].type != l->ir->temps[t].type) {
        return false;
    }
    def->arg[0] = o;
    op->opc = OP_nop;
    return true;
}

/* The op that yields the same and no carry; the op itself if there is none. */
static Opcode without_carry(const Op *op)
{
    switch (op->opc) {
    case OP_addco: return OP_add;
    case OP_addcio: return OP_addci;
    case OP_subbo: return OP_sub;
    case OP_subbio: return OP_subbi;
    default: return (Opcode)op->opc;
    }
}

/* True if the op is done with: nothing else is to be done for it. */
static bool simplify(Live *l, Op *op)
{
    if ((op_flags(op) & OPF_CARRY_OUT) && !l->carry) {
        op->opc = (uint16_t)without_carry(op);
    }
    if (op->opc == OP_fcanon && !is_visible(l, (TempId)op->arg[0])) {
        const Op *def = op_before(l, op);
        if (def && opt_is_fp_arithmetic(def) && def->arg[0] == op->arg[1]) {
            op->opc = OP_mov;
        }
    }
    if ((op->opc == OP_sextract || op->opc == OP_extract) && op->arg[2] == 0 &&
        op->arg[3] >= 32 && !is_visible(l, (TempId)op->arg[0])) {
        op->opc = OP_mov;
    }
    if (op->opc == OP_mov && op->arg[0] == op->arg[1]) {
        op->opc = OP_nop;
        return true;
    }
    return op->opc == OP_mov && merge_mov(l, op);
}

/* ---- one op ------------------------------------------------------------ */

/* Takes the carry of an op that has no form without it. */
static bool takes_carry(const Live *l, Op *op)
{
    const Op *def = op_before(l, op);
    return (op_flags(op) & OPF_CARRY_IN) && def &&
           (def->opc == OP_addc1o || def->opc == OP_subb1o);
}

static bool must_stay(const Live *l, Op *op)
{
    unsigned flags = op_flags(op);
    if (flags & OPF_CALL) {
        return !(op_helper(op)->flags & HELPER_PURE);
    }
    return (flags & (OPF_SIDE | OPF_FPENV | OPF_FAULT)) ||
           ((flags & OPF_CARRY_OUT) && l->carry) || takes_carry(l, op);
}

static bool wanted(const Live *l, const Op *op)
{
    for (unsigned i = 0; i < op_outs(op); i++) {
        TempId t = (TempId)op->arg[i];
        if (is_used(l, t) || is_exposed(l, t)) {
            return true;
        }
    }
    return false;
}

/* Returns whether an output is visible. */
static bool outputs(Live *l, Op *op, unsigned outs)
{
    bool visible = false;
    for (unsigned i = 0; i < outs; i++) {
        TempId t = (TempId)op->arg[i];
        op->life |= is_used(l, t) ? 0 : LIFE_DEAD(i);
        op->life |= is_exposed(l, t) ? LIFE_SYNC(i) : 0;
        visible |= is_visible(l, t);
    }
    for (unsigned i = 0; i < outs; i++) {
        TempLife *life = &l->temps[op->arg[i]];
        life->read = NEVER;
        life->written = l->now + 1;
        life->seen = NEVER;
    }
    return visible;
}

static void inputs(Live *l, Op *op, unsigned outs, bool visible)
{
    for (unsigned i = outs + op_ins(op); i-- > outs;) {
        TempId t = (TempId)op->arg[i];
        op->life |= is_used(l, t) ? 0 : LIFE_DEAD(i);
        l->temps[t].read = l->now;
        if (sees_bits(l->ir, op, i, visible)) {
            l->temps[t].seen = l->now;
        }
    }
}

/* Is the input what the op before has loaded, with nothing above? */
static bool loads_alone(const Live *l, Op *op)
{
    const Op *def = op_before(l, op);
    return def && def->arg[0] == op->arg[1] &&
           (def->opc == OP_guest_ld || def->opc == OP_guest_ldx ||
            def->opc == OP_ld);
}

static void visit(Live *l, Op *op)
{
    if (op->opc == OP_nop || op->opc == OP_insn_start || simplify(l, op)) {
        return;
    }
    if ((op->opc == OP_set_label && !l->ir->labels[op->arg[0]].refs) ||
        (!must_stay(l, op) && !wanted(l, op))) {
        op->opc = OP_nop;
        return;
    }
    unsigned outs = op_outs(op);
    op->life = 0;
    bool visible = outputs(l, op, outs);
    if (!visible && (op->opc == OP_ext_i32_i64 || op->opc == OP_extu_i32_i64)) {
        op->life |= LIFE_LOW;
    }
    if (op->opc == OP_vlow_zero && loads_alone(l, op)) {
        op->life |= LIFE_LOW;
    }
    side_effects(l, op);
    inputs(l, op, outs, visible);
    if (op->opc == OP_set_side) {
        l->side[op->arg[0]] = op;
    }
}

/* ---- the pass ---------------------------------------------------------- */

static void start(Live *l, IR *ir)
{
    l->ir = ir;
    l->now = 2 * ir->nb_ops;
    l->carry = false;
    for (unsigned kind = 0; kind < KINDS; kind++) {
        l->want[kind] = l->expose[kind] = NEVER;
    }
    memset(l->temps, 0xff, ir->nb_temps * sizeof(TempLife)); /* NEVER */
    memset(l->side, 0, ir->nb_labels * sizeof(l->side[0]));
    l->temps[ir->env].read = 0;
    end_of_block(l);
    expose_globals(l);
}

_Static_assert(sizeof(Live) <= IR_WORK_BYTES, "Live fits IR.work");

void opt_liveness(IR *ir)
{
    Live *l = ir->work;
    start(l, ir);
    for (uint32_t i = ir->nb_ops; i-- > 0;) {
        l->now = 2 * i;
        visit(l, &ir->ops[i]);
    }
}
