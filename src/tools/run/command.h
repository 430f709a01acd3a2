/*
 * The emulator's command line: what is said there and in variables becomes
 * linux-user's options.
 */
#ifndef TOOLS_RUN_COMMAND_H
#define TOOLS_RUN_COMMAND_H

#include "guest/guest.h"
#include "linux-user/linux-user.h"

/* NULL at the end. */
typedef struct Words {
    char **words;
    size_t count;
} Words;

typedef struct Command {
    char name[64];      /* of us in messages: tcg, or tcg-GUEST */
    const char *wanted; /* -guest; NULL: not said */
    const Guest *guest; /* the first one if nothing says which */
    bool any_guest;     /* nothing does */
    bool wrong_machine; /* an ELF file of no guest, but of: */
    char machine[GUEST_MACHINE_SIZE];
    LinuxUserOptions user;
    GdbListen gdb;        /* -g */
    const char *argv0;    /* -0; NULL: none */
    const char *log_path; /* -D; NULL: none */
    const char *cache;    /* -cache; NULL: the usual place */
    bool no_cache;
    const char *given; /* "-cpu" or "TCG_CPU": what is looked at */
    bool advice;       /* what is wrong with that is not fatal */
    bool execed;       /* by a guest program, which we ran as well */
    bool foreign;      /* by one of another guest */
    /* Options that execve passes on, to a program of this guest and of
       another one. */
    Words inherited, foreign_inherited;
    char **env; /* the program's; NULL at the end */
    size_t nb_env;
} Command;

enum { EXIT_USAGE = 1 };

/* One line on stderr; ends the emulator. */
__attribute__((format(printf, 2, 3))) _Noreturn void
command_fail(const Command *, const char *format, ...);
/* What is wrong with the option in hand; ends the emulator unless `advice`. */
__attribute__((format(printf, 3, 4))) void
command_bad(const Command *, const char *arg, const char *format, ...);

void *command_grow(const Command *, void *p, size_t n, size_t size);
void words_add(const Command *, Words *, const char *word);
/* Programs that the guest executes are given the word too, which is kept. */
void command_inherit(Command *, const char *word);

/* --- choose.c --- */

/* The words after argv[0], and after "run", which only tcg itself takes. */
char **choose_verb(char **argv);
/*
 * The guest: the one wanted, that of the name we are called by, or of the
 * program's ELF file.  program: NULL if none is given.
 */
void choose_guest(Command *, const char *argv0, const char *program);
/* LinuxUserOptions.guest_of. */
const GuestAbi *guest_of_file(const void *head, size_t n, const char **name);

/* --- options.c --- */

void options_help(const Command *);
/* The most important ones, on one screen. */
void options_overview(const Command *);
/*
 * The first word after the options, which are looked at only for what has to
 * be known before others: `wanted` and `foreign`.
 */
char **options_skip(Command *, char **argv);
/* What variables say. */
void options_variables(Command *);
/* Variables that look like ours and are not: a line for each. */
void options_note_unknown(const Command *);
/* Returns the first word after the options. */
char **options_words(Command *, char **argv);

/* --- cache.c --- */

void cache_open(Command *);

/* --- env.c --- */

/* The program's environment is to be ours. */
void env_copy(Command *);
/* "NAME=VALUE", which is kept. */
void env_set(Command *, char *assignment);
void env_unset(Command *, const char *name);

/* --- binfmt.c --- */

/*
 * Started by binfmt_misc with flag P, the kernel gives us no options but the
 * program's path, then its argv from argv[0] on.  Returns the program and its
 * arguments then, else NULL.
 */
char **binfmt_words(Command *, int argc, char **argv);
/* The line that registers us, and how it is used. */
void binfmt_show(const Command *);

#endif
