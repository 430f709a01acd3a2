/*
 * translate(): one block of guest code through all stages.
 *
 *   guest bytes -> frontend -> IR -> opt, liveness -> backend -> host bytes
 *
 * When a stage runs out of a resource the block is tried again with fewer
 * instructions; when the code buffer is full, or memory runs out, everything is
 * flushed.
 */
#include <string.h>
#include "core/verify.h"
#include "exec/exec_log.h"
#include "exec/internal.h"
#include "exec/perf.h"
#include "opt/opt.h"
#include "util/annotate.h"
#include "util/check.h"
#include "util/reserve.h"

/* The TB pointer that exit stubs are resolved by; see ExitRecord. */
enum { TB_POINTER_BYTES = 8 };

/*
 * The code stays: a signal handler may do this between generated code's
 * comparison of pc and its jump to code.
 */
void clear_jump_cache(CPUState *cpu)
{
    for (uint32_t i = 0; i < JUMP_CACHE_SIZE; i++) {
        __atomic_store_n(&cpu->jump_cache[i].key, jump_cache_no_key(i),
                         __ATOMIC_RELAXED);
    }
}

static void forget_code(ExecThread *t)
{
    check(!t->stages, "a flush within a translation");
    t->link_from = NULL;
    t->piece = NULL;
    arena_reset(&t->arena);
    clear_jump_cache(t->cpu);
    t->exec->cfg.backend->forget_returns(t->cpu);
}

void flush_code(ExecThread *t, uint64_t flushes)
{
    Exec *e = t->exec;
    exclusive_begin(t);
    exec_lock(t);
    if (e->flushes == flushes) {
        e->flushes++;
        store_clear(&e->store);
        suspects_clear(&e->suspects);
        images_clear(e);
        pieces_clear(e);
        for (ExecThread *o = e->threads; o; o = o->next) {
            forget_code(o);
        }
        arena_free(&e->retired_tbs);
        if (e->cfg.instrument) {
            e->cfg.instrument->flushed(e->cfg.instrument->opaque);
        }
    }
    pthread_mutex_unlock(&e->lock);
    t->link_from = NULL;
    exclusive_end(t);
}

/* A plugin sees each round of a loop. */
static void optimise(ExecThread *t)
{
    const ExecConfig *cfg = &t->exec->cfg;
    OptTarget target = {cfg->frontend->memory_model,
                        cfg->backend->facts(t->stages->backend)};
    opt_run(t->stages->ir, cfg->opt_off | (cfg->instrument ? OPT_NO_SKIP : 0),
            &target);
}

/* Guest bytes to optimised IR. */
static void make_ir(ExecThread *t, const BlockRequest *rq, BlockInfo *info)
{
    Exec *e = t->exec;
    IR *ir = t->stages->ir;
    BlockRequest noted = *rq;
    uint64_t time = now_ns(e);
    ir_reset(ir);
    noted.notes = t->stages->notes;
    e->cfg.frontend->translate(t->stages->translator, &noted, info);
    lap(e, &t->stats.ns_frontend, &time);
    if (e->cfg.instrument && info->nb_insns && !ir->error) {
        e->cfg.instrument->rewrite(e->cfg.instrument->opaque, ir, &noted,
                                   info->nb_insns);
    }
    if (info->nb_insns == 0 || ir->error) {
        return;
    }
    if (t->watched) {
        watch_instrument(ir, &e->debug, e->cfg.frontend->pc_offset);
    }
    log_guest(t, rq, info);
    log_ir(t, rq, LOG_op);
    optimise(t);
    log_ir(t, rq, LOG_op_opt);
    lap(e, &t->stats.ns_opt, &time);
}

/* Optimised IR to host bytes, at the end of the thread's piece. */
static CompileStatus make_code(ExecThread *t, const BlockRequest *rq,
                               CompiledBlock *cb)
{
    Exec *e = t->exec;
    uint64_t time = now_ns(e);
    if (!t->piece && !piece_take(t)) {
        return COMPILE_BUFFER_FULL;
    }
    piece_prepare(t);
    alloc_log_begin(t->stages->alloc_log, t->stages->ir);
    CompileStatus s =
        e->cfg.backend->compile(t->stages->backend, t->stages->ir, &t->buf, cb);
    alloc_log_end(t, rq, t->stages->alloc_log);
    lap(e, &t->stats.ns_backend, &time);
    return s == COMPILE_OK && cb->size > TB_MAX_CODE ? COMPILE_TOO_LARGE : s;
}

static void note_block(ExecThread *t, const TB *tb, uint32_t nb_insns)
{
    if (tb->is_region) {
        t->stats.regions++;
        t->stats.region_insns += nb_insns;
        t->stats.region_bytes += tb->code_size;
    } else {
        t->stats.blocks++;
        t->stats.guest_insns += nb_insns;
        t->stats.guest_bytes += tb->nb_bytes;
        t->stats.host_bytes += tb->code_size;
    }
    perf_note(t->exec, tb);
}

/*
 * The compiled block, at the end of the thread's piece; not yet published.
 * NULL: no memory, and the piece is as it was.
 */
static TB *new_tb(ExecThread *t, const BlockRequest *rq, const BlockInfo *info,
                  const CompiledBlock *cb)
{
    TB *tb = store_new_tb(&t->arena, cb, t->exec->images.dir != NULL);
    if (!tb) {
        t->buf.used = t->piece->used;
        return NULL;
    }
    tb->pc = rq->pc;
    tb->flags = rq->flags;
    check(info->nb_bytes <= BLOCK_MAX_SPAN, "%u bytes of guest code in a block",
          info->nb_bytes);
    check(rq->pc - info->start < info->nb_bytes, "pc %#lx is not in its block",
          (long)rq->pc);
    check(cb->offset >= t->piece->used + TB_POINTER_BYTES,
          "a block over the one before");
    tb->before = (uint16_t)(rq->pc - info->start);
    tb->nb_bytes = (uint16_t)info->nb_bytes;
    tb->hash = source_hash(t, info->start, info->nb_bytes);
    tb->is_region = rq->nb_blocks != 0;
    tb->code = t->buf.rx + cb->offset;
    memcpy(t->buf.rw + cb->offset - TB_POINTER_BYTES, &tb, sizeof(tb));
    piece_add_tb(t, tb);
    annotate_written(tb);
    note_block(t, tb, info->nb_insns);
    log_host(t, tb, cb);
    return tb;
}

/*
 * Guest code may have changed since the generation was read: false, for who
 * invalidates it counts the generation, then looks into the store, under the
 * lock.  When another thread has published the same block meanwhile, both
 * stay: the one that lookups find first is used.
 */
static bool publish(ExecThread *t, TB *tb, uint64_t generation)
{
    Exec *e = t->exec;
    exec_lock(t);
    bool valid = generation == e->store.generation;
    if (valid) {
        store_publish(&e->store, tb);
    }
    if (valid && t->unseen) {
        suspect_tb(e, tb);
    }
    pthread_mutex_unlock(&e->lock);
    t->stats.invalidated += !valid;
    if (valid) {
        images_note_translated(t, tb);
    }
    return valid;
}

/*
 * What to do after a failed try: another piece, then a flush; if the block
 * had an empty piece for itself, half as many instructions.
 */
static uint32_t next_try(ExecThread *t, CompileStatus s, uint32_t nb_insns,
                         uint64_t flushes)
{
    t->stats.retries++;
    bool alone = t->piece && t->piece->nb_tbs == 0;
    if (s == COMPILE_BUFFER_FULL && !alone) {
        if (!piece_take(t)) {
            flush_code(t, flushes);
        }
        return nb_insns;
    }
    check(nb_insns > 1, "one guest instruction is too large to translate");
    return nb_insns / 2;
}

static CompileStatus ir_status(const IR *ir)
{
    return ir->error == IR_OK          ? COMPILE_OK
           : ir->error == IR_NO_MEMORY ? COMPILE_NO_MEMORY
                                       : COMPILE_TOO_LARGE;
}

static TB *run_stages(ExecThread *t, const BlockRequest *rq, BlockInfo *info,
                      CompileStatus *status)
{
    CompiledBlock cb;
    make_ir(t, rq, info);
    if (info->nb_insns == 0) {
        return NULL;
    }
    *status = info->nb_bytes <= BLOCK_MAX_SPAN ? ir_status(t->stages->ir)
                                               : COMPILE_TOO_LARGE;
    if (*status == COMPILE_OK) {
        *status = make_code(t, rq, &cb);
    }
    TB *tb = *status == COMPILE_OK ? new_tb(t, rq, info, &cb) : NULL;
    if (*status == COMPILE_OK && !tb) {
        *status = COMPILE_NO_MEMORY;
    }
    return tb;
}

/* One try; NULL with *status, or with info->nb_insns 0: no code there. */
static TB *try_block(ExecThread *t, const BlockRequest *rq, BlockInfo *info,
                     CompileStatus *status)
{
    stages_take(t);
    source_begin(t);
    TB *tb = run_stages(t, rq, info, status);
    stages_give_back(t);
    return tb;
}

/* What flags say of the block beside the frontend's; see TB_STEP. */
static BlockRequest block_request(ExecThread *t, uint64_t pc, uint32_t flags)
{
    const Exec *e = t->exec;
    bool step = flags & TB_STEP;
    check(step || !(flags & TB_STEP_WATCHED), "flags %#x", flags);
    t->watched = e->debug.watch_bytes &&
                 (!step || (flags & TB_STEP_WATCHED) == TB_STEP_WATCHED);
    return (BlockRequest){
        .pc = pc,
        .flags = flags & ~TB_STEP_WATCHED,
        .max_insns = step ? 1 : e->cfg.max_insns,
        .code = source_reader(t),
        .stops = e->debug.stops,
        .nb_stops = step ? 0 : e->debug.nb_stops,
    };
}

/* For another try: what is set aside for this, then what a flush sets free. */
static bool make_memory(ExecThread *t, uint64_t flushes, bool *flushed)
{
    if (reserve_use(t->exec->cfg.reserve)) {
        return true;
    }
    if (*flushed) {
        t->event = (Event){.kind = EVENT_NO_MEMORY};
        return false;
    }
    flush_code(t, flushes);
    return *flushed = true;
}

TB *translate(ExecThread *t, uint64_t pc, uint32_t flags)
{
    Exec *e = t->exec;
    BlockRequest rq = block_request(t, pc, flags);
    bool flushed = false;
    for (;;) {
        BlockInfo info;
        CompileStatus status = COMPILE_OK;
        uint64_t flushes = e->flushes;
        uint64_t generation = e->store.generation;
        TB *tb = try_block(t, &rq, &info, &status);
        if (tb) {
            tb->flags = flags;
        }
        if (tb && publish(t, tb, generation)) {
            return tb;
        } else if (tb) {
            continue;
        } else if (info.nb_insns == 0) {
            t->event = (Event){.kind = EVENT_FAULT,
                               .signo = SIGSEGV,
                               .code = SEGV_MAPERR,
                               .addr = info.fault_addr};
            return NULL;
        } else if (status == COMPILE_NO_MEMORY) {
            if (!make_memory(t, flushes, &flushed)) {
                return NULL;
            }
        } else {
            rq.max_insns = next_try(t, status, info.nb_insns, flushes);
        }
    }
}

TB *translate_region(ExecThread *t, const BlockRequest *rq)
{
    BlockInfo info;
    CompileStatus status = COMPILE_OK;
    uint64_t generation = t->exec->store.generation;
    uint64_t time = now_ns(t->exec);
    if (t->exec->debug.watch_bytes) {
        return NULL;
    }
    t->watched = false;
    TB *tb = try_block(t, rq, &info, &status);
    if (status == COMPILE_BUFFER_FULL && piece_take(t)) {
        tb = try_block(t, rq, &info, &status);
    }
    lap(t->exec, &t->stats.ns_regions, &time);
    return tb && publish(t, tb, generation) ? tb : NULL;
}
