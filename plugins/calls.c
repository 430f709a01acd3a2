/*
 * calls: prints each call of a function, with its first arguments, and the
 * thread's system calls in between.
 *
 *     THREAD memcpy(0x2aaab2a8, 0x10540, 0x20) from 0x104f2
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "tcg-plugin.h"

enum { MAX_ARGS = 8 };

typedef struct Calls {
    TcgPlugin *plugin;
    const char *name;
    const TcgFunction *function;
    unsigned nb_args;
    int arg[MAX_ARGS], ra; /* registers */
    bool syscalls;
} Calls;

/* In one piece, for other threads print too. */
static void entered(TcgThread *t, uint64_t address, void *user)
{
    const Calls *c = user;
    char text[MAX_ARGS * 20 + 1] = "";
    size_t n = 0;
    (void)address;
    for (unsigned i = 0; i < c->nb_args; i++) {
        n += (size_t)snprintf(text + n, sizeof(text) - n, "%s0x%" PRIx64,
                              i ? ", " : "", tcg_read_register(t, c->arg[i]));
    }
    tcg_print(c->plugin, "%u %s(%s) from 0x%" PRIx64 "\n", tcg_thread_id(t),
              c->name, text, tcg_read_register(t, c->ra));
}

static void returned(TcgThread *t, const TcgSyscall *s, void *user)
{
    const Calls *c = user;
    tcg_print(c->plugin, "%u system call %s = %" PRId64 "\n", tcg_thread_id(t),
              s->name ? s->name : "?", s->result);
}

static void translate(TcgBlock *b, void *user)
{
    Calls *c = user;
    for (size_t i = 0; i < tcg_block_count(b); i++) {
        TcgInsn *insn = tcg_block_insn(b, i);
        uint64_t offset;
        if (tcg_function_at(c->function, tcg_insn_address(insn), &offset) &&
            offset == 0) {
            tcg_insn_call(insn, entered, TCG_READS_REGISTERS, c);
        }
    }
}

static const char *parse(Calls *c, const char *word)
{
    const char *value;
    if ((value = tcg_argument(word, "function"))) {
        c->name = value;
    } else if ((value = tcg_argument(word, "args")) && atoi(value) >= 0 &&
               atoi(value) <= MAX_ARGS) {
        c->nb_args = (unsigned)atoi(value);
    } else if (tcg_argument(word, "syscalls")) {
        c->syscalls = true;
    } else {
        return "unknown argument";
    }
    return NULL;
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    Calls *c = calloc(1, sizeof(*c));
    const char *error = c ? NULL : "out of memory";
    if (c) {
        *c = (Calls){
            .plugin = plugin, .nb_args = 3, .ra = tcg_register(plugin, "ra")};
    }
    for (int i = 0; i < argc && !error; i++) {
        error = parse(c, argv[i]);
    }
    if (!error && !c->name) {
        error = "function= is missing";
    }
    if (error) {
        return error;
    }
    c->function = tcg_function(plugin, c->name);
    for (int i = 0; i < MAX_ARGS; i++) {
        char name[] = {'a', (char)('0' + i), '\0'};
        c->arg[i] = tcg_register(plugin, name);
    }
    tcg_on_translate(plugin, translate, c);
    if (c->syscalls) {
        tcg_on_syscall_return(plugin, returned, c);
    }
    return NULL;
}

TCG_PLUGIN(calls, "prints the calls of a function",
           "function=NAME, args=N, syscalls", install)
