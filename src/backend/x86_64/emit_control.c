/*
 * Emit records: branches and the ways out of a block.
 *
 * An exit slot is a jump (or call, or conditional jump) with a rel32 that
 * does not cross an 8-byte boundary, so that one store links it. Until then
 * it goes to a stub behind the block, which leaves by LEFT_BY_SLOT.
 *
 * The return stack is rsp: calls and returns are the host's, by which its
 * predictor sees pairs. A return has the guest's address in rax, and where it
 * arrives that is compared with the address meant.
 */
#include "backend/x86_64/x86.h"

#include <string.h>
#include "core/plugin.h"

enum { LOOP_ALIGN = 32 };

/* ---- Labels ------------------------------------------------------------- */

/* Enters a rel32 in the label's chain, or resolves it. */
static void label_site(Host *x, X86Label *label, uint8_t *site)
{
    if (x->a.overflow) {
        return;
    }
    if (label->at) {
        x86_asm_patch32(&x->a, site, label->at);
        return;
    }
    int32_t back = label->chain ? (int32_t)(site - label->chain) : 0;
    memcpy(site, &back, sizeof(back));
    label->chain = site;
}

static void set_label(Host *x, X86Label *label)
{
    uint8_t *site = label->chain;

    label->at = x->a.p;
    while (site && !x->a.overflow) {
        int32_t back;
        memcpy(&back, site, sizeof(back));
        x86_asm_patch32(&x->a, site, x->a.p);
        site = back ? site - back : NULL;
    }
}

static bool is_loop_head(const Host *x, LabelId id)
{
    for (uint64_t slots = x->ir->inner_slots; slots; slots &= slots - 1) {
        int k = __builtin_ctzll(slots);
        if (x->ir->inner[k] == id) {
            return x->build->slots[k].kind != SLOT_RETURN;
        }
    }
    return false;
}

void x86_set_label(Host *x, LabelId id)
{
    if (is_loop_head(x, id)) {
        x86_asm_align(&x->a, LOOP_ALIGN);
    }
    set_label(x, &x->label[id]);
}

void x86_jmp_leave(Host *x)
{
    if (x->build->adapter) {
        label_site(x, &x->leave, x86_asm_jmp32(&x->a));
    } else {
        x86_asm_jmp(&x->a, x->rt.leave);
    }
}

void x86_region_leave(Host *x)
{
    set_label(x, &x->leave);
    x->build->leave = (uint32_t)(x->a.p - x->start);
    adapter_emit_leave(x->build->adapter, &x->desc, x);
    x86_asm_jmp(&x->a, x->rt.leave);
}

void x86_emit_br(Host *x, const EmitOp *e)
{
    label_site(x, &x->label[e->k[0]], x86_asm_jmp32(&x->a));
}

/* ---- Slots -------------------------------------------------------------- */

enum { LINK_UNIT = 8, REL32 = 4, BRANCH_WINDOW = 32, JCC_BYTES = 6 };

/* Bytes that keep the rel32 inside one unit. */
unsigned x86_link_padding(const Host *x, const uint8_t *site)
{
    uintptr_t at = (uintptr_t)(site + x->a.exec_offset) % LINK_UNIT;

    return at > LINK_UNIT - REL32 ? (unsigned)(LINK_UNIT - at) : 0;
}

static void slot_site(Host *x, unsigned k, SlotKind kind, uint64_t guest_pc,
                      uint64_t flags, uint8_t *site)
{
    BlockBuild *b = x->build;

    check(k < COMPILE_MAX_SLOTS, "exit slot %u", k);
    b->slots[k] =
        (ExitSlot){.guest_pc = guest_pc,
                   .site = (uint32_t)(site - x->start),
                   .count = x->count_heat &&
                            slot_is_counted(x->ir, k, kind, b->pc, guest_pc),
                   .kind = kind,
                   .flags = (uint16_t)flags,
                   .plain = (int)k == x->ir->plain_slot};
    if (k >= b->nb_slots) {
        b->nb_slots = k + 1;
    }
}

/* jmp has one byte of opcode before the rel32. */
void x86_emit_goto_tb(Host *x, const EmitOp *e)
{
    x86_asm_nop(&x->a, x86_link_padding(x, x->a.p + 1));
    bool call = e->opc == OP_call_tb;
    slot_site(x, (unsigned)e->k[0], call ? SLOT_CALL : SLOT_JUMP, e->k[1],
              e->k[call ? 4 : 2], x86_asm_jmp32(&x->a));
}

/*
 * In regions: bytes that bring what is from start to the present place into
 * one window of 32, which branches must not cross or end at for some Intel
 * processors to run them from their cache of decoded instructions (Intel,
 * "Mitigations for Jump Conditional Code Erratum").
 */
static unsigned window_padding(const Host *x, const uint8_t *start)
{
    uintptr_t from = (uintptr_t)(start + x->a.exec_offset) % BRANCH_WINDOW;
    uintptr_t bytes = (uintptr_t)(x->a.p - start);

    return x->build->is_region && bytes < BRANCH_WINDOW &&
                   from + bytes >= BRANCH_WINDOW
               ? (unsigned)(BRANCH_WINDOW - from)
               : 0;
}

/* Compare and jump; padding goes before, so that both fuse. */
static uint8_t *compare_and_jump(Host *x, const EmitOp *e, bool is_slot)
{
    uint8_t *start = x->a.p, *site;
    unsigned pad = 0, more;

    do {
        x->a.p = start;
        x86_asm_nop(&x->a, pad);
        Cc cc = x86_compare(x, x86_size(e->type), (Cond)e->k[0], &e->in[0],
                            &e->in[1]);
        site = x86_asm_jcc32(&x->a, cc);
        more = window_padding(x, start + pad);
        more += !more && is_slot ? x86_link_padding(x, site) : 0;
        pad += more;
    } while (more && !x->a.overflow);
    return site;
}

void x86_emit_brcond(Host *x, const EmitOp *e)
{
    const Op *taken = x->build->taken;
    uint8_t *site = compare_and_jump(x, e, taken != NULL);

    if (taken) {
        slot_site(x, (unsigned)op_const(taken, 0), SLOT_JUMP,
                  op_const(taken, 1), op_const(taken, 2), site);
    } else {
        label_site(x, &x->label[e->k[1]], site);
    }
}

void x86_region_jcc_padding(Host *x)
{
    uint8_t *start = x->a.p;

    x->a.p += JCC_BYTES;
    unsigned pad = window_padding(x, start);
    x->a.p = start;
    x86_asm_nop(&x->a, pad);
}

/* ---- Two halves --------------------------------------------------------- */

/* dst = high:low, by way of tmp. */
static void join(Host *x, int dst, int tmp, const Operand *low,
                 const Operand *high)
{
    x86_asm_mov_rm(&x->a, SZ_32, dst, x86_rm(low));
    x86_mov_in(x, SZ_32, tmp, high);
    asm_shift_ri(&x->a, SH_SHL, SZ_64, tmp, 32);
    x86_asm_alu_rr(&x->a, ALU_OR, SZ_64, dst, tmp);
}

static Cc compare2(Host *x, const EmitOp *e, int a, int b, int tmp)
{
    join(x, a, tmp, &e->in[0], &e->in[1]);
    join(x, b, tmp, &e->in[2], &e->in[3]);
    Operand oa = {.kind = OPERAND_REG, .reg = (uint8_t)a};
    Operand ob = {.kind = OPERAND_REG, .reg = (uint8_t)b};
    return x86_compare(x, SZ_64, (Cond)e->k[0], &oa, &ob);
}

void x86_emit_brcond2(Host *x, const EmitOp *e)
{
    Cc cc = compare2(x, e, e->tmp[0], e->tmp[1], e->tmp[2]);

    label_site(x, &x->label[e->k[1]], x86_asm_jcc32(&x->a, cc));
}

void x86_emit_setcond2(Host *x, const EmitOp *e)
{
    int out = e->out[0].reg;
    Cc cc = compare2(x, e, e->tmp[0], e->tmp[1], out);

    asm_setcc_r(&x->a, cc, out);
    asm_movzx_rr(&x->a, SZ_8, out, out);
}

/* ---- Leaving ------------------------------------------------------------ */

void x86_emit_exit_tb(Host *x, const EmitOp *e)
{
    x86_asm_mov_ri(&x->a, RAX, (uint32_t)e->k[0]);
    x86_asm_jmp(&x->a, x->rt.leave);
}

/* The guest's pc, and the event, were noted when it happened. */
void x86_emit_exit_fault(Host *x, const EmitOp *e)
{
    (void)e;
    x86_asm_mov_ri(&x->a, RAX, (uint32_t)LEFT_BY_FAULT);
    x86_jmp_leave(x);
}

/* The jump cache's entry for the address in reg is at [rbp + tmp * 8 + d]. */
static Mem cache_field(int tmp, size_t field)
{
    return x86_mem_bis(RBP, tmp, 3,
                       (int32_t)offsetof(CPUState, jump_cache) -
                           (int32_t)offsetof(CPUState, guest) - ENV_BIAS +
                           (int32_t)field);
}

_Static_assert(sizeof(JumpCacheEntry) == 16, "pc's bits 1.. index by 16");

/* jump_cache_slot() and jump_cache_key(); with flags the key is in tmp[1]. */
static void probe(Host *x, const EmitOp *e, uint64_t flags)
{
    int reg = e->in[0].reg, tmp = e->tmp[0];

    x86_count(x, counts.lookups);
    x86_asm_mov_rr(&x->a, SZ_32, tmp, reg);
    if (flags) {
        asm_alu_ri(&x->a, ALU_XOR, SZ_32, tmp, (int32_t)flags << 1);
        x86_asm_mov_ri(&x->a, e->tmp[1], flags << TB_FLAG_KEY_SHIFT);
        x86_asm_alu_rr(&x->a, ALU_XOR, SZ_64, e->tmp[1], reg);
        reg = e->tmp[1];
    }
    asm_alu_ri(&x->a, ALU_AND, SZ_32, tmp, (JUMP_CACHE_SIZE - 1) << 1);
    x86_asm_alu_mr(&x->a, ALU_CMP, SZ_64,
                   cache_field(tmp, offsetof(JumpCacheEntry, key)), reg);
}

static void slow_lookup(Host *x, const SlowPath *s)
{
    x86_asm_mov_mr(&x->a, SZ_64, x86_env(x->pc_disp), s->e.in[0].reg);
    x86_asm_jmp(&x->a, x->rt.lookup_exit);
}

static void look_up(Host *x, const EmitOp *e, uint64_t flags)
{
    probe(x, e, flags);
    x86_jcc_slow(x, x86_slow(x, slow_lookup, e), CC_NE);
    asm_gpr_m(&x->a, G_JMP, SZ_64,
              cache_field(e->tmp[0], offsetof(JumpCacheEntry, code)));
}

void x86_emit_goto_ptr(Host *x, const EmitOp *e)
{
    look_up(x, e, e->k[0]);
}

/* ---- Calls and returns -------------------------------------------------- */

/*
 * Where the host comes back to: if it is what the guest returns to, in rax,
 * it goes on by the slot; else it returns to the entry further up.
 */
static uint8_t *return_point(Host *x, uint64_t guest_pc)
{
    if ((int64_t)guest_pc == (int32_t)guest_pc) {
        asm_alu_ri(&x->a, ALU_CMP, SZ_64, RAX, (int32_t)guest_pc);
    } else {
        x86_asm_mov_ri(&x->a, RCX, guest_pc);
        x86_asm_alu_rr(&x->a, ALU_CMP, SZ_64, RAX, RCX);
    }
    uint8_t *site = x86_asm_jcc32(&x->a, CC_E);
    x86_count(x, counts.returns_skipped);
    x86_asm_ret(&x->a);
    return site;
}

/*
 * The call and its return point. Both are to be linked; padding goes before
 * the call, for nothing may come between it and the return point.
 */
void x86_emit_call_tb(Host *x, const EmitOp *e)
{
    uint8_t *start = x->a.p, *call, *ret;
    unsigned pad = 0, more;

    if (!x->ret_stack) {
        x86_emit_goto_tb(x, e);
        return;
    }
    do {
        x->a.p = start;
        x86_asm_nop(&x->a, pad);
        call = x86_asm_call32(&x->a);
        ret = return_point(x, e->k[3]);
        more = x86_link_padding(x, call);
        more += more ? 0 : x86_link_padding(x, ret);
        pad += more;
    } while (more && !x->a.overflow);
    slot_site(x, (unsigned)e->k[0], SLOT_CALL, e->k[1], e->k[4], call);
    slot_site(x, (unsigned)e->k[2], SLOT_RETURN, e->k[3], 0, ret);
}

static void slow_call_lookup(Host *x, const SlowPath *s)
{
    int tmp = s->e.tmp[0];

    x86_asm_mov_mr(&x->a, SZ_64, x86_env(x->pc_disp), s->e.in[0].reg);
    if (!x->a.overflow) {
        x86_asm_lea(&x->a, SZ_64, tmp,
                    x86_mem_rip(&x->a, s->back + x->a.exec_offset));
    }
    x86_asm_push_r(&x->a, tmp);
    x86_asm_jmp(&x->a, x->rt.lookup_exit);
}

void x86_emit_call_ptr(Host *x, const EmitOp *e)
{
    uint8_t *start, *ret;
    unsigned pad = 0, more;
    SlowPath *s;

    if (!x->ret_stack) {
        look_up(x, e, e->k[2]);
        return;
    }
    probe(x, e, e->k[2]);
    s = x86_slow(x, slow_call_lookup, e);
    x86_jcc_slow(x, s, CC_NE);
    start = x->a.p;
    do {
        x->a.p = start;
        x86_asm_nop(&x->a, pad);
        asm_gpr_m(&x->a, G_CALL, SZ_64,
                  cache_field(e->tmp[0], offsetof(JumpCacheEntry, code)));
        x86_slow_back(x, s);
        ret = return_point(x, e->k[1]);
        more = x86_link_padding(x, ret);
        pad += more;
    } while (more && !x->a.overflow);
    slot_site(x, (unsigned)e->k[0], SLOT_RETURN, e->k[1], 0, ret);
}

/*
 * To the return point on top, with the guest's address in rax.  Return points
 * are for flags of 0 alone; that of a call which comes back with others stays
 * until a return further out passes it.
 */
void x86_emit_ret_ptr(Host *x, const EmitOp *e)
{
    if (x->ret_stack && !e->k[0]) {
        x86_count(x, counts.returns);
        x86_asm_ret(&x->a);
    } else {
        look_up(x, e, e->k[0]);
    }
}

/* ---- Plugins ------------------------------------------------------------ */

/* The PluginCall is in word 0, address and value follow. */
void x86_call_plugin(CPUState *cpu)
{
    const uint64_t *w = x86_slow_words(cpu);

    plugin_call(cpu, (const PluginCall *)(uintptr_t)w[0], w[1], w[2]);
}

static void store_input(Host *x, unsigned i, const Operand *o)
{
    if (o->kind == OPERAND_REG) {
        x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(1 + i), o->reg);
    } else {
        x86_asm_mov_mi(&x->a, SZ_64, x86_slow_word(1 + i), (int32_t)o->imm);
    }
}

/* The runtime finds the PluginCall in rax. */
void x86_emit_plugin(Host *x, const EmitOp *e)
{
    for (unsigned i = 0; i < 2 && e->opc == OP_plugin_mem_cb; i++) {
        store_input(x, i, &e->in[i]);
    }
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(slow_rax), RAX);
    x86_asm_mov_ri(&x->a, RAX, e->k[0]);
    if (!x->pins_vectors) {
        x86_asm_call(&x->a, x->rt.plugin_call[!(e->k[1] & PLUGIN_NO_FP)]);
    } else {
        x86_asm_mov_mr(&x->a, SZ_64, x86_slow_word(0), RAX);
        x86_load_fn(x, X86_FN_PLUGIN);
        x86_asm_call(&x->a, x->rt.slow_call);
    }
    x86_asm_mov_rm(&x->a, SZ_64, RAX, X86_OWN(slow_rax));
}
