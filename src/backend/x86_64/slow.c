/* What stands behind a block: slow paths, exit stubs, literals. */
#include "backend/x86_64/x86.h"

#include <string.h>

SlowPath *x86_slow(Host *x, SlowFn *emit, const EmitOp *e)
{
    if (x->nb_slow == MAX_SLOW) {
        x->build->too_large = true;
        x->nb_slow = 0;
    }
    SlowPath *s = &x->slow[x->nb_slow++];
    s->emit = emit;
    memset(s->site, 0, sizeof(s->site));
    s->back = NULL;
    s->pc = x->build->pc;
    s->e = *e;
    return s;
}

void x86_jcc_slow(Host *x, SlowPath *s, Cc cc)
{
    unsigned i = s->site[0] == NULL ? 0 : s->site[1] == NULL ? 1 : 2;

    check(!s->site[i], "too many jumps to one slow path");
    x86_region_jcc_padding(x);
    s->site[i] = x86_asm_jcc32(&x->a, cc);
}

void x86_jmp_back(Host *x, const SlowPath *s)
{
    if (!x->a.overflow) {
        x86_asm_jmp(&x->a, s->back + x->a.exec_offset);
    }
}

void x86_load_fn(Host *x, unsigned fn)
{
    x86_asm_mov_rm(&x->a, SZ_64, RAX, x86_data(x, &x->rt.fn[fn]));
}

/* rax is not pushed: on rsp there are return addresses only. */
void x86_slow_call(Host *x, X86Fn fn)
{
    x86_asm_mov_mr(&x->a, SZ_64, X86_OWN(slow_rax), RAX);
    x86_load_fn(x, fn);
    x86_asm_call(&x->a, x->rt.slow_call);
    x86_asm_mov_rm(&x->a, SZ_64, RAX, X86_OWN(slow_rax));
}

static void slow_paths(Host *x)
{
    for (unsigned i = 0; i < x->nb_slow; i++) {
        SlowPath *s = &x->slow[i];
        if (!s->site[0]) {
            continue;
        }
        if (opcode_info[s->e.opc].flags & OPF_FAULT) {
            build_pc_row(x->build, (uint32_t)(x->a.p - x->start), s->pc);
        }
        for (unsigned j = 0; j < 3 && s->site[j]; j++) {
            x86_asm_patch32(&x->a, s->site[j], x->a.p);
        }
        s->emit(x, s);
    }
}

static uint32_t offset(const Host *x)
{
    return (uint32_t)(x->a.p - x->start);
}

/* One more jump to slot->guest_pc; to the stub when it is hot. */
static void count_stub(Host *x, ExitSlot *slot)
{
    Mem counter = X86_CPU(heat);
    uint8_t *stub = x->start + slot->stub;

    counter.disp += (int32_t)(heat_slot(slot->guest_pc) * sizeof(int32_t));
    slot->count = offset(x);
    x86_asm_alu_mi(&x->a, ALU_SUB, SZ_32, counter, 1);
    x86_asm_jcc(&x->a, CC_LE, stub + x->a.exec_offset);
    x86_asm_nop(&x->a, x86_link_padding(x, x->a.p + 1));
    uint8_t *site = x86_asm_jmp32(&x->a);
    slot->count_site = (uint32_t)(site - x->start);
    x86_asm_patch32(&x->a, site, stub);
}

/* The call that leaves by the slot, and its ExitRecord. */
static void slot_exit(Host *x, unsigned k)
{
    x86_asm_call(&x->a, x->rt.slot_exit);
    x86_asm_u32(&x->a, k);
    x86_asm_u32(&x->a, offset(x) - 4);
}

static void exit_stub(Host *x, unsigned k, ExitSlot *slot)
{
    const Adapter *adapter = x->build->adapter;

    if (ir_is_inner(x->ir, k)) {
        const X86Label *label = &x->label[x->ir->inner[k]];
        slot->inner = (uint32_t)(label->at - x->start);
    }
    if (!slot->stub) {
        slot->stub = offset(x);
        if (slot->inner && adapter && slot->kind == SLOT_JUMP) {
            adapter_emit_leave(adapter, &x->desc, x);
        }
        slot_exit(x, k);
    }
    x86_asm_patch32(&x->a, x->start + slot->site,
                    x->start + (slot->inner ? slot->inner : slot->stub));
    if (slot->count) {
        count_stub(x, slot);
    }
}

/* The slot's jump stands further up. */
void x86_emit_set_stub(Host *x, const EmitOp *e)
{
    x->build->slots[e->k[0]].stub = offset(x);
}

void x86_emit_exit_slot(Host *x, const EmitOp *e)
{
    slot_exit(x, (unsigned)e->k[0]);
}

static void exit_stubs(Host *x)
{
    BlockBuild *b = x->build;

    for (unsigned k = 0; k < b->nb_slots && !x->a.overflow; k++) {
        if (b->slots[k].site) {
            exit_stub(x, k, &b->slots[k]);
        }
    }
}

static void literals(Host *x)
{
    if (x->nb_literals) {
        x86_asm_align(&x->a, 16);
    }
    for (unsigned i = 0; i < x->nb_literals; i++) {
        const X86Literal *l = &x->literal[i];
        x86_asm_patch32(&x->a, l->site, x->a.p);
        x86_asm_u64(&x->a, l->value[0]);
        x86_asm_u64(&x->a, l->value[1]);
    }
}

uint32_t x86_finish(Host *x)
{
    slow_paths(x);
    if (x->build->adapter) {
        x86_region_leave(x);
    }
    exit_stubs(x);
    x->build->literals = offset(x);
    literals(x);
    x->build->nb_outer = x->a.outer.n;
    return x->a.overflow ? 0 : (uint32_t)(x->a.p - x->start);
}
