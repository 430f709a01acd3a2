/*
 * Calls out of generated code on behalf of plugins.
 *
 * The ops plugin_cb and plugin_mem_cb make a PluginCall and leave globals where
 * they are: registers cannot be read there.  A call of helper_plugin can be
 * put in place of a plugin_cb: all globals are exact.  Both give the C
 * function the emulator's FP environment, unless it is PLUGIN_NO_FP.
 */
#ifndef CORE_PLUGIN_H
#define CORE_PLUGIN_H

#include "core/cpu.h"
#include "core/helper.h"

typedef struct PluginCall PluginCall;

/* Address and value count in plugin_mem_cb alone. */
typedef void PluginFn(CPUState *, const PluginCall *, uint64_t addr,
                      uint64_t value);

/* The head of what code refers to; lives as long as the code. */
struct PluginCall {
    PluginFn *fn;
};

/* A constant of the ops: fn, and what it calls, leave the FP environment as it
   is. */
enum { PLUGIN_NO_FP = 1 };

/* Arguments: env, a PluginCall as a number. */
extern const Helper helper_plugin;

/* Makes the call in the emulator's FP environment; FpEnvOps.get gives the
   guest's. */
void plugin_call(CPUState *, const PluginCall *, uint64_t addr, uint64_t value);

#endif
