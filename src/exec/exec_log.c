/* See exec_log.h. */
#include "exec/exec_log.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "disas/host_names.h"
#include "disas/listing.h"
#include "disas/symbol_map.h"
#include "disas/trace_text.h"

enum {
    CODE_ITEMS = LOG_in_asm | LOG_op | LOG_op_opt | LOG_alloc | LOG_out_asm |
                 LOG_region | LOG_link | LOG_exec | LOG_cpu | LOG_int,
    NAME_BYTES = 256,
};

bool exec_log_open(Exec *e)
{
    const ExecConfig *c = &e->cfg;
    if (log_on(c->log, CODE_ITEMS) || c->log->nb_ranges || c->perf_map ||
        c->jitdump || c->instrument) {
        e->symbols = symbol_map_new(e->cfg.guest_base);
        return e->symbols != NULL;
    }
    return true;
}

struct SymbolMap *exec_symbols(const Exec *e)
{
    return e->symbols;
}

/* The filter --------------------------------------------------------------- */

static bool in_function(const ExecThread *t, uint64_t pc, const char *name)
{
    uint64_t offset;
    return symbol_map_at(t->exec->symbols, pc, name, &offset);
}

const char *exec_unknown_function(const Exec *e, uint64_t end)
{
    const Log *log = e->cfg.log;
    for (unsigned i = 0; i < log->nb_ranges; i++) {
        const char *name = log->ranges[i].name;
        if (name && !symbol_map_has(e->symbols, name, end)) {
            return name;
        }
    }
    return NULL;
}

static bool passes(const ExecThread *t, uint64_t pc)
{
    const Log *log = t->exec->cfg.log;
    for (unsigned i = 0; i < log->nb_ranges; i++) {
        const LogRange *r = &log->ranges[i];
        if (r->name ? in_function(t, pc, r->name)
                    : pc >= r->first && pc <= r->last) {
            return true;
        }
    }
    return !log->nb_ranges;
}

static inline bool wanted(const ExecThread *t, uint32_t item, uint64_t pc)
{
    return log_on(t->exec->cfg.log, item) && passes(t, pc);
}

/* Text -------------------------------------------------------------------- */

/* " main+0x10" behind an address, or nothing. */
static void put_name(FILE *f, const ExecThread *t, uint64_t addr)
{
    char name[NAME_BYTES];
    symbol_map_text(t->exec->symbols, addr, name, sizeof(name));
    fprintf(f, "%s%s", *name ? " " : "", name);
}

static FILE *begin_entry(const ExecThread *t)
{
    return log_begin(t->exec->cfg.log);
}

static const char *name_for_disas(void *opaque, uint64_t addr, char *buf,
                                  size_t size)
{
    return symbol_map_text(opaque, addr, buf, size);
}

/* Translating ------------------------------------------------------------- */

void log_guest(const ExecThread *t, const BlockRequest *rq,
               const BlockInfo *info)
{
    const ExecConfig *cfg = &t->exec->cfg;
    if (!wanted(t, LOG_in_asm, rq->pc) || !cfg->disas) {
        return;
    }
    AddressNamer namer = {name_for_disas, t->exec->symbols};
    FILE *f = begin_entry(t);
    fprintf(f, "-- in: 0x%" PRIx64 ", %u bytes%s", rq->pc, info->nb_bytes,
            rq->nb_blocks ? ", region" : "");
    put_name(f, t, rq->pc);
    fputc('\n', f);
    disas_listing(f, cfg->disas, &rq->code, info->start, info->nb_bytes,
                  &namer);
    log_end(f);
}

void log_ir(const ExecThread *t, const BlockRequest *rq, uint32_t item)
{
    if (!wanted(t, item, rq->pc)) {
        return;
    }
    FILE *f = begin_entry(t);
    fprintf(f, "-- %s: 0x%" PRIx64, item == LOG_op ? "op" : "op_opt", rq->pc);
    put_name(f, t, rq->pc);
    fputc('\n', f);
    ir_dump(f, t->stages->ir);
    log_end(f);
}

static void put_bytes(FILE *f, const TB *tb)
{
    for (uint32_t i = 0; i < tb->code_size; i++) {
        fprintf(f, "%02x%s", tb->code[i],
                i % 32 == 31 || i + 1 == tb->code_size ? "\n" : "");
    }
}

static void put_host_code(FILE *f, const ExecThread *t, const TB *tb,
                          const CompiledBlock *cb)
{
    const ExecConfig *cfg = &t->exec->cfg;
    HostNamer namer = {cfg->backend, t->stages->backend, t->stages->ir, cb,
                       tb->code};
    HostNames names = host_names(&namer);
    cfg->host_disas(f, tb->code, 0, cb->literals, (uintptr_t)tb->code, &names);
    host_disas_data(f, tb->code, cb->literals, cb->size);
}

void log_host(const ExecThread *t, const TB *tb, const CompiledBlock *cb)
{
    if (!wanted(t, LOG_out_asm, tb->pc)) {
        return;
    }
    FILE *f = begin_entry(t);
    fprintf(f, "-- out: 0x%" PRIx64 ", %u bytes at %p", tb->pc, tb->code_size,
            (const void *)tb->code);
    put_name(f, t, tb->pc);
    fputc('\n', f);
    if (t->exec->cfg.host_disas) {
        put_host_code(f, t, tb, cb);
    } else {
        put_bytes(f, tb);
    }
    log_end(f);
}

void log_region(const ExecThread *t, const RegionPlan *plan, bool is_loop,
                const TB *region)
{
    const BlockRequest *rq = &plan->request;
    if (!wanted(t, LOG_region, rq->pc)) {
        return;
    }
    FILE *f = begin_entry(t);
    fprintf(f, "-- region: %s at 0x%" PRIx64, is_loop ? "loop" : "function",
            rq->pc);
    put_name(f, t, rq->pc);
    fprintf(f, region ? ", %u bytes of code;" : ", not made;",
            region ? region->code_size : 0);
    for (uint32_t i = 0; i < rq->nb_blocks; i++) {
        fprintf(f, " 0x%" PRIx64, rq->blocks[i].pc);
    }
    fputc('\n', f);
    log_end(f);
}

void log_link(const ExecThread *t, const TBSlot *slot, const TB *target)
{
    const TB *from = slot_owner(slot);
    if (!wanted(t, LOG_link, from->pc)) {
        return;
    }
    FILE *f = begin_entry(t);
    fprintf(f, "-- link: 0x%" PRIx64, from->pc);
    put_name(f, t, from->pc);
    fprintf(f, ", slot %u -> 0x%" PRIx64, slot->index, slot->guest_pc);
    put_name(f, t, slot->guest_pc);
    fprintf(f, "%s\n", target->is_region ? ", region" : "");
    log_end(f);
}

/* Running ----------------------------------------------------------------- */

void log_enter(const ExecThread *t, const TB *tb)
{
    const ExecConfig *cfg = &t->exec->cfg;
    if (!wanted(t, LOG_exec | LOG_cpu, tb->pc)) {
        return;
    }
    FILE *f = begin_entry(t);
    if (log_on(cfg->log, LOG_exec)) {
        fprintf(f, "-- enter 0x%" PRIx64, tb->pc);
        put_name(f, t, tb->pc);
        fputc('\n', f);
    }
    if (log_on(cfg->log, LOG_cpu)) {
        cfg->frontend->show_state(f, t->cpu, log_on(cfg->log, LOG_fpu));
    }
    log_end(f);
}

void log_event(const ExecThread *t, const Event *event)
{
    static const char *const names[] = {
        [EVENT_SYSCALL] = "system call",
        [EVENT_ILLEGAL] = "illegal instruction",
        [EVENT_BREAK] = "breakpoint",
        [EVENT_FAULT] = "fault",
        [EVENT_INTERRUPT] = "interrupt",
        [EVENT_STOP] = "breakpoint of the debugger",
        [EVENT_WATCH] = "watchpoint of the debugger",
        [EVENT_STEPPED] = "step of the debugger",
        [EVENT_NO_MEMORY] = "no memory",
    };
    uint64_t pc;
    memcpy(&pc, t->cpu->guest + t->exec->cfg.frontend->pc_offset, sizeof(pc));
    if (!wanted(t, LOG_int, pc)) {
        return;
    }
    FILE *f = begin_entry(t);
    fprintf(f, "-- int: %s", names[event->kind]);
    if (event->kind == EVENT_FAULT) {
        fprintf(f, ", signal %d, code %d, at 0x%" PRIx64, event->signo,
                event->code, event->addr);
    }
    fprintf(f, ", pc 0x%" PRIx64, pc);
    put_name(f, t, pc);
    fputc('\n', f);
    log_end(f);
}

/* Allocation
 * --------------------------------------------------------------------- */

/* An entry is gathered, so that those of threads do not mix. */
struct AllocLog {
    BackendTrace trace;
    TraceText text;
    FILE *out; /* to buf; NULL: it is not wanted for this block */
    char *buf;
    size_t size;
};

static void note(void *opaque, const TraceEvent *e)
{
    AllocLog *a = opaque;
    if (a->out && e->kind != TRACE_END) {
        trace_text(a->out, &a->text, e);
    }
}

AllocLog *alloc_log_new(const ExecConfig *c)
{
    AllocLog *a = log_on(c->log, LOG_alloc) ? calloc(1, sizeof(*a)) : NULL;
    if (a) {
        a->trace = (BackendTrace){note, a};
        a->text.backend = c->backend;
    }
    return a;
}

const BackendTrace *alloc_log_trace(const AllocLog *a)
{
    return a ? &a->trace : NULL;
}

void alloc_log_begin(AllocLog *a, const IR *ir)
{
    if (a) {
        a->text.ir = ir;
        a->out = open_memstream(&a->buf, &a->size);
    }
}

void alloc_log_end(const ExecThread *t, const BlockRequest *rq, AllocLog *a)
{
    if (!a || !a->out) {
        return;
    }
    trace_text_end(a->out, &a->text);
    fclose(a->out);
    a->out = NULL;
    if (a->buf && wanted(t, LOG_alloc, rq->pc)) {
        FILE *f = begin_entry(t);
        fprintf(f, "-- alloc: 0x%" PRIx64, rq->pc);
        put_name(f, t, rq->pc);
        fprintf(f, "\n%s", a->buf);
        log_end(f);
    }
    free(a->buf);
    a->buf = NULL;
}
