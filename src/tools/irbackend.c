/*
 * tcg-irbackend: compiles IR for the host, shows the code and how it was
 * allocated, runs it.
 *
 *     tcg-irbackend block.ir
 *     tcg-irdump --start main PROGRAM | tcg-irbackend --show-alloc -
 *     tcg-irbackend --host-cpu plain block.ir
 *     tcg-irbackend --run --hot a0,a1 block.ir a0=5 a1=7
 *     tcg-irbackend --run --start gcd --image PROGRAM p.tcgir a0=12 a1=18
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "core/irfile.h"
#include "core/verify.h"
#include "disas/trace_text.h"
#include "gen/version.h"
#include "tools/ir/execute.h"
#include "tools/ir/show_host.h"
#include "util/die.h"

enum {
    EXIT_WRONG_INPUT = 1,
    EXIT_WRONG_USE = 2,
    MAX_HOT = 64,
};

typedef struct Options {
    BackendConfig cfg;
    OptConfig passes;
    const Backend *host;
    const char *host_cpu;
    bool run, show_ir, disas, alloc, raw, count;
    const char *hot[MAX_HOT + 1];
    const char *input, *output, *start, *image;
    char **settings; /* NAME=VALUE, NULL-terminated */
} Options;

typedef struct Counts {
    uint64_t blocks, ops, guest_bytes, host_bytes;
} Counts;

/* The whole of what is at work. */
typedef struct Session {
    const Options *o;
    IRFile *file;
    const Guest *guest; /* NULL: the file names none */
    Program *image;     /* NULL: none */
    IR *ir;
    void *translator; /* of the guest, which has made its globals in ir */
    Compiler compiler;
    Machine *machine; /* --run */
    uint64_t first_pc, start_pc;
    FILE *f;
    Counts counts;
} Session;

enum { OPT_VERSION = 1000 };

static const char usage[] =
    "usage: tcg-irbackend [options] FILE [NAME=VALUE...]\n"
    "FILE is IR, text (.ir) or binary (.tcgir), of one block or of a program;\n"
    "- is the standard input.\n"
    "What to write:\n"
    "      --disas        host code, by the ops it is of (the default)\n"
    "      --show-alloc   where each temp lives, and each move, load and "
    "store\n"
    "                     with its reason; with --disas, both\n"
    "      --ir           the IR that is compiled\n"
    "      --raw          the code's bytes alone\n"
    "      --count        how much code it is, in a line\n"
    "  -o, --output F     write to F\n"
    "How to compile:\n"
    "      --host NAME    the host that code is made for (this one)\n"
    "      --host-cpu C   native, plain or a level of that host's, and behind\n"
    "                     that ,-FEATURE or ,+FEATURE; help lists them\n"
    "  -O, --no-opt       liveness alone, no other pass\n"
    "      --hot A,B,...  globals that get host registers, best first\n"
    "      --pin I,F      at most so many, integer and floating-point\n"
    "      --scratch N    allocate only N registers of each class\n"
    "      --plain        use nothing that some of its processors lack\n"
    "      --no-ret-stack calls and returns as plain jumps\n"
    "Running:\n"
    "      --run          run it with these globals, show them afterwards;\n"
    "                     guest memory: 64 KiB of zeros at 0x10000\n"
    "      --start S      from the block of that name or address on\n"
    "      --image P      guest memory: that of the program P, and a stack\n"
    "      --version      show the version\n"
    "Exit status: 0, 1 wrong input, 2 wrong use.\n";

/* One block --------------------------------------------------------------- */

static void verify(const Session *s, const IRHead *head)
{
    char msg[512];
    if (!ir_verify(s->ir, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s: %s%s%s", s->o->input, head->name,
            *head->name ? ": " : "", msg);
    }
}

static void write_block(Session *s, const IRHead *head,
                        const CompiledBlock *block)
{
    const Options *o = s->o;
    HostView v = {&s->compiler, s->ir, head, block, o->disas, o->alloc};
    if (o->show_ir) {
        ir_dump(s->f, s->ir);
    }
    if (o->raw) {
        fwrite(s->compiler.buf.rx + block->offset, 1, block->size, s->f);
    }
    if (o->disas || o->alloc) {
        show_host(s->f, &v);
    }
}

static void note_counts(Session *s, const IRHead *head,
                        const CompiledBlock *block)
{
    s->counts.blocks++;
    s->counts.ops += s->ir->nb_ops;
    s->counts.guest_bytes += head->nb_bytes;
    s->counts.host_bytes += block->size;
}

/* A name is the beginning of it: "gcd" is that of the block "gcd". */
static void note_start(Session *s, const IRHead *head)
{
    if (!s->counts.blocks) {
        s->first_pc = head->pc;
    }
    if (s->o->start && strcmp(s->o->start, head->name) == 0) {
        s->start_pc = head->pc;
    }
}

static void one_block(Session *s, const IRHead *head)
{
    CompiledBlock block;
    const Compiler *c = &s->compiler;
    OptTarget target = {.host = c->backend->facts(c->ctx)};
    verify(s, head);
    if (s->guest) {
        target.guest_memory = s->guest->frontend->memory_model;
    }
    opt_run(s->ir, s->o->passes, &target);
    if (!s->machine) {
        compiler_reset(&s->compiler);
    }
    if (compiler_run(&s->compiler, s->ir, &block) != COMPILE_OK) {
        die(EXIT_WRONG_INPUT, "%s: %s: too large to be compiled", s->o->input,
            *head->name ? head->name : "the block");
    }
    note_start(s, head);
    if (s->machine) {
        machine_add(s->machine, head->pc, &block);
    } else {
        write_block(s, head, &block);
    }
    note_counts(s, head, &block);
}

/* The whole
 * -------------------------------------------------------------------- */

static void open_input(Session *s)
{
    char msg[512];
    s->file = ir_file_open(s->o->input, msg, sizeof(msg));
    if (!s->file) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    const char *name = ir_file_guest(s->file);
    s->guest = guest_named(name);
    if (*name && !s->guest) {
        die(EXIT_WRONG_INPUT, "%s: no guest '%s'", s->o->input, name);
    }
    s->ir = ir_new();
    s->ir->helpers = (s->guest ? s->guest : guest_at(0))->frontend->helpers;
    if (s->guest) {
        s->translator = s->guest->frontend->create(
            s->ir, s->guest->frontend->models->features);
    }
}

static void open_image(Session *s)
{
    static Program image;
    char msg[512];
    if (!s->o->image) {
        return;
    }
    if (!s->guest) {
        die(EXIT_WRONG_USE, "--image: %s names no guest", s->o->input);
    }
    if (!program_open(&image, s->o->image, s->guest->frontend->name, msg,
                      sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    s->image = &image;
}

static void open_compiler(Session *s)
{
    const Options *o = s->o;
    BackendConfig cfg = o->cfg;
    char msg[512];
    if (s->guest) {
        cfg.pc_offset = s->guest->frontend->pc_offset;
        cfg.hot = cfg.hot ? cfg.hot : s->guest->frontend->hot;
    }
    cfg.guest_base = machine_needs_base(s->image);
    if (!compiler_init(&s->compiler, o->host, cfg, s->ir,
                       o->disas || o->alloc)) {
        die(EXIT_WRONG_INPUT, "this host cannot be compiled for");
    }
    if (o->run) {
        s->machine =
            machine_new(&s->compiler, s->guest, s->image, msg, sizeof(msg));
        if (!s->machine) {
            die(EXIT_WRONG_INPUT, "%s", msg);
        }
    }
    if (o->disas && host_disas_missing()) {
        fprintf(s->f, "# %s\n\n", host_disas_missing());
    }
    if (o->alloc) {
        trace_text_pins(s->f, s->compiler.backend, s->compiler.ctx, s->ir);
        fputc('\n', s->f);
    }
}

static void run_session(Session *s)
{
    char msg[512];
    uint64_t pc = s->start_pc ? s->start_pc : s->first_pc;
    if (s->o->start && !s->start_pc) {
        char *end;
        pc = strtoull(s->o->start, &end, 0);
        if (*end || end == s->o->start) {
            die(EXIT_WRONG_USE, "%s has no block '%s'", s->o->input,
                s->o->start);
        }
    }
    machine_link(s->machine);
    if (!machine_run(s->machine, s->ir, pc, s->o->settings, s->f, msg,
                     sizeof(msg))) {
        die(EXIT_WRONG_USE, "%s", msg);
    }
    machine_free(s->machine);
}

/* The compiler is made when the first block has brought all globals. */
static void process(Session *s)
{
    IRHead head;
    char msg[512];
    int got;
    while ((got = ir_file_next(s->file, s->ir, &head, msg, sizeof(msg))) > 0) {
        if (!s->compiler.ctx) {
            open_compiler(s);
        }
        one_block(s, &head);
    }
    if (got < 0) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    if (!s->counts.blocks) {
        die(EXIT_WRONG_INPUT, "%s: no block", s->o->input);
    }
    if (s->machine) {
        run_session(s);
    }
}

static void write_counts(const Session *s)
{
    const Counts *c = &s->counts;
    fprintf(s->f,
            "%" PRIu64 " blocks, %" PRIu64 " ops, %" PRIu64
            " bytes of guest code, %" PRIu64 " of host code\n",
            c->blocks, c->ops, c->guest_bytes, c->host_bytes);
}

/* Options
 * ---------------------------------------------------------------------- */

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

static void list_processors(const Backend *be)
{
    printf("native, the host's own");
    for (const HostFeature *p = be->processors; p->name; p++) {
        printf(", %s", p->name);
    }
    printf("\nfeatures:");
    for (const HostFeature *p = be->features; p->name; p++) {
        printf(" %s", p->name);
    }
    puts("");
    exit(0);
}

static void choose_host(Options *o, const char *name)
{
    o->host = backend_named(name);
    if (!o->host) {
        die(EXIT_WRONG_USE, "--host %s: no such host; there is %s", name,
            backend_at(0)->name);
    }
}

/* After all options, for it is the host's. */
static void choose_cpu(Options *o)
{
    const char *bad;
    if (o->host_cpu && strcmp(o->host_cpu, "help") == 0) {
        list_processors(o->host);
    }
    bad = o->host_cpu ? host_cpu(o->host, o->host_cpu, &o->cfg) : NULL;
    if (bad) {
        die(EXIT_WRONG_USE,
            "--host-cpu: '%s' is not known; --host-cpu help "
            "lists what is",
            bad);
    }
}

static void parse_option(Options *o, int c)
{
    switch (c) {
    case 'O': o->passes = OPT_NONE; break;
    case 'i': o->show_ir = true; break;
    case 'd': o->disas = true; break;
    case 'a': o->alloc = true; break;
    case 'w': o->raw = true; break;
    case 'c': o->count = true; break;
    case 'o': o->output = optarg; break;
    case 'H': choose_host(o, optarg); break;
    case 'C': o->host_cpu = optarg; break;
    case 'S': o->start = optarg; break;
    case 'I': o->image = optarg; break;
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
    case OPT_VERSION: puts("tcg-irbackend version " TCG_VERSION); exit(0);
    case '?' + 256: fputs(usage, stdout); exit(0);
    default: exit(EXIT_WRONG_USE); /* getopt has said what is wrong */
    }
}

static void parse_options(Options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        {"no-opt", no_argument, NULL, 'O'},
        {"ir", no_argument, NULL, 'i'},
        {"disas", no_argument, NULL, 'd'},
        {"show-alloc", no_argument, NULL, 'a'},
        {"raw", no_argument, NULL, 'w'},
        {"count", no_argument, NULL, 'c'},
        {"output", required_argument, NULL, 'o'},
        {"host", required_argument, NULL, 'H'},
        {"host-cpu", required_argument, NULL, 'C'},
        {"start", required_argument, NULL, 'S'},
        {"image", required_argument, NULL, 'I'},
        {"hot", required_argument, NULL, 'h'},
        {"pin", required_argument, NULL, 'p'},
        {"scratch", required_argument, NULL, 's'},
        {"plain", no_argument, NULL, 'P'},
        {"no-ret-stack", no_argument, NULL, 'n'},
        {"run", no_argument, NULL, 'r'},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, '?' + 256},
        {0},
    };

    o->host = backend_at(0);
    o->cfg = (BackendConfig){
        .max_pinned_int = -1, .max_pinned_fp = -1, .max_scratch = -1};
    name_for_getopt(argv);
    for (int c; (c = getopt_long(argc, argv, "Oo:", longs, NULL)) != -1;) {
        parse_option(o, c);
    }
    choose_cpu(o);
    o->disas |= !o->alloc && !o->raw && !o->count && !o->run && !o->show_ir;
    if (optind == argc) {
        die(EXIT_WRONG_USE, "give a FILE; --help lists the options");
    }
    o->input = argv[optind];
    o->settings = argv + optind + 1;
    if (*o->settings && !o->run) {
        die(EXIT_WRONG_USE, "'%s' is only for --run", *o->settings);
    }
}

int main(int argc, char **argv)
{
    Options o = {0};
    Session s = {.o = &o, .f = stdout};

    parse_options(&o, argc, argv);
    open_input(&s);
    open_image(&s);
    if (o.output && !(s.f = fopen(o.output, "wb"))) {
        die(EXIT_WRONG_USE, "%s: %s", o.output, strerror(errno));
    }
    process(&s);
    if (o.count) {
        write_counts(&s);
    }
    if (fclose(s.f) != 0) {
        die(EXIT_WRONG_INPUT, "cannot write: %s", strerror(errno));
    }
    compiler_free(&s.compiler);
    if (s.guest) {
        s.guest->frontend->destroy(s.translator);
    }
    if (s.image) {
        program_close(s.image);
    }
    ir_file_close(s.file);
    ir_free(s.ir);
    return 0;
}
