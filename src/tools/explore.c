/*
 * tcg-explore: the way of a program's functions through the translator, as a
 * page to be read in a browser.
 *
 *     tcg-explore PROGRAM                    main and what it calls
 *     tcg-explore -o page.html PROGRAM sort
 *     tcg-explore --serve PROGRAM            any function, on localhost
 */
#include <errno.h>
#include <getopt.h>
#include <stdlib.h>
#include <string.h>
#include "gen/version.h"
#include "tools/explore/choose.h"
#include "tools/explore/functions.h"
#include "tools/explore/page.h"
#include "tools/explore/sampled.h"
#include "tools/explore/serve.h"
#include "tools/explore/write_data.h"
#include "util/check.h"
#include "util/die.h"

enum {
    EXIT_WRONG_INPUT = 1,
    EXIT_WRONG_USE = 2,
    DEFAULT_FUNCTIONS = 12,
    MAX_FUNCTIONS = 1000,
    DEFAULT_PORT = 8080,
};

typedef struct Options {
    const char *output, *profile, *input;
    unsigned long functions, port;
    bool serve, data;
    char **names; /* of functions, NULL-terminated */
} Options;

typedef struct Explorer {
    const Options *o;
    Program program;
    Pipeline pipeline;
    Sources sources;
    Function *functions;
    size_t nb_functions;
} Explorer;

enum { OPT_VERSION = 1000 };

static const char usage[] =
    "usage: tcg-explore [options] PROGRAM [FUNCTION...]\n"
    "Writes a page that shows how functions of a guest program are\n"
    "translated: source, guest code, IR, each pass, registers, host code.\n"
    "FUNCTION is a symbol or an address; without any: main, or where the\n"
    "program begins.  What they call comes along, as far as there is room.\n"
    "  -o, --output FILE     write to FILE, - is the standard output\n"
    "                        (PROGRAM's name with .html behind it)\n"
    "      --functions N     at most N functions on the page (12)\n"
    "      --profile FILE    show where time is spent; without FUNCTION, in\n"
    "                        the hottest functions.  FILE is what tcg\n"
    "                        -profile FILE has written, or has a line for "
    "each\n"
    "                        place, \"ADDRESS COUNT\": the address in\n"
    "                        hexadecimal, as PROGRAM has it, the count in\n"
    "                        decimal; # begins a comment\n"
    "      --serve[=PORT]    show it, and every other function, on\n"
    "                        http://localhost:PORT/ (8080) until interrupted\n"
    "      --data            write the page's data alone, as JSON\n"
    "      --version         show the version\n"
    "Exit status: 0, 1 wrong input, 2 wrong use.\n";

/* Options ----------------------------------------------------------------- */

static unsigned long number(const char *option, const char *text,
                            unsigned long max)
{
    char *end;
    unsigned long n = strtoul(text, &end, 10);
    if (!*text || *end || *text == '-' || n > max) {
        die(EXIT_WRONG_USE, "%s %s: a number up to %lu is wanted", option, text,
            max);
    }
    return n;
}

static void parse_option(Options *o, int c)
{
    switch (c) {
    case 'o': o->output = optarg; break;
    case 'f':
        o->functions = number("--functions", optarg, MAX_FUNCTIONS);
        if (!o->functions) {
            die(EXIT_WRONG_USE, "--functions 0: at least one is wanted");
        }
        break;
    case 'p': o->profile = optarg; break;
    case 's':
        o->serve = true;
        o->port = optarg ? number("--serve", optarg, 65535) : DEFAULT_PORT;
        break;
    case 'd': o->data = true; break;
    case OPT_VERSION: puts("tcg-explore version " TCG_VERSION); exit(0);
    case 'h': fputs(usage, stdout); exit(0);
    default: exit(EXIT_WRONG_USE); /* getopt has said what is wrong */
    }
}

static void parse_options(Options *o, int argc, char **argv)
{
    static const struct option longs[] = {
        {"output", required_argument, NULL, 'o'},
        {"functions", required_argument, NULL, 'f'},
        {"profile", required_argument, NULL, 'p'},
        {"serve", optional_argument, NULL, 's'},
        {"data", no_argument, NULL, 'd'},
        {"version", no_argument, NULL, OPT_VERSION},
        {"help", no_argument, NULL, 'h'},
        {0},
    };
    name_for_getopt(argv);
    for (int c; (c = getopt_long(argc, argv, "o:h", longs, NULL)) != -1;) {
        parse_option(o, c);
    }
    if (optind == argc) {
        die(EXIT_WRONG_USE, "give a PROGRAM; --help lists the options");
    }
    o->input = argv[optind];
    o->names = argv + optind + 1;
}

/* Pages ------------------------------------------------------------------- */

static const char *base_name(const char *path)
{
    const char *slash = strrchr(path, '/');
    return slash ? slash + 1 : path;
}

/* Malloc'ed; NULL with a message. */
static char *make_data(Explorer *e, char *const names[], size_t max,
                       size_t *count, char *msg, size_t size)
{
    DataOptions o = {base_name(e->o->input), e->o->serve};
    Choice choice = {e->functions, e->nb_functions, NULL, 0};
    char *data = NULL;
    if (choose(&choice, &e->program, &e->sources.profile, names, max, msg,
               size)) {
        data = write_data(&o, &e->pipeline, &e->sources, &choice, count);
    }
    choice_free(&choice);
    return data;
}

static char *served_page(void *opaque, const char *function, char *msg,
                         size_t size)
{
    Explorer *e = opaque;
    char *one[] = {(char *)function, NULL}, *text = NULL;
    size_t count, bytes;
    char *data =
        make_data(e, function ? one : e->o->names, 1, &count, msg, size);
    if (!data) {
        return NULL;
    }
    FILE *f = open_memstream(&text, &bytes);
    check(f, "out of memory");
    page_write(f, data);
    check(fclose(f) == 0, "out of memory");
    free(data);
    return text;
}

static void write_file(const Explorer *e, const char *data, size_t count)
{
    const Options *o = e->o;
    char name[512];
    snprintf(name, sizeof(name), "%s%s", base_name(o->input),
             o->data ? ".json" : ".html");
    const char *path = o->output ? o->output : name;
    bool is_stdout = strcmp(path, "-") == 0;
    FILE *f = is_stdout ? stdout : fopen(path, "w");
    if (!f) {
        die(EXIT_WRONG_USE, "%s: %s", path, strerror(errno));
    }
    if (o->data) {
        fputs(data, f);
    } else {
        page_write(f, data);
    }
    if (fclose(f) != 0) {
        die(EXIT_WRONG_INPUT, "%s: %s", path, strerror(errno));
    }
    if (!is_stdout) {
        printf("%s: %zu function%s\n", path, count, count == 1 ? "" : "s");
    }
}

/* The whole --------------------------------------------------------------- */

static bool open_profile(Explorer *e, char *msg, size_t size)
{
    const Options *o = e->o;
    Profile *p = &e->sources.profile;
    return !o->profile || (sampled_is_profile(o->profile)
                               ? sampled_read(p, o->profile, &e->program.file,
                                              o->input, msg, size)
                               : profile_read(p, o->profile, msg, size));
}

static void open_all(Explorer *e)
{
    char msg[512];
    const Options *o = e->o;
    if (!program_open(&e->program, o->input, NULL, msg, sizeof(msg)) ||
        !open_profile(e, msg, sizeof(msg))) {
        die(EXIT_WRONG_INPUT, "%s", msg);
    }
    if (!pipeline_init(&e->pipeline, &e->program)) {
        die(EXIT_WRONG_INPUT, "no memory for a code buffer");
    }
    e->sources.source = source_open(o->input);
    e->functions = functions_find(&e->pipeline, &e->nb_functions);
}

int main(int argc, char **argv)
{
    Options o = {.functions = DEFAULT_FUNCTIONS};
    Explorer e = {.o = &o};
    char msg[512];
    size_t count;
    parse_options(&o, argc, argv);
    open_all(&e);
    if (o.serve) {
        serve((unsigned)o.port, served_page, &e);
        die(EXIT_WRONG_INPUT, "port %lu: %s", o.port, strerror(errno));
    }
    char *data = make_data(&e, o.names, o.functions, &count, msg, sizeof(msg));
    if (!data) {
        die(EXIT_WRONG_INPUT, "%s: %s", o.input, msg);
    }
    write_file(&e, data, count);
    free(data);
    free(e.functions);
    source_free(e.sources.source);
    profile_free(&e.sources.profile);
    pipeline_free(&e.pipeline);
    program_close(&e.program);
    return 0;
}
