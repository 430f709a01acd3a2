/* The table of options: words, variables, help. */
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tools/run/command.h"
#include "tools/run/handlers.h"

enum { EXECED = 1, QEMU = 2, ADVICE = 4, OWN = 8, BRIEF = 16 };

typedef struct Option {
    const char *name, *arg, *variable;
    unsigned flags;
    OptionFn *act;
    const char *text;
} Option;

static const Option options[] = {
#define OPTION(name, arg, variable, flags, handler, text)                      \
    {name, arg, variable, flags, option_##handler, text},
#include "tools/run/options.def"
};

enum { NB_OPTIONS = sizeof(options) / sizeof(options[0]) };

/* --- messages --- */

static void print(const Command *c, const char *format, va_list ap)
{
    vfprintf(stderr, format, ap);
    fputc('\n', stderr);
    (void)c;
}

void command_fail(const Command *c, const char *format, ...)
{
    va_list ap;

    fprintf(stderr, "%s: ", c->name);
    va_start(ap, format);
    print(c, format, ap);
    va_end(ap);
    exit(EXIT_USAGE);
}

void command_bad(const Command *c, const char *arg, const char *format, ...)
{
    va_list ap;

    fprintf(stderr, "%s: %s%c%s: ", c->name, c->given,
            *c->given == '-' ? ' ' : '=', arg);
    va_start(ap, format);
    print(c, format, ap);
    va_end(ap);
    if (!c->advice) {
        exit(EXIT_USAGE);
    }
}

void *command_grow(const Command *c, void *p, size_t n, size_t size)
{
    p = reallocarray(p, n, size);
    if (!p) {
        command_fail(c, "out of memory");
    }
    return p;
}

void words_add(const Command *c, Words *w, const char *word)
{
    w->words = command_grow(c, w->words, w->count + 2, sizeof(*w->words));
    w->words[w->count++] = (char *)word;
    w->words[w->count] = NULL;
}

void command_inherit(Command *c, const char *word)
{
    words_add(c, &c->inherited, word);
    words_add(c, &c->foreign_inherited, word);
}

/* --- words --- */

/* NULL: there is none such. */
static const Option *find_option(const char *word)
{
    const char *name = word + (word[1] == '-' ? 2 : 1);

    for (int i = 0; i < NB_OPTIONS; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    return NULL;
}

static void inherit(Command *c, const Option *o, char **argv)
{
    for (int i = 0; i < (o->arg ? 2 : 1); i++) {
        words_add(c, &c->inherited, argv[i]);
        if (!(o->flags & OWN)) {
            words_add(c, &c->foreign_inherited, argv[i]);
        }
    }
}

/* argv starts with an option; returns the word that is the last of it. */
static char **take_option(Command *c, char **argv)
{
    const Option *o = find_option(*argv);

    if (!o) {
        command_fail(c, "no option \"%s\"; -help lists them", *argv);
    }
    if (o->arg && !argv[1]) {
        command_fail(c, "-%s needs %s", o->name, o->arg);
    }
    if (o->flags & EXECED) {
        inherit(c, o, argv);
    }
    c->given = argv[0];
    o->act(c, o->arg ? argv[1] : "");
    return argv + (o->arg ? 1 : 0);
}

static bool is_option(const char *word)
{
    return word && word[0] == '-' && word[1];
}

char **options_words(Command *c, char **argv)
{
    for (; is_option(*argv); argv++) {
        if (strcmp(*argv, "--") == 0) {
            return argv + 1;
        }
        argv = take_option(c, argv);
    }
    return argv;
}

char **options_skip(Command *c, char **argv)
{
    for (; is_option(*argv); argv++) {
        const Option *o = find_option(*argv);

        if (strcmp(*argv, "--") == 0) {
            return argv + 1;
        }
        c->foreign |= o && o->act == option_foreign;
        if (o && o->arg && argv[1]) {
            argv++;
            c->wanted = o->act == option_guest ? *argv : c->wanted;
        }
    }
    return argv;
}

/* --- variables --- */

enum { VARIABLE_BYTES = 64 };

/* NULL: it is not set, or set to nothing. */
static const char *value_of(const char *prefix, const Option *o,
                            char name[VARIABLE_BYTES])
{
    const char *value;

    snprintf(name, VARIABLE_BYTES, "%s%s", prefix, o->variable);
    value = secure_getenv(name);
    return value && *value ? value : NULL;
}

static void take_variable(Command *c, const Option *o)
{
    char name[VARIABLE_BYTES];
    const char *value = value_of("TCG_", o, name);

    if (!value && o->flags & QEMU) {
        value = value_of("QEMU_", o, name);
    }
    if (c->foreign && o->flags & OWN) {
        return;
    }
    if (value && (o->arg || strcmp(value, "0") != 0)) {
        c->given = name;
        c->advice = o->flags & ADVICE;
        o->act(c, value);
        c->advice = false;
    }
}

/* Ours that stand in the table, and the one by which we hand things on. */
static bool is_known(const char *variable)
{
    size_t n = strcspn(variable, "=");

    for (int i = 0; i < NB_OPTIONS; i++) {
        const char *name = options[i].variable;

        if (name && strlen(name) == n && strncmp(variable, name, n) == 0) {
            return true;
        }
    }
    return strncmp(variable, "INHERIT=", 8) == 0;
}

static void note_unknown(const Command *c)
{
    for (char **v = environ; *v; v++) {
        if (strncmp(*v, "TCG_", 4) == 0 && !is_known(*v + 4)) {
            fprintf(stderr,
                    "%s: no variable %.*s is known; -help lists "
                    "them\n",
                    c->name, (int)strcspn(*v, "="), *v);
        }
    }
}

void options_variables(Command *c)
{
    for (int i = 0; i < NB_OPTIONS; i++) {
        if (options[i].variable) {
            take_variable(c, &options[i]);
        }
    }
}

void options_note_unknown(const Command *c)
{
    if (!c->execed) {
        note_unknown(c);
    }
}

/* --- help --- */

static void show_option(const Option *o, bool variables)
{
    char name[VARIABLE_BYTES], variable[VARIABLE_BYTES] = "";

    snprintf(name, sizeof(name), "%s%s%s", o->name, o->arg ? " " : "",
             o->arg ? o->arg : "");
    if (o->variable) {
        snprintf(variable, sizeof(variable), "TCG_%s", o->variable);
    }
    printf(variables ? "  -%-23s %-19s  %s\n" : "  -%-19s%.0s %s\n", name,
           variable, o->text);
}

static void show_options(unsigned flags, bool variables)
{
    for (int i = 0; i < NB_OPTIONS; i++) {
        if (options[i].text && (options[i].flags & flags) == flags) {
            show_option(&options[i], variables);
        }
    }
}

void options_help(const Command *c)
{
    if (c->any_guest) {
        printf("usage: %s [run] [OPTIONS] PROGRAM [ARGUMENTS]\n"
               "Runs a Linux program of another processor: %s.\n\n",
               c->name, guest_names());
    } else {
        printf("usage: %s [OPTIONS] PROGRAM [ARGUMENTS]\n"
               "Runs a program built for %s Linux.\n\n",
               c->name, c->guest->title);
    }
    show_options(0, true);
    puts("\nOptions end at the first word that is none, or at \"--\"; one dash "
         "or two begin\nthem. A variable says the same as its option, which "
         "goes before it; an option\nwithout argument is on if it is neither "
         "empty nor 0. QEMU's names of variables\nare understood as well "
         "(QEMU_CPU for TCG_CPU).");
}

void options_overview(const Command *c)
{
    printf("usage: %s [run] [OPTIONS] PROGRAM [ARGUMENTS]\n"
           "Runs a Linux program of another processor, which its file tells:\n",
           c->name);
    for (unsigned i = 0; guest_at(i); i++) {
        printf("    %-12s %s\n", guest_at(i)->name, guest_at(i)->title);
    }
    puts("");
    show_options(BRIEF, false);
    puts("\nCalled as tcg-GUEST, it runs programs of that guest. There are "
         "also\n"
         "tcg-profile, tcg-explore, tcg-irdump and tcg-irbackend.");
}
