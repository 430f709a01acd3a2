/* The order of the passes. */
#include "opt/opt.h"

#include "core/verify.h"
#include "util/check.h"

/* In debug builds: a pass that breaks the IR is found out at once. */
static void checked(const IR *ir, const char *after)
{
#ifdef TCG_DEBUG
    char msg[256];
    check(ir->error || ir_verify(ir, msg, sizeof(msg)), "after %s: %s", after,
          msg);
#else
    (void)ir, (void)after;
#endif
}

static void ran(const IR *ir, const OptWatch *watch, const char *pass)
{
    checked(ir, pass);
    if (watch) {
        watch->after(watch->opaque, ir, pass);
    }
}

const OptTarget opt_any_target = {
    .guest_memory = MEMORY_RVWMO,
    .host = {.vec_bytes = 32,
             .index_shifts = 0xf,
             .index_disp = true,
             .movcond_ops = 3},
};

void opt_run_watched(IR *ir, OptConfig config, const OptTarget *target,
                     const OptWatch *watch)
{
    bool rename = ir->loop && !(config & OPT_NO_RENAME);
    ran(ir, watch, "frontend");
    if (ir->region) { /* blocks that one jump leads to join its own */
        opt_reach(ir);
        ran(ir, watch, "reach");
    }
    if (ir->loop && !(config & OPT_NO_SKIP)) {
        opt_skip(ir, target);
        ran(ir, watch, "skip");
    }
    if (rename) {
        opt_select(ir, target);
        ran(ir, watch, "select");
        opt_rename(ir);
        ran(ir, watch, "rename");
    }
    if (!(config & OPT_NO_FOLD)) {
        opt_fold(ir, config);
        ran(ir, watch, "fold");
    }
    opt_reach(ir);
    ran(ir, watch, "reach");
    if (ir->loop && !(config & OPT_NO_DEFER)) {
        opt_defer(ir);
        ran(ir, watch, "defer");
    }
    if (rename && !(config & OPT_NO_INDEX)) {
        opt_index(ir, target);
        ran(ir, watch, "index");
    }
    if (rename) {
        opt_sink(ir);
        ran(ir, watch, "sink");
    }
    opt_liveness(ir);
    ran(ir, watch, "liveness");
    if (rename) {
        opt_single(ir);
        ran(ir, watch, "single");
    }
}

void opt_run(IR *ir, OptConfig config, const OptTarget *target)
{
    opt_run_watched(ir, config, target, NULL);
}
