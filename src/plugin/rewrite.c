/*
 * Plugins' part of a translation: they are shown its blocks and say what is
 * to happen where; then the IR is copied with the ops for that.
 *
 *   counter  ld, add, st of a word behind the CPUState
 *   call     plugin_cb; with TCG_READS_REGISTERS a call of helper_plugin
 *   access   the address is kept before the op, which may overwrite its
 *            register; what follows it happens only if it did not fault
 *
 * All of them stand behind the insn_start of their instruction, or behind the
 * op that accesses memory.  The optimiser keeps, as all ops with effects, each
 * of them on each way through the code.
 */
#include <stdlib.h>
#include <string.h>
#include "core/gen.h"
#include "plugin/internal.h"
#include "util/check.h"

typedef enum ActionKind { ACTION_CALL, ACTION_ADD } ActionKind;

typedef struct Action {
    ActionKind kind;
    unsigned which; /* accesses: TCG_LOADS, TCG_STORES */
    unsigned flags; /* calls: TCG_READS_REGISTERS, TCG_NO_FP */
    union {
        TcgExecFn *exec;
        TcgAccessFn *access;
        const TcgCounter *counter;
    };
    void *user;
    int64_t n;
    struct Action *next;
} Action;

typedef struct Actions {
    Action *first, **last;
} Actions;

struct TcgInsn {
    TcgBlock *block;
    const InsnNote *note;
    Actions before, access;
};

struct TcgBlock {
    struct Rewrite *rewrite;
    Actions before;
    TcgInsn *insn;
    size_t nb_insns;
};

/* Out of memory, what is said and called goes to the spares, and the IR has
 * its error. */
typedef struct Rewrite {
    Plugins *plugins;
    IR *ir;
    Arena arena; /* of actions, until the end */
    TcgInsn *insn;
    TcgBlock *block;
    uint32_t nb_insns, nb_blocks;
    Action spare_action;
    union Call *spare_call;
} Rewrite;

/* ---- Calls that code refers to ------------------------------------------- */

typedef struct ExecCall {
    PluginCall call;
    TcgExecFn *fn;
    void *user;
    uint64_t address;
} ExecCall;

typedef struct AccessCall {
    PluginCall call;
    TcgAccessFn *fn;
    void *user;
    uint64_t insn;
    uint32_t bytes;
    bool load, store;
} AccessCall;

static void run_exec(CPUState *cpu, const PluginCall *call, uint64_t addr,
                     uint64_t value)
{
    const ExecCall *c = (const ExecCall *)call;
    (void)addr, (void)value;
    c->fn(thread_of_cpu(cpu), c->address, c->user);
}

static void run_access(CPUState *cpu, const PluginCall *call, uint64_t addr,
                       uint64_t value)
{
    const AccessCall *c = (const AccessCall *)call;
    TcgAccess a = {
        .address = addr,
        .insn = c->insn,
        .bytes = c->bytes,
        .value = c->bytes < 8 ? value & ((1ull << 8 * c->bytes) - 1) : value,
        .load = c->load,
        .store = c->store,
    };
    c->fn(thread_of_cpu(cpu), &a, c->user);
}

typedef union Call {
    ExecCall exec;
    AccessCall access;
} Call;

/* Stays as long as the code. */
static void *new_call(Rewrite *w, size_t size)
{
    Plugins *p = w->plugins;
    pthread_mutex_lock(&p->lock);
    void *c = arena_alloc(&p->calls, size);
    pthread_mutex_unlock(&p->lock);
    if (!c) {
        w->ir->error = IR_NO_MEMORY;
        return w->spare_call;
    }
    return c;
}

/* ---- What plugins say ---------------------------------------------------- */

static Action *add_action(TcgBlock *b, Actions *list, ActionKind kind)
{
    Action *a = arena_alloc(&b->rewrite->arena, sizeof(*a));
    if (!a) {
        b->rewrite->ir->error = IR_NO_MEMORY;
        return &b->rewrite->spare_action;
    }
    *a = (Action){.kind = kind};
    if (!list->last) {
        list->last = &list->first;
    }
    *list->last = a;
    list->last = &a->next;
    return a;
}

static void add_call(TcgBlock *b, Actions *list, TcgExecFn *fn, unsigned flags,
                     void *user)
{
    Action *a = add_action(b, list, ACTION_CALL);
    a->exec = fn;
    a->flags = flags;
    a->user = user;
}

static Action *add_count(TcgBlock *b, Actions *list, const TcgCounter *c,
                         int64_t n)
{
    Action *a = add_action(b, list, ACTION_ADD);
    a->counter = c;
    a->n = n;
    return a;
}

void tcg_block_call(TcgBlock *b, TcgExecFn *fn, unsigned flags, void *user)
{
    add_call(b, &b->before, fn, flags, user);
}

void tcg_insn_call(TcgInsn *i, TcgExecFn *fn, unsigned flags, void *user)
{
    add_call(i->block, &i->before, fn, flags, user);
}

void tcg_block_add(TcgBlock *b, TcgCounter *c, int64_t n)
{
    add_count(b, &b->before, c, n);
}

void tcg_insn_add(TcgInsn *i, TcgCounter *c, int64_t n)
{
    add_count(i->block, &i->before, c, n);
}

void tcg_insn_on_access(TcgInsn *i, unsigned which, TcgAccessFn *fn,
                        unsigned flags, void *user)
{
    Action *a = add_action(i->block, &i->access, ACTION_CALL);
    a->access = fn;
    a->which = which;
    a->flags = flags;
    a->user = user;
}

void tcg_insn_add_access(TcgInsn *i, unsigned which, TcgCounter *c, int64_t n)
{
    add_count(i->block, &i->access, c, n)->which = which;
}

uint64_t tcg_block_address(const TcgBlock *b)
{
    return b->insn[0].note->pc;
}

size_t tcg_block_bytes(const TcgBlock *b)
{
    const InsnNote *last = b->insn[b->nb_insns - 1].note;
    return last->pc + last->bytes - tcg_block_address(b);
}

size_t tcg_block_count(const TcgBlock *b)
{
    return b->nb_insns;
}

TcgInsn *tcg_block_insn(const TcgBlock *b, size_t i)
{
    check(i < b->nb_insns, "instruction %zu of %zu", i, b->nb_insns);
    return &b->insn[i];
}

uint64_t tcg_insn_address(const TcgInsn *i)
{
    return i->note->pc;
}

size_t tcg_insn_bytes(const TcgInsn *i)
{
    return i->note->bytes;
}

const uint8_t *tcg_insn_code(const TcgInsn *i)
{
    return i->note->code;
}

const char *tcg_insn_text(const TcgInsn *i, char *text, size_t size)
{
    const ExecConfig *cfg = i->block->rewrite->plugins->cfg;
    GuestInsn insn;
    cfg->disas(i->note->code, i->note->bytes, i->note->pc, true, &insn);
    snprintf(text, size, "%s", insn.text);
    return text;
}

/* ---- Ops ------------------------------------------------------------------
 */

static void emit_add(Rewrite *w, const Action *a)
{
    IR *ir = w->ir;
    Arg at = ir->state_bytes + a->counter->index * sizeof(uint64_t);
    TempId t = ir_temp(ir, TYPE_I64);
    gen_ld(ir, TYPE_I64, t, ir->env, at);
    gen_add(ir, TYPE_I64, t, t, ir_i64(ir, a->n));
    gen_st(ir, TYPE_I64, t, ir->env, at);
}

static Arg op_flags_of(const Action *a)
{
    return a->flags & TCG_NO_FP ? PLUGIN_NO_FP : 0;
}

static void emit_call(Rewrite *w, const Action *a, uint64_t pc)
{
    ExecCall *c = new_call(w, sizeof(*c));
    *c = (ExecCall){{run_exec}, a->exec, a->user, pc};
    if (a->flags & TCG_READS_REGISTERS) {
        TempId args[] = {w->ir->env, ir_i64(w->ir, (int64_t)(uintptr_t)c)};
        gen_call(w->ir, &helper_plugin, 0, 2, args);
    } else {
        gen_plugin_cb(w->ir, TYPE_I64, (uintptr_t)c, op_flags_of(a));
    }
}

static void emit_actions(Rewrite *w, const Actions *list, uint64_t pc)
{
    for (const Action *a = list->first; a; a = a->next) {
        if (a->kind == ACTION_ADD) {
            emit_add(w, a);
        } else {
            emit_call(w, a, pc);
        }
    }
}

/* A guest access: what it does, and where its op says so. */
typedef struct Access {
    bool load, store;
    TempId base, value;
    Arg disp, memop;
} Access;

static bool access_of(const Op *op, Access *a)
{
    bool load = op->opc == OP_guest_ld, store = op->opc == OP_guest_st;
    if (op->opc >= OP_atomic_cmpxchg && op->opc <= OP_atomic_fetch_umax) {
        load = store = true;
    } else if (!load && !store) {
        return false;
    }
    *a = (Access){load,
                  store,
                  (TempId)op->arg[1],
                  (TempId)op->arg[0],
                  op_const(op, 0),
                  op_const(op, 1)};
    return true;
}

static unsigned access_set(const Access *a)
{
    return (a->load ? TCG_LOADS : 0) | (a->store ? TCG_STORES : 0);
}

/* The bits of a value as an I64; 0 of one that is wider. */
static TempId as_number(IR *ir, TempId t)
{
    Type type = (Type)ir->temps[t].type;
    TempId wide = ir_temp(ir, TYPE_I64), low = t;
    switch (type) {
    case TYPE_I64: return t;
    case TYPE_F64: gen_fmv_fi(ir, TYPE_I64, wide, t); return wide;
    case TYPE_F32:
        low = ir_temp(ir, TYPE_I32);
        gen_fmv_fi(ir, TYPE_I32, low, t);
        break;
    case TYPE_I32: break;
    default: return ir_i64(ir, 0);
    }
    gen_extu_i32_i64(ir, TYPE_I64, wide, low);
    return wide;
}

static void emit_access_call(Rewrite *w, const Action *a, const Access *access,
                             TempId addr, uint64_t pc)
{
    AccessCall *c = new_call(w, sizeof(*c));
    *c = (AccessCall){{run_access},
                      a->access,
                      a->user,
                      pc,
                      memop_bytes((MemOp)access->memop),
                      access->load,
                      access->store};
    gen_plugin_mem_cb(w->ir, TYPE_I64, addr, as_number(w->ir, access->value),
                      (uintptr_t)c, op_flags_of(a));
}

static void append(IR *ir, const Op *op)
{
    Op *to = ir_emit(ir, (Opcode)op->opc, (Type)op->type);
    *to = *op;
}

static TempId keep_address(IR *ir, const Access *a)
{
    TempId t = ir_temp(ir, TYPE_I64);
    gen_add(ir, TYPE_I64, t, a->base, ir_i64(ir, (int64_t)a->disp));
    return t;
}

static void copy_access(Rewrite *w, const TcgInsn *insn, const Op *op,
                        const Access *access)
{
    TempId addr = keep_address(w->ir, access);
    append(w->ir, op);
    for (const Action *a = insn->access.first; a; a = a->next) {
        if (!(a->which & access_set(access))) {
            continue;
        }
        if (a->kind == ACTION_ADD) {
            emit_add(w, a);
        } else {
            emit_access_call(w, a, access, addr, insn->note->pc);
        }
    }
}

/* ---- The whole -------------------------------------------------------------
 */

static void copy_op(Rewrite *w, const TcgInsn *insn, const Op *op)
{
    Access access;
    if (insn && insn->access.first && access_of(op, &access)) {
        copy_access(w, insn, op, &access);
    } else {
        append(w->ir, op);
    }
}

static void emit_before(Rewrite *w, const TcgInsn *insn)
{
    if (insn->note->first) {
        emit_actions(w, &insn->block->before, insn->note->pc);
    }
    emit_actions(w, &insn->before, insn->note->pc);
}

static void copy_ops(Rewrite *w)
{
    IR *ir = w->ir;
    const Op *in = ir->ops;
    uint32_t nb_in = ir->nb_ops, next = 0;
    const TcgInsn *insn = NULL;
    ir->ops = ir->spare;
    ir->spare = (Op *)in;
    ir->nb_ops = 0;
    for (uint32_t i = 0; i < nb_in; i++) {
        copy_op(w, insn, &in[i]);
        if (next < w->nb_insns && w->insn[next].note->op == i) {
            insn = &w->insn[next++];
            emit_before(w, insn);
        }
    }
}

static void make_blocks(Rewrite *w, const InsnNote *notes)
{
    TcgBlock *b = NULL;
    for (uint32_t i = 0; i < w->nb_insns; i++) {
        if (notes[i].first) {
            b = &w->block[w->nb_blocks++];
            *b = (TcgBlock){.rewrite = w, .insn = &w->insn[i]};
        }
        check(b, "the first instruction begins no block");
        w->insn[i] = (TcgInsn){.block = b, .note = &notes[i]};
        b->nb_insns++;
    }
}

static void show_blocks(Rewrite *w)
{
    pthread_mutex_lock(&w->plugins->translating);
    for (uint32_t i = 0; i < w->nb_blocks; i++) {
        const Hook *h = w->plugins->hooks[HOOK_TRANSLATE];
        for (; h; h = h->next) {
            h->translate(&w->block[i], h->user);
        }
    }
    pthread_mutex_unlock(&w->plugins->translating);
}

void plugins_rewrite(void *plugins, IR *ir, const BlockRequest *rq,
                     uint32_t nb_notes)
{
    Call spare;
    Rewrite w = {.plugins = plugins,
                 .ir = ir,
                 .nb_insns = nb_notes,
                 .spare_call = &spare};
    w.insn = calloc(nb_notes, sizeof(*w.insn));
    w.block = calloc(nb_notes, sizeof(*w.block));
    if (w.insn && w.block) {
        make_blocks(&w, rq->notes);
        show_blocks(&w);
        copy_ops(&w);
    } else {
        ir->error = IR_NO_MEMORY;
    }
    arena_free(&w.arena);
    free(w.block);
    free(w.insn);
}
