/*
 * From block to block.  A signal that comes while a guest access is made
 * brings control to interp_enter() by siglongjmp; nothing is held then.
 */
#include "backend/interp/interp.h"

#include <stdatomic.h>
#include <string.h>
#include "core/plugin.h"
#include "util/check.h"

/* ---- Guest memory -------------------------------------------------------- */

/* Whole where the host's are: an aligned access of another thread sees none
   of its parts alone. */
static void move(void *to, const void *from, unsigned bytes)
{
#define MOVE(type)                                                             \
    __atomic_store_n((type *)to,                                               \
                     __atomic_load_n((const type *)from, __ATOMIC_RELAXED),    \
                     __ATOMIC_RELAXED)
    switch (bytes) {
    case 1: MOVE(uint8_t); break;
    case 2: MOVE(uint16_t); break;
    case 4: MOVE(uint32_t); break;
    case 8: MOVE(uint64_t); break;
    default: memcpy(to, from, bytes);
    }
#undef MOVE
}

static void *host_address(void *cpu, uint64_t addr)
{
    return (void *)(uintptr_t)(addr + interp_state(cpu)->guest_base);
}

static bool load(void *cpu, uint64_t addr, void *buf, unsigned bytes)
{
    move(buf, host_address(cpu, addr), bytes);
    return true;
}

static bool store(void *cpu, uint64_t addr, const void *buf, unsigned bytes)
{
    move(host_address(cpu, addr), buf, bytes);
    return true;
}

static bool exchange(void *cpu, uint64_t addr, uint64_t *old, uint64_t value,
                     unsigned bytes)
{
    void *p = host_address(cpu, addr);
#define EXCHANGE(type)                                                         \
    do {                                                                       \
        type seen = (type)*old;                                                \
        __atomic_compare_exchange_n((type *)p, &seen, (type)value, false,      \
                                    __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);       \
        *old = seen;                                                           \
    } while (0)
    switch (bytes) {
    case 1: EXCHANGE(uint8_t); break;
    case 2: EXCHANGE(uint16_t); break;
    case 4: EXCHANGE(uint32_t); break;
    default: EXCHANGE(uint64_t); break;
    }
#undef EXCHANGE
    return true;
}

/* ---- Ways out ------------------------------------------------------------ */

static void call_plugin(void *cpu, uint64_t call, uint64_t addr, uint64_t value)
{
    plugin_call(cpu, (const PluginCall *)(uintptr_t)call, addr, value);
}

static const InterpEntry *target(const InterpBlock *block, uint64_t slot)
{
    return atomic_load_explicit(&block->slot[slot].target,
                                memory_order_acquire);
}

/* Another thread, or a signal, wants this one to leave: no slot is linked. */
static bool is_wanted(const CPUState *cpu)
{
    return __atomic_load_n(&cpu->exit_request, __ATOMIC_RELAXED);
}

static bool linked(void *opaque, uint64_t slot)
{
    const CPUState *cpu = opaque;
    const InterpBlock *block = interp_state(cpu)->block;
    return !is_wanted(cpu) && target(block, slot) != &block->slot[slot].stub;
}

static void set_pc(CPUState *cpu, uint64_t pc)
{
    memcpy(cpu->guest + interp_state(cpu)->pc_offset, &pc, sizeof(pc));
}

static int leave(InterpState *s, int reason)
{
    s->reason = reason;
    return reason;
}

/* The entry to go on at, or NULL: s->reason says why not. */
static const InterpEntry *by_slot(CPUState *cpu, const InterpBlock *block,
                                  uint64_t slot)
{
    InterpState *s = interp_state(cpu);
    const InterpSlot *k = &block->slot[slot];
    const InterpEntry *to = is_wanted(cpu) ? &k->stub : target(block, slot);
    if (to->kind == ENTRY_COUNT) {
        int32_t *heat = &cpu->heat[heat_slot(k->guest_pc)];
        to = --*heat <= 0
                 ? &k->stub
                 : atomic_load_explicit(&k->counted, memory_order_acquire);
    }
    if (to->kind != ENTRY_STUB) {
        return to;
    }
    cpu->exit_site = (uintptr_t)&k->record;
    leave(s, LEFT_BY_SLOT);
    return NULL;
}

static const InterpEntry *by_lookup(CPUState *cpu, uint64_t pc, uint32_t flags)
{
    const JumpCacheEntry *e = &cpu->jump_cache[jump_cache_slot(pc, flags)];
    cpu->counts.lookups++;
    if (!is_wanted(cpu) && __atomic_load_n(&e->key, __ATOMIC_ACQUIRE) ==
                               jump_cache_key(pc, flags)) {
        return e->code;
    }
    set_pc(cpu, pc);
    leave(interp_state(cpu), LEFT_BY_LOOKUP);
    return NULL;
}

/* A fault in memory was noted where it happened; see leave_from_signal(). */
static void by_fault(CPUState *cpu)
{
    InterpState *s = interp_state(cpu);
    if (!s->env.fault_align) {
        leave(s, LEFT_BY_FAULT);
        return;
    }
    cpu->align_addr = s->env.fault_addr;
    set_pc(cpu, s->env.fault_pc);
    leave(s, LEFT_BY_ALIGN);
}

static const InterpEntry *run_block(CPUState *cpu, const InterpEntry *at)
{
    InterpState *s = interp_state(cpu);
    const InterpBlock *block = entry_block(at);
    s->block = block;
    InterpExit exit = interp_run_at(&block->ir, &s->env, at->index, s->temps,
                                    block->label_op);
    switch (exit) {
    case INTERP_GOTO_TB:
    case INTERP_CALL_TB: return by_slot(cpu, block, s->env.slot);
    case INTERP_GOTO_PTR:
    case INTERP_CALL_PTR:
    case INTERP_RET_PTR: return by_lookup(cpu, s->env.target, s->env.flags);
    case INTERP_FAULT: by_fault(cpu); return NULL;
    case INTERP_EXIT_TB: leave(s, (int)s->env.reason); return NULL;
    default: check(false, "a block ends by %d", exit); return NULL;
    }
}

/* ---- Entering ------------------------------------------------------------ */

static void begin(const BackendContext *ctx, CPUState *cpu)
{
    InterpState *s = interp_state(cpu);
    SoftFloatEnv fp = s->env.fp;
    s->guest_base = ctx->cfg.guest_base;
    s->pc_offset = ctx->cfg.pc_offset;
    s->env = (InterpEnv){.state = cpu->guest,
                         .load = load,
                         .store = store,
                         .exchange = exchange,
                         .linked = linked,
                         .plugin = call_plugin,
                         .opaque = cpu,
                         .fp = fp};
}

int interp_enter(BackendContext *ctx, CPUState *cpu, const void *code)
{
    InterpState *s = interp_state(cpu);
    const InterpEntry *volatile at = code;
    sigjmp_buf landing;
    begin(ctx, cpu);
    s->landing = &landing;
    if (sigsetjmp(landing, 0)) {
        at = s->go_on;
    }
    s->running = true;
    while (at) {
        at = run_block(cpu, at);
    }
    s->running = false;
    return s->reason;
}
