/*
 * Indexed addresses: what is added and shifted for the addresses of loads and
 * stores alone becomes part of them.
 *
 *     shl t, i, 3; add u, b, t; guest_ld o, u, 8 -> guest_ldx o, b, i, 3, 8
 *
 *   1. Forward: which op sets a temp, and how often it is read other than as
 *      an address of an access that can have an index, or in a side.
 *   2. Forward: such an access whose address is such a sum, of what holds the
 *      same as when it was added, adds it itself; likewise for shifts, as far
 *      as the host's accesses do.
 *
 * The sum stays for what sides read of it: opt_sink computes it there, and
 * liveness removes it outside.
 *
 * Runs on loops alone, for sides hold what a fault shows of the address.
 * Requires: opt_rename has run; sides stand at the end.
 */
#include "opt/opt.h"

#include <string.h>

enum { MANY = UINT8_MAX };
enum { ADDRESS = 1 }; /* the argument, of loads and stores alike */

typedef struct IndexTemp {
    uint32_t def;     /* the op that sets it last, so far */
    uint8_t nb_defs;  /* in all; up to MANY */
    uint8_t nb_reads; /* other than as an address; up to MANY */
} IndexTemp;

typedef struct Index {
    IR *ir;
    const HostFacts *host;
    uint32_t nb_main; /* ops that are not in sides */
    uint32_t barrier; /* the last op that may set globals beside its outputs */
    IndexTemp of[IR_MAX_TEMPS];
} Index;

_Static_assert(sizeof(Index) <= IR_WORK_BYTES, "Index fits IR.work");

static void count(uint8_t *n)
{
    *n = (uint8_t)(*n + (*n < MANY));
}

/* ---- step 1 ---------------------------------------------------------------
 */

/* Can the access, whose address is argument ADDRESS, have an index? */
static bool can_have_index(const HostFacts *host, const Op *op)
{
    return (op->opc == OP_guest_ld || op->opc == OP_guest_st) &&
           type_in((Type)op->type, TYPES_NUM) &&
           !(op_const(op, 1) & (MO_ALIGN | MO_BSWAP)) &&
           (host->index_disp || op_const(op, 0) == 0);
}

static bool can_shift(const HostFacts *host, const Op *access, uint64_t by)
{
    unsigned own = host->index_own_shift ? op_const(access, 1) & MO_SIZE : 0;
    return by && (own == by || (by <= 3 && host->index_shifts >> by & 1));
}

static void note_op(Index *x, const Op *op)
{
    unsigned outs = op_outs(op);
    bool access = can_have_index(x->host, op);
    for (unsigned k = outs; k < outs + op_ins(op); k++) {
        if (!access || k != ADDRESS) {
            count(&x->of[op->arg[k]].nb_reads);
        }
    }
    for (unsigned k = 0; k < outs; k++) {
        count(&x->of[op->arg[k]].nb_defs);
    }
}

/* ---- step 2 ---------------------------------------------------------------
 */

/* The op of this code that alone sets t, an EBB temp; or NULL. */
static const Op *def_of(const Index *x, TempId t, Opcode opc)
{
    const Temp *temp = &x->ir->temps[t];
    if (temp->kind != TEMP_EBB || temp->type != TYPE_I64 ||
        x->of[t].nb_defs != 1) {
        return NULL;
    }
    const Op *def = &x->ir->ops[x->of[t].def];
    return def->opc == opc ? def : NULL;
}

/* Does t, which `def` reads, hold the same here? */
static bool lasts(const Index *x, TempId t, const Op *def)
{
    uint32_t at = (uint32_t)(def - x->ir->ops);
    switch (x->ir->temps[t].kind) {
    case TEMP_GLOBAL: return x->of[t].def <= at && x->barrier <= at;
    case TEMP_TB: return x->of[t].def <= at;
    case TEMP_EBB: return x->of[t].nb_defs == 1;
    default: return false; /* a constant is a displacement's matter */
    }
}

/* If *t is made by a small shift for the address of this access alone: takes
   what is shifted. */
static unsigned take_shift(const Index *x, const Op *access, TempId *t)
{
    const Op *shl = def_of(x, *t, OP_shl);
    if (!shl || x->of[*t].nb_reads != 1) {
        return 0;
    }
    const Temp *by = &x->ir->temps[shl->arg[2]];
    if (by->kind != TEMP_CONST ||
        !can_shift(x->host, access, (uint64_t)by->value) ||
        !lasts(x, (TempId)shl->arg[1], shl)) {
        return 0;
    }
    *t = (TempId)shl->arg[1];
    return (unsigned)by->value;
}

/* A helper, or a store to the guest's state. */
static bool sets_globals(const Op *op)
{
    return op_flags(op) & OPF_CALL || (op->opc >= OP_st8 && op->opc <= OP_st);
}

static void add_index(Index *x, Op *op)
{
    TempId sum = (TempId)op->arg[1];
    const Op *add = def_of(x, sum, OP_add);
    if (!add || x->of[sum].nb_reads || !lasts(x, (TempId)add->arg[1], add) ||
        !lasts(x, (TempId)add->arg[2], add)) {
        return;
    }
    TempId base = (TempId)add->arg[1], index = (TempId)add->arg[2];
    unsigned shift = take_shift(x, op, &index);
    if (!shift) {
        TempId other = base;
        shift = take_shift(x, op, &other);
        base = shift ? index : base;
        index = shift ? other : index;
    }
    Arg disp = op_const(op, 0), memop = op_const(op, 1);
    op->opc = op->opc == OP_guest_ld ? OP_guest_ldx : OP_guest_stx;
    op->arg[ADDRESS] = base;
    op->arg[ADDRESS + 1] = index;
    op->arg[ADDRESS + 2] = shift;
    op->arg[ADDRESS + 3] = disp;
    op->arg[ADDRESS + 4] = memop;
}

/* ---- the pass ---------------------------------------------------------------
 */

void opt_index(IR *ir, const OptTarget *target)
{
    Index *x = ir->work;
    if (!(target->host.index_shifts & 1)) {
        return;
    }
    x->ir = ir;
    x->host = &target->host;
    x->nb_main = x->barrier = 0;
    memset(x->of, 0, ir->nb_temps * sizeof(x->of[0]));
    while (x->nb_main < ir->nb_ops && ir->ops[x->nb_main].opc != OP_set_side) {
        note_op(x, &ir->ops[x->nb_main++]);
    }
    for (uint32_t i = 0; i < x->nb_main; i++) {
        Op *op = &ir->ops[i];
        if (can_have_index(x->host, op)) {
            add_index(x, op);
        }
        for (unsigned k = 0; k < op_outs(op); k++) {
            x->of[op->arg[k]].def = i;
        }
        x->barrier = sets_globals(op) ? i : x->barrier;
    }
}
