/*
 * Forwarding of guest state.
 *
 * An access to exactly a global, to a part of an I64 one, or to the lowest
 * element of a V128 one, becomes an op on that global.  Other fields of the
 * state are remembered in a few entries from the ld or st that showed what they
 * hold: a later ld of the same field becomes a mov, and a st that is
 * overwritten before anything could have seen it becomes a nop.
 *
 * Stores with another base than env, helpers that write the state, and labels
 * end all knowledge; helpers that neither read nor write it keep out of it.
 */
#include "opt/fold.h"

static bool is_host_load(const Op *op)
{
    return (op->opc >= OP_ld8u && op->opc <= OP_ld) || op->opc == OP_vdupm;
}

static bool is_host_store(const Op *op)
{
    return op->opc >= OP_st8 && op->opc <= OP_st;
}

static bool overlap(int64_t a, unsigned a_bytes, int64_t b, unsigned b_bytes)
{
    return a < b + b_bytes && b < a + a_bytes;
}

/* A global that [offset, offset + bytes) touches from t on, or 0. */
static TempId global_from(const Fold *f, TempId t, int64_t offset,
                          unsigned bytes)
{
    for (; t < f->ir->nb_globals; t++) {
        const Temp *g = &f->ir->temps[t];
        if (g->kind == TEMP_GLOBAL &&
            overlap(g->offset, type_size((Type)g->type), offset, bytes)) {
            return t;
        }
    }
    return 0;
}

/* ---- accesses to globals ------------------------------------------------- */

/* Where in an I64 global an I64 access lies; false if not wholly inside. */
static bool part_of(const Fold *f, TempId g, const Op *op, unsigned *pos)
{
    const Temp *temp = &f->ir->temps[g];
    int64_t at = (int64_t)op_const(op, 0) - temp->offset;
    *pos = 8 * (unsigned)at;
    return temp->type == TYPE_I64 && op->type == TYPE_I64 && at >= 0 &&
           at + op_access_bytes(op) <= 8;
}

static bool is_signed_load(const Op *op)
{
    return op->opc == OP_ld8s || op->opc == OP_ld16s || op->opc == OP_ld32s;
}

/* Is the access a scalar's, of a V128 global's lowest element? */
static bool is_low(const Fold *f, TempId g, const Op *op)
{
    const Temp *temp = &f->ir->temps[g];
    return temp->type == TYPE_V128 && type_in((Type)op->type, TYPES_FP) &&
           (op->opc == OP_ld || op->opc == OP_st) &&
           (int64_t)op_const(op, 0) == temp->offset;
}

static bool load_global(Fold *f, Op *op, TempId g)
{
    const Temp *temp = &f->ir->temps[g];
    unsigned pos;
    if (is_low(f, g, op)) {
        return to_unary(op, OP_vlow, g);
    }
    if (op->opc == OP_ld && op->type == temp->type &&
        (int64_t)op->arg[2] == temp->offset) {
        return to_mov(f, op, g);
    }
    if (op->opc == OP_vdupm || !part_of(f, g, op, &pos)) {
        return false;
    }
    return to_field(op, is_signed_load(op) ? OP_sextract : OP_extract, g, pos,
                    8 * op_access_bytes(op));
}

static bool store_global(Fold *f, Op *op, TempId g)
{
    const Temp *temp = &f->ir->temps[g];
    TempId value = (TempId)op->arg[0];
    unsigned pos;
    if (op->opc == OP_st && op->type == temp->type &&
        (int64_t)op->arg[2] == temp->offset) {
        op->arg[0] = g;
        return to_mov(f, op, value);
    }
    if (is_low(f, g, op)) {
        op->arg[0] = g;
        return to_binary(op, OP_vlow_keep, g, value);
    }
    if (!part_of(f, g, op, &pos)) {
        return false;
    }
    op->arg[3] = pos;
    op->arg[4] = 8 * op_access_bytes(op);
    op->arg[0] = g;
    return to_binary(op, OP_deposit, g, value);
}

/* ---- entries --------------------------------------------------------------
 */

static StateEntry *find_entry(Fold *f, const Op *op)
{
    for (unsigned i = 0; i < f->nb_state; i++) {
        StateEntry *e = &f->state[i];
        if (e->offset == (int64_t)op_const(op, 0) && e->type == op->type &&
            e->bytes == op_access_bytes(op)) {
            return e;
        }
    }
    return NULL;
}

/* Forgets the entries that the access of op touches. */
static void drop_entries(Fold *f, const Op *op)
{
    int64_t offset = (int64_t)op_const(op, 0);
    unsigned kept = 0;
    for (unsigned i = 0; i < f->nb_state; i++) {
        StateEntry *e = &f->state[i];
        if (!overlap(e->offset, e->bytes, offset, op_access_bytes(op))) {
            f->state[kept++] = *e;
        }
    }
    f->nb_state = kept;
}

static void add_entry(Fold *f, const Op *op, TempId temp, bool store)
{
    if (f->nb_state == STATE_ENTRIES) {
        f->next_state = (f->next_state + 1) % STATE_ENTRIES;
    } else {
        f->next_state = f->nb_state++;
    }
    f->state[f->next_state] = (StateEntry){
        .offset = (int64_t)op_const(op, 0),
        .bytes = (uint8_t)op_access_bytes(op),
        .type = op->type,
        .temp = temp,
        .time = fold_now(f),
        .store = store ? fold_now(f) : 0,
    };
}

/* ---- rules ----------------------------------------------------------------
 */

bool state_load(Fold *f, Op *op)
{
    int64_t offset = (int64_t)op_const(op, 0);
    if (op->arg[1] != f->ir->env || !f->forward) {
        return false;
    }
    TempId g = global_from(f, f->ir->env + 1, offset, op_access_bytes(op));
    if (g) {
        return load_global(f, op, g);
    }
    const StateEntry *e = op->opc == OP_ld ? find_entry(f, op) : NULL;
    return e && fold_time(f, e->temp) <= e->time && to_mov(f, op, e->temp);
}

/* The store that e remembers is overwritten before it was seen. */
static void drop_store(Fold *f, const StateEntry *e)
{
    if (e->store > f->exposed) {
        to_nop(&f->out[e->store - 1]);
    }
}

bool state_store(Fold *f, Op *op)
{
    int64_t offset = (int64_t)op_const(op, 0);
    if (op->arg[1] != f->ir->env || !f->forward) {
        return false;
    }
    TempId g = global_from(f, f->ir->env + 1, offset, op_access_bytes(op));
    if (g) {
        return store_global(f, op, g);
    }
    const StateEntry *e = op->opc == OP_st ? find_entry(f, op) : NULL;
    if (e) {
        drop_store(f, e);
    }
    return false;
}

/* ---- effects --------------------------------------------------------------
 */

static void lose_globals(Fold *f)
{
    f->lost[TEMP_GLOBAL] = fold_now(f);
    f->nb_state = 0;
}

static void load_effects(Fold *f, const Op *op)
{
    int64_t offset = (int64_t)op_const(op, 0);
    f->exposed = fold_now(f);
    if (op->arg[1] == f->ir->env && op->opc == OP_ld && f->forward &&
        !global_from(f, f->ir->env + 1, offset, op_access_bytes(op))) {
        drop_entries(f, op);
        add_entry(f, op, (TempId)op->arg[0], false);
    }
}

static void store_effects(Fold *f, const Op *op)
{
    if (op->arg[1] != f->ir->env) {
        lose_globals(f);
        return;
    }
    drop_entries(f, op);
    if (global_from(f, f->ir->env + 1, (int64_t)op_const(op, 0),
                    op_access_bytes(op))) {
        f->lost[TEMP_GLOBAL] = fold_now(f);
    } else if (op->opc == OP_st && f->forward) {
        add_entry(f, op, (TempId)op->arg[0], true);
    }
}

void state_effects(Fold *f, const Op *op)
{
    unsigned flags = op_flags(op);
    if (flags & (OPF_FAULT | OPF_BB_END | OPF_BB_START)) {
        f->exposed = fold_now(f);
    } else if (flags & OPF_CALL) {
        unsigned effects = op_helper(op)->flags;
        f->exposed = effects & HELPER_PURE ? f->exposed : fold_now(f);
        if (effects & HELPER_WRITES_STATE) {
            lose_globals(f);
        }
    } else if (is_host_load(op)) {
        load_effects(f, op);
    } else if (is_host_store(op)) {
        store_effects(f, op);
    }
    if (flags & OPF_BB_START) {
        f->nb_state = 0;
    }
}
