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

void opt_run(IR *ir, OptConfig config)
{
    bool rename = ir->loop && !(config & OPT_NO_RENAME);
    checked(ir, "the frontend");
    if (ir->region) { /* blocks that one jump leads to join its own */
        opt_reach(ir);
    }
    if (ir->loop && !(config & OPT_NO_SKIP)) {
        opt_skip(ir);
        checked(ir, "skip");
    }
    if (rename) {
        opt_select(ir);
        checked(ir, "select");
        opt_rename(ir);
        checked(ir, "rename");
    }
    if (!(config & OPT_NO_FOLD)) {
        opt_fold(ir, config);
        checked(ir, "fold");
    }
    opt_reach(ir);
    checked(ir, "reach");
    if (ir->loop && !(config & OPT_NO_DEFER)) {
        opt_defer(ir);
        checked(ir, "defer");
    }
    if (rename && !(config & OPT_NO_INDEX)) {
        opt_index(ir);
        checked(ir, "index");
    }
    if (rename) {
        opt_sink(ir);
        checked(ir, "sink");
    }
    opt_liveness(ir);
    checked(ir, "liveness");
    if (rename) {
        opt_single(ir);
    }
}
