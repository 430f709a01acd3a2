/* The translator loop; see translator.h. */
#include "frontend/translator.h"

#include <string.h>
#include "core/gen.h"

/* What one guest instruction needs at most of each resource. */
enum {
    INSN_MAX_OPS = 64,
    INSN_MAX_TEMPS = 64,
    INSN_MAX_LABELS = 4,
    INSN_MAX_SLOTS = 2,
    BLOCK_MAX_BYTES = 8192,
};

/* Makes the range at addr the current one; false if there is none. */
static bool code_map(Translation *t, uint64_t addr)
{
    const CodeReader *reader = &t->req->code;
    size_t bytes = 0;
    const uint8_t *code = reader->fetch(reader->opaque, addr, &bytes);
    if (!code) {
        t->fault_addr = addr;
        return false;
    }
    t->code = code;
    t->code_addr = addr;
    t->code_bytes = bytes;
    return true;
}

static size_t code_left(const Translation *t, uint64_t addr)
{
    uint64_t offset = addr - t->code_addr;
    return offset < t->code_bytes ? t->code_bytes - offset : 0;
}

bool translator_read(Translation *t, uint64_t addr, void *buf, size_t n)
{
    uint8_t *to = buf;
    while (n) {
        if (!code_left(t, addr) && !code_map(t, addr)) {
            return false;
        }
        size_t left = code_left(t, addr);
        size_t part = left < n ? left : n;
        memcpy(to, t->code + (addr - t->code_addr), part);
        to += part;
        addr += part;
        n -= part;
    }
    return true;
}

void translator_goto(Translation *t, uint64_t target)
{
    gen_goto_tb(t->ir, TYPE_I64, translator_slot(t), target);
    t->ended = true;
}

static bool has_room(const Translation *t)
{
    const IR *ir = t->ir;
    return t->nb_insns < t->req->max_insns &&
           t->next_pc - t->req->pc < BLOCK_MAX_BYTES &&
           ir->nb_ops + INSN_MAX_OPS < IR_MAX_OPS &&
           ir->nb_temps + INSN_MAX_TEMPS < IR_MAX_TEMPS &&
           ir->nb_labels + INSN_MAX_LABELS < IR_MAX_LABELS &&
           t->nb_slots + INSN_MAX_SLOTS < MAX_SLOTS;
}

static void start(Translation *t, const BlockRequest *req)
{
    t->req = req;
    t->pc = t->next_pc = req->pc;
    t->nb_insns = 0;
    t->nb_slots = 0;
    t->ended = false;
    t->fault_addr = 0;
    t->code = NULL;
    t->code_bytes = 0;
}

void translator_run(Translation *t, const GuestHooks *hooks,
                    const BlockRequest *req, BlockInfo *info)
{
    start(t, req);
    while (!t->ended && has_room(t)) {
        t->pc = t->next_pc;
        unsigned bytes = hooks->fetch(t);
        if (!bytes) {
            break;
        }
        t->next_pc = t->pc + bytes;
        gen_insn_start(t->ir, TYPE_I64, t->pc);
        hooks->translate(t);
        t->nb_insns++;
    }
    if (!t->ended && t->nb_insns) {
        translator_goto(t, t->next_pc);
    }
    *info = (BlockInfo){
        .nb_insns = t->nb_insns,
        .nb_bytes = (uint32_t)(t->next_pc - req->pc),
        .nb_slots = t->nb_slots,
        .fault_addr = t->fault_addr,
    };
}
