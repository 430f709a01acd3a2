/*
 * tcg-irdump: shows guest programs as IR; shows, checks, converts and runs
 * files of IR.
 *
 *     tcg-irdump --start main PROGRAM             a function as IR
 *     tcg-irdump --opt --start main PROGRAM       and what optimising makes
 *     tcg-irdump --emit-bin p.tcgir PROGRAM       all of it, for tcg-irbackend
 *     tcg-irdump block.tcgir                      as text
 *     tcg-irdump -b -o block.tcgir block.ir       as binary
 *     tcg-irdump --run test.ir a0=5 a1=7          executes it
 */
#include <errno.h>
#include <getopt.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "core/irfile.h"
#include "core/opdoc.h"
#include "core/verify.h"
#include "gen/version.h"
#include "tools/ir/dump_elf.h"
#include "tools/ir/run.h"
#include "util/die.h"

enum {
    EXIT_WRONG_INPUT = 1,
    EXIT_WRONG_USE = 2,
    DEFAULT_MAX_INSNS = 512,
};

typedef struct Options {
    bool binary, verify, run, ops_doc;
    ElfDump elf;
    bool elf_only; /* an option that only a program takes */
    const char *arch, *output, *emit_bin, *input;
    char **settings; /* NAME=VALUE, NULL-terminated */
} Options;

enum { OPT_VERSION = 1000 };

static const char usage[] =
    "usage: tcg-irdump [options] PROGRAM\n"
    "       tcg-irdump [options] FILE [NAME=VALUE...]\n"
    "PROGRAM is an ELF file, program or shared library, of a guest: shown are\n"
    "its instructions, each with the IR that it becomes.\n"
    "      --start S        only the function at S: a symbol or an address\n"
    "      --count N        at most N blocks\n"
    "      --max-insns N    at most N instructions in a block (512)\n"
    "      --opt            before and after optimisation, side by side\n"
    "      --region         what the hot tier would make: loops, functions\n"
    "      --json           as JSON\n"
    "      --emit-bin F     write .tcgir to F, for tcg-irbackend\n"
    "      --arch NAME      the guest (else as the file says)\n"
    "FILE is IR, text (.ir) or binary (.tcgir); - is the standard input.\n"
    "  -b, --binary         write the binary form, not text\n"
    "      --verify         check it; writes nothing if it is well formed\n"
    "      --run            run it with these globals, show them afterwards;\n"
    "                       guest memory: 64 KiB of zeros at 0x10000\n"
    "Both:\n"
    "  -o, --output F       write to F\n"
    "      --ops-doc        write the reference of all ops (docs/ir-ops.md)\n"
    "      --version        show the version\n"
    "Exit status: 0, 1 wrong input, 2 wrong use.\n";

static FILE *open_output(const char *path)
{
    FILE *f = strcmp(path, "-") == 0 ? stdout : fopen(path, "wb");
    if (!f) {
        die(EXIT_WRONG_USE, "%s: %s", path, strerror(errno));
    }
    return f;
}

static void close_output(FILE *f, const char *path)
{
    if (f && fclose(f) != 0) {
        die(EXIT_WRONG_INPUT, "cannot write %s: %s", path, strerror(errno));
    }
}

/* Programs ---------------------------------------------------------------- */

static bool is_elf(const char *path)
{
    char magic[4] = "";
    FILE *f = strcmp(path, "-") == 0 ? NULL : fopen(path, "rb");
    size_t n = f ? fread(magic, 1, sizeof(magic), f) : 0;
    if (f) {
        fclose(f);
    }
    return n == sizeof(magic) && memcmp(magic, "\177ELF", 4) == 0;
}

/* With --emit-bin, text is written if it has a place of its own. */
static void dump_program(Options *o)
{
    static Program p;
    ElfDumpCounts counts;
    char msg[512];
    if (!program_open(&p, o->input, o->arch, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    o->elf.binary = o->emit_bin ? open_output(o->emit_bin) : NULL;
    o->elf.text = o->output     ? open_output(o->output)
                  : o->emit_bin ? NULL
                                : stdout;
    if (!dump_elf(&p, o->input, &o->elf, &counts, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s: %s", o->input, msg);
    }
    close_output(o->elf.binary, o->emit_bin);
    close_output(o->elf.text, o->output ? o->output : "the standard output");
    if (o->emit_bin && strcmp(o->emit_bin, "-") != 0) {
        printf("%s: %" PRIu64 " blocks of %" PRIu64 " functions, %" PRIu64
               " instructions\n",
               o->emit_bin, counts.blocks, counts.functions, counts.insns);
    }
    program_close(&p);
}

/* Files of IR ------------------------------------------------------------- */

static void write_binary(const IR *ir, const IRHead *head, bool first,
                         const char *guest, FILE *f)
{
    size_t size;
    if (first) {
        uint8_t *header = ir_serialize_header(ir, guest, &size);
        fwrite(header, 1, size, f);
        free(header);
    }
    uint8_t *data = ir_serialize_block(ir, head, &size);
    fwrite(data, 1, size, f);
    free(data);
}

static void write_text(const IR *ir, const IRHead *head, bool first,
                       const char *guest, FILE *f)
{
    if (first && *guest) {
        fprintf(f, "guest %s\n", guest);
    }
    if (head->pc || *head->name) {
        fprintf(f, "block 0x%" PRIx64 " %" PRIu32 " %s\n", head->pc,
                head->nb_bytes, head->name);
    }
    ir_dump(f, ir);
}

static void process(const Options *o, const IR *ir, const IRHead *head,
                    bool first, const char *guest, FILE *f)
{
    char msg[512];
    if ((o->verify || o->run) && !ir_verify(ir, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s: %s%s%s", o->input, head->name,
            *head->name ? ": " : "", msg);
    }
    if (o->run) {
        if (!run_interpreted(ir, o->settings, f, msg, sizeof(msg))) {
            die(EXIT_WRONG_USE, "%s", msg);
        }
    } else if (o->binary) {
        write_binary(ir, head, first, guest, f);
    } else if (!o->verify) {
        write_text(ir, head, first, guest, f);
    }
}

/* The guest's globals, if the file names one; else the first one's helpers. */
static void *prepare_guest(const char *name, IR *ir)
{
    const Guest *g = guest_named(name);
    if (*name && !g) {
        die(EXIT_WRONG_INPUT, "no guest '%s'", name);
    }
    ir->helpers = (g ? g : guest_at(0))->frontend->helpers;
    return g ? g->frontend->create(ir, g->frontend->models->features) : NULL;
}

static void dump_ir(const Options *o)
{
    char msg[512];
    IRHead head;
    IR *ir = ir_new();
    IRFile *file = ir_file_open(o->input, msg, sizeof(msg));
    if (!file) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    const char *guest = ir_file_guest(file);
    void *translator = prepare_guest(guest, ir);
    FILE *f = o->output ? open_output(o->output) : stdout;
    int got;
    for (bool first = true;
         (got = ir_file_next(file, ir, &head, msg, sizeof(msg))) > 0;
         first = false) {
        process(o, ir, &head, first, guest, f);
    }
    if (got < 0) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    close_output(f, o->output ? o->output : "the standard output");
    if (translator) {
        guest_named(guest)->frontend->destroy(translator);
    }
    ir_file_close(file);
    ir_free(ir);
}

/* Main -------------------------------------------------------------------- */

static uint64_t parse_count(const char *option, const char *text, uint64_t max)
{
    char *end;
    errno = 0;
    uint64_t n = strtoull(text, &end, 0);
    if (errno || end == text || *end || *text == '-' || !n || n > max) {
        die(EXIT_WRONG_USE, "--%s %s: a number from 1 on is wanted", option,
            text);
    }
    return n;
}

static void parse_option(Options *o, int c)
{
    switch (c) {
    case 'b': o->binary = true; break;
    case 'o': o->output = optarg; break;
    case 'v': o->verify = true; break;
    case 'r': o->run = true; break;
    case 'd': o->ops_doc = true; break;
    case 'a': o->arch = optarg; break;
    case 's': o->elf.start = optarg; break;
    case 'c':
        o->elf.max_blocks = parse_count("count", optarg, INT64_MAX);
        break;
    case 'm':
        o->elf.max_insns =
            (uint32_t)parse_count("max-insns", optarg, DEFAULT_MAX_INSNS);
        break;
    case 'O': o->elf.beside = true; break;
    case 'R': o->elf.regions = true; break;
    case 'j': o->elf.json = true; break;
    case 'e': o->emit_bin = optarg; break;
    case OPT_VERSION: puts("tcg-irdump version " TCG_VERSION); exit(0);
    case 'h': fputs(usage, stdout); exit(0);
    default: exit(EXIT_WRONG_USE); /* getopt has said what is wrong */
    }
    o->elf_only |= strchr("ascmORje", c) != NULL;
}

static void parse_options(Options *o, int argc, char **argv)
{
    static const struct option names[] = {
        {"binary", no_argument, NULL, 'b'},
        {"output", required_argument, NULL, 'o'},
        {"verify", no_argument, NULL, 'v'},
        {"run", no_argument, NULL, 'r'},
        {"ops-doc", no_argument, NULL, 'd'},
        {"arch", required_argument, NULL, 'a'},
        {"start", required_argument, NULL, 's'},
        {"count", required_argument, NULL, 'c'},
        {"max-insns", required_argument, NULL, 'm'},
        {"opt", no_argument, NULL, 'O'},
        {"region", no_argument, NULL, 'R'},
        {"json", no_argument, NULL, 'j'},
        {"emit-bin", required_argument, NULL, 'e'},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    int c;
    name_for_getopt(argv);
    while ((c = getopt_long(argc, argv, "bo:h", names, NULL)) != -1) {
        parse_option(o, c);
    }
    if (!o->ops_doc && optind >= argc) {
        die(EXIT_WRONG_USE, "give a PROGRAM or FILE; --help lists the options");
    }
    o->input = argv[optind];
    o->settings = argv + optind + (optind < argc);
    if (*o->settings && !o->run) {
        die(EXIT_WRONG_USE, "'%s' is only for --run", *o->settings);
    }
}

static void write_ops_doc(const Options *o)
{
    FILE *f = o->output ? open_output(o->output) : stdout;
    opcode_doc(f);
    close_output(f, o->output ? o->output : "the standard output");
}

int main(int argc, char **argv)
{
    Options o = {
        .elf = {.max_blocks = UINT64_MAX, .max_insns = DEFAULT_MAX_INSNS}};
    parse_options(&o, argc, argv);
    bool elf = !o.ops_doc && is_elf(o.input);
    if (o.ops_doc) {
        write_ops_doc(&o);
    } else if (elf && (o.binary || o.verify || o.run)) {
        die(EXIT_WRONG_USE,
            "%s is a program: use --emit-bin, then tcg-irdump "
            "on what it writes",
            o.input);
    } else if (elf) {
        dump_program(&o);
    } else if (o.elf_only) {
        die(EXIT_WRONG_USE,
            "%s is no ELF file: only a program takes --start, "
            "--count, --max-insns, --opt, --region, --json, --emit-bin and "
            "--arch",
            o.input);
    } else {
        dump_ir(&o);
    }
    return 0;
}
