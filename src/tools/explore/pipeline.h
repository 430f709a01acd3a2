/*
 * All stages of the translator, run on one block or region of a program that
 * does not run, with what is to be seen of each.
 */
#ifndef TOOLS_EXPLORE_PIPELINE_H
#define TOOLS_EXPLORE_PIPELINE_H

#include "exec/exec.h"
#include "tools/explore/history.h"
#include "tools/ir/compile.h"
#include "tools/ir/program.h"

typedef struct Pipeline {
    const Program *program;
    IR *ir;
    void *translator;
    OptTarget target;
    uint32_t max_insns; /* of a block */
    Compiler compiler;
    CPUState *planner; /* plans regions; does not run */
} Pipeline;

typedef struct Unit {
    BlockInfo info;
    History history;
    bool compiled; /* false: too large, there is no host code */
    CompiledBlock block;
} Unit;

/* False: memory cannot be had.  It must not move. */
bool pipeline_init(Pipeline *, const Program *);
void pipeline_free(Pipeline *);

/*
 * Guest code to IR alone; false: there is none.  The IR is the pipeline's,
 * until the next call.
 */
bool pipeline_translate(Pipeline *, const BlockRequest *, BlockInfo *);
/*
 * All stages; false: there is no code.  The IR and the compiler's events are of
 * this unit until the next call; the history is the unit's.
 */
bool pipeline_run(Pipeline *, const BlockRequest *, Unit *);
void unit_free(Unit *);

#endif
