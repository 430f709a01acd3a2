/*
 * One op: operands to where its constraint wants them, the emit record, and
 * the results to their homes.
 *
 * Order: temporaries and early outputs, which share with nothing; inputs,
 * the most constrained first; other outputs, which may share with inputs.
 * An input whose temp is evicted after it was placed is still good: its
 * register keeps the value until the record writes it.
 *
 * A temp that goes to a home right away is made there: the fbox behind it has
 * nothing to do, and the temp has borrowed the home.
 */
#include "backend/regalloc.h"

#include "util/check.h"

typedef struct OpState {
    RegAlloc *ra;
    const Op *op;
    const Constraint *c;
    RegSet avoid;    /* not to be given to anything any more */
    RegSet owned;    /* of those, outputs' and temporaries' */
    RegSet inputs;   /* registers that inputs are read from */
    RegSet reserved; /* for operands that must be there: not for others */
    int8_t out_reg[MAX_OUTS];
    bool mem_used; /* by an input that must be the only one */
    bool in_place; /* output and first input are one place in memory */
    bool swapped;  /* the first two inputs changed places */
    EmitOp *e;     /* filled as the operands are placed */
} OpState;

static TempId out_temp(const OpState *os, unsigned i)
{
    return (TempId)os->op->arg[i];
}

/* Where input i stands in the op's arguments. */
static unsigned in_index(const OpState *os, unsigned i)
{
    if (os->swapped && i < 2) {
        i ^= 1;
    }
    return os->c->nb_outs + i;
}

static TempId in_temp(const OpState *os, unsigned i)
{
    return (TempId)os->op->arg[in_index(os, i)];
}

static bool in_dies(const OpState *os, unsigned i)
{
    return os->op->life & LIFE_DEAD(in_index(os, i));
}

static uint8_t own_number(const OpState *os, int r)
{
    const HostDesc *d = os->ra->desc;
    return (uint8_t)(r - d->first[host_reg_class(d, r)]);
}

static Operand reg_operand(const OpState *os, int r)
{
    return (Operand){.kind = OPERAND_REG, .reg = own_number(os, r)};
}

/* The register that an operand of the type is in. */
static int operand_reg(const OpState *os, const Operand *o, unsigned type)
{
    const HostDesc *d = os->ra->desc;
    return o->reg + d->first[host_class(d, type)];
}

static bool read_elsewhere(const OpState *os, unsigned except, TempId t)
{
    for (unsigned j = 0; j < os->c->nb_ins; j++) {
        if (j != except && in_temp(os, j) == t) {
            return true;
        }
    }
    return false;
}

/* Registers that the inputs still to be placed are in now. */
static RegSet input_regs(const OpState *os)
{
    RegSet set = 0;

    for (unsigned i = 0; i < os->c->nb_ins; i++) {
        int r = os->ra->state[in_temp(os, i)].reg;
        set |= r != NOWHERE ? REG_BIT(r) : 0;
    }
    return set;
}

/* A scratch register of the set for this op alone. */
static int take(OpState *os, RegSet set, RegSet prefer_not)
{
    RegAlloc *ra = os->ra;
    RegSet avoid = os->avoid | os->reserved;
    RegSet nice = set & ra->free & ~(avoid | os->c->fixed | prefer_not);
    int r;

    if (regset_is_single(set)) {
        r = regset_first(set);
        check(ra->scratch & set & ~os->avoid, "register %d is not free", r);
        if (!(ra->free & set)) {
            ra_displace(ra, r, avoid | os->inputs | os->c->fixed);
        }
    } else if (nice) {
        r = regset_first(nice & ra->scratch ? nice & ra->scratch : nice);
    } else {
        r = ra_take(ra, set, avoid | os->c->fixed | prefer_not);
        if (r == NOWHERE) {
            r = ra_take(ra, set, avoid);
        }
    }
    if (r != NOWHERE) {
        os->avoid |= REG_BIT(r);
    }
    return r;
}

static int must_take(OpState *os, RegSet set, RegSet prefer_not)
{
    int r = take(os, set, prefer_not);

    check(r != NOWHERE, "no register left for %s",
          opcode_info[os->op->opc].name);
    return r;
}

/* ---- Homes ------------------------------------------------------------- */

static bool dies_here(const OpState *os, TempId t)
{
    for (unsigned i = 0; i < os->c->nb_ins; i++) {
        if (in_temp(os, i) == t && in_dies(os, i)) {
            return true;
        }
    }
    return false;
}

static int home_reg(const OpState *os, TempId t)
{
    const TempState *s = &os->ra->state[t];
    return s->pinned ? s->reg : NOWHERE;
}

/* Who has borrowed the home of an output, and is still wanted, has to go. */
static void reclaim_homes(OpState *os)
{
    RegAlloc *ra = os->ra;

    RegSet taken = ra->borrowed | ra->lent;

    for (unsigned i = 0; taken && i < os->c->nb_outs; i++) {
        int home = home_reg(os, out_temp(os, i));
        if (home == NOWHERE) {
            continue;
        }
        if (ra->borrowed & REG_BIT(home) &&
            !dies_here(os, ra->occupant[home])) {
            ra_displace(ra, home, 0);
        }
        ra_claim_home(ra, home);
    }
}

static const Op *op_after(const OpState *os, const Op *op)
{
    const Op *end = os->ra->ir->ops + os->ra->ir->nb_ops;

    do {
        op++;
    } while (op < end && op->opc == OP_nop);
    return op < end ? op : NULL;
}

/* The home of g where `fbox g, t` follows, behind an fcanon of t or not; or
   `vlow_zero g, t`, with nothing to do. */
static int next_home(const OpState *os, TempId t)
{
    const RegAlloc *ra = os->ra;
    const Op *next = op_after(os, os->op);

    if (next && next->opc == OP_fcanon && next->arg[0] == t &&
        next->arg[1] == t) {
        next = op_after(os, next);
    }
    bool goes_on =
        next && (next->opc == OP_fbox ||
                 (next->opc == OP_vlow_zero && next->life & LIFE_LOW));
    if (!goes_on || next->arg[1] != t) {
        return NOWHERE;
    }
    int home = home_reg(os, (TempId)next->arg[0]);
    bool lent = home != NOWHERE && ra->borrowed & REG_BIT(home);
    return lent ? NOWHERE : home;
}

/* The home of the global that t is like, if it is to be had. */
static int home_of_like(const OpState *os, TempId like)
{
    const TempState *s = &os->ra->state[like];
    bool free = s->pinned && os->ra->lent & os->ra->free & REG_BIT(s->reg);

    return free ? s->reg : NOWHERE;
}

/* The home of t, or of what it will be boxed to. */
static int place_to_make(const OpState *os, TempId t)
{
    const Temp *temp = &os->ra->ir->temps[t];
    bool boxed = temp->kind == TEMP_EBB && type_in((Type)temp->type, TYPES_FP);

    if (temp->kind == TEMP_EBB && temp->like) {
        return home_of_like(os, temp->like);
    }
    return boxed ? next_home(os, t) : home_reg(os, t);
}

/* ---- Temporaries and early outputs ------------------------------------- */

static void place_early(OpState *os)
{
    RegSet busy = input_regs(os);

    for (unsigned i = 0; i < os->c->nb_temps; i++) {
        int r = must_take(os, os->c->temp[i].regs, busy);
        os->owned |= REG_BIT(r);
        os->e->tmp[i] = own_number(os, r);
    }
    for (unsigned i = 0; i < os->c->nb_outs; i++) {
        const Place *p = &os->c->out[i];
        int home = home_reg(os, out_temp(os, i));
        if (!p->early) {
            continue;
        }
        if (home != NOWHERE && p->regs & REG_BIT(home) & ~busy &&
            !(op_flags(os->op) & OPF_FAULT)) {
            os->out_reg[i] = (int8_t)home;
        } else {
            os->out_reg[i] = (int8_t)must_take(os, p->regs, busy);
        }
        os->owned |= REG_BIT(os->out_reg[i]);
        os->avoid |= REG_BIT(os->out_reg[i]);
    }
}

/* ---- Inputs ------------------------------------------------------------ */

/* Can the value be built in the home of the output it is aliased to? */
static int alias_home(const OpState *os, unsigned i)
{
    const Place *p = &os->c->in[i];
    TempId t = in_temp(os, i);

    if (p->alias < 0) {
        return NOWHERE;
    }
    TempId out = out_temp(os, (unsigned)p->alias);
    int home = home_reg(os, out);
    bool lent = home != NOWHERE && os->ra->borrowed & REG_BIT(home) &&
                os->ra->occupant[home] != t;
    if (home == NOWHERE || lent || !(p->regs & REG_BIT(home)) ||
        read_elsewhere(os, i, out) ||
        (op_flags(os->op) & OPF_FAULT && t != out)) {
        return NOWHERE;
    }
    return home;
}

/* May the op destroy the register that t is in? */
static bool may_take_over(const OpState *os, unsigned i)
{
    TempId t = in_temp(os, i);
    const TempState *s = &os->ra->state[t];
    bool redefined = os->c->in[i].alias >= 0 &&
                     out_temp(os, (unsigned)os->c->in[i].alias) == t;

    return s->reg != NOWHERE &&
           os->c->in[i].regs & (os->ra->scratch | os->ra->lent) &
               REG_BIT(s->reg) & ~os->avoid &&
           (in_dies(os, i) || redefined || ra_is_value(os->ra, t)) &&
           !read_elsewhere(os, i, t);
}

/* An input whose register the op writes: a copy, or the dying original. */
static int place_owned(OpState *os, unsigned i)
{
    RegAlloc *ra = os->ra;
    const Place *p = &os->c->in[i];
    TempId t = in_temp(os, i);
    int r = alias_home(os, i);

    if (r != NOWHERE) {
        ra_why(ra, TRACE_COPY_REASON);
        ra_copy_to(ra, t, r);
        os->avoid |= REG_BIT(r);
    } else if (may_take_over(os, i)) {
        r = ra->state[t].reg;
        if (ra_is_value(ra, t) || ra->ir->temps[t].kind != TEMP_TB) {
            ra_release(ra, t);
        } else {
            ra_evict(ra, r);
        }
        os->avoid |= REG_BIT(r);
    } else if (regset_is_single(p->regs) && ra->state[t].reg != NOWHERE &&
               p->regs & REG_BIT(ra->state[t].reg)) {
        /* It is there but lives on: the value stays, the temp goes. */
        r = must_take(os, p->regs, 0);
    } else {
        r = must_take(os, p->regs, input_regs(os));
        ra_why(ra, TRACE_COPY_REASON);
        ra_copy_to(ra, t, r);
    }
    if (p->alias >= 0) {
        os->out_reg[p->alias] = (int8_t)r;
    }
    os->owned |= REG_BIT(r);
    return r;
}

/* In a register that is only read. */
static int place_read(OpState *os, unsigned i)
{
    RegAlloc *ra = os->ra;
    const Place *p = &os->c->in[i];
    TempId t = in_temp(os, i);
    int r = ra->state[t].reg;

    if (r != NOWHERE && p->regs & REG_BIT(r) & ~os->owned) {
        os->avoid |= REG_BIT(r);
        return r;
    }
    bool was_loaded = r != NOWHERE;
    r = take(os, p->regs, input_regs(os));
    if (r == NOWHERE) {
        return NOWHERE;
    }
    ra_why(ra, TRACE_INPUT_REASON);
    ra_copy_to(ra, t, r);
    if (!was_loaded) {
        ra_occupy(ra, r, t);
    }
    return r;
}

static bool mem_allowed(const OpState *os, unsigned i)
{
    const Place *p = &os->c->in[i];
    return p->mem && !os->in_place && !(p->mem_once && os->mem_used);
}

static bool stays_in_memory(const OpState *os, unsigned i)
{
    TempId t = in_temp(os, i);
    const TempState *s = &os->ra->state[t];

    return mem_allowed(os, i) && s->reg == NOWHERE && s->mem &&
           in_dies(os, i) && !ra_is_value(os->ra, t);
}

static Operand mem_operand(const OpState *os, TempId t)
{
    return (Operand){.kind = OPERAND_MEM, .disp = ra_home(os->ra, t)};
}

static void place_input(OpState *os, unsigned i)
{
    RegAlloc *ra = os->ra;
    const Place *p = &os->c->in[i];
    TempId t = in_temp(os, i);
    const Temp *temp = &ra->ir->temps[t];
    Operand *o = &os->e->in[i];

    if (temp->kind == TEMP_CONST && p->consts &&
        ra->desc->const_fits(p->consts, temp->type, temp->value)) {
        *o = (Operand){.kind = OPERAND_IMM, .imm = (int64_t)temp->value};
        return;
    }
    if (os->in_place && i == 0) {
        *o = mem_operand(os, t);
        return;
    }
    if (temp->kind == TEMP_FIXED && p->env) {
        *o = (Operand){.kind = OPERAND_ENV};
        return;
    }
    if (stays_in_memory(os, i)) {
        *o = mem_operand(os, t);
        os->mem_used |= p->mem_once;
        return;
    }
    int r =
        p->alias >= 0 || p->destroyed ? place_owned(os, i) : place_read(os, i);
    if (r == NOWHERE) {
        check(mem_allowed(os, i), "no register left for an input of %s",
              opcode_info[os->op->opc].name);
        os->mem_used |= p->mem_once;
        ra_why(ra, TRACE_OPERAND_REASON);
        ra_to_memory(ra, t);
        *o = mem_operand(os, t);
        return;
    }
    os->inputs |= REG_BIT(r);
    *o = reg_operand(os, r);
}

static void free_dead_inputs(OpState *os)
{
    for (unsigned i = 0; i < os->c->nb_ins; i++) {
        TempId t = in_temp(os, i);
        if (in_dies(os, i) && !ra_is_value(os->ra, t)) {
            if (os->ra->ir->temps[t].kind == TEMP_TB &&
                os->ra->state[t].reg != NOWHERE) {
                ra_why(os->ra, TRACE_LASTS_REASON);
                ra_sync(os->ra, t);
            }
            ra_release(os->ra, t);
        }
    }
}

/* Homes of globals that are discarded next: the outputs may have them. */
static void free_discarded(OpState *os)
{
    const Op *next = op_after(os, os->op);

    for (; next && next->opc == OP_discard; next = op_after(os, next)) {
        ra_discard(os->ra, (TempId)next->arg[0]);
    }
}

/* ---- Outputs ----------------------------------------------------------- */

/* The register that the first input was in and leaves, or NOWHERE. */
static int left_by_input(const OpState *os, RegSet regs)
{
    const Operand *o = &os->e->in[0];
    bool fits = os->c->nb_ins && o->kind == OPERAND_REG;
    int r = fits ? operand_reg(os, o, os->e->in_type) : NOWHERE;

    return fits && regs & os->ra->free & ~os->avoid & REG_BIT(r) ? r : NOWHERE;
}

/* Where an output that has no place yet had best be made. */
static int choose_output(OpState *os, unsigned i)
{
    const Place *p = &os->c->out[i];
    int r = place_to_make(os, out_temp(os, i));

    if (r != NOWHERE && p->regs & REG_BIT(r) & ~os->avoid) {
        return r;
    }
    r = left_by_input(os, p->regs);
    return r != NOWHERE ? r : must_take(os, p->regs, 0);
}

static void place_outputs(OpState *os)
{
    RegAlloc *ra = os->ra;

    for (unsigned i = 0; i < os->c->nb_outs; i++) {
        ra_release(ra, out_temp(os, i));
    }
    if (os->in_place) {
        os->e->out[0] = os->e->in[0];
        return;
    }
    os->avoid = os->owned;
    for (unsigned i = 0; i < os->c->nb_outs; i++) {
        if (os->out_reg[i] == NOWHERE) {
            os->out_reg[i] = (int8_t)choose_output(os, i);
            os->avoid |= REG_BIT(os->out_reg[i]);
        }
        os->e->out[i] = reg_operand(os, os->out_reg[i]);
    }
}

void ra_define(RegAlloc *ra, const Op *op, unsigned i, int r)
{
    TempId t = (TempId)op->arg[i];
    TempState *s = &ra->state[t];

    if (s->pinned) {
        if (r != s->reg) {
            ra_why(ra, TRACE_HOME_REASON);
            ra_trace(ra, TRACE_MOVE, t, s->reg, r);
            ra->desc->mov(ra->host, ra->ir->temps[t].type, s->reg, r);
        }
        return;
    }
    s->mem = false;
    ra_occupy(ra, r, t);
    if (op->life & LIFE_SYNC(i)) {
        ra_why(ra, TRACE_SYNC_REASON);
        ra_sync(ra, t);
    }
    if (op->life & LIFE_DEAD(i)) {
        ra_release(ra, t);
    }
}

/* ---- Trace -------------------------------------------------------------- */

static void trace_operand(const OpState *os, unsigned arg, TempId t,
                          const Operand *o)
{
    static const uint8_t kind[] = {
        [OPERAND_REG] = TRACE_IN_REG,
        [OPERAND_MEM] = TRACE_IN_MEMORY,
        [OPERAND_IMM] = TRACE_IN_CODE,
        [OPERAND_ENV] = TRACE_IN_CODE,
    };
    int reg = o->kind == OPERAND_REG
                  ? operand_reg(os, o, os->ra->ir->temps[t].type)
                  : NOWHERE;
    ra_note(os->ra, (TraceEvent){.kind = kind[o->kind],
                                 .temp = t,
                                 .arg = (uint8_t)arg,
                                 .reg = (int8_t)reg,
                                 .from = NOWHERE});
}

/* Where the operands of the op are, as its record is to find them. */
__attribute__((cold)) static void trace_inputs(const OpState *os)
{
    for (unsigned i = 0; i < os->c->nb_ins; i++) {
        trace_operand(os, in_index(os, i), in_temp(os, i), &os->e->in[i]);
    }
}

__attribute__((cold)) static void trace_outputs(const OpState *os)
{
    for (unsigned i = 0; i < os->c->nb_outs; i++) {
        trace_operand(os, i, out_temp(os, i), &os->e->out[i]);
    }
}

/* ---- The whole ---------------------------------------------------------- */

/* The second input is the better one to start the output with. */
static bool wants_swap(const OpState *os)
{
    const Op *op = os->op;

    if (os->c->in[0].alias != 0 || !op_commutes(os->ra->ir, op) ||
        op->type == TYPE_F32) { /* whose upper half is the first one's */
        return false;
    }
    TempId out = out_temp(os, 0), a = in_temp(os, 0), b = in_temp(os, 1);
    if (ra_is_value(os->ra, b) || out == a) {
        return false;
    }
    return out == b ||
           (in_dies(os, 1) && !in_dies(os, 0) && !os->ra->state[b].pinned);
}

/* Read, changed and written in its home by one instruction? */
static bool is_in_place(OpState *os)
{
    const Op *op = os->op;

    if (!os->c->nb_outs || !os->c->out[0].mem ||
        ~op->life & (LIFE_SYNC(0) | LIFE_DEAD(0))) {
        return false;
    }
    TempId out = out_temp(os, 0);
    const TempState *s = &os->ra->state[out];
    if (s->reg != NOWHERE || !s->mem) {
        return false;
    }
    os->swapped = op_flags(op) & OPF_COMM && in_temp(os, 1) == out;
    return in_temp(os, 0) == out;
}

/* All of EmitOp but the operands, of which only those in use are set. */
static void describe_op(OpState *os, const Row *row)
{
    const Op *op = os->op;
    const Constraint *c = os->c;
    EmitOp *e = os->e;

    e->opc = op->opc;
    e->type = op->type;
    e->vece = op->vece;
    e->fp = op->fp;
    e->arg = row->arg;
    e->in_type =
        c->nb_ins ? os->ra->ir->temps[op->arg[c->nb_outs]].type : op->type;
    e->dead =
        (uint8_t)(op->life & ~(op->life >> 16) & ((1u << c->nb_outs) - 1));
    e->low = op->life & LIFE_LOW;
    e->k = &op->arg[c->nb_outs + c->nb_ins];
}

void ra_op(RegAlloc *ra, const Op *op, const Row *row)
{
    const Constraint *c = &row->c;
    EmitOp e;
    OpState os = {
        .ra = ra, .op = op, .c = c, .out_reg = {NOWHERE, NOWHERE}, .e = &e};

    ra->op = op;
    describe_op(&os, row);
    os.in_place = is_in_place(&os);
    if (!os.in_place) {
        os.swapped = wants_swap(&os);
    }
    reclaim_homes(&os);
    if (c->early) {
        os.reserved = c->fixed;
        place_early(&os);
        os.reserved = 0;
    }
    for (unsigned i = 0; i < c->nb_ins; i++) {
        place_input(&os, c->order[i]);
    }
    if (__builtin_expect(ra->trace != NULL, 0)) {
        trace_inputs(&os);
    }
    const Fork *fork = ra_note_fork(ra);
    free_dead_inputs(&os);
    free_discarded(&os);
    place_outputs(&os);
    if (__builtin_expect(ra->trace != NULL, 0)) {
        trace_outputs(&os);
    }
    row->emit(ra->host, &e);
    if (fork) {
        ra_pass_fork(ra, fork);
    }
    for (unsigned i = 0; i < c->nb_outs && !os.in_place; i++) {
        ra_define(ra, op, i, os.out_reg[i]);
    }
}
