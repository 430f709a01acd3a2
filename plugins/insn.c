/*
 * insn: how many instructions the program executed.
 *
 * By block: a number is added where a block begins, which is cheap, and too
 * much by the rest of the block where a block ends by a fault.  With `exact`,
 * by instruction.  With `threads`, a line for each thread.  With `match=TEXT`
 * (a mnemonic: "amoadd.w"), those instructions alone, exactly.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tcg-plugin.h"

typedef struct Count {
    TcgPlugin *plugin;
    TcgCounter *insns;
    const char *match;
    bool exact, threads;
} Count;

static bool matches(const Count *c, const TcgInsn *insn)
{
    char text[64];
    size_t n = strlen(c->match);
    tcg_insn_text(insn, text, sizeof(text));
    return strncmp(text, c->match, n) == 0 &&
           (text[n] == '\0' || text[n] == '\t' || text[n] == ' ');
}

static void translate(TcgBlock *b, void *user)
{
    Count *c = user;
    size_t n = tcg_block_count(b);
    if (!c->exact) {
        tcg_block_add(b, c->insns, (int64_t)n);
        return;
    }
    for (size_t i = 0; i < n; i++) {
        TcgInsn *insn = tcg_block_insn(b, i);
        if (!c->match || matches(c, insn)) {
            tcg_insn_add(insn, c->insns, 1);
        }
    }
}

static void thread_end(TcgThread *t, void *user)
{
    Count *c = user;
    tcg_print(c->plugin, "insn: thread %u: %" PRIu64 "\n", tcg_thread_id(t),
              tcg_counter_of(c->insns, t));
}

static void program_end(void *user)
{
    Count *c = user;
    tcg_print(c->plugin, "insn: %" PRIu64 "\n", tcg_counter_sum(c->insns));
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    Count *c = calloc(1, sizeof(*c));
    if (!c) {
        return "out of memory";
    }
    for (int i = 0; i < argc; i++) {
        if (tcg_argument(argv[i], "exact")) {
            c->exact = true;
        } else if (tcg_argument(argv[i], "threads")) {
            c->threads = true;
        } else if (tcg_argument(argv[i], "match")) {
            c->match = tcg_argument(argv[i], "match");
            c->exact = true;
        } else {
            return "unknown argument";
        }
    }
    c->plugin = plugin;
    c->insns = tcg_counter_new(plugin);
    tcg_on_translate(plugin, translate, c);
    tcg_on_exit(plugin, program_end, c);
    if (c->threads) {
        tcg_on_thread_end(plugin, thread_end, c);
    }
    return NULL;
}

TCG_PLUGIN(insn, "counts instructions", "exact, match=MNEMONIC, threads",
           install)
