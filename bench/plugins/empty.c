/*
 * The least that a plugin can do, for measurements: mode=c counts
 * instructions in line; b, i, m call a function that adds 1 for each block,
 * instruction, access.  With `any`, that function is not TCG_NO_FP.
 */
#include <inttypes.h>
#include "tcg-plugin.h"

static TcgPlugin *self;
static TcgCounter *insns;
static uint64_t count;
static char mode;
static unsigned flags = TCG_NO_FP;

static void executed(TcgThread *t, uint64_t address, void *user)
{
    (void)t, (void)address, (void)user;
    count++;
}

static void accessed(TcgThread *t, const TcgAccess *a, void *user)
{
    (void)t, (void)a, (void)user;
    count++;
}

static void translate(TcgBlock *b, void *user)
{
    size_t n = tcg_block_count(b);
    (void)user;
    if (mode == 'c') {
        tcg_block_add(b, insns, (int64_t)n);
    } else if (mode == 'b') {
        tcg_block_call(b, executed, flags, NULL);
    }
    for (size_t i = 0; i < n && (mode == 'i' || mode == 'm'); i++) {
        TcgInsn *insn = tcg_block_insn(b, i);
        if (mode == 'i') {
            tcg_insn_call(insn, executed, flags, NULL);
        } else {
            tcg_insn_on_access(insn, TCG_LOADS | TCG_STORES, accessed, flags,
                               NULL);
        }
    }
}

static void program_end(void *user)
{
    (void)user;
    tcg_print(self, "%" PRIu64 "\n", count + tcg_counter_sum(insns));
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    self = plugin;
    insns = tcg_counter_new(plugin);
    for (int i = 0; i < argc; i++) {
        const char *value = tcg_argument(argv[i], "mode");
        mode = value ? *value : mode;
        flags = tcg_argument(argv[i], "any") ? 0 : flags;
    }
    tcg_on_translate(plugin, translate, NULL);
    tcg_on_exit(plugin, program_end, NULL);
    return NULL;
}

TCG_PLUGIN(empty, "for measurements", "mode=c|b|i|m, any", install)
