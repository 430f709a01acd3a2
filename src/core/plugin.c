#include "core/plugin.h"

void plugin_call(CPUState *cpu, const PluginCall *call, uint64_t addr,
                 uint64_t value)
{
    cpu->fp->pause(cpu);
    call->fn(cpu, call, addr, value);
    cpu->fp->resume(cpu);
}

static void help(void *env, uint64_t call)
{
    plugin_call(cpu_of_env(env), (const PluginCall *)(uintptr_t)call, 0, 0);
}

const Helper helper_plugin = {
    .name = "plugin",
    .fn = (void *)help,
    .ret = -1,
    .nb_args = 2,
    .args = {TYPE_I64, TYPE_I64},
    .flags = HELPER_READS_STATE,
};
