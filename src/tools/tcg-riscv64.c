/*
 * tcg-riscv64: runs a riscv64 Linux program on an x86-64 Linux.
 *
 *     tcg-riscv64 [OPTIONS] PROGRAM [ARGUMENTS]
 *
 * Options end at the first word that is none, or at "--".  Each may be
 * written with one dash or two.
 */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <unistd.h>
#include "disas/host.h"
#include "disas/riscv.h"
#include "linux-user/linux-user.h"
#include "linux-user/profile.h"
#include "util/fd.h"

#define VERSION "0.1"

/* There in tcg-riscv64-disas, which is linked with Capstone; else NULL. */
#pragma weak host_disas

enum { EXIT_USAGE = 1 };

typedef struct Command {
    LinuxUserOptions user;
    const char *argv0;         /* -0 */
    const char *log_path;      /* -D */
    char **inherited;          /* options that execve passes on */
    size_t nb_inherited;
    char **env;                /* NULL-terminated, with room for one more */
    size_t nb_env;
} Command;

__attribute__((format(printf, 1, 2)))
static _Noreturn void fail(const char *format, ...)
{
    va_list ap;

    fprintf(stderr, "tcg-riscv64: ");
    va_start(ap, format);
    vfprintf(stderr, format, ap);
    va_end(ap);
    fputc('\n', stderr);
    exit(EXIT_USAGE);
}

static void *grow(void *p, size_t n, size_t size)
{
    p = reallocarray(p, n, size);
    if (!p) {
        fail("out of memory");
    }
    return p;
}

/* --- environment --- */

static size_t name_length(const char *variable)
{
    return strcspn(variable, "=");
}

static void unset_variable(Command *c, const char *name)
{
    size_t n = strlen(name), kept = 0;

    for (size_t i = 0; i < c->nb_env; i++) {
        char *v = c->env[i];

        if (name_length(v) != n || strncmp(v, name, n) != 0) {
            c->env[kept++] = v;
        }
    }
    c->env[kept] = NULL;
    c->nb_env = kept;
}

static void set_variable(Command *c, char *assignment)
{
    size_t n = name_length(assignment);
    char *name;

    if (n == 0 || !assignment[n]) {
        fail("-E %s: write NAME=VALUE", assignment);
    }
    name = strndup(assignment, n);
    unset_variable(c, name);
    free(name);
    c->env = grow(c->env, c->nb_env + 2, sizeof(*c->env));
    c->env[c->nb_env++] = assignment;
    c->env[c->nb_env] = NULL;
}

static void copy_environment(Command *c)
{
    size_t n = 0;

    while (environ[n]) {
        n++;
    }
    c->env = grow(NULL, n + 1, sizeof(*c->env));
    memcpy(c->env, environ, (n + 1) * sizeof(*c->env));
    c->nb_env = n;
}

/* --- options --- */

static uint64_t parse_size(const char *text)
{
    static const char suffixes[] = "kKmMgG";
    char *end;
    unsigned long long n;
    const char *at;

    errno = 0;
    n = strtoull(text, &end, 0);
    at = *end ? strchr(suffixes, *end) : NULL;
    if (end == text || errno || *text == '-' || (*end && (!at || end[1])) ||
        n > UINT64_MAX >> 31) {
        fail("-s %s: not a size; write bytes, or a number and K, M or G",
             text);
    }
    return at ? n << (10 * ((at - suffixes) / 2 + 1)) : n;
}

static void do_strace(Command *c, char *arg)
{
    (void)arg;
    c->user.strace = true;
}

static void do_strace_pid(Command *c, char *arg)
{
    (void)arg;
    c->user.strace = c->user.strace_pid = true;
}

static void do_items(Command *c, char *arg)
{
    const char *bad;

    if (strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0) {
        log_help(stdout);
        exit(0);
    }
    bad = log_parse(&c->user.log.mask, arg);
    if (bad) {
        fail("-d: no log item \"%s\"; -d help lists them", bad);
    }
    if (c->user.log.mask & LOG_strace) {
        c->user.strace = true;
    }
}

static void do_filter(Command *c, char *arg)
{
    const char *bad = log_parse_ranges(&c->user.log, arg);

    if (bad) {
        fail("-dfilter: \"%s\" is not understood; write START..END, "
             "START+BYTES, START-BYTES or a function's name", bad);
    }
}

static void do_log_file(Command *c, char *arg)
{
    c->log_path = arg;
}

static void do_cpu(Command *c, char *arg)
{
    (void)c;
    if (strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0) {
        puts("rv64  RV64IMAFDC with Zicsr and Zifencei\n"
             "max   all that is supported; the same");
        exit(0);
    }
    if (strcmp(arg, "rv64") != 0 && strcmp(arg, "max") != 0) {
        fail("-cpu %s: no such processor; -cpu help lists them", arg);
    }
}

static void do_set(Command *c, char *arg)
{
    set_variable(c, arg);
}

static void do_unset(Command *c, char *arg)
{
    unset_variable(c, arg);
}

static void do_argv0(Command *c, char *arg)
{
    c->argv0 = arg;
}

static void do_stack(Command *c, char *arg)
{
    c->user.stack_size = parse_size(arg);
}

static void do_prefix(Command *c, char *arg)
{
    c->user.prefix = arg;
}

static void listen_at(Command *c, char *where)
{
    static GdbListen listen;
    char *text = strdup(where);
    const char *error = text ? gdb_listen_parse(&listen, text)
                             : "out of memory";

    if (error) {
        fail("-g %s: %s", where, error);
    }
    c->user.gdb = &listen;
}

static void do_gdb(Command *c, char *arg)
{
    listen_at(c, arg);
}

static void do_plugin(Command *c, char *arg)
{
    const char *error;

    if (strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0) {
        plugins_help(stdout);
        exit(0);
    }
    if (!c->user.plugins) {
        c->user.plugins = plugins_new(&c->user.exec);
        c->user.exec.instrument = plugins_instrument(c->user.plugins);
    }
    error = plugins_load(c->user.plugins, arg);
    if (error) {
        fail("-plugin %s", error);
    }
}

static void inherit(Command *c, char *word);

static void do_profile(Command *c, char *arg)
{
    char msg[PATH_MAX];

    c->user.profile = profile_new(arg, msg, sizeof(msg));
    if (!c->user.profile) {
        fail("-profile %s: %s", arg, msg);
    }
    c->user.exec.every_pc = true;
    inherit(c, (char *)"-profile");
    inherit(c, (char *)profile_inherited(c->user.profile));
}

static void do_version(Command *c, char *arg)
{
    (void)c, (void)arg;
    puts("tcg-riscv64 version " VERSION);
    exit(0);
}

/* ELF64, little-endian, EM_RISCV; any ABI version; ET_EXEC or ET_DYN. */
#define BINFMT_MAGIC "\\x7fELF\\x02\\x01\\x01\\x00\\x00\\x00\\x00\\x00\\x00\\x00" \
                     "\\x00\\x00\\x02\\x00\\xf3\\x00"
#define BINFMT_MASK  "\\xff\\xff\\xff\\xff\\xff\\xff\\xff\\x00\\xff\\xff\\xff\\xff\\xff" \
                     "\\xff\\xff\\xff\\xfe\\xff\\xff\\xff"

/* The line alone goes to stdout, so that it can be sent on to the kernel. */
static void do_binfmt(Command *c, char *arg)
{
    char self[PATH_MAX];
    ssize_t n = readlink("/proc/self/exe", self, sizeof(self) - 1);

    (void)c, (void)arg;
    if (n < 0) {
        fail("/proc/self/exe: %s", strerror(errno));
    }
    self[n] = '\0';
    printf(":tcg-riscv64:M::" BINFMT_MAGIC ":" BINFMT_MASK ":%s:POCF\n", self);
    fprintf(stderr,
        "This line registers %s for riscv64\n"
        "programs, until the host is started again:\n\n"
        "    %s -binfmt |\n"
        "        sudo tee /proc/sys/fs/binfmt_misc/register\n\n"
        "To keep it, put the line in /etc/binfmt.d/tcg-riscv64.conf. Flags: F "
        "opens\nthe emulator now, so that chroots and containers need no copy "
        "of it; P keeps\nargv[0]; O and C hand over the open program with its "
        "set-user-ID rights, so\nleave out C where guest programs are not to "
        "have them. Containers share the\nhost's registration: after this, "
        "`docker run --platform linux/riscv64 IMAGE`\nworks. To take it "
        "back: echo -1 | sudo tee\n"
        "/proc/sys/fs/binfmt_misc/tcg-riscv64\n", self, self);
    exit(0);
}

static void do_help(Command *c, char *arg);

typedef struct Option {
    const char *name;
    const char *arg;           /* its name in the help; NULL: none */
    void (*act)(Command *, char *arg);
    bool inherited;            /* by programs that the guest executes */
    const char *help;
} Option;

static const Option options[] = {
    { "strace", NULL, do_strace, true, "show system calls" },
    { "strace-pid", NULL, do_strace_pid, true, "the same, with thread ids" },
    { "d", "LIST", do_items, true, "log these items; -d help lists them" },
    { "dfilter", "RANGES", do_filter, true, "log this code alone: START..END, "
                                            "START+BYTES, NAME" },
    { "D", "FILE", do_log_file, true, "append the log to FILE; %d in it is the "
                                      "process's id" },
    { "cpu", "NAME", do_cpu, true, "processor: rv64 or max" },
    { "E", "NAME=VALUE", do_set, false, "set a variable for the program" },
    { "U", "NAME", do_unset, false, "remove a variable for the program" },
    { "0", "ARGV0", do_argv0, false, "the program's argv[0]" },
    { "s", "SIZE", do_stack, true, "size of the program's stack" },
    { "L", "PREFIX", do_prefix, true, "look for absolute paths below PREFIX "
                                      "first" },
    { "g", "WHERE", do_gdb, false, "wait for gdb at a port or a socket's path"
                                   " (docs/debugger.md)" },
    { "plugin", "NAME,A=B,...", do_plugin, true, "load a plugin; -plugin help "
                                                 "lists those built in" },
    { "profile", "FILE", do_profile, false, "sample the program's CPU time; "
                                            "tcg-profile FILE shows it" },
    { "binfmt", NULL, do_binfmt, false, "show how to have the kernel use it" },
    { "version", NULL, do_version, false, "show the version" },
    { "help", NULL, do_help, false, "show this" },
    { "h", NULL, do_help, false, "show this" },
};

enum { NB_OPTIONS = sizeof(options) / sizeof(options[0]) };

static void do_help(Command *c, char *arg)
{
    (void)c, (void)arg;
    puts("usage: tcg-riscv64 [OPTIONS] PROGRAM [ARGUMENTS]\n"
         "Runs a program built for 64-bit RISC-V Linux.\n");
    for (int i = 0; i < NB_OPTIONS; i++) {
        const Option *o = &options[i];

        printf("  -%s %-*s%s\n", o->name, 18 - (int)strlen(o->name),
               o->arg ? o->arg : "", o->help);
    }
    puts("\nenvironment: TCG_LD_PREFIX (as -L), TCG_STRACE=1, "
         "TCG_GDB (as -g),\nTCG_STATS=1 (statistics at the end) or "
         "TCG_STATS=json:FILE, TCG_SETTINGS\n(NAME=VALUE,... for tests; see "
         "docs/testing.md)");
    exit(0);
}

static const Option *find_option(const char *word)
{
    const char *name = word + (word[1] == '-' ? 2 : 1);

    for (int i = 0; i < NB_OPTIONS; i++) {
        if (strcmp(options[i].name, name) == 0) {
            return &options[i];
        }
    }
    fail("no option \"%s\"; -help lists them", word);
}

static void inherit(Command *c, char *word)
{
    c->inherited = grow(c->inherited, c->nb_inherited + 2,
                        sizeof(*c->inherited));
    c->inherited[c->nb_inherited++] = word;
    c->inherited[c->nb_inherited] = NULL;
}

/* Returns the first word after the options. */
static char **parse_options(Command *c, char **argv)
{
    for (; *argv && (*argv)[0] == '-' && (*argv)[1]; argv++) {
        const Option *o;
        char *arg = NULL;

        if (strcmp(*argv, "--") == 0) {
            return argv + 1;
        }
        o = find_option(*argv);
        if (o->arg && !argv[1]) {
            fail("-%s needs %s", o->name, o->arg);
        }
        if (o->inherited) {
            inherit(c, argv[0]);
        }
        if (o->arg) {
            arg = *++argv;
            if (o->inherited) {
                inherit(c, arg);
            }
        }
        o->act(c, arg);
    }
    return argv;
}

/* --- the rest of the settings --- */

static bool variable_on(const char *name)
{
    const char *v = secure_getenv(name);

    return v && *v && strcmp(v, "0") != 0;
}

/* Not for programs that this one executes: one can listen there. */
static void take_gdb_variable(Command *c)
{
    const char *where = secure_getenv("TCG_GDB");

    if (where && *where) {
        listen_at(c, strdup(where));
    }
    unset_variable(c, "TCG_GDB");
}

static void parse_stats(Command *c)
{
    const char *v = secure_getenv("TCG_STATS");

    if (v && strncmp(v, "json:", 5) == 0 && v[5]) {
        c->user.stats = v + 5;
    } else if (variable_on("TCG_STATS")) {
        c->user.stats = "";
    }
    c->user.exec.stats = c->user.stats != NULL;
}

/* "movebase" is linux-user's; the others are exec's. */
static void parse_settings(Command *c)
{
    const char *settings = secure_getenv("TCG_SETTINGS");
    char *copy, *rest, *item, why[128];

    if (!settings || !*settings) {
        return;
    }
    copy = rest = strdup(settings);
    while ((item = strsep(&rest, ","))) {
        if (strcmp(item, "movebase") == 0) {
            c->user.move_base = true;
        } else if (!exec_config_parse(&c->user.exec, item, why, sizeof(why))) {
            fail("TCG_SETTINGS: %s", why);
        }
    }
    free(copy);
}

static void open_log(Command *c)
{
    bool own = c->log_path && strstr(c->log_path, "%d");

    if (log_on(&c->user.log, LOG_tid) && !own) {
        fail("-d tid: needs -D FILE with %%d in it, for the thread's id");
    }
    if (own) {
        c->user.log.pattern = c->log_path;
    } else if (c->log_path) {
        int fd = open(c->log_path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC,
                      0666);

        c->user.log.file = fd < 0 ? NULL : fdopen(fd_out_of_reach(fd), "a");
        if (!c->user.log.file) {
            fail("-D %s: %s", c->log_path, strerror(errno));
        }
    }
}

/*
 * Capstone would make every start slower by its relocations, so it is in a
 * program of its own beside this one, which takes over where it is wanted.
 */
static void show_host_code(Command *c, char **argv)
{
    char path[PATH_MAX + sizeof("-disas")];
    ssize_t n = readlink("/proc/self/exe", path, PATH_MAX);

    if (!log_on(&c->user.log, LOG_out_asm) || host_disas ||
        getauxval(AT_SECURE) || n < 0) {
        return;
    }
    strcpy(path + n, "-disas");
    execv(path, argv);
    fprintf(stderr, "tcg-riscv64: -d out_asm shows bytes: there is no %s; "
                    "apt-get install libcapstone-dev, and make again\n", path);
}

/*
 * Started by binfmt_misc with flag P, the kernel gives us no options but the
 * program's path, then its argv from argv[0] on.  With flag O, or C which
 * means it too, the program is open already.
 */
static char **binfmt_words(Command *c, int argc, char **argv)
{
    enum { PRESERVE_ARGV0 = 1 };   /* AT_FLAGS_PRESERVE_ARGV0 */

    errno = 0;
    c->user.program_fd = (int)getauxval(AT_EXECFD);
    if (errno) {
        c->user.program_fd = -1;
    }
    if (argc < 3 || !(getauxval(AT_FLAGS) & PRESERVE_ARGV0)) {
        return NULL;
    }
    c->user.execfn = (const char *)getauxval(AT_EXECFN);
    c->argv0 = argv[2];
    argv[2] = argv[1];
    return argv + 2;
}

int main(int argc, char **argv)
{
    Command c = { 0 };
    static char *nothing[] = { NULL };
    char **words;

    exec_config_default(&c.user.exec);
    c.user.exec.frontend = &riscv64_frontend;
    c.user.exec.backend = &x86_64_backend;
    c.user.exec.disas = riscv_disas_range;
    c.user.exec.host_disas = host_disas;
    c.user.exec.log = &c.user.log;
    c.user.log.file = stderr;
    c.user.first_pid = getpid();
    copy_environment(&c);
    c.user.prefix = secure_getenv("TCG_LD_PREFIX");
    c.user.strace = variable_on("TCG_STRACE");
    take_gdb_variable(&c);
    parse_stats(&c);
    words = binfmt_words(&c, argc, argv);
    if (!words) {
        words = parse_options(&c, argv + 1);
        show_host_code(&c, argv);
    }
    if (!*words) {
        fail("usage: tcg-riscv64 [OPTIONS] PROGRAM [ARGUMENTS] "
             "(-help lists the options)");
    }
    parse_settings(&c);
    open_log(&c);
    c.user.program = words[0];
    if (c.argv0) {
        words[0] = (char *)c.argv0;
    }
    c.user.argv = words;
    c.user.envp = c.env;
    c.user.self = "/proc/self/exe";
    c.user.self_options = c.inherited ? c.inherited : nothing;
    return linux_user_run(&c.user);
}
