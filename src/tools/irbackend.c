/*
 * tcg-irbackend: compiles IR for the host, shows the code, runs it.
 *
 *     tcg-irbackend block.ir
 *     tcg-irbackend --plain --pin 3,2 --scratch 3 block.ir
 *     tcg-irbackend --run --hot a0,a1 block.ir a0=5 a1=7
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include "backend/backend.h"
#include "core/dump.h"
#include "core/load.h"
#include "core/verify.h"
#include "disas/host.h"
#include "frontend/riscv/helper.h"
#include "opt/opt.h"
#include "util/die.h"

enum {
    EXIT_WRONG_INPUT = 1,
    EXIT_WRONG_USE = 2,
    BUFFER_BYTES = 4 << 20,
    MEMORY_BASE = 0x10000,
    MEMORY_BYTES = 64 << 10,
    MAX_HOT = 64,
};

typedef struct Options {
    BackendConfig cfg;
    OptConfig passes;
    bool run, show_ir;
    const char *hot[MAX_HOT + 1];
    const char *input;
    char **settings; /* NAME=VALUE, NULL-terminated */
} Options;

static const char usage[] =
    "usage: tcg-irbackend [options] FILE [NAME=VALUE...]\n"
    "FILE is IR, text (.ir) or binary (.tcgir); - is the standard input.\n"
    "  -O, --no-opt       liveness alone, no other pass\n"
    "      --ir           show the IR that is compiled\n"
    "      --hot A,B,...  globals that get host registers, best first\n"
    "      --pin I,F      at most so many, integer and floating-point\n"
    "      --scratch N    allocate only N registers of each class\n"
    "      --plain        use nothing that some x86-64 has not\n"
    "      --no-ret-stack calls and returns as plain jumps\n"
    "      --run          run it with these globals, show them afterwards;\n"
    "                     guest memory: 64 KiB of zeros at 0x10000\n"
    "Exit status: 0, 1 wrong input, 2 wrong use.\n";

static void load(IR *ir, const char *name)
{
    char msg[512];

    if (!ir_load(ir, name, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    if (!ir_verify(ir, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s: %s", name, msg);
    }
}

/* ---- Running ------------------------------------------------------------ */

static void *map(size_t size, int prot, uintptr_t at)
{
    void *p = mmap((void *)at, size, prot,
                   MAP_PRIVATE | MAP_ANONYMOUS | (at ? MAP_FIXED_NOREPLACE : 0),
                   -1, 0);

    if (p == MAP_FAILED) {
        die(EXIT_WRONG_INPUT, "mmap of %zu bytes: %s", size, strerror(errno));
    }
    return p;
}

static void set_globals(const IR *ir, CPUState *cpu, char **settings)
{
    char msg[256];

    for (; *settings; settings++) {
        if (!ir_set_global(ir, cpu->guest, *settings, msg, sizeof(msg))) {
            die(EXIT_WRONG_USE, "%s", msg);
        }
    }
}

static void make_ret_stack(CPUState *cpu, const BackendContext *ctx)
{
    RetStackEntry *stack = map(RET_STACK_BYTES, PROT_READ | PROT_WRITE, 0);
    RetStackEntry *base = stack + RET_STACK_BYTES / sizeof(*stack) - 1;

    *base = x86_64_backend.ret_bottom(ctx);
    cpu->ret_base = cpu->ret_sp = (uintptr_t)base;
}

static void show_exit(int left, const CPUState *cpu)
{
    const ExitRecord *rec = (const ExitRecord *)(uintptr_t)cpu->exit_site;

    switch (left) {
    case LEFT_BY_SLOT: printf("left by slot %" PRIu32 "\n", rec->slot); break;
    case LEFT_BY_LOOKUP: printf("left by lookup\n"); break;
    case LEFT_BY_ALIGN: printf("left by a misaligned access\n"); break;
    default: printf("left by exit_tb %d\n", left);
    }
}

static void run(const Options *o, const IR *ir, BackendContext *ctx,
                const uint8_t *code)
{
    CPUState *cpu = map(sizeof(*cpu), PROT_READ | PROT_WRITE, 0);

    map(MEMORY_BYTES, PROT_READ | PROT_WRITE, MEMORY_BASE);
    make_ret_stack(cpu, ctx);
    set_globals(ir, cpu, o->settings);
    show_exit(x86_64_backend.enter(ctx, cpu, code), cpu);
    ir_show_globals(stdout, ir, cpu->guest);
}

/* ---- The whole ---------------------------------------------------------- */

static void compile(const Options *o, IR *ir)
{
    const Backend *be = &x86_64_backend;
    uint8_t *mem = map(BUFFER_BYTES, PROT_READ | PROT_WRITE, 0);
    CodeBuf buf = {mem, mem, BUFFER_BYTES, 0};
    BackendContext *ctx = be->create(&o->cfg, ir);
    CompiledBlock block;

    if (!ctx || !be->emit_runtime(ctx, &buf) ||
        be->compile(ctx, ir, &buf, &block) != COMPILE_OK) {
        die(EXIT_WRONG_INPUT, "%s: cannot be compiled", o->input);
    }
    mprotect(mem, BUFFER_BYTES, PROT_READ | PROT_EXEC);
    if (o->run) {
        run(o, ir, ctx, mem + block.offset);
    } else {
        host_disas(stdout, mem + block.offset, block.size,
                   (uintptr_t)mem + block.offset);
    }
    be->destroy(ctx);
}

/* Splits LIST at commas, in place. */
static void hot_list(Options *o, char *list)
{
    unsigned n = 0;

    for (char *name = strtok(list, ","); name; name = strtok(NULL, ",")) {
        if (n == MAX_HOT) {
            die(EXIT_WRONG_USE, "more than %d hot globals", MAX_HOT);
        }
        o->hot[n++] = name;
    }
    o->cfg.hot = o->hot;
}

static void parse_option(Options *o, int c)
{
    switch (c) {
    case 'O': o->passes = OPT_NONE; break;
    case 'i': o->show_ir = true; break;
    case 'h': hot_list(o, optarg); break;
    case 'p':
        if (sscanf(optarg, "%d,%d", &o->cfg.max_pinned_int,
                   &o->cfg.max_pinned_fp) != 2) {
            die(EXIT_WRONG_USE, "--pin %s: two numbers are wanted", optarg);
        }
        break;
    case 's': o->cfg.max_scratch = atoi(optarg); break;
    case 'P': o->cfg.plain = true; break;
    case 'n': o->cfg.no_ret_stack = true; break;
    case 'r': o->run = true; break;
    default: fputs(usage, stderr); exit(EXIT_WRONG_USE);
    }
}

static void parse_options(Options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        {"no-opt", no_argument, NULL, 'O'},
        {"ir", no_argument, NULL, 'i'},
        {"hot", required_argument, NULL, 'h'},
        {"pin", required_argument, NULL, 'p'},
        {"scratch", required_argument, NULL, 's'},
        {"plain", no_argument, NULL, 'P'},
        {"no-ret-stack", no_argument, NULL, 'n'},
        {"run", no_argument, NULL, 'r'},
        {"help", no_argument, NULL, '?'},
        {0},
    };

    o->cfg = (BackendConfig){
        .max_pinned_int = -1, .max_pinned_fp = -1, .max_scratch = -1};
    for (int c; (c = getopt_long(argc, argv, "O", longs, NULL)) != -1;) {
        parse_option(o, c);
    }
    if (optind == argc) {
        fputs(usage, stderr);
        exit(EXIT_WRONG_USE);
    }
    o->input = argv[optind];
    o->settings = argv + optind + 1;
}

int main(int argc, char **argv)
{
    Options o = {0};

    parse_options(&o, argc, argv);
    IR *ir = ir_new();
    ir->helpers = rv_helpers;
    load(ir, o.input);
    opt_run(ir, o.passes);
    if (o.show_ir) {
        ir_dump(stdout, ir);
    }
    compile(&o, ir);
    ir_free(ir);
    return 0;
}
