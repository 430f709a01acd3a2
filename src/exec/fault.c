/*
 * Faults in generated code become events with the guest state exact.
 *
 * Signal handlers need to know the thread they run in: `current` is the one
 * piece of state here that is not reached from a parameter.
 */
#include <stdatomic.h>
#include <string.h>
#include "exec/internal.h"
#include "exec/fault.h"
#include "host/machine.h"
#include "util/check.h"

static __thread ExecThread *current;
static ExecSignalFn *_Atomic other_fn; /* always the same, once set */

void fault_set_thread(ExecThread *t)
{
    current = t;
}

static bool in_code(const ExecThread *t, uintptr_t pc)
{
    const CodeMem *mem = &t->exec->mem;
    return pc - (uintptr_t)mem->rx < mem->size + mem->window;
}

static void set_guest_pc(ExecThread *t, uint64_t pc)
{
    memcpy(t->cpu->guest + t->exec->cfg.frontend->pc_offset, &pc, sizeof(pc));
}

/* Where no memory could ever be, nothing is mapped. */
static Event event_of_siginfo(const ExecThread *t, int signo,
                              const siginfo_t *si)
{
    uintptr_t addr;
    bool known = host_fault_address(si, &addr);
    return (Event){
        .kind = EVENT_FAULT,
        .signo = signo,
        .code = known ? si->si_code : SEGV_MAPERR,
        .addr = known ? addr - t->exec->cfg.guest_base : 0,
    };
}

static void guest_fault(ExecThread *t, int signo, const siginfo_t *si,
                        ucontext_t *uc)
{
    const BackendNative *native = t->exec->cfg.backend->native;
    uintptr_t pc = native->code_pc(t->cpu, uc);
    CodePlace at;
    bool found = code_place(t->exec, pc, &at);
    check(found, "signal %d in the runtime at %#lx, address %p", signo,
          (long)pc, si->si_addr);
    t->event = event_of_siginfo(t, signo, si);
    set_guest_pc(t, at.pc + at.row.guest_offset);
    if (at.row.side) {
        native->go_on_at(t->cpu, uc, at.code + at.row.side);
    } else {
        native->leave_from_signal(t->exec->runtime->backend, t->cpu, uc,
                                  LEFT_BY_FAULT,
                                  at.leave ? at.code + at.leave : NULL);
    }
}

static void on_fault(int signo, siginfo_t *si, void *ctx)
{
    ExecThread *t = current;
    ucontext_t *uc = ctx;
    if (!t || si->si_code <= 0 ||
        !in_code(t, t->exec->cfg.backend->native->code_pc(t->cpu, uc))) {
        atomic_load_explicit(&other_fn, memory_order_relaxed)(signo, si, ctx);
        return;
    }
    const BackendNative *native = t->exec->cfg.backend->native;
    if (!native->ret_stack_overflow(t->cpu, uc, (uintptr_t)si->si_addr)) {
        guest_fault(t, signo, si, uc);
    }
}

void exec_install_handlers(ExecSignalFn *other)
{
    struct sigaction sa = {
        .sa_sigaction = on_fault,
        .sa_flags = SA_SIGINFO | SA_ONSTACK | SA_RESTART,
    };
    check(other, "no handler for what is not the guest's");
    atomic_store_explicit(&other_fn, other, memory_order_relaxed);
    sigfillset(&sa.sa_mask);
    sigaction(SIGSEGV, &sa, NULL);
    sigaction(SIGBUS, &sa, NULL);
}

void kick_done(ExecThread *t)
{
    if (atomic_exchange(&t->kicked, false)) {
        atomic_fetch_sub(&t->exec->nb_kicked, 1);
    }
}

static void slots_to_stubs(const Exec *e, uintptr_t pc)
{
    const TB *tb = piece_find_tb(e, pc);
    for (uint32_t i = 0; tb && i < tb->nb_slots; i++) {
        slot_patch_stub(e, &tb->slots[i]);
    }
    if (!tb) {
        images_kick(e, pc);
    }
}

/*
 * The block that runs leaves by a slot (turned to its stub), by the jump
 * cache (emptied) or by the return stack (spoilt): all lead to the run loop.
 */
bool exec_kick(CPUState *cpu, void *ctx)
{
    ExecThread *t = thread_of(cpu);
    const BackendNative *native = t->exec->cfg.backend->native;
    uintptr_t pc = native->code_pc(cpu, ctx);
    CodePlace at;
    if (!in_code(t, pc) || !code_place(t->exec, pc, &at)) {
        return !atomic_load_explicit(&t->running, memory_order_relaxed);
    }
    t->stats.kicks++;
    if (!atomic_exchange(&t->kicked, true)) {
        atomic_fetch_add(&t->exec->nb_kicked, 1);
    }
    slots_to_stubs(t->exec, pc);
    clear_jump_cache(cpu);
    native->spoil_returns(cpu, ctx);
    return true;
}

ExecPlace exec_place(CPUState *cpu, const void *ctx, uint64_t *guest_pc)
{
    ExecThread *t = thread_of(cpu);
    uintptr_t pc = t->exec->cfg.backend->native->code_pc(cpu, ctx);
    CodePlace at;
    if (in_code(t, pc) && code_place(t->exec, pc, &at)) {
        *guest_pc = at.pc + at.row.guest_offset;
        return EXEC_IN_CODE;
    }
    return atomic_load_explicit(&t->running, memory_order_relaxed)
               ? EXEC_RUNNING
               : EXEC_OUTSIDE;
}
