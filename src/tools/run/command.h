/*
 * The emulator's command line: what is said there and in variables becomes
 * linux-user's options.
 */
#ifndef TOOLS_RUN_COMMAND_H
#define TOOLS_RUN_COMMAND_H

#include "guest/guest.h"
#include "linux-user/linux-user.h"

typedef struct Command {
    const Guest *guest;
    LinuxUserOptions user;
    GdbListen gdb;             /* -g */
    const char *argv0;         /* -0; NULL: none */
    const char *log_path;      /* -D; NULL: none */
    const char *given;         /* "-cpu" or "TCG_CPU": what is looked at */
    bool advice;               /* what is wrong with that is not fatal */
    bool execed;               /* by a guest program, which we ran as well */
    char **inherited;          /* options that execve passes on, NULL at the
                                  end */
    size_t nb_inherited;
    char **env;                /* the program's; NULL at the end */
    size_t nb_env;
} Command;

enum { EXIT_USAGE = 1 };

/* One line on stderr; ends the emulator. */
__attribute__((format(printf, 2, 3)))
_Noreturn void command_fail(const Command *, const char *format, ...);
/* What is wrong with the option in hand; ends the emulator unless `advice`. */
__attribute__((format(printf, 3, 4)))
void command_bad(const Command *, const char *arg, const char *format, ...);

void *command_grow(const Command *, void *p, size_t n, size_t size);
/* Programs that the guest executes are given the word too, which is kept. */
void command_inherit(Command *, const char *word);

/* --- options.c --- */

void options_help(const Command *);
/* What variables say. */
void options_variables(Command *);
/* Variables that look like ours and are not: a line for each. */
void options_note_unknown(const Command *);
/* Returns the first word after the options. */
char **options_words(Command *, char **argv);

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
