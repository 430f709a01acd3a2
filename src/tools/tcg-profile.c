/*
 * tcg-profile: shows what `tcg -profile FILE` sampled.
 *
 *     tcg-profile [OPTIONS] FILE
 *
 * A table of the hottest functions and lines; with --folded stacks for other
 * tools, with --svg a flame graph.
 */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include "gen/version.h"
#include "profile/tree.h"
#include "util/die.h"

enum { USAGE = 2, LIMIT = 20 };

typedef enum Form { FORM_TABLE, FORM_FOLDED, FORM_SVG } Form;

static const struct option options[] = {
    {"folded", no_argument, NULL, 'f'},
    {"svg", no_argument, NULL, 's'},
    {"limit", required_argument, NULL, 'l'},
    {"pid", required_argument, NULL, 'p'},
    {"tid", required_argument, NULL, 't'},
    {"output", required_argument, NULL, 'o'},
    {"version", no_argument, NULL, 'v'},
    {"help", no_argument, NULL, 'h'},
    {0},
};

static const char help[] =
    "usage: tcg-profile [OPTIONS] FILE\n"
    "Shows a profile that tcg -profile FILE has written.\n\n"
    "  --folded         a line for each stack: FUNCTION;FUNCTION... WEIGHT\n"
    "  --svg            a flame graph\n"
    "  --limit N        lines of each table (20)\n"
    "  --pid N          samples of this process alone\n"
    "  --tid N          samples of this thread alone\n"
    "  -o, --output F   write to this file\n"
    "  --version        show the version\n";

static int number(const char *text)
{
    char *end;
    long n = strtol(text, &end, 10);
    if (n <= 0 || n > INT32_MAX || *end) {
        die(USAGE, "%s: not a number from 1 on", text);
    }
    return (int)n;
}

int main(int argc, char **argv)
{
    TreeFilter filter = {0, 0};
    unsigned limit = LIMIT;
    Form form = FORM_TABLE;
    char msg[4096];
    Tree tree;
    int c;
    name_for_getopt(argv);
    while ((c = getopt_long(argc, argv, "o:h", options, NULL)) != -1) {
        switch (c) {
        case 'f': form = FORM_FOLDED; break;
        case 's': form = FORM_SVG; break;
        case 'l': limit = (unsigned)number(optarg); break;
        case 'p': filter.pid = number(optarg); break;
        case 't': filter.tid = number(optarg); break;
        case 'o':
            if (!freopen(optarg, "w", stdout)) {
                die(1, "%s: %m", optarg);
            }
            break;
        case 'v': puts("tcg-profile version " TCG_VERSION); return 0;
        case 'h': fputs(help, stdout); return 0;
        default: return USAGE; /* getopt has said what is wrong */
        }
    }
    if (optind != argc - 1) {
        die(USAGE, "give one FILE; --help lists the options");
    }
    if (!tree_read(&tree, argv[optind], &filter, msg, sizeof(msg))) {
        die(1, "%s", msg);
    }
    switch (form) {
    case FORM_TABLE: tree_print_table(&tree, stdout, limit); break;
    case FORM_FOLDED: tree_print_folded(&tree, stdout); break;
    case FORM_SVG: tree_print_svg(&tree, stdout); break;
    }
    tree_free(&tree);
    if (fclose(stdout)) {
        die(1, "%m");
    }
    return 0;
}
