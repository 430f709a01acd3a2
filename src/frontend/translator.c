/* The translator loop; see translator.h. */
#include "frontend/translator.h"

#include <string.h>
#include "core/gen.h"
#include "util/check.h"

enum { BLOCK_MAX_BYTES = 8192 };

/* Fills t->code from addr on; false if there is nothing. */
static bool read_chunk(Translation *t, uint64_t addr)
{
    const CodeReader *reader = &t->req->code;
    t->code_addr = addr;
    t->code_bytes = reader->read(reader->opaque, addr, t->code, CODE_CHUNK);
    if (!t->code_bytes) {
        t->fault_addr = addr;
    }
    return t->code_bytes != 0;
}

bool translator_read_pieces(Translation *t, uint64_t addr, void *buf, size_t n)
{
    uint8_t *to = buf;
    while (n) {
        if (!translator_left(t, addr) && !read_chunk(t, addr)) {
            return false;
        }
        size_t left = translator_left(t, addr);
        size_t part = left < n ? left : n;
        memcpy(to, t->code + (addr - t->code_addr), part);
        to += part;
        addr += part;
        n -= part;
    }
    return true;
}

static bool same_place(BlockAt a, BlockAt b)
{
    return a.pc == b.pc && a.flags == b.flags;
}

/* The next copy that is to be placed, else the first of all; or NULL. */
static RegionBlock *find_block(Translation *t, BlockAt at)
{
    RegionBlock *first = NULL;
    for (uint32_t i = 0; i < t->nb_blocks; i++) {
        RegionBlock *b = &t->block[i];
        bool same = same_place(b->at, at);
        if (same && !b->placed) {
            return b;
        }
        first = same && !first ? b : first;
    }
    return first;
}

/*
 * Inside a region control only goes forward by itself; a jump back is a slot,
 * so that the loop can be interrupted.
 */
static void go_to(Translation *t, BlockAt target)
{
    const RegionBlock *b = find_block(t, target);
    t->ended = true;
    if (b && !b->placed) {
        gen_br(t->ir, TYPE_I64, b->label);
        return;
    }
    uint32_t slot = translator_slot(t);
    gen_goto_tb(t->ir, TYPE_I64, slot, target.pc, target.flags);
    if (b) {
        ir_link_inner(t->ir, slot, b->label);
        t->ir->loop = true;
    }
}

void translator_goto(Translation *t, uint64_t target)
{
    go_to(t, (BlockAt){target, t->flags});
}

void translator_goto_ptr(Translation *t, TempId target)
{
    gen_goto_ptr(t->ir, TYPE_I64, target, t->flags);
    t->ended = true;
}

void translator_ret_ptr(Translation *t, TempId target)
{
    gen_ret_ptr(t->ir, TYPE_I64, target, t->flags);
    t->ended = true;
}

/*
 * Where a call comes back, with flags of 0, in a region that has the block
 * there. From the label on, which the slot leads to, control goes on as
 * everywhere else.
 */
static void return_point(Translation *t, uint32_t slot)
{
    t->ended = true;
    t->flags = 0;
    if (find_block(t, (BlockAt){t->next_pc, 0})) {
        LabelId label = ir_label(t->ir);
        gen_set_label(t->ir, TYPE_I64, label);
        ir_link_inner(t->ir, slot, label);
        translator_goto(t, t->next_pc);
    }
}

void translator_call(Translation *t, uint64_t target)
{
    uint32_t slot = translator_slot(t), ret = translator_slot(t);
    gen_call_tb(t->ir, TYPE_I64, slot, target, ret, t->next_pc, t->flags);
    return_point(t, ret);
}

void translator_call_ptr(Translation *t, TempId target)
{
    uint32_t ret = translator_slot(t);
    gen_call_ptr(t->ir, TYPE_I64, target, ret, t->next_pc, t->flags);
    return_point(t, ret);
}

/* Several branches share a way out, but each has its own way back. */
LabelId translator_label_at(Translation *t, BlockAt target)
{
    const RegionBlock *b = find_block(t, target);
    if (b && !b->placed) {
        return b->label;
    }
    for (uint32_t i = 0; !b && i < t->nb_targets; i++) {
        if (same_place(t->target[i].at, target)) {
            return t->target[i].label;
        }
    }
    check(t->nb_targets < MAX_SLOTS, "too many targets of branches");
    t->target[t->nb_targets] = (Target){target, t->pc, ir_label(t->ir)};
    return t->target[t->nb_targets++].label;
}

LabelId translator_label(Translation *t, uint64_t target)
{
    return translator_label_at(t, (BlockAt){target, t->flags});
}

static void emit_targets(Translation *t)
{
    for (uint32_t i = 0; i < t->nb_targets; i++) {
        if (t->nb_blocks) {
            gen_insn_start(t->ir, TYPE_I64, t->target[i].from);
        }
        gen_set_label(t->ir, TYPE_I64, t->target[i].label);
        go_to(t, t->target[i].at);
    }
}

bool translator_falls_to(const Translation *t, uint64_t target)
{
    for (uint32_t i = 0; i < t->nb_blocks; i++) {
        if (!t->block[i].placed) {
            return same_place(t->block[i].at, (BlockAt){target, t->flags});
        }
    }
    return false;
}

/* Each target takes a slot in the end. */
static bool has_slots(const Translation *t)
{
    return t->nb_slots + t->nb_targets + t->limits.slots < MAX_SLOTS;
}

static bool has_room(const Translation *t)
{
    const IR *ir = t->ir;
    return t->nb_insns < t->req->max_insns &&
           t->next_pc - t->block_pc < BLOCK_MAX_BYTES &&
           ir->nb_ops + t->limits.ops < IR_MAX_OPS &&
           ir->nb_temps + t->limits.temps < IR_MAX_TEMPS &&
           ir->nb_labels + t->limits.labels < IR_MAX_LABELS && has_slots(t);
}

static void start(Translation *t, const Frontend *frontend,
                  const BlockRequest *req)
{
    t->req = req;
    t->limits = frontend->insn_limits;
    t->end = t->next_pc = req->pc;
    t->nb_insns = 0;
    t->flags = req->flags;
    t->nb_slots = 0;
    t->fault_addr = 0;
    t->code_bytes = 0;
    t->nb_targets = 0;
    t->nb_blocks = 0;
}

static void note_insn(Translation *t, unsigned bytes)
{
    InsnNote *note = &t->req->notes[t->nb_insns];
    *note = (InsnNote){.pc = t->pc,
                       .op = t->ir->nb_ops,
                       .bytes = (uint8_t)bytes,
                       .first = t->pc == t->block_pc};
    check(bytes <= sizeof(note->code), "an instruction of %u bytes", bytes);
    translator_read(t, t->pc, note->code, bytes);
}

static void one_insn(Translation *t, const GuestHooks *hooks, unsigned bytes)
{
    t->next_pc = t->pc + bytes;
    if (t->req->notes) {
        note_insn(t, bytes);
    }
    gen_insn_start(t->ir, TYPE_I64, t->pc);
    hooks->translate(t);
    t->nb_insns++;
    if (t->next_pc > t->end) {
        t->end = t->next_pc;
    }
}

/* From its start up to limit, or to what ends it. */
static void one_block(Translation *t, const GuestHooks *hooks, BlockAt at,
                      uint64_t limit)
{
    t->block_pc = t->pc = t->next_pc = at.pc;
    t->flags = at.flags;
    t->ended = false;
    hooks->begin(t);
    while (!t->ended && t->next_pc < limit && has_room(t)) {
        t->pc = t->next_pc;
        unsigned bytes = hooks->fetch(t);
        if (!bytes) {
            break;
        }
        one_insn(t, hooks, bytes);
    }
    if (!t->ended && t->next_pc != at.pc) {
        translator_goto(t, t->next_pc);
    }
}

/* The first breakpoint from pc on. */
static uint64_t next_stop(const BlockRequest *req, uint64_t pc)
{
    for (uint32_t i = 0; i < req->nb_stops; i++) {
        if (req->stops[i] >= pc) {
            return req->stops[i];
        }
    }
    return UINT64_MAX;
}

/* Where a breakpoint or the next block of the region behind pc begins. */
static uint64_t limit_of(const Translation *t, uint64_t pc)
{
    uint64_t limit = next_stop(t->req, pc + 1);
    for (uint32_t i = 0; i < t->nb_blocks; i++) {
        uint64_t other = t->block[i].at.pc;
        limit = other > pc && other < limit ? other : limit;
    }
    return limit;
}

/* The first insn_start of the IR is that of the entry. */
static bool region(Translation *t, const GuestHooks *hooks)
{
    const BlockRequest *req = t->req;
    check(req->nb_blocks <= MAX_REGION_PARTS, "too many blocks");
    for (uint32_t i = 0; i < req->nb_blocks; i++) {
        t->block[i] = (RegionBlock){req->blocks[i], ir_label(t->ir), false};
    }
    t->nb_blocks = req->nb_blocks;
    t->ir->region = true;
    if (req->guards) {
        ir_set_plain(t->ir, translator_slot(t), req->pc, req->flags);
    }
    gen_insn_start(t->ir, TYPE_I64, req->pc);
    translator_goto(t, req->pc);
    for (uint32_t i = 0; i < t->nb_blocks; i++) {
        RegionBlock *b = &t->block[i];
        if (next_stop(req, b->at.pc) == b->at.pc) {
            return false;
        }
        gen_set_label(t->ir, TYPE_I64, b->label);
        b->placed = true;
        one_block(t, hooks, b->at, limit_of(t, b->at.pc));
        if (t->next_pc == b->at.pc) { /* nothing to be had there */
            return false;
        }
    }
    return true;
}

static uint64_t lowest_pc(const Translation *t)
{
    uint64_t pc = t->req->pc;
    for (uint32_t i = 0; i < t->nb_blocks; i++) {
        pc = t->block[i].at.pc < pc ? t->block[i].at.pc : pc;
    }
    return pc;
}

/* A breakpoint: nothing is read of the code there. */
static void stop_block(Translation *t, const GuestHooks *hooks)
{
    t->pc = t->req->pc;
    gen_insn_start(t->ir, TYPE_I64, t->pc);
    hooks->exit(t, EXIT_STOP);
    t->nb_insns = 1;
    t->end = t->pc + 1;
}

void translator_run(Translation *t, const Frontend *frontend,
                    const GuestHooks *hooks, const BlockRequest *req,
                    BlockInfo *info)
{
    start(t, frontend, req);
    if (!req->nb_blocks && next_stop(req, req->pc) == req->pc) {
        stop_block(t, hooks);
    } else if (!req->nb_blocks) {
        one_block(t, hooks, (BlockAt){req->pc, req->flags},
                  limit_of(t, req->pc));
    } else if (!region(t, hooks)) {
        t->nb_insns = 0;
        t->flags = req->flags;
    }
    emit_targets(t);
    uint64_t low = lowest_pc(t);
    *info = (BlockInfo){
        .nb_insns = t->nb_insns,
        .start = low,
        .nb_bytes = (uint32_t)(t->end - low),
        .nb_slots = t->nb_slots,
        .fault_addr = t->fault_addr,
    };
}
