/* What each option does (options.def). */
#include "tools/run/handlers.h"
#include <errno.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "gen/version.h"
#include "linux-user/debug/profile.h"

static bool wants_help(const char *arg)
{
    return strcmp(arg, "help") == 0 || strcmp(arg, "?") == 0;
}

static char *copy(const Command *c, const char *text)
{
    char *s = strdup(text);

    if (!s) {
        command_fail(c, "out of memory");
    }
    return s;
}

/* A number in C's notation, and nothing else. */
static bool parse_number(const char *text, uint64_t *n)
{
    char *end;

    errno = 0;
    *n = strtoull(text, &end, 0);
    return *text >= '0' && *text <= '9' && !*end && !errno;
}

/* Bytes, or a number and K, M, G or T. */
static bool parse_size(const char *text, uint64_t *n)
{
    static const char suffixes[] = "kKmMgGtT";
    size_t length = strlen(text);
    const char *at = length ? strchr(suffixes, text[length - 1]) : NULL;
    char number[32];
    unsigned shift = at && *at ? 10 * (unsigned)((at - suffixes) / 2 + 1) : 0;

    if (length >= sizeof(number)) {
        return false;
    }
    memcpy(number, text, length + 1);
    if (shift) {
        number[length - 1] = '\0';
    }
    if (!parse_number(number, n) || *n > UINT64_MAX >> shift) {
        return false;
    }
    *n <<= shift;
    return true;
}

static uint64_t size_of(const Command *c, const char *arg)
{
    uint64_t n = 0;

    if (!parse_size(arg, &n)) {
        command_bad(c, arg,
                    "not a size; write bytes, or a number and K, M "
                    "or G");
    }
    return n;
}

/* --- the program --- */

void option_prefix(Command *c, const char *arg)
{
    c->user.prefix = arg;
}

void option_stack_size(Command *c, const char *arg)
{
    c->user.stack_size = size_of(c, arg);
}

static void show_models(const Command *c)
{
    if (!c->any_guest) {
        c->guest->frontend->models->help(stdout);
        return;
    }
    for (unsigned i = 0; guest_at(i); i++) {
        printf("%s%s:\n", i ? "\n" : "", guest_at(i)->title);
        guest_at(i)->frontend->models->help(stdout);
    }
}

void option_guest(Command *c, const char *arg)
{
    if (!guest_named(arg)) {
        command_bad(c, arg, "no such guest; there is %s", guest_names());
    }
}

void option_cpu(Command *c, const char *arg)
{
    const CpuModels *models = c->guest->frontend->models;
    char msg[256];

    if (wants_help(arg)) {
        show_models(c);
        exit(0);
    }
    if (!models->parse(arg, &c->user.exec.features, msg, sizeof(msg))) {
        command_bad(c, arg, "%s", msg);
    }
}

void option_set_env(Command *c, const char *arg)
{
    char *rest = copy(c, arg), *item;

    while ((item = strsep(&rest, ","))) {
        if (*item == '=' || !strchr(item, '=')) {
            command_bad(c, arg,
                        "write NAME=VALUE, and commas between "
                        "several");
        }
        env_set(c, item);
    }
}

void option_unset_env(Command *c, const char *arg)
{
    char *rest = copy(c, arg), *item;

    while ((item = strsep(&rest, ","))) {
        if (!*item || strchr(item, '=')) {
            command_bad(c, arg, "write NAME, and commas between several");
        }
        env_unset(c, item);
    }
}

void option_argv0(Command *c, const char *arg)
{
    c->argv0 = arg;
}

void option_uname(Command *c, const char *arg)
{
    c->user.release = arg;
}

void option_guest_base(Command *c, const char *arg)
{
    if (!parse_number(arg, &c->user.guest_base) ||
        c->user.guest_base % (uint64_t)sysconf(_SC_PAGESIZE)) {
        command_bad(c, arg, "not the address of a page");
    }
    c->user.has_guest_base = true;
}

void option_reserved_va(Command *c, const char *arg)
{
    uint64_t n = size_of(c, arg);

    if (n % (uint64_t)sysconf(_SC_PAGESIZE) || (n && !linux_user_space_ok(n))) {
        command_bad(c, arg,
                    "not a size of an address space; write 16M to "
                    "128T, or 0 for all");
    }
    c->user.space = n;
}

/* SIG HOST N: n signals from SIG on are the host's from HOST on. */
void option_rtsig_map(Command *c, const char *arg)
{
    char *rest = copy(c, arg), *item;

    while ((item = strsep(&rest, ","))) {
        unsigned sig, host, n;
        int end = 0;

        if (sscanf(item, "%u %u %u%n", &sig, &host, &n, &end) != 3 ||
            item[end] || sig < 32 || n > 65 || sig + n > 65 || host + n > 65) {
            command_bad(c, arg,
                        "write SIG HOST N, all of 32 to 64, and "
                        "commas between several");
        }
        if (sig != host) {
            command_bad(c, arg,
                        "each real-time signal is the host's of the "
                        "same number; there is no other map");
        }
    }
}

void option_seed(Command *c, const char *arg)
{
    if (!parse_number(arg, &c->user.seed)) {
        command_bad(c, arg, "not a number");
    }
    c->user.seeded = true;
}

/* --- the log --- */

void option_strace(Command *c, const char *arg)
{
    (void)arg;
    c->user.strace = true;
}

void option_strace_pid(Command *c, const char *arg)
{
    (void)arg;
    c->user.strace = c->user.strace_pid = true;
}

void option_log(Command *c, const char *arg)
{
    const char *bad;

    if (wants_help(arg)) {
        log_help(stdout);
        exit(0);
    }
    bad = log_parse(&c->user.log.mask, arg);
    if (bad) {
        command_bad(c, arg, "no log item \"%.*s\"; -d help lists them",
                    (int)strcspn(bad, ","), bad);
    }
    if (c->user.log.mask & LOG_strace) {
        c->user.strace = true;
    }
}

void option_log_filter(Command *c, const char *arg)
{
    const char *bad = log_parse_ranges(&c->user.log, arg);

    if (bad) {
        command_bad(c, arg,
                    "\"%.*s\" is not understood; write START..END, "
                    "START+BYTES, START-BYTES or a function's name",
                    (int)strcspn(bad, ","), bad);
    }
}

void option_log_file(Command *c, const char *arg)
{
    c->log_path = arg;
}

void option_trace(Command *c, const char *arg)
{
    c->advice = true;
    command_bad(c, arg,
                "there are no trace events; -d help lists what can "
                "be logged");
    c->advice = false;
}

/* --- the translator --- */

void option_one_insn(Command *c, const char *arg)
{
    (void)arg;
    c->user.exec.max_insns = 1;
    c->user.exec.hot = 0;
}

void option_tb_size(Command *c, const char *arg)
{
    char setting[64], why[128];

    snprintf(setting, sizeof(setting), "codebuf=%sm", arg);
    if (strspn(arg, "0123456789") != strlen(arg) || !*arg) {
        command_bad(c, arg, "not a number of MiB");
    }
    if (!exec_config_parse(&c->user.exec, setting, why, sizeof(why))) {
        command_bad(c, arg, "in MiB, %s", why);
    }
}

void option_cache(Command *c, const char *arg)
{
    if (*arg != '/') {
        command_bad(c, arg, "the directory's whole path is wanted");
    }
    c->cache = arg;
}

void option_no_cache(Command *c, const char *arg)
{
    (void)arg;
    c->no_cache = true;
}

void option_perfmap(Command *c, const char *arg)
{
    (void)arg;
    c->user.exec.perf_map = true;
}

void option_jitdump(Command *c, const char *arg)
{
    (void)arg;
    c->user.exec.jitdump = true;
}

/* "movebase" is linux-user's; the others are exec's. */
void option_settings(Command *c, const char *arg)
{
    char *rest = copy(c, arg), *item, why[128];

    while ((item = strsep(&rest, ","))) {
        if (strcmp(item, "movebase") == 0) {
            c->user.move_base = true;
        } else if (!exec_config_parse(&c->user.exec, item, why, sizeof(why))) {
            command_bad(c, arg, "%s", why);
        }
    }
}

/* --- tools --- */

/* Not for programs that this one executes: one can listen there. */
void option_gdb(Command *c, const char *arg)
{
    const char *error = gdb_listen_parse(&c->gdb, copy(c, arg));

    if (error) {
        command_bad(c, arg, "%s", error);
    }
    c->user.gdb = &c->gdb;
    env_unset(c, "TCG_GDB");
    env_unset(c, "QEMU_GDB");
}

void option_plugin(Command *c, const char *arg)
{
    const char *error;

    if (wants_help(arg)) {
        plugins_help(stdout);
        exit(0);
    }
    if (!c->user.plugins) {
        c->user.plugins = plugins_new(&c->user.exec);
        c->user.exec.instrument = plugins_instrument(c->user.plugins);
    }
    error = plugins_load(c->user.plugins, arg);
    if (error) {
        command_bad(c, arg, "%s", error);
    }
}

/* Programs that this one executes add to the same file. */
void option_profile(Command *c, const char *arg)
{
    char msg[PATH_MAX];

    c->user.profile = profile_new(arg, msg, sizeof(msg));
    if (!c->user.profile) {
        command_bad(c, arg, "%s", msg);
    }
    c->user.exec.every_pc = true;
    env_unset(c, "TCG_PROFILE");
    command_inherit(c, "-profile");
    command_inherit(c, profile_inherited(c->user.profile));
}

void option_stats(Command *c, const char *arg)
{
    if (strncmp(arg, "json:", 5) == 0 && arg[5]) {
        c->user.stats = arg + 5;
    } else if (strcmp(arg, "1") == 0) {
        c->user.stats = "";
    } else if (strcmp(arg, "0") == 0) {
        c->user.stats = NULL;
    } else {
        command_bad(c, arg, "write 1 for a table, or json:FILE");
    }
    c->user.exec.stats = c->user.stats != NULL;
}

/* --- others --- */

void option_binfmt(Command *c, const char *arg)
{
    (void)arg;
    binfmt_show(c);
    exit(0);
}

void option_version(Command *c, const char *arg)
{
    (void)arg;
    printf("%s version %s\n", c->name, TCG_VERSION);
    exit(0);
}

void option_help(Command *c, const char *arg)
{
    (void)arg;
    options_help(c);
    exit(0);
}

void option_foreign(Command *c, const char *arg)
{
    (void)arg;
    c->foreign = true;
}

void option_execed(Command *c, const char *arg)
{
    (void)arg;
    c->execed = true;
}
