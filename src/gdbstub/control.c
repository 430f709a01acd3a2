/*
 * Guest threads: what they do at the places where the debugger has a say.
 *
 * A thread notes in `met` what is to be reported, which then is its `stop`,
 * up to the client's next word on it; meanwhile it waits, as it does while all
 * are to stand still or it has MODE_HOLD.  What a breakpoint or a finished step
 * reports may be forgotten at any time: the thread meets the same again, for it
 * has not gone on.
 */
#include "gdbstub/internal.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "util/check.h"
#include "util/cond.h"

enum { SYSCALL_TRAP = 0x80 }; /* in the si_code of PTRACE_O_TRACESYSGOOD */

/* Where th is in the list, or its end. */
static GdbThread **place_of(Gdb *g, const GdbThread *th)
{
    GdbThread **at = &g->threads;

    while (*at && *at != th) {
        at = &(*at)->next;
    }
    return at;
}

/* It has run nothing yet: where the program stands still, it does too. */
GdbThread *gdb_thread_new(Gdb *g, CPUState *cpu, int tid)
{
    GdbThread *th = calloc(1, sizeof(*th));

    if (!th) {
        return NULL;
    }
    *th = (GdbThread){.gdb = g,
                      .cpu = cpu,
                      .tid = tid,
                      .state = THREAD_PARKED,
                      .fork_pipe = {-1, -1},
                      .vfork_pipe = {-1, -1}};
    pthread_mutex_lock(&g->lock);
    check(tid > 0 && !world_find(g, tid), "thread %d comes twice", tid);
    *place_of(g, th) = th;
    pthread_cond_broadcast(&g->changed);
    pthread_mutex_unlock(&g->lock);
    return th;
}

static bool any_to_run(const Gdb *g)
{
    for (const GdbThread *th = g->threads; th; th = th->next) {
        if (th->mode != MODE_HOLD) {
            return true;
        }
    }
    return false;
}

/* The server may have it in hand while the program stands still. */
void gdb_thread_end(GdbThread *th)
{
    Gdb *g = th->gdb;
    GdbThread **at;

    pthread_mutex_lock(&g->lock);
    thread_park(th);
    while (g->stop) {
        thread_await_change(th);
    }
    at = place_of(g, th);
    check(*at, "a thread ends that is not known");
    *at = th->next;
    pthread_cond_broadcast(&g->changed);
    if (g->attached && !g->stop && !any_to_run(g)) {
        g->all_held = true;
        server_wake(g);
    }
    pthread_mutex_unlock(&g->lock);
    free(th);
}

void server_wake(Gdb *g)
{
    uint64_t one = 1;
    ssize_t done = write(g->wake_fd, &one, sizeof(one));

    (void)done; /* it is full: the server will wake */
}

/* --- waiting --- */

bool thread_stands_still(const GdbThread *th)
{
    return th->gdb->stop || th->mode == MODE_HOLD || th->stop.kind;
}

/*
 * The server kicks only threads that run, under the lock: what it has asked
 * for is undone here, so that no kick that is still on its way asks again.
 */
void thread_park(GdbThread *th)
{
    check(lock_is_held(&th->gdb->lock), "a thread parks without the lock");
    th->state = THREAD_PARKED;
    __atomic_store_n(&th->cpu->exit_request, 0, __ATOMIC_RELAXED);
    pthread_cond_broadcast(&th->gdb->changed);
}

void thread_await_change(GdbThread *th)
{
    check(th->state != THREAD_RUNNING, "the server waits for who waits for it");
    pthread_cond_wait(&th->gdb->changed, &th->gdb->lock);
}

void thread_wait(GdbThread *th)
{
    check(lock_is_held(&th->gdb->lock), "a thread waits without the lock");
    if (thread_stands_still(th)) {
        thread_park(th);
    }
    while (thread_stands_still(th)) {
        thread_await_change(th);
    }
    th->state = THREAD_RUNNING;
}

void thread_report(GdbThread *th)
{
    Gdb *g = th->gdb;

    check(lock_is_held(&g->lock), "a report without the lock");
    check(th->met.kind, "a report of nothing");
    check(!th->stop.kind, "a report on top of another");
    th->go_on_with = 0;
    if (g->attached) {
        th->stop = th->met;
        th->order = g->next_order++;
        server_wake(g);
    }
    th->met.kind = STOP_NONE;
    thread_wait(th);
    th->stepped = false;
}

static void set_trap(Stop *stop, int code)
{
    memset(&stop->info, 0, sizeof(stop->info));
    stop->info.si_signo = SIGTRAP;
    stop->info.si_code = code;
}

static uint64_t reg_number(const GdbThread *th, uint32_t reg)
{
    return debug_read_number(th->gdb->target.guest, th->cpu, reg);
}

void thread_reg(const GdbThread *th, uint32_t reg, uint8_t *value)
{
    const GuestDebug *guest = th->gdb->target.guest;

    guest->read(th->cpu, reg, value);
    if (th->state == THREAD_IN_CALL && reg == guest->pc_reg) {
        uint64_t pc = reg_number(th, reg) - guest->syscall_bytes;

        memcpy(value, &pc, sizeof(pc));
    }
}

uint32_t reg_bytes(const Gdb *g, uint32_t reg)
{
    uint32_t bytes = g->target.guest->size(reg);

    check(reg < g->target.guest->nb_regs, "register %u", reg);
    check(bytes <= DEBUG_REG_MAX, "register %u of %u bytes", reg, bytes);
    return bytes;
}

static uint64_t pc_of(const GdbThread *th)
{
    return reg_number(th, th->gdb->target.guest->pc_reg);
}

/* --- running --- */

/* The breakpoint at pc, or NULL. */
const Point *point_at(const Gdb *g, uint64_t pc)
{
    for (uint32_t i = 0; i < g->nb_points; i++) {
        const Point *p = &g->points[i];

        if (p->type <= POINT_HARD && p->addr == pc) {
            return p;
        }
    }
    return NULL;
}

static void stop_at(GdbThread *th, const Point *p)
{
    check(p->type <= POINT_HARD, "stopped by a point of type %d", p->type);
    th->met.kind = STOP_BREAK;
    th->met.point = p->type;
    set_trap(&th->met, TRAP_BRKPT);
}

/* Has the step that was asked for come to its end? */
static void finish_step(GdbThread *th)
{
    uint64_t pc = pc_of(th);
    const Point *p = point_at(th->gdb, pc);

    th->stepped = false;
    if (p) {
        stop_at(th, p);
    } else if (pc < th->range_start || pc >= th->range_end) {
        th->met.kind = STOP_STEP;
        set_trap(&th->met, TRAP_TRACE);
    }
}

void gdb_point(GdbThread *th)
{
    Gdb *g = th->gdb;

    pthread_mutex_lock(&g->lock);
    if (!th->met.kind && th->stepped) {
        finish_step(th);
    }
    if (th->met.kind) {
        thread_report(th);
    } else {
        thread_wait(th);
    }
    pthread_mutex_unlock(&g->lock);
}

static bool touches(const Point *p, const Event *e)
{
    bool kind = p->type == POINT_WRITE  ? e->writes
                : p->type == POINT_READ ? e->reads
                                        : p->type == POINT_ACCESS;

    return kind && p->addr < e->addr + e->bytes && e->addr < p->addr + p->bytes;
}

static const Point *watch_of(const Gdb *g, const Event *e)
{
    for (uint32_t i = 0; i < g->nb_points; i++) {
        if (touches(&g->points[i], e)) {
            return &g->points[i];
        }
    }
    return NULL;
}

/* The access is made first: clients look at the value that it leaves. */
static Event run_watched(GdbThread *th, const Event *access)
{
    const Point *p = watch_of(th->gdb, access);
    Event e = exec_step(th->cpu, false);

    if (p && e.kind == EVENT_STEPPED) {
        th->met.kind = STOP_WATCH;
        th->met.point = p->type;
        th->met.addr = p->addr;
        set_trap(&th->met, TRAP_HWBKPT);
    }
    return e;
}

/* exec may not know yet that the client has taken a breakpoint away. */
static Event run_stopped(GdbThread *th, const Event *stop)
{
    const Point *p = point_at(th->gdb, pc_of(th));

    if (p) {
        stop_at(th, p);
        return *stop;
    }
    return exec_step(th->cpu, false);
}

/* An interruption before the instruction is none after it. */
Event gdb_run(GdbThread *th)
{
    bool step = th->mode == MODE_STEP;
    Event e = step ? exec_step(th->cpu, true) : exec_run(th->cpu);

    if (e.kind == EVENT_STOP) {
        return run_stopped(th, &e);
    }
    if (e.kind == EVENT_WATCH) {
        e = run_watched(th, &e);
    }
    th->stepped = step && e.kind != EVENT_INTERRUPT;
    return e;
}

/* --- signals and system calls --- */

/* What has come before, and waits for gdb_point(). */
static void report_first(GdbThread *th)
{
    if (th->met.kind) {
        thread_report(th);
    }
}

int gdb_signal(GdbThread *th, siginfo_t *info)
{
    Gdb *g = th->gdb;
    int signo = info->si_signo, given = signo;

    check(signo >= 1 && signo < _NSIG, "signal %d", signo);
    pthread_mutex_lock(&g->lock);
    if (th->injected == signo) {
        th->injected = 0;
    } else if (g->attached && !(g->client.pass >> (signo - 1) & 1)) {
        report_first(th);
        th->met.kind = STOP_SIGNAL;
        th->met.info = *info;
        thread_report(th);
        *info = th->stop.info;
        given = th->go_on_with;
        check(given >= 0 && given < _NSIG, "signal %d goes on", given);
        check(info->si_signo == signo, "signal %d became %d", signo,
              info->si_signo);
        if (given != signo) {
            memset(info, 0, sizeof(*info));
            info->si_signo = given;
        }
    }
    th->stepped = given && th->mode == MODE_STEP; /* at its handler */
    pthread_mutex_unlock(&g->lock);
    return given;
}

static bool is_caught(const Gdb *g, unsigned nr)
{
    return g->attached && g->client.catch_calls && nr < MAX_CALLS &&
           (g->client.caught[nr / 64] >> nr % 64 & 1);
}

static uint64_t sp_of(const GdbThread *th)
{
    return reg_number(th, th->gdb->target.guest->sp_reg);
}

/* Is it the call that was made while the debugger had changed registers? */
static bool was_made(GdbThread *th)
{
    MadeCall *m = &th->made;
    bool same = m->valid && m->pc == pc_of(th) && m->sp == sp_of(th);

    m->valid = m->valid && !same;
    return same;
}

static void stop_in_call(GdbThread *th, StopKind kind, unsigned nr)
{
    th->met.kind = kind;
    th->met.number = (int)nr;
    set_trap(&th->met, SIGTRAP | SYSCALL_TRAP);
}

/* The stop is reported at the instruction, which is then run again. */
static bool must_tell(GdbThread *th, unsigned nr)
{
    uint64_t pc = pc_of(th);

    if (!is_caught(th->gdb, nr) || th->told_call == pc) {
        th->told_call = 0;
        return false;
    }
    th->told_call = pc;
    return true;
}

bool gdb_call_begin(GdbThread *th, unsigned nr, long *result)
{
    Gdb *g = th->gdb;
    bool begins = false;

    pthread_mutex_lock(&g->lock);
    check(th->state == THREAD_RUNNING, "a call begins within another");
    if (was_made(th)) {
        *result = th->made.result;
    } else if (thread_stands_still(th)) {
        th->stepped = false;
    } else if (must_tell(th, nr)) {
        th->stepped = false;
        stop_in_call(th, STOP_CALL, nr);
    } else {
        begins = true;
        th->state = THREAD_IN_CALL;
        pthread_cond_broadcast(&g->changed);
    }
    pthread_mutex_unlock(&g->lock);
    return begins;
}

void gdb_call_returned(GdbThread *th, unsigned nr)
{
    Gdb *g = th->gdb;

    pthread_mutex_lock(&g->lock);
    if (is_caught(g, nr)) {
        report_first(th);
        stop_in_call(th, STOP_RETURN, nr);
        thread_report(th);
    }
    pthread_mutex_unlock(&g->lock);
}

/* In a call the client sees the thread at its instruction. */
bool gdb_call_end(GdbThread *th, bool made, long result)
{
    Gdb *g = th->gdb;
    bool untouched;

    pthread_mutex_lock(&g->lock);
    check(th->state == THREAD_IN_CALL, "a call ends that did not begin");
    while (thread_stands_still(th) && !th->break_call) {
        thread_await_change(th);
    }
    untouched = !th->break_call;
    th->break_call = false;
    th->state = THREAD_RUNNING;
    if (!untouched && made) {
        th->made = (MadeCall){true, pc_of(th), sp_of(th), result};
    }
    if (!untouched) {
        const GuestDebug *guest = g->target.guest;
        uint64_t pc = pc_of(th) - guest->syscall_bytes;

        guest->write(th->cpu, guest->pc_reg, &pc);
        th->stepped = false;
    }
    pthread_mutex_unlock(&g->lock);
    return untouched;
}
