/*
 * probe: uses what the plugins shipped do not, and prints what it sees.
 *
 * events: threads, forks, the end, in their order.  registers: a0, fa5 and
 * pc where the instruction whose text begins with `insn=` is executed for the third
 * time, and a word of memory at a0 + 8.
 */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "tcg-plugin.h"

static TcgPlugin *self;
static const char *insn_text = "?";
static int a0, fa5;
static unsigned times;

static void thread_start(TcgThread *t, void *user)
{
    tcg_print(self, "%s starts %u\n", (const char *)user, tcg_thread_id(t));
}

static void thread_end(TcgThread *t, void *user)
{
    tcg_print(self, "%s ends %u\n", (const char *)user, tcg_thread_id(t));
}

static void forked(void *user)
{
    tcg_print(self, "%s forked\n", (const char *)user);
}

static void program_end(void *user)
{
    tcg_print(self, "%s exits\n", (const char *)user);
}

static void called(TcgThread *t, const TcgSyscall *s, void *user)
{
    (void)t;
    if (strcmp(s->name, "write") == 0) {
        tcg_print(self, "%s writes %" PRIu64 " bytes\n", (const char *)user,
                  s->args[2]);
    }
}

static void returned(TcgThread *t, const TcgSyscall *s, void *user)
{
    if (strcmp(s->name, "write") == 0) {
        tcg_print(self, "%s wrote %" PRId64 ", a0 %" PRIu64 "\n",
                  (const char *)user, s->result, tcg_read_register(t, a0));
    }
}

static void executed(TcgThread *t, uint64_t address, void *user)
{
    uint64_t at = tcg_read_register(t, a0), word[2] = {0, 0}, offset = 0;
    if (++times != 3) {
        return;
    }
    bool read = tcg_read_memory(self, at, word, sizeof(word));
    const char *name = tcg_symbol(self, address, &offset);
    tcg_print(self, "%s at %s+0x%" PRIx64 " fa5 0x%" PRIx64 " memory %d 0x%"
              PRIx64 ", page 0 %d\n", (const char *)user, name ? name : "?",
              offset, tcg_read_register(t, fa5), read, word[1],
              tcg_read_memory(self, 0, word, 8));
}

static void translate(TcgBlock *b, void *user)
{
    for (size_t i = 0; i < tcg_block_count(b); i++) {
        TcgInsn *insn = tcg_block_insn(b, i);
        char text[80];
        tcg_insn_text(insn, text, sizeof(text));
        if (strncmp(text, insn_text, strlen(insn_text)) == 0) {
            tcg_insn_call(insn, executed, TCG_READS_REGISTERS, user);
        }
    }
}

static const char *install(TcgPlugin *p, int argc, char **argv)
{
    static char probe[] = "probe";
    self = p;
    a0 = tcg_register(p, "a0");
    fa5 = tcg_register(p, "fa5");
    if (tcg_register(p, "nosuch") != -1) {
        return "there is a register \"nosuch\"";
    }
    for (int i = 0; i < argc; i++) {
        if (tcg_argument(argv[i], "insn")) {
            insn_text = tcg_argument(argv[i], "insn");
        } else {
            return "unknown argument";
        }
    }
    tcg_on_translate(p, translate, probe);
    tcg_on_thread_start(p, thread_start, probe);
    tcg_on_thread_end(p, thread_end, probe);
    tcg_on_syscall(p, called, probe);
    tcg_on_syscall_return(p, returned, probe);
    tcg_on_fork(p, forked, probe);
    tcg_on_exit(p, program_end, probe);
    return NULL;
}

TCG_PLUGIN(probe, "a test", "insn=TEXT", install)
