#include "core/plugin.h"

#include "core/fpenv.h"

/* Setting MXCSR takes long: only if it matters. */
void plugin_call(CPUState *cpu, const PluginCall *call, uint64_t addr,
                 uint64_t value)
{
    uint32_t guest = fpenv_get();
    cpu->guest_mxcsr = guest;
    if ((guest ^ cpu->host_mxcsr) & ~(uint32_t)MXCSR_FLAGS) {
        fpenv_set(cpu->host_mxcsr);
    }
    call->fn(cpu, call, addr, value);
    if (fpenv_get() != guest) {
        fpenv_set(guest);
    }
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
