/*
 * translate(): one block of guest code through all stages.
 *
 *   guest bytes -> frontend -> IR -> opt, liveness -> backend -> host bytes
 *
 * When a stage runs out of a resource the block is tried again with fewer
 * instructions; when the code buffer is full, everything is flushed.
 */
#include <errno.h>
#include <string.h>
#include <time.h>
#include "core/dump.h"
#include "core/verify.h"
#include "exec/internal.h"
#include "opt/opt.h"
#include "util/check.h"

/* The TB pointer that exit stubs are resolved by; see ExitRecord. */
enum { TB_POINTER_BYTES = 8, BLOCK_ALIGN = 16 };

void clear_jump_cache(CPUState *cpu)
{
    memset(cpu->jump_cache, 0, sizeof(cpu->jump_cache));
    /* Guest pc 0 maps to slot 0 only: elsewhere all zero is empty. */
    cpu->jump_cache[0].pc = JUMP_CACHE_EMPTY;
}

void empty_ret_stack(CPUState *cpu)
{
    cpu->ret_sp = cpu->ret_base;
}

void flush_code(ExecThread *t)
{
    store_clear(&t->exec->store);
    t->buf.used = t->runtime_bytes;
    t->link_from = NULL;
    clear_jump_cache(t->cpu);
    empty_ret_stack(t->cpu);
    t->exec->stats.flushes++;
}

static uint64_t now_ns(void)
{
    struct timespec ts;
    clock_gettime(CLOCK_MONOTONIC, &ts);
    return ts.tv_sec * 1000000000ull + ts.tv_nsec;
}

/* Adds the time since *last to a counter, and goes on from here. */
static void lap(const Exec *e, uint64_t *counter, uint64_t *last)
{
    if (e->stats_on) {
        uint64_t now = now_ns();
        *counter += now - *last;
        *last = now;
    }
}

static void log_ir(const ExecThread *t, uint32_t item, const char *title)
{
    const Log *log = t->exec->cfg.log;
    if (log_on(log, item)) {
        fprintf(log->file, "-- %s\n", title);
        ir_dump(log->file, t->ir);
    }
}

static void log_guest(const ExecThread *t, const BlockRequest *rq,
                      const BlockInfo *info)
{
    const ExecConfig *cfg = &t->exec->cfg;
    if (log_on(cfg->log, LOG_in_asm) && cfg->disas) {
        fprintf(cfg->log->file, "-- in: 0x%lx, %u bytes\n", rq->pc,
                info->nb_bytes);
        cfg->disas(cfg->log->file, &rq->code, rq->pc, info->nb_bytes);
    }
}

static void log_host(const ExecThread *t, const TB *tb)
{
    const Log *log = t->exec->cfg.log;
    if (!log_on(log, LOG_out_asm)) {
        return;
    }
    fprintf(log->file, "-- out: 0x%lx, %u bytes at %p", tb->pc,
            tb->code_size, (const void *)tb->code);
    for (uint32_t i = 0; i < tb->code_size; i++) {
        fprintf(log->file, "%s%02x", i % 32 ? "" : "\n", tb->code[i]);
    }
    fputc('\n', log->file);
}

/* Guest bytes to optimised IR. */
static void make_ir(ExecThread *t, const BlockRequest *rq, BlockInfo *info)
{
    Exec *e = t->exec;
    uint64_t time = e->stats_on ? now_ns() : 0;
    ir_reset(t->ir);
    e->cfg.frontend->translate(t->translator, rq, info);
    lap(e, &e->stats.ns_frontend, &time);
    if (info->nb_insns == 0 || t->ir->error) {
        return;
    }
    log_guest(t, rq, info);
    log_ir(t, LOG_op, "op");
    opt_run(t->ir, e->cfg.opt_off);
    log_ir(t, LOG_op_opt, "op_opt");
    lap(e, &e->stats.ns_opt, &time);
}

/* Optimised IR to host bytes, at the end of the buffer. */
static CompileStatus make_code(ExecThread *t, CompiledBlock *cb)
{
    Exec *e = t->exec;
    uint64_t time = e->stats_on ? now_ns() : 0;
    size_t start = (t->buf.used + TB_POINTER_BYTES + BLOCK_ALIGN - 1)
                   & ~(size_t)(BLOCK_ALIGN - 1);
    if (start >= t->buf.size) {
        return COMPILE_BUFFER_FULL;
    }
    t->buf.used = start;
    CompileStatus s = e->cfg.backend->compile(t->backend, t->ir, &t->buf, cb);
    lap(e, &e->stats.ns_backend, &time);
    return s;
}

static void note_block(Exec *e, const TB *tb, uint32_t nb_insns)
{
    e->stats.blocks++;
    e->stats.guest_insns += nb_insns;
    e->stats.guest_bytes += tb->nb_bytes;
    e->stats.host_bytes += tb->code_size;
    if (e->perf_map) {
        fprintf(e->perf_map, "%lx %x guest_%lx\n", (long)tb->code,
                tb->code_size, tb->pc);
        fflush(e->perf_map);
    }
}

static TB *publish(ExecThread *t, const BlockRequest *rq,
                   const BlockInfo *info, const CompiledBlock *cb)
{
    TB *tb = store_new_tb(&t->exec->store, cb);
    check(tb, "no memory for a block: %s", strerror(errno));
    tb->pc = rq->pc;
    tb->flags = rq->flags;
    tb->nb_bytes = info->nb_bytes;
    tb->code = t->buf.rx + cb->offset;
    memcpy(t->buf.rw + cb->offset - TB_POINTER_BYTES, &tb, sizeof(tb));
    store_publish(&t->exec->store, tb);
    note_block(t->exec, tb, info->nb_insns);
    log_host(t, tb);
    return tb;
}

/*
 * What to do after a failed try: flush if the buffer was full of other
 * blocks, else half as many instructions.
 */
static uint32_t next_try(ExecThread *t, CompileStatus s, uint32_t nb_insns)
{
    t->exec->stats.retries++;
    if (s == COMPILE_BUFFER_FULL && t->exec->store.nb_tbs) {
        flush_code(t);
        return nb_insns;
    }
    check(nb_insns > 1, "one guest instruction is too large to translate");
    return nb_insns / 2;
}

TB *translate(ExecThread *t, uint64_t pc, uint32_t flags)
{
    const ExecConfig *cfg = &t->exec->cfg;
    BlockRequest rq = {pc, flags, cfg->max_insns, cfg->code};
    for (;;) {
        BlockInfo info;
        CompiledBlock cb;
        make_ir(t, &rq, &info);
        if (info.nb_insns == 0) {
            t->event = (Event){EVENT_FAULT, SIGSEGV, SEGV_MAPERR,
                               info.fault_addr};
            return NULL;
        }
        size_t used = t->buf.used;
        CompileStatus s = t->ir->error ? COMPILE_TOO_LARGE
                                       : make_code(t, &cb);
        if (s == COMPILE_OK) {
            return publish(t, &rq, &info, &cb);
        }
        t->buf.used = used;
        rq.max_insns = next_try(t, s, info.nb_insns);
    }
}
