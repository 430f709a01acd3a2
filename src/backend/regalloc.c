/* The allocator's state and the primitives on it. */
#include "backend/regalloc.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

int32_t ra_home(const RegAlloc *ra, TempId t)
{
    const Temp *temp = &ra->ir->temps[t];

    if (temp->kind == TEMP_GLOBAL) {
        return temp->offset;
    }
    return ra->desc->spill + (int32_t)(t * SPILL_SLOT_BYTES);
}

void ra_note(RegAlloc *ra, TraceEvent e)
{
    e.op = (uint32_t)(ra->op - ra->ir->ops);
    e.offset = ra->desc->offset(ra->host);
    e.disp = e.temp ? ra_home(ra, e.temp) : 0;
    e.why = ra->why;
    ra->trace->event(ra->trace->opaque, &e);
}

void ra_note_move(RegAlloc *ra, TraceKind kind, TempId t, int reg, int from)
{
    ra_note(ra, (TraceEvent){.kind = kind,
                             .temp = t,
                             .reg = (int8_t)reg,
                             .from = (int8_t)from});
}

void ra_occupy(RegAlloc *ra, int r, TempId t)
{
    ra_trace(ra, TRACE_OCCUPY, t, r, NOWHERE);
    ra->free &= ~REG_BIT(r);
    ra->borrowed |= REG_BIT(r) & ~ra->scratch;
    ra->occupant[r] = t;
    ra->state[t].reg = (int8_t)r;
}

void ra_release(RegAlloc *ra, TempId t)
{
    TempState *s = &ra->state[t];

    if (s->reg != NOWHERE && !s->pinned) {
        ra_trace(ra, TRACE_FREE, t, s->reg, NOWHERE);
        ra->free |= REG_BIT(s->reg) & (ra->scratch | ra->lent);
        ra->borrowed &= ~REG_BIT(s->reg);
        s->reg = NOWHERE;
    }
}

void ra_sync(RegAlloc *ra, TempId t)
{
    TempState *s = &ra->state[t];

    if (!s->mem && !s->pinned) {
        check(s->reg != NOWHERE, "temp %u has no value", t);
        ra_trace(ra, TRACE_STORE, t, s->reg, NOWHERE);
        ra->desc->store(ra->host, ra->ir->temps[t].type, s->reg,
                        ra_home(ra, t));
        s->mem = true;
    }
}

void ra_to_memory(RegAlloc *ra, TempId t)
{
    const Temp *temp = &ra->ir->temps[t];

    if (temp->kind == TEMP_CONST) {
        ra_trace(ra, TRACE_STORE_CONST, t, NOWHERE, NOWHERE);
        ra->desc->store_const(ra->host, temp->type, temp->value,
                              ra_home(ra, t));
    } else {
        check(temp->kind != TEMP_FIXED, "no register for env");
        ra_sync(ra, t);
    }
}

void ra_evict(RegAlloc *ra, int r)
{
    TempId t = ra->occupant[r];

    ra_why(ra, TRACE_EVICT_REASON);
    ra_sync(ra, t);
    ra_release(ra, t);
}

void ra_evict_class(RegAlloc *ra, RegClass class)
{
    RegSet set = ra_usable(ra, class) & ~ra->free;

    for (; set; set &= set - 1) {
        int r = regset_first(set);
        if (ra_is_value(ra, ra->occupant[r])) {
            ra_release(ra, ra->occupant[r]);
        } else {
            ra_evict(ra, r);
        }
    }
}

RegSet ra_usable(const RegAlloc *ra, RegClass class)
{
    const HostDesc *d = ra->desc;
    RegSet before = REG_BIT(d->first[class]) - 1;
    RegSet after =
        class + 1 < CLASS_COUNT ? REG_BIT(d->first[class + 1]) - 1 : ~(RegSet)0;
    return ra->conv->scratch[class] | (ra->lent & after & ~before);
}

void ra_claim_home(RegAlloc *ra, int home)
{
    ra->lent &= ~REG_BIT(home);
    ra->free &= ~REG_BIT(home);
}

void ra_displace(RegAlloc *ra, int r, RegSet avoid)
{
    TempId t = ra->occupant[r];
    RegClass class = host_reg_class(ra->desc, r);
    RegSet room = ra->free & ra_usable(ra, class) & ~avoid & ~REG_BIT(r);

    if (!room || ra->state[t].mem) {
        ra_evict(ra, r);
        return;
    }
    int to = regset_first(room);
    ra_why(ra, TRACE_DISPLACE_REASON);
    ra_trace(ra, TRACE_MOVE, t, to, r);
    ra->desc->mov(ra->host, ra->ir->temps[t].type, to, r);
    ra_release(ra, t);
    ra_occupy(ra, to, t);
}

enum { LOOK_AHEAD = 200 }; /* ops */

/* Registers of the set that the op reads. */
static RegSet reads(const RegAlloc *ra, const Op *op, RegSet set)
{
    RegSet found = 0;

    for (unsigned i = op_outs(op); i < op_outs(op) + op_ins(op); i++) {
        int r = ra->state[op->arg[i]].reg;
        found |= r != NOWHERE ? set & REG_BIT(r) : 0;
    }
    return found;
}

/*
 * What is read again the latest; among what is not read for a while, what
 * memory holds.
 */
static int farthest(const RegAlloc *ra, RegSet set)
{
    const Op *end = ra->ir->ops + ra->ir->nb_ops;
    const Op *last = end - ra->op > LOOK_AHEAD ? ra->op + LOOK_AHEAD : end;

    for (const Op *op = ra->op + 1; op < last && !regset_is_single(set); op++) {
        RegSet soon = reads(ra, op, set);
        set = soon == set ? set & -set : set & ~soon;
        if (op_flags(op) & (OPF_BB_START | OPF_EXIT)) {
            break;
        }
    }
    for (RegSet s = set; s; s &= s - 1) {
        if (ra->state[ra->occupant[regset_first(s)]].mem) {
            return regset_first(s);
        }
    }
    return regset_first(set);
}

/* Occupants that memory holds go first; among equals, take turns. */
static int victim(RegAlloc *ra, RegSet set)
{
    if (ra->ir->inner_slots) {
        return farthest(ra, set);
    }
    for (RegSet s = set; s; s &= s - 1) {
        int r = regset_first(s);
        if (ra->state[ra->occupant[r]].mem) {
            return r;
        }
    }
    RegSet later = set & ~(REG_BIT(ra->next_victim) - 1);
    int r = regset_first(later ? later : set);
    ra->next_victim = (unsigned)(r + 1) % HOST_REGS;
    return r;
}

int ra_take(RegAlloc *ra, RegSet set, RegSet avoid)
{
    set &= (ra->scratch | ra->lent) & ~avoid;
    if (set & ra->free) {
        RegSet scratch = set & ra->free & ra->scratch;
        return regset_first(scratch ? scratch : set & ra->free);
    }
    if (!set) {
        return NOWHERE;
    }
    int r = victim(ra, set);
    ra_evict(ra, r);
    return r;
}

void ra_copy_to(RegAlloc *ra, TempId t, int r)
{
    const Temp *temp = &ra->ir->temps[t];
    const TempState *s = &ra->state[t];

    if (s->reg == r) {
        return;
    }
    if (s->reg != NOWHERE) {
        ra_trace(ra, TRACE_MOVE, t, r, s->reg);
        ra->desc->mov(ra->host, temp->type, r, s->reg);
    } else if (temp->kind == TEMP_CONST) {
        ra_trace(ra, TRACE_CONST, t, r, NOWHERE);
        ra->desc->load_const(ra->host, temp->type, r, temp->value);
    } else if (temp->kind == TEMP_FIXED) {
        ra_trace(ra, TRACE_CONST, t, r, NOWHERE);
        ra->desc->load_env(ra->host, r);
    } else {
        check(s->mem, "temp %u is read before it is written", t);
        ra_trace(ra, TRACE_LOAD, t, r, NOWHERE);
        ra->desc->load(ra->host, temp->type, r, ra_home(ra, t));
    }
}

void ra_vacate_homes(RegAlloc *ra)
{
    ra->free &= ra->scratch;
    ra->lent = 0;
    for (RegSet s = ra->borrowed; s; s &= s - 1) {
        ra_displace(ra, regset_first(s), 0);
    }
}

/* ---- Beginnings and ends ----------------------------------------------- */

static TempState initial_state(unsigned kind)
{
    return (TempState){.reg = NOWHERE, .mem = kind >= TEMP_GLOBAL};
}

bool ra_init(RegAlloc *ra, const HostDesc *desc, const Convention *conv,
             Host *host, const IR *ir)
{
    ra->desc = desc;
    ra->conv = conv;
    ra->host = host;
    ra->scratch = conv->scratch[CLASS_INT] | conv->scratch[CLASS_FP] |
                  conv->scratch[CLASS_VEC];
    ra->next_victim = 0;
    ra->nb_initial = ir->nb_globals;
    ra->initial = calloc(ir->nb_globals, sizeof(TempState));
    if (!ra->initial) {
        return false;
    }
    for (TempId t = 0; t < ir->nb_globals; t++) {
        ra->initial[t] = initial_state(ir->temps[t].kind);
    }
    for (unsigned i = 0; i < conv->nb_pins; i++) {
        const Pin *p = &conv->pin[i];
        ra->initial[p->temp] =
            (TempState){.reg = (int8_t)p->reg, .pinned = true};
    }
    return true;
}

void ra_free(RegAlloc *ra)
{
    free(ra->held);
    free(ra->initial);
}

void ra_begin(RegAlloc *ra, const IR *ir)
{
    ra->ir = ir;
    ra->op = ir->ops;
    ra->free = ra->scratch;
    ra->borrowed = ra->lent = 0;
    ra->fork = NULL;
    ra->resumed = NULL;
    ra->nb_held = 0;
    ra->no_memory = false;
    memcpy(ra->state, ra->initial, ra->nb_initial * sizeof(TempState));
    for (TempId t = ra->nb_initial; t < ir->nb_temps; t++) {
        ra->state[t] = initial_state(ir->temps[t].kind);
    }
}

static RegSet occupied(const RegAlloc *ra)
{
    return (ra->scratch & ~ra->free) | ra->borrowed;
}

void ra_store_tb(RegAlloc *ra)
{
    ra_why(ra, TRACE_BRANCH_REASON);
    for (RegSet s = occupied(ra); s; s &= s - 1) {
        TempId t = ra->occupant[regset_first(s)];
        if (ra->ir->temps[t].kind == TEMP_TB) {
            ra_sync(ra, t);
        }
    }
}

void ra_forget_all(RegAlloc *ra)
{
    for (RegSet s = occupied(ra); s; s &= s - 1) {
        TempId t = ra->occupant[regset_first(s)];
        ra_trace(ra, TRACE_FREE, t, ra->state[t].reg, NOWHERE);
        ra->state[t].reg = NOWHERE;
    }
    ra->free = ra->scratch;
    ra->borrowed = ra->lent = 0;
}

void ra_discard(RegAlloc *ra, TempId t)
{
    const TempState *s = &ra->state[t];

    if (!s->pinned) {
        ra_release(ra, t);
        return;
    }
    ra->lent |= REG_BIT(s->reg);
    ra->free |= REG_BIT(s->reg) & ~ra->borrowed;
}

/* ---- Forks -------------------------------------------------------------- */

static bool grow_held(RegAlloc *ra)
{
    uint32_t max = ra->max_held ? 2 * ra->max_held : 1024;
    Held *held = realloc(ra->held, max * sizeof(Held));

    if (!held) {
        ra->no_memory = true;
        return false;
    }
    ra->held = held;
    ra->max_held = max;
    return true;
}

static void hold(RegAlloc *ra, Held h)
{
    if (ra->nb_held < ra->max_held || grow_held(ra)) {
        ra->held[ra->nb_held++] = h;
    }
}

const Fork *ra_note_fork(RegAlloc *ra)
{
    Fork *f = ra->fork;

    if (!f) {
        return NULL;
    }
    ra->fork = NULL;
    f->free = ra->free;
    f->borrowed = ra->borrowed;
    f->lent = ra->lent;
    f->first = ra->nb_held;
    for (RegSet s = occupied(ra); s; s &= s - 1) {
        int r = regset_first(s);
        TempId t = ra->occupant[r];
        hold(ra, (Held){t, (int8_t)r, ra->state[t].mem});
    }
    f->count = ra->nb_held - f->first;
    return f;
}

void ra_pass_fork(RegAlloc *ra, const Fork *f)
{
    for (const Op *op = f->side + 1; !(op_flags(op) & OPF_BB_END); op++) {
        for (unsigned i = op_outs(op); i < op_outs(op) + op_ins(op); i++) {
            if (op->life & LIFE_ASIDE(i)) {
                ra_release(ra, (TempId)op->arg[i]);
            }
        }
    }
}

/*
 * What no register held was in memory, whatever became of the temp further
 * down. A temp that the side before held may not have been, for that one.
 */
static void forget_registers(RegAlloc *ra)
{
    const Fork *last = ra->resumed;

    for (RegSet s = occupied(ra); s; s &= s - 1) {
        ra->state[ra->occupant[regset_first(s)]].reg = NOWHERE;
    }
    for (uint32_t i = 0; last && i < last->count; i++) {
        ra->state[ra->held[last->first + i].temp].mem = true;
    }
    for (TempId t = ra->nb_initial; !last && t < ra->ir->nb_temps; t++) {
        ra->state[t].mem = true;
    }
    for (TempId t = 0; t < ra->nb_initial; t++) {
        ra->state[t].mem |= !ra->state[t].pinned;
    }
}

void ra_resume_fork(RegAlloc *ra, const Fork *f)
{
    forget_registers(ra);
    ra->resumed = f;
    ra->free = f->free;
    ra->borrowed = f->borrowed;
    ra->lent = f->lent;
    for (uint32_t i = f->first; i < f->first + f->count; i++) {
        const Held *h = &ra->held[i];
        ra->state[h->temp].reg = h->reg;
        ra->state[h->temp].mem = h->mem;
        ra->occupant[h->reg] = h->temp;
        ra_trace(ra, TRACE_OCCUPY, h->temp, h->reg, NOWHERE);
    }
}
