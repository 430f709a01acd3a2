/*
 * tcg-riscv64: runs a riscv64 Linux program on an x86-64 Linux.
 *
 *     tcg-riscv64 [OPTIONS] PROGRAM [ARGUMENTS]
 *
 * tools/run/options.def has the options.
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

/* There in tcg-riscv64-disas, which is linked with Capstone; else NULL. */
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
        int fd = open(c->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                      0666);

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
    char path[PATH_MAX + sizeof("-disas")];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

    if (!log_on(&c->user.log, LOG_out_asm) || host_disas ||
        getauxval(AT_SECURE) || n < 0) {
        return;
    }
    strcpy(path + n, "-disas");
    execv(path, argv);
    fprintf(stderr, "tcg-%s: -d out_asm shows bytes: there is no %s; "
            "apt-get install libcapstone-dev, and make again\n",
            c->guest->name, path);
}

static void set_defaults(Command *c)
{
    exec_config_default(&c->user.exec);
    c->user.exec.frontend = c->guest->frontend;
    c->user.abi = c->guest->abi;
    c->user.exec.features = c->guest->frontend->models->features;
    c->user.exec.backend = backend_at(0);
    c->user.exec.disas = c->guest->disas;
    c->user.exec.host_disas = host_disas;
    c->user.exec.log = &c->user.log;
    c->user.log.file = stderr;
}

/* The program and its arguments are what follows the options. */
static char **take_words(Command *c, int argc, char **argv)
{
    char **words = binfmt_words(c, argc, argv);

    if (!words) {
        words = options_words(c, argv + 1);
        show_host_code(c, argv);
    }
    if (!*words) {
        command_fail(c, "usage: tcg-%s [OPTIONS] PROGRAM [ARGUMENTS] "
                     "(-help lists the options)", c->guest->name);
    }
    return words;
}

int main(int argc, char **argv)
{
    Command c = { .guest = guest_named("riscv64") };
    char **words;

    set_defaults(&c);
    env_copy(&c);
    options_variables(&c);
    words = take_words(&c, argc, argv);
    options_note_unknown(&c);
    open_log(&c);
    command_inherit(&c, "-execed");
    c.user.first_pid = c.execed ? 0 : getpid();
    c.user.program = words[0];
    if (c.argv0) {
        words[0] = (char *)c.argv0;
    }
    c.user.argv = words;
    c.user.envp = c.env;
    c.user.self = "/proc/self/exe";
    c.user.self_options = c.inherited;
    return linux_user_run(&c.user);
}
