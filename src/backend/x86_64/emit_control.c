/*
 * Emit records: branches and the ways out of a block.
 *
 * An exit slot is a jump (or call, or conditional jump) with a rel32 that
 * does not cross an 8-byte boundary, so that one store links it. Until then
 * it goes to a stub behind the block, which leaves by LEFT_BY_SLOT.
 *
 * The return stack is rsp. A call pushes the guest's return address and then,
 * by the host's call instruction, the host's; what comes back pops both.
 */
#include "backend/x86_64/x86.h"

#include <string.h>

/* ---- Labels ------------------------------------------------------------- */

/* Enters a rel32 in the label's chain, or resolves it. */
static void label_site(Host *x, LabelId id, uint8_t *site)
{
    X86Label *label = &x->label[id];

    if (x->a.overflow) {
        return;
    }
    if (label->at) {
        asm_patch32(&x->a, site, label->at);
        return;
    }
    int32_t back = label->chain ? (int32_t)(site - label->chain) : 0;
    memcpy(site, &back, sizeof(back));
    label->chain = site;
}

void x86_set_label(Host *x, LabelId id)
{
    X86Label *label = &x->label[id];
    uint8_t *site = label->chain;

    label->at = x->a.p;
    while (site && !x->a.overflow) {
        int32_t back;
        memcpy(&back, site, sizeof(back));
        asm_patch32(&x->a, site, x->a.p);
        site = back ? site - back : NULL;
    }
}

void emit_br(Host *x, const EmitOp *e)
{
    label_site(x, (LabelId)e->k[0], asm_jmp32(&x->a));
}

/* ---- Slots -------------------------------------------------------------- */

enum { LINK_UNIT = 8, REL32 = 4 };

/* How many bytes before the rel32 keep it inside one unit. */
static unsigned padding(const Host *x, const uint8_t *site)
{
    uintptr_t at = (uintptr_t)(site + x->a.exec_offset) % LINK_UNIT;

    return at > LINK_UNIT - REL32 ? (unsigned)(LINK_UNIT - at) : 0;
}

static void slot_site(Host *x, unsigned k, uint64_t guest_pc, uint8_t *site)
{
    BlockBuild *b = x->build;

    check(k < COMPILE_MAX_SLOTS, "exit slot %u", k);
    b->slots[k] = (ExitSlot){guest_pc, (uint32_t)(site - x->start), 0};
    if (k >= b->nb_slots) {
        b->nb_slots = k + 1;
    }
}

/* jmp and call have one byte of opcode before the rel32. */
static void slot_jump(Host *x, unsigned k, uint64_t guest_pc, bool is_call)
{
    asm_nop(&x->a, padding(x, x->a.p + 1));
    uint8_t *site = is_call ? asm_call32(&x->a) : asm_jmp32(&x->a);
    slot_site(x, k, guest_pc, site);
}

void emit_goto_tb(Host *x, const EmitOp *e)
{
    slot_jump(x, (unsigned)e->k[0], e->k[1], false);
}

/* Compare and jump to a slot; padding goes before, so that both fuse. */
static void brcond_slot(Host *x, const EmitOp *e, const Op *taken)
{
    uint8_t *start = x->a.p;

    for (unsigned pad = 0;; pad = padding(x, x->a.p - REL32)) {
        x->a.p = start;
        asm_nop(&x->a, pad);
        Cc cc = x86_compare(x, x86_size(e->type), (Cond)e->k[0], &e->in[0],
                            &e->in[1]);
        uint8_t *site = asm_jcc32(&x->a, cc);
        if (x->a.overflow || !padding(x, site)) {
            slot_site(x, (unsigned)op_const(taken, 0), op_const(taken, 1),
                      site);
            return;
        }
    }
}

void emit_brcond(Host *x, const EmitOp *e)
{
    if (x->build->taken) {
        brcond_slot(x, e, x->build->taken);
        return;
    }
    Cc cc =
        x86_compare(x, x86_size(e->type), (Cond)e->k[0], &e->in[0], &e->in[1]);
    label_site(x, (LabelId)e->k[1], asm_jcc32(&x->a, cc));
}

/* ---- Two halves --------------------------------------------------------- */

/* dst = high:low, by way of tmp. */
static void join(Host *x, int dst, int tmp, const Operand *low,
                 const Operand *high)
{
    asm_mov_rm(&x->a, SZ_32, dst, x86_rm(low));
    x86_mov_in(x, SZ_32, tmp, high);
    asm_shift_ri(&x->a, SH_SHL, SZ_64, tmp, 32);
    asm_alu_rr(&x->a, ALU_OR, SZ_64, dst, tmp);
}

static Cc compare2(Host *x, const EmitOp *e, int a, int b, int tmp)
{
    join(x, a, tmp, &e->in[0], &e->in[1]);
    join(x, b, tmp, &e->in[2], &e->in[3]);
    Operand oa = {.kind = OPERAND_REG, .reg = (uint8_t)a};
    Operand ob = {.kind = OPERAND_REG, .reg = (uint8_t)b};
    return x86_compare(x, SZ_64, (Cond)e->k[0], &oa, &ob);
}

void emit_brcond2(Host *x, const EmitOp *e)
{
    Cc cc = compare2(x, e, e->tmp[0], e->tmp[1], e->tmp[2]);

    label_site(x, (LabelId)e->k[1], asm_jcc32(&x->a, cc));
}

void emit_setcond2(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    Cc cc = compare2(x, e, e->tmp[0], e->tmp[1], out);

    asm_setcc_r(&x->a, cc, out);
    asm_movzx_rr(&x->a, SZ_8, out, out);
}

/* ---- Leaving ------------------------------------------------------------ */

void emit_exit_tb(Host *x, const EmitOp *e)
{
    asm_mov_ri(&x->a, RAX, (uint32_t)e->k[0]);
    asm_jmp(&x->a, x->rt.leave);
}

/* The jump cache's entry for the address in reg is at [rbp + tmp * 8 + d]. */
static Mem cache_field(int tmp, size_t field)
{
    return mem_bis(RBP, tmp, 3,
                   (int32_t)offsetof(CPUState, jump_cache) -
                       (int32_t)offsetof(CPUState, guest) - ENV_BIAS +
                       (int32_t)field);
}

_Static_assert(sizeof(JumpCacheEntry) == 16, "pc's bits 1.. index by 16");

static void probe(Host *x, int reg, int tmp)
{
    asm_mov_rr(&x->a, SZ_32, tmp, reg);
    asm_alu_ri(&x->a, ALU_AND, SZ_32, tmp, (JUMP_CACHE_SIZE - 1) << 1);
    asm_alu_mr(&x->a, ALU_CMP, SZ_64,
               cache_field(tmp, offsetof(JumpCacheEntry, pc)), reg);
}

static void slow_lookup(Host *x, const SlowPath *s)
{
    asm_mov_mr(&x->a, SZ_64, x86_env(x->pc_disp), s->e.in[0].reg);
    asm_jmp(&x->a, x->rt.lookup_exit);
}

void emit_goto_ptr(Host *x, const EmitOp *e)
{
    int tmp = e->tmp[0];

    probe(x, e->in[0].reg, tmp);
    x86_jcc_slow(x, x86_slow(x, slow_lookup, e), CC_NE);
    asm_gpr_m(&x->a, G_JMP, SZ_64,
              cache_field(tmp, offsetof(JumpCacheEntry, code)));
}

/* ---- Calls and returns -------------------------------------------------- */

/* Without a free register: 32 bits sign-extended, the rest by a store. */
static void push_const(Host *x, uint64_t v)
{
    asm_push_i(&x->a, (int32_t)v);
    if ((int64_t)v != (int32_t)v) {
        asm_mov_mi(&x->a, SZ_32, mem_b(RSP, 4), (int32_t)(v >> 32));
    }
}

/* Where the host comes back: drop the guest's address, go on by a slot. */
static void return_point(Host *x, unsigned slot, uint64_t guest_pc)
{
    asm_lea(&x->a, SZ_64, RSP, mem_b(RSP, 8));
    slot_jump(x, slot, guest_pc, false);
}

void emit_call_tb(Host *x, const EmitOp *e)
{
    if (!x->ret_stack) {
        emit_goto_tb(x, e);
        return;
    }
    push_const(x, e->k[3]);
    slot_jump(x, (unsigned)e->k[0], e->k[1], true);
    return_point(x, (unsigned)e->k[2], e->k[3]);
}

static void slow_call_lookup(Host *x, const SlowPath *s)
{
    asm_mov_mr(&x->a, SZ_64, x86_env(x->pc_disp), s->e.in[0].reg);
    push_const(x, s->e.k[1]);
    asm_call(&x->a, x->rt.lookup_exit);
    x86_jmp_back(x, s);
}

void emit_call_ptr(Host *x, const EmitOp *e)
{
    int tmp = e->tmp[0];

    if (!x->ret_stack) {
        emit_goto_ptr(x, e);
        return;
    }
    probe(x, e->in[0].reg, tmp);
    SlowPath *s = x86_slow(x, slow_call_lookup, e);
    x86_jcc_slow(x, s, CC_NE);
    push_const(x, e->k[1]);
    asm_gpr_m(&x->a, G_CALL, SZ_64,
              cache_field(tmp, offsetof(JumpCacheEntry, code)));
    x86_slow_back(x, s);
    return_point(x, (unsigned)e->k[0], e->k[1]);
}

static void slow_return(Host *x, const SlowPath *s)
{
    x86_mov_in(x, SZ_64, RAX, &s->e.in[0]);
    asm_jmp(&x->a, x->rt.ret_search);
}

void emit_ret_ptr(Host *x, const EmitOp *e)
{
    if (!x->ret_stack) {
        emit_goto_ptr(x, e);
        return;
    }
    asm_alu_mr(&x->a, ALU_CMP, SZ_64,
               mem_b(RSP, offsetof(RetStackEntry, guest_ret)), e->in[0].reg);
    x86_jcc_slow(x, x86_slow(x, slow_return, e), CC_NE);
    asm_ret(&x->a);
}

/* ---- Plugins ------------------------------------------------------------ */

static void store_word(Host *x, unsigned i, uint64_t v)
{
    Mem m = x86_slow_word(i);

    asm_mov_mi(&x->a, SZ_32, m, (int32_t)v);
    m.disp += 4;
    asm_mov_mi(&x->a, SZ_32, m, (int32_t)(v >> 32));
}

/* Word 0: the callback, a PluginFn; then its arguments. */
static void call_plugin(CPUState *cpu)
{
    const uint64_t *w = x86_slow_words(cpu);
    PluginFn *fn = (PluginFn *)(uintptr_t)w[0];

    fn(cpu, w[1], w[2], (MemOp)w[3]);
}

void emit_plugin(Host *x, const EmitOp *e)
{
    bool mem = e->opc == OP_plugin_mem_cb;

    store_word(x, 0, e->k[0]);
    store_word(x, 1, e->k[1]);
    if (mem) {
        asm_mov_mr(&x->a, SZ_64, x86_slow_word(2), e->in[0].reg);
    } else {
        store_word(x, 2, 0);
    }
    store_word(x, 3, mem ? e->k[2] : 0);
    x86_slow_call(x, call_plugin);
}
