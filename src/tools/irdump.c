/*
 * tcg-irdump: shows, checks, converts and runs IR.
 *
 *     tcg-irdump block.tcgir                 as text
 *     tcg-irdump -b -o block.tcgir block.ir  as binary
 *     tcg-irdump --run test.ir a0=5 a1=7     executes it, shows the globals
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "core/interp.h"
#include "core/load.h"
#include "core/opdoc.h"
#include "core/serialize.h"
#include "core/verify.h"
#include "frontend/riscv/helper.h"
#include "util/die.h"

enum {
    EXIT_WRONG_INPUT = 1,
    EXIT_WRONG_USE = 2,
    STATE_BYTES = 64 << 10,
    MEMORY_BASE = 0x10000,
    MEMORY_BYTES = 64 << 10,
    MAX_STEPS = 100000000,
};

typedef struct Options {
    bool binary, verify, run, ops_doc;
    const char *output, *input;
    char **settings; /* NAME=VALUE, NULL-terminated */
} Options;

typedef struct Machine {
    uint8_t state[STATE_BYTES];
    uint8_t memory[MEMORY_BYTES];
} Machine;

static const char usage[] =
    "usage: tcg-irdump [options] FILE [NAME=VALUE...]\n"
    "FILE is IR, text (.ir) or binary (.tcgir); - is the standard input.\n"
    "  -b, --binary     write the binary form, not text\n"
    "  -o, --output F   write to F\n"
    "      --verify     check it; writes nothing if it is well formed\n"
    "      --run        run it with these globals, show them afterwards;\n"
    "                   guest memory: 64 KiB of zeros at 0x10000\n"
    "      --ops-doc    write the reference of all ops (docs/ir-ops.md)\n"
    "Exit status: 0, 1 wrong input, 2 wrong use.\n";

static void load(IR *ir, const char *name)
{
    char msg[512];
    if (!ir_load(ir, name, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
}

static void verify(const IR *ir, const char *name)
{
    char msg[512];
    if (!ir_verify(ir, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s: %s", name, msg);
    }
}

/* Running ---------------------------------------------------------------- */

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

static void check_globals(const IR *ir)
{
    for (TempId t = 0; t < ir->nb_globals; t++) {
        const Temp *temp = &ir->temps[t];
        int end = STATE_BYTES - (int)type_size((Type)temp->type);
        if (temp->kind == TEMP_GLOBAL &&
            (temp->offset < 0 || temp->offset > end)) {
            die(EXIT_WRONG_INPUT, "%s @%d: no such offset can be run",
                temp->name, temp->offset);
        }
    }
}

static void apply_setting(const IR *ir, Machine *m, const char *setting)
{
    char msg[256];
    if (!ir_set_global(ir, m->state, setting, msg, sizeof(msg))) {
        die(EXIT_WRONG_USE, "%s", msg);
    }
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

static void run(const IR *ir, FILE *f, char **settings)
{
    Machine *m = calloc(1, sizeof(*m));
    if (!m) {
        die(EXIT_WRONG_INPUT, "out of memory");
    }
    InterpEnv env = {.state = m->state,
                     .load = machine_load,
                     .store = machine_store,
                     .opaque = m,
                     .max_ops = MAX_STEPS};
    check_globals(ir);
    for (; *settings; settings++) {
        apply_setting(ir, m, *settings);
    }
    show_exit(f, interp_run(ir, &env), &env);
    ir_show_globals(f, ir, m->state);
    if (env.fp.flags) {
        fprintf(f, "fflags = 0x%02x\n", env.fp.flags);
    }
    free(m);
}

/* Main -------------------------------------------------------------------- */

static void write_binary(const IR *ir, FILE *f)
{
    size_t size;
    uint8_t *data = ir_serialize(ir, &size);
    fwrite(data, 1, size, f);
    free(data);
}

static void parse_options(Options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"binary", no_argument, NULL, 'b'},
        {"output", required_argument, NULL, 'o'},
        {"verify", no_argument, NULL, 'v'},
        {"run", no_argument, NULL, 'r'},
        {"ops-doc", no_argument, NULL, 'd'},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int c;
    while ((c = getopt_long(argc, argv, "bo:h", names, NULL)) != -1) {
        switch (c) {
        case 'b': o->binary = true; break;
        case 'o': o->output = optarg; break;
        case 'v': o->verify = true; break;
        case 'r': o->run = true; break;
        case 'd': o->ops_doc = true; break;
        case 'h': fputs(usage, stdout); exit(0);
        default: fputs(usage, stderr); exit(EXIT_WRONG_USE);
        }
    }
    if (!o->ops_doc && optind >= argc) {
        fputs(usage, stderr);
        exit(EXIT_WRONG_USE);
    }
    o->input = argv[optind];
    o->settings = argv + optind + (optind < argc);
    if (*o->settings && !o->run) {
        die(EXIT_WRONG_USE, "'%s' is only for --run", *o->settings);
    }
}

static void process(const Options *o, FILE *f)
{
    IR *ir = ir_new();
    ir->helpers = rv_helpers;
    load(ir, o->input);
    if (o->verify || o->run) {
        verify(ir, o->input);
    }
    if (o->run) {
        run(ir, f, o->settings);
    } else if (o->binary) {
        write_binary(ir, f);
    } else if (!o->verify) {
        ir_dump(f, ir);
    }
    ir_free(ir);
}

int main(int argc, char **argv)
{
    Options o = {0};
    parse_options(&o, argc, argv);
    FILE *f = o.output ? fopen(o.output, "wb") : stdout;
    if (!f) {
        die(EXIT_WRONG_USE, "%s: %s", o.output, strerror(errno));
    }
    if (o.ops_doc) {
        opcode_doc(f);
    } else {
        process(&o, f);
    }
    if (fclose(f) != 0) {
        die(EXIT_WRONG_INPUT, "cannot write: %s", strerror(errno));
    }
    return 0;
}
