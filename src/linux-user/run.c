/* The loop around the translated code: what comes of each event. */
#include "linux-user/run.h"

#include <stdatomic.h>
#include <stdio.h>
#include "linux-user/debug/debug.h"
#include "linux-user/debug/illegal.h"
#include "linux-user/debug/profile.h"
#include "linux-user/deliver/deliver.h"
#include "linux-user/ptrace/ptrace.h"
#include "linux-user/signal/signal.h"
#include "linux-user/syscall.h"
#include "linux-user/task/regs.h"

/* The host tells so of what we call a fault at an instruction's address. */
static bool is_fetch(const Task *t, const Event *e)
{
    uint64_t longest = t->proc->options->exec.frontend->insn_bytes;

    return e->code == SEGV_MAPERR && e->addr - task_pc(t) < longest;
}

/* If code can be read now, another thread has changed the map since, and the
   guest tries again. */
static void fetch_fault(Task *t, const Event *e)
{
    switch (mm_code_at(task_mm(t), e->addr)) {
    case CODE_READ: break;
    case CODE_UNMAPPED: deliver_fault(t, SIGSEGV, SEGV_MAPERR, e->addr); break;
    case CODE_NOT_EXECUTABLE:
        deliver_fault(t, SIGSEGV, SEGV_ACCERR, e->addr);
        break;
    case CODE_BEYOND_END: deliver_fault(t, SIGBUS, BUS_ADRERR, e->addr); break;
    }
}

/*
 * The map, not the host, tells the guest why: what it may not execute, or
 * what is but set aside, is mapped for the host.  What is mapped, but not to
 * the host, is a guard (MADV_GUARD_INSTALL).
 */
static void guest_segv(Task *t, const Event *e)
{
    Mm *mm = task_mm(t);

    if (is_fetch(t, e)) {
        fetch_fault(t, e);
        return;
    }
    pthread_mutex_lock(&mm->lock);
    const Mapping *m = map_find(&mm->map, e->addr);
    bool mapped = m && m->kind != MAPPING_HOST;
    pthread_mutex_unlock(&mm->lock);
    deliver_fault(t, SIGSEGV, mapped ? e->code : SEGV_MAPERR, e->addr);
}

static void guest_fault(Task *t, const Event *e)
{
    if (e->signo != SIGSEGV) {
        if (e->code == BUS_ADRALN && e->addr == task_pc(t)) {
            illegal_note(t, e->signo);
        }
        deliver_fault(t, e->signo, e->code, e->addr);
    } else if (!mm_grow(task_mm(t), e->addr, &t->grown) &&
               !(e->code == SEGV_ACCERR &&
                 mm_unwatch_stored(task_mm(t), e->addr))) {
        guest_segv(t, e);
    }
}

static void handle_event(Task *t, const Event *e);

/* In a process whose memory one has that is debugged. */
static void step_over(Task *t)
{
    if (!t->debug) {
        Event e = exec_step(t->cpu, false);

        handle_event(t, &e);
    }
}

/* As the host's kernel would, for want of a page. */
static void out_of_memory(Task *t)
{
    fprintf(stderr, "%s: out of memory\n", t->proc->options->name);
    deliver_fatal(t, SIGKILL);
}

static bool trace_steps(const Task *t)
{
    return t->trace->on && t->trace->orders.mode == TRACE_STEP;
}

/* The call may have to be made again: then it was no step. */
static void run_call(Task *t, uint64_t pc)
{
    bool step = trace_steps(t);

    syscall_run(t);
    if (step && !t->exited && trace_steps(t) &&
        task_pc(t) != pc - task_abi(t)->syscall_bytes) {
        deliver_step(t);
    }
}

static void end_step(Task *t)
{
    if (trace_steps(t)) {
        deliver_step(t);
    }
}

static void handle_event(Task *t, const Event *e)
{
    uint64_t pc = task_pc(t);

    switch (e->kind) {
    case EVENT_SYSCALL: run_call(t, pc); break;
    case EVENT_ILLEGAL:
        illegal_note(t, SIGILL);
        deliver_fault(t, SIGILL, ILL_ILLOPC, pc);
        break;
    case EVENT_BREAK: deliver_fault(t, SIGTRAP, TRAP_BRKPT, pc); break;
    case EVENT_FAULT: guest_fault(t, e); break;
    case EVENT_STOP:
    case EVENT_WATCH: step_over(t); break;
    case EVENT_STEPPED: end_step(t); break;
    case EVENT_INTERRUPT: break;
    case EVENT_NO_MEMORY: out_of_memory(t); break;
    }
}

/* What tracers want before the next instruction. */
static void look_around(Task *t)
{
    siginfo_t info;

    while (t->trace->on && trace_point(t, &info)) {
        deliver_now(t, &info);
    }
    if (t->proc->written.end) {
        trace_take_written(t);
    }
}

void task_loop(Task *t)
{
    while (!t->exited) {
        look_around(t);
        Event e = t->debug         ? debug_run(t)
                  : trace_steps(t) ? exec_step(t->cpu, false)
                                   : exec_run(t->cpu);

        handle_event(t, &e);
        if (t->tick.weight) {
            profile_take(t);
        }
        __atomic_store_n(&t->cpu->exit_request, 0, __ATOMIC_RELAXED);
        atomic_signal_fence(memory_order_seq_cst); /* then look */
        if (!t->exited && (t->pending || t->has_saved_mask || signal_held(t))) {
            deliver_pending(t);
        }
    }
}
