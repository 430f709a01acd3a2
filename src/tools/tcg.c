/*
 * tcg: runs a Linux program of another processor on this one.
 *
 *     tcg [run] [OPTIONS] PROGRAM [ARGUMENTS]
 *
 * The program's file tells the guest, or -guest, or the name that we are
 * called by: tcg-GUEST is a link to this.  tools/run/options.def has the
 * options.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "disas/host.h"
#include "tools/run/command.h"
#include "util/fd.h"

/* There in tcg-disas, which is linked with Capstone; else NULL. */
#pragma weak host_disas

static void open_log(Command *c)
{
    bool own = c->log_path && strstr(c->log_path, "%d");

    if (log_on(&c->user.log, LOG_tid) && !own) {
        command_fail(c, "-d tid: needs -D FILE with %%d in it, for the "
                        "thread's id");
    }
    if (own) {
        c->user.log.pattern = c->log_path;
    } else if (c->log_path) {
        int fd =
            open(c->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);

        c->user.log.file = fd < 0 ? NULL : fdopen(fd_out_of_reach(fd), "a");
        if (!c->user.log.file) {
            command_fail(c, "-D %s: %s", c->log_path, strerror(errno));
        }
    }
}

/*
 * Capstone would make every start slower by its relocations, so it is in a
 * program of its own beside this one, which takes over where it is wanted.
 */
static void show_host_code(const Command *c, char **argv)
{
    static const char beside[] = "tcg-disas";
    char path[PATH_MAX + sizeof(beside)];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

    if (!log_on(&c->user.log, LOG_out_asm) || host_disas ||
        getauxval(AT_SECURE) || n < 0) {
        return;
    }
    path[n] = '\0';
    strcpy(strrchr(path, '/') + 1, beside);
    execv(path, argv);
    fprintf(stderr,
            "%s: -d out_asm shows bytes: there is no %s; "
            "apt-get install libcapstone-dev, and make again\n",
            c->name, path);
}

static void set_defaults(Command *c)
{
    exec_config_default(&c->user.exec);
    c->user.exec.frontend = c->guest->frontend;
    c->user.exec.features = c->guest->frontend->models->features;
    c->user.exec.backend = backend_at(0);
    c->user.exec.disas = c->guest->disas;
    c->user.exec.host_disas = host_disas;
    c->user.exec.log = &c->user.log;
    c->user.log.file = stderr;
    c->user.abi = c->guest->abi;
    c->user.name = c->name;
    c->user.guest_of = guest_of_file;
    c->user.self = "/proc/self/exe";
}

/* "tcg" alone asks what it is; more words are a command that lacks one. */
_Noreturn static void no_program(const Command *c, char **argv)
{
    if (c->any_guest && (!*argv || !argv[1])) {
        options_overview(c);
        exit(0);
    }
    command_fail(c,
                 "usage: %s [OPTIONS] PROGRAM [ARGUMENTS] "
                 "(-help lists the options)",
                 c->name);
}

/* The program and its arguments are what follows the options. */
static char **take_words(Command *c, char **argv, char **words, bool by_kernel)
{
    if (!by_kernel) {
        words = options_words(c, words);
        show_host_code(c, argv);
    }
    if (!*words) {
        no_program(c, argv);
    }
    return words;
}

/* Status 0: it can be run. */
static int check_machine(const Command *c, const char *program)
{
    if (c->wrong_machine) {
        fprintf(stderr, "%s: %s: a program for %s; the guests here: %s\n",
                c->name, program, c->machine, guest_names());
    } else if (!c->guest->abi) {
        fprintf(stderr, "%s: %s: there is no Linux for %s here\n", c->name,
                program, c->guest->title);
    } else {
        return 0;
    }
    return EXIT_NOT_RUNNABLE;
}

static void set_program(Command *c, char **words)
{
    command_inherit(c, "-execed");
    words_add(c, &c->foreign_inherited, "-foreign");
    if (c->foreign) {
        words_add(c, &c->inherited, "-foreign");
    }
    c->user.first_pid = c->execed ? 0 : getpid();
    c->user.program = words[0];
    if (c->argv0) {
        words[0] = (char *)c->argv0;
    }
    c->user.argv = words;
    c->user.envp = c->env;
    c->user.self_options = c->inherited.words;
    c->user.foreign_options = c->foreign_inherited.words;
}

int main(int argc, char **argv)
{
    Command c = {0};
    char **words = binfmt_words(&c, argc, argv);
    bool by_kernel = words != NULL;
    int status;

    words = by_kernel ? words : choose_verb(argv);
    choose_guest(&c, argc ? argv[0] : "",
                 by_kernel ? *words : *options_skip(&c, words));
    set_defaults(&c);
    env_copy(&c);
    options_variables(&c);
    words = take_words(&c, argv, words, by_kernel);
    options_note_unknown(&c);
    open_log(&c);
    status = check_machine(&c, *words);
    if (status == 0) {
        cache_open(&c);
        set_program(&c, words);
        status = linux_user_run(&c.user);
    }
    return status;
}
