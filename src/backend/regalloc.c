/* The allocator's state and the primitives on it. */
#include "backend/regalloc.h"

#include <string.h>
#include "util/check.h"

int32_t ra_home(const RegAlloc *ra, TempId t)
{
    const Temp *temp = &ra->ir->temps[t];

    if (temp->kind == TEMP_GLOBAL) {
        return temp->offset;
    }
    return (int32_t)offsetof(CPUState, spill) -
           (int32_t)offsetof(CPUState, guest) + (int32_t)(t * SPILL_SLOT_BYTES);
}

void ra_occupy(RegAlloc *ra, int r, TempId t)
{
    ra->free &= ~REG_BIT(r);
    ra->borrowed |= REG_BIT(r) & ~ra->scratch;
    ra->occupant[r] = t;
    ra->state[t].reg = (int8_t)r;
}

void ra_release(RegAlloc *ra, TempId t)
{
    TempState *s = &ra->state[t];

    if (s->reg != NOWHERE && !s->pinned) {
        ra->free |= REG_BIT(s->reg) & ra->scratch;
        ra->borrowed &= ~REG_BIT(s->reg);
        s->reg = NOWHERE;
    }
}

void ra_sync(RegAlloc *ra, TempId t)
{
    TempState *s = &ra->state[t];

    if (!s->mem && !s->pinned) {
        check(s->reg != NOWHERE, "temp %u has no value", t);
        ra->desc->store(ra->host, ra->ir->temps[t].type, s->reg,
                        ra_home(ra, t));
        s->mem = true;
    }
}

void ra_to_memory(RegAlloc *ra, TempId t)
{
    const Temp *temp = &ra->ir->temps[t];

    if (temp->kind == TEMP_CONST) {
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

    ra_sync(ra, t);
    ra_release(ra, t);
}

/* Registers that any temp of r's class may move to. */
static RegSet same_class(const RegAlloc *ra, int r)
{
    return ra->conv->scratch[r < REG_VEC ? CLASS_INT : CLASS_VEC];
}

void ra_displace(RegAlloc *ra, int r, RegSet avoid)
{
    TempId t = ra->occupant[r];
    RegSet room = ra->free & same_class(ra, r) & ~avoid;

    if (!room || ra->state[t].mem) {
        ra_evict(ra, r);
        return;
    }
    int to = regset_first(room);
    ra->desc->mov(ra->host, ra->ir->temps[t].type, to, r);
    ra_release(ra, t);
    ra_occupy(ra, to, t);
}

/* Occupants that memory holds go first; among equals, take turns. */
static int victim(RegAlloc *ra, RegSet set)
{
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
    set &= ra->scratch & ~avoid;
    if (set & ra->free) {
        return regset_first(set & ra->free);
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
        ra->desc->mov(ra->host, temp->type, r, s->reg);
    } else if (temp->kind == TEMP_CONST) {
        ra->desc->load_const(ra->host, temp->type, r, temp->value);
    } else if (temp->kind == TEMP_FIXED) {
        ra->desc->load_env(ra->host, r);
    } else {
        check(s->mem, "temp %u is read before it is written", t);
        ra->desc->load(ra->host, temp->type, r, ra_home(ra, t));
    }
}

/* ---- Beginnings and ends ----------------------------------------------- */

static TempState initial_state(unsigned kind)
{
    return (TempState){.reg = NOWHERE, .mem = kind >= TEMP_GLOBAL};
}

void ra_init(RegAlloc *ra, const HostDesc *desc, const Convention *conv,
             Host *host, const IR *ir)
{
    ra->desc = desc;
    ra->conv = conv;
    ra->host = host;
    ra->scratch = conv->scratch[CLASS_INT] | conv->scratch[CLASS_VEC];
    ra->next_victim = 0;
    ra->nb_initial = ir->nb_globals;
    ra->initial = calloc(ir->nb_globals, sizeof(TempState));
    check(ra->initial, "out of memory");
    for (TempId t = 0; t < ir->nb_globals; t++) {
        ra->initial[t] = initial_state(ir->temps[t].kind);
    }
    for (unsigned i = 0; i < conv->nb_pins; i++) {
        const Pin *p = &conv->pin[i];
        ra->initial[p->temp] =
            (TempState){.reg = (int8_t)p->reg, .pinned = true};
    }
}

void ra_free(RegAlloc *ra)
{
    free(ra->initial);
}

void ra_begin(RegAlloc *ra, const IR *ir)
{
    ra->ir = ir;
    ra->free = ra->scratch;
    ra->borrowed = 0;
    memcpy(ra->state, ra->initial, ra->nb_initial * sizeof(TempState));
    for (TempId t = ra->nb_initial; t < ir->nb_temps; t++) {
        ra->state[t] = initial_state(ir->temps[t].kind);
    }
}

void ra_store_tb(RegAlloc *ra)
{
    for (RegSet s = ra->scratch & ~ra->free; s; s &= s - 1) {
        TempId t = ra->occupant[regset_first(s)];
        if (ra->ir->temps[t].kind == TEMP_TB) {
            ra_sync(ra, t);
        }
    }
}

void ra_forget_all(RegAlloc *ra)
{
    RegSet used = (ra->scratch & ~ra->free) | ra->borrowed;

    for (RegSet s = used; s; s &= s - 1) {
        ra->state[ra->occupant[regset_first(s)]].reg = NOWHERE;
    }
    ra->free = ra->scratch;
    ra->borrowed = 0;
}

void ra_discard(RegAlloc *ra, TempId t)
{
    ra_release(ra, t);
}
