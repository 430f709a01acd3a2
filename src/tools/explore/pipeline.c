/* See pipeline.h. */
#include "tools/explore/pipeline.h"

#include "util/check.h"

static ExecConfig exec_config(const Program *p)
{
    static const Log no_log;
    ExecConfig cfg;
    exec_config_default(&cfg);
    cfg.frontend = p->guest->frontend;
    cfg.backend = backend_at(0);
    cfg.code = p->code;
    cfg.log = &no_log;
    return cfg;
}

/* As exec has it for a program that is where it wants to be in memory. */
static BackendConfig backend_config(const ExecConfig *c)
{
    return (BackendConfig){
        .max_pinned_int = -1,
        .max_pinned_fp = -1,
        .max_scratch = -1,
        .count_heat = true,
        .pc_offset = c->frontend->pc_offset,
        .hot = c->frontend->hot,
    };
}

bool pipeline_init(Pipeline *p, const Program *program)
{
    ExecConfig cfg = exec_config(program);
    Exec *e = exec_new(&cfg);
    *p = (Pipeline){.program = program,
                    .max_insns = cfg.max_insns,
                    .planner = e ? exec_cpu_new(e) : NULL};
    p->ir = ir_new();
    p->translator = cfg.frontend->create(p->ir, cfg.frontend->models->features);
    if (!p->planner || !compiler_init(&p->compiler, cfg.backend,
                                      backend_config(&cfg), p->ir, true)) {
        return false;
    }
    p->target = (OptTarget){cfg.frontend->memory_model,
                            cfg.backend->facts(p->compiler.ctx)};
    return true;
}

void pipeline_free(Pipeline *p)
{
    compiler_free(&p->compiler);
    p->program->guest->frontend->destroy(p->translator);
    ir_free(p->ir);
}

bool pipeline_translate(Pipeline *p, const BlockRequest *rq, BlockInfo *info)
{
    ir_reset(p->ir);
    p->program->guest->frontend->translate(p->translator, rq, info);
    return info->nb_insns && !p->ir->error;
}

bool pipeline_run(Pipeline *p, const BlockRequest *rq, Unit *u)
{
    *u = (Unit){0};
    OptWatch watch = {history_note, &u->history};
    if (!pipeline_translate(p, rq, &u->info)) {
        return false;
    }
    opt_run_watched(p->ir, OPT_ALL, &p->target, &watch);
    compiler_reset(&p->compiler);
    u->compiled = compiler_run(&p->compiler, p->ir, &u->block) == COMPILE_OK;
    return true;
}

void unit_free(Unit *u)
{
    history_free(&u->history);
}
