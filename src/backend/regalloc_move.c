/* Moves and helper calls: ops without a constraint of their own. */
#include "backend/regalloc.h"

#include "util/check.h"

/* ---- mov ---------------------------------------------------------------- */

/*
 * To a home in memory, from where it is as good: a constant or a pinned
 * register, which stays what it is; or the output is not read again.
 */
static bool store_only(RegAlloc *ra, const Op *op, TempId out, TempId in)
{
    const Temp *temp = &ra->ir->temps[in];
    bool lasts = temp->kind == TEMP_CONST || ra->state[in].pinned;

    if (!(op->life & LIFE_SYNC(0)) || !(op->life & LIFE_DEAD(0) || lasts)) {
        return false;
    }
    ra_why(ra, TRACE_ASSIGN_REASON);
    if (temp->kind == TEMP_CONST) {
        ra_trace(ra, TRACE_STORE_CONST, out, NOWHERE, NOWHERE);
        ra->desc->store_const(ra->host, temp->type, temp->value,
                              ra_home(ra, out));
    } else if (ra->state[in].reg != NOWHERE) {
        ra_trace(ra, TRACE_STORE, out, ra->state[in].reg, NOWHERE);
        ra->desc->store(ra->host, temp->type, ra->state[in].reg,
                        ra_home(ra, out));
    } else {
        return false;
    }
    ra_release(ra, out);
    ra->state[out].mem = true;
    return true;
}

/* The input dies: the output takes its register. */
static bool rename_input(RegAlloc *ra, const Op *op, TempId in)
{
    const TempState *s = &ra->state[in];

    return op->life & LIFE_DEAD(1) && s->reg != NOWHERE &&
           (ra->scratch | ra->lent) & REG_BIT(s->reg) &&
           ra->ir->temps[in].kind != TEMP_TB;
}

static void drop_dead_input(RegAlloc *ra, const Op *op, unsigned arg)
{
    TempId t = (TempId)op->arg[arg];

    if (op->life & LIFE_DEAD(arg) && !ra_is_value(ra, t)) {
        if (ra->ir->temps[t].kind == TEMP_TB && ra->state[t].reg != NOWHERE) {
            ra_why(ra, TRACE_LASTS_REASON);
            ra_sync(ra, t);
        }
        ra_release(ra, t);
    }
}

/* A home is about to be written, from `in`: its borrower has to go. */
static void take_home(RegAlloc *ra, int home, TempId in)
{
    if (ra->borrowed & REG_BIT(home) && ra->occupant[home] != in) {
        ra_displace(ra, home, 0);
    }
    ra_claim_home(ra, home);
}

void ra_mov(RegAlloc *ra, const Op *op)
{
    TempId out = (TempId)op->arg[0], in = (TempId)op->arg[1];
    const TempState *so = &ra->state[out];
    int r;

    ra->op = op;
    if (out == in) {
        return;
    }
    if (so->pinned) {
        take_home(ra, so->reg, in);
        ra_why(ra, TRACE_ASSIGN_REASON);
        ra_copy_to(ra, in, so->reg);
        drop_dead_input(ra, op, 1);
        return;
    }
    if (store_only(ra, op, out, in)) {
        drop_dead_input(ra, op, 1);
        return;
    }
    if (rename_input(ra, op, in)) {
        r = ra->state[in].reg;
        ra_release(ra, in);
        ra_release(ra, out);
    } else {
        ra_release(ra, out);
        RegSet keep =
            ra->state[in].reg == NOWHERE ? 0 : REG_BIT(ra->state[in].reg);
        r = ra_take(ra, ra_usable(ra, host_class(ra->desc, op->type)), keep);
        check(r != NOWHERE, "no register to move to");
        ra_why(ra, TRACE_ASSIGN_REASON);
        ra_copy_to(ra, in, r);
        drop_dead_input(ra, op, 1);
    }
    ra_define(ra, op, 0, r);
}

/* A register holds a single boxed: only memory needs more than a move. */
bool ra_fbox(RegAlloc *ra, const Op *op)
{
    bool pinned = ra->state[op->arg[0]].pinned;

    if (pinned) {
        ra_mov(ra, op);
    }
    return pinned;
}

/*
 * An I32 may have anything above: it can be where the I64 is, and so can an
 * I64 of which only the low half is wanted be where the I32 was. An F32 must
 * have ones above: what fsingle reads has.  Above an
 * F64, or where there are no boxes, anything may be: vlow leaves it there.
 */
bool ra_extrl(RegAlloc *ra, const Op *op)
{
    TempId out = (TempId)op->arg[0], in = (TempId)op->arg[1];
    const TempState *si = &ra->state[in];
    int r = si->reg;
    bool lends = si->pinned && !(ra->borrowed & REG_BIT(r)) &&
                 ra->ir->temps[out].kind == TEMP_EBB;

    if (!lends && !rename_input(ra, op, in)) {
        return false;
    }
    if (ra->state[out].pinned) {
        take_home(ra, ra->state[out].reg, in);
    }
    ra_release(ra, in);
    ra_release(ra, out);
    ra_define(ra, op, 0, r);
    return true;
}

/* ---- call --------------------------------------------------------------- */

typedef struct Move {
    int dst, src;
    unsigned type;
    TempId temp;
} Move;

/* A register that no pending move reads may be written. */
static bool is_source(const Move *m, unsigned n, int r)
{
    for (unsigned i = 0; i < n; i++) {
        if (m[i].src == r) {
            return true;
        }
    }
    return false;
}

/* All that is left are cycles: exchange, and whoever read dst reads src. */
static void break_cycle(RegAlloc *ra, Move *m, unsigned n)
{
    int a = m[0].dst, b = m[0].src;

    ra_trace(ra, TRACE_EXCHANGE, m[0].temp, a, b);
    ra->desc->exchange(ra->host, a, b);
    for (unsigned i = 0; i < n; i++) {
        m[i].src = m[i].src == a ? b : m[i].src == b ? a : m[i].src;
    }
}

static void parallel_moves(RegAlloc *ra, Move *m, unsigned n)
{
    while (n) {
        unsigned done = n;
        for (unsigned i = 0; i < n && done == n; i++) {
            if (m[i].dst == m[i].src) {
                done = i;
            } else if (!is_source(m, n, m[i].dst)) {
                ra_trace(ra, TRACE_MOVE, m[i].temp, m[i].dst, m[i].src);
                ra->desc->mov(ra->host, m[i].type, m[i].dst, m[i].src);
                done = i;
            }
        }
        if (done == n) {
            break_cycle(ra, m, n);
        } else {
            m[done] = m[--n];
        }
    }
}

/* Registers first, so that what is loaded overwrites nothing needed. */
static void place_arguments(RegAlloc *ra, const Op *op)
{
    Move moves[HELPER_MAX_ARGS];
    unsigned n = 0;

    for (unsigned i = 0; i < op->call_ins; i++) {
        TempId t = (TempId)op->arg[op->call_outs + i];
        const TempState *s = &ra->state[t];
        check(host_class(ra->desc, ra->ir->temps[t].type) == CLASS_INT,
              "helper argument %u is not an integer", i);
        if (s->reg != NOWHERE) {
            moves[n++] = (Move){ra->desc->call_args[i], s->reg,
                                ra->ir->temps[t].type, t};
        }
    }
    ra_why(ra, TRACE_ARGUMENT_REASON);
    parallel_moves(ra, moves, n);
    for (unsigned i = 0; i < op->call_ins; i++) {
        TempId t = (TempId)op->arg[op->call_outs + i];
        if (ra->state[t].reg == NOWHERE) {
            ra_copy_to(ra, t, ra->desc->call_args[i]);
        }
    }
}

/* A value that is read after the call, or by it from memory. */
static void sync_survivors(RegAlloc *ra, const Op *op)
{
    RegSet dying = 0;

    for (unsigned i = 0; i < op->call_ins; i++) {
        unsigned arg = op->call_outs + i;
        int r = ra->state[op->arg[arg]].reg;
        if (op->life & LIFE_DEAD(arg) && r != NOWHERE &&
            ra->ir->temps[op->arg[arg]].kind != TEMP_TB) {
            dying |= REG_BIT(r);
        }
    }
    ra_why(ra, TRACE_SURVIVES_REASON);
    for (RegSet s = ra->scratch & ~ra->free & ~dying; s; s &= s - 1) {
        ra_sync(ra, ra->occupant[regset_first(s)]);
    }
}

void ra_call(RegAlloc *ra, const Op *op)
{
    const Helper *h = op_helper(op);

    ra_vacate_homes(ra);
    sync_survivors(ra, op);
    ra->desc->call_prepare(ra->host, h);
    place_arguments(ra, op);
    ra->desc->call(ra->host, h);
    ra_forget_all(ra);
    if (op->call_outs) {
        ra_define(ra, op, 0, ra->desc->call_ret);
    }
}
