#include "options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>

#include "gen/version.h"
#include "text.h"

enum { EXIT_WRONG_USE = 2 };

enum {
    OPT_DECODE = 256,
    OPT_STATIC_DECODE,
    OPT_TRANSLATE,
    OPT_VARIABLE,
    OPT_TEST_FOR_ERROR,
    OPT_OUTPUT_NULL,
    OPT_TABLE,
    OPT_VERSION,
};

static const struct option long_options[] = {
    {"output", required_argument, NULL, 'o'},
    {"insnwidth", required_argument, NULL, 'w'},
    {"varinsnwidth", required_argument, NULL, OPT_VARIABLE},
    {"decode", required_argument, NULL, OPT_DECODE},
    {"static-decode", required_argument, NULL, OPT_STATIC_DECODE},
    {"translate", required_argument, NULL, OPT_TRANSLATE},
    {"test-for-error", no_argument, NULL, OPT_TEST_FOR_ERROR},
    {"output-null", no_argument, NULL, OPT_OUTPUT_NULL},
    {"table", no_argument, NULL, OPT_TABLE},
    {"version", no_argument, NULL, OPT_VERSION},
    {"help", no_argument, NULL, 'h'},
    {NULL, 0, NULL, 0},
};

static const char help_text[] =
    "usage: decode [option]... file...\n"
    "Turn instruction patterns into a C decoder.\n"
    "\n"
    "  -o, --output FILE       write to FILE, not to standard output\n"
    "  -w, --insnwidth N       bits of an instruction: 16, 32 (default), 64\n"
    "  --varinsnwidth N        instructions of 8 to N bits, left-aligned\n"
    "  --decode NAME           name of the decoder (default: decode)\n"
    "  --static-decode NAME    the same, and the decoder is static\n"
    "  --translate PREFIX      call PREFIX_insn, extern, not trans_insn\n"
    "  --test-for-error        succeed if and only if the input is wrong\n"
    "  --output-null           check everything, write nothing\n"
    "  --table                 write the patterns as a table, no decoder\n"
    "  --version               print the version\n"
    "  -h, --help              print this\n"
    "Exit status: 0, 1 wrong input, 2 wrong use.\n";

static void wrong_use(const char *what, const char *value)
{
    fprintf(stderr, "decode: %s%s (see decode --help)\n", what, value);
    exit(EXIT_WRONG_USE);
}

static const char *c_name(const char *name)
{
    if (!text_is_c_name(name, text_length(name))) {
        wrong_use("not a C identifier: ", name);
    }
    return name;
}

static int width(const char *text)
{
    int bits;

    if (!text_number(text, text_length(text), &bits) ||
        (bits != 16 && bits != 32 && bits != 64)) {
        wrong_use("cannot handle instructions of this width: ", text);
    }
    return bits;
}

static void set_decode(Options *o, const char *name, bool is_static)
{
    o->decode_name = c_name(name);
    o->static_decode = is_static;
}

static void set_width(Options *o, const char *text, bool variable)
{
    o->insn_width = width(text);
    o->variable = variable;
}

static void set_translate(Options *o, const char *prefix)
{
    o->trans_prefix = c_name(prefix);
    o->static_trans = false;
}

static void apply(Options *o, int option)
{
    switch (option) {
    case 'o': o->output = optarg; break;
    case 'w': set_width(o, optarg, false); break;
    case OPT_VARIABLE: set_width(o, optarg, true); break;
    case OPT_DECODE: set_decode(o, optarg, false); break;
    case OPT_STATIC_DECODE: set_decode(o, optarg, true); break;
    case OPT_TRANSLATE: set_translate(o, optarg); break;
    case OPT_TEST_FOR_ERROR: o->test_for_error = true; break;
    case OPT_OUTPUT_NULL: o->output_null = true; break;
    case OPT_TABLE: o->table = true; break;
    case OPT_VERSION: puts("decode version " TCG_VERSION); exit(0);
    case 'h': fputs(help_text, stdout); exit(0);
    default: exit(EXIT_WRONG_USE); /* getopt has said what is wrong */
    }
}

Options options_parse(int argc, char **argv)
{
    Options o = {
        .decode_name = "decode",
        .trans_prefix = "trans",
        .static_trans = true,
        .insn_width = 32,
    };
    int option;

    argv[0] = program_invocation_short_name; /* for getopt's messages */
    while ((option = getopt_long(argc, argv, "o:w:h", long_options, NULL)) !=
           -1) {
        apply(&o, option);
    }
    o.inputs = argv + optind;
    o.input_count = argc - optind;
    if (o.input_count == 0) {
        wrong_use("missing input file", "");
    }
    return o;
}
