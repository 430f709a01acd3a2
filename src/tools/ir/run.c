/* See run.h. */
#include "tools/ir/run.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "core/globals.h"
#include "core/interp.h"

enum {
    STATE_BYTES = 64 << 10,
    MEMORY_BASE = 0x10000,
    MEMORY_BYTES = 64 << 10,
    MAX_STEPS = 100000000,
};

typedef struct Machine {
    uint8_t state[STATE_BYTES];
    uint8_t memory[MEMORY_BYTES];
} Machine;

static bool in_memory(uint64_t addr, unsigned bytes)
{
    return addr - MEMORY_BASE <= MEMORY_BYTES - bytes;
}

static bool machine_load(void *opaque, uint64_t addr, void *buf, unsigned bytes)
{
    Machine *m = opaque;
    if (!in_memory(addr, bytes)) {
        return false;
    }
    memcpy(buf, m->memory + (addr - MEMORY_BASE), bytes);
    return true;
}

static bool machine_store(void *opaque, uint64_t addr, const void *buf,
                          unsigned bytes)
{
    Machine *m = opaque;
    if (!in_memory(addr, bytes)) {
        return false;
    }
    memcpy(m->memory + (addr - MEMORY_BASE), buf, bytes);
    return true;
}

static void show_exit(FILE *f, InterpExit exit, const InterpEnv *env)
{
    switch (exit) {
    case INTERP_EXIT_TB:
        fprintf(f, "exit_tb %" PRIu64 "\n", env->reason);
        break;
    case INTERP_GOTO_TB:
        fprintf(f, "goto_tb %" PRIu64 ", 0x%" PRIx64 "\n", env->slot,
                env->target);
        break;
    case INTERP_CALL_TB:
        fprintf(f,
                "call_tb %" PRIu64 ", 0x%" PRIx64 ", %" PRIu64 ", 0x%" PRIx64
                "\n",
                env->slot, env->target, env->ret_slot, env->ret_pc);
        break;
    case INTERP_CALL_PTR:
        fprintf(f, "call_ptr 0x%" PRIx64 ", %" PRIu64 ", 0x%" PRIx64 "\n",
                env->target, env->ret_slot, env->ret_pc);
        break;
    case INTERP_GOTO_PTR:
    case INTERP_RET_PTR:
        fprintf(f, "%s 0x%" PRIx64 "\n",
                exit == INTERP_RET_PTR ? "ret_ptr" : "goto_ptr", env->target);
        break;
    case INTERP_FAULT:
        fprintf(f, "fault 0x%" PRIx64 "%s at pc 0x%" PRIx64 "\n",
                env->fault_addr, env->fault_align ? " misaligned" : "",
                env->insn_pc);
        break;
    case INTERP_END: fputs("end\n", f); break;
    case INTERP_LIMIT: fprintf(f, "no end in %d ops\n", MAX_STEPS); break;
    }
}

static bool globals_fit(const IR *ir, char *msg, size_t size)
{
    for (TempId t = 0; t < ir->nb_globals; t++) {
        const Temp *temp = &ir->temps[t];
        int end = STATE_BYTES - (int)type_size((Type)temp->type);
        if (temp->kind == TEMP_GLOBAL &&
            (temp->offset < 0 || temp->offset > end)) {
            snprintf(msg, size, "%s @%d: no such offset can be run", temp->name,
                     temp->offset);
            return false;
        }
    }
    return true;
}

static bool set_globals(const IR *ir, Machine *m, char **settings, char *msg,
                        size_t size)
{
    for (; *settings; settings++) {
        if (!ir_set_global(ir, m->state, *settings, msg, size)) {
            return false;
        }
    }
    return true;
}

static void run_ir(const IR *ir, Machine *m, FILE *f)
{
    InterpEnv env = {.state = m->state,
                     .load = machine_load,
                     .store = machine_store,
                     .opaque = m,
                     .max_ops = MAX_STEPS};
    show_exit(f, interp_run(ir, &env), &env);
    ir_show_globals(f, ir, m->state);
    if (env.fp.flags) {
        fprintf(f, "fflags = 0x%02x\n", env.fp.flags);
    }
}

bool run_interpreted(const IR *ir, char **settings, FILE *f, char *msg,
                     size_t size)
{
    Machine *m = calloc(1, sizeof(*m));
    if (!m) {
        snprintf(msg, size, "out of memory");
        return false;
    }
    bool ok =
        globals_fit(ir, msg, size) && set_globals(ir, m, settings, msg, size);
    if (ok) {
        run_ir(ir, m, f);
    }
    free(m);
    return ok;
}
