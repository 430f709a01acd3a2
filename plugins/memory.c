/*
 * memory: a trace of memory accesses, a line for each, added to a file:
 *
 *     PID THREAD INSTRUCTION load|store|atomic BYTES ADDRESS VALUE
 *
 * VALUE is what was loaded or stored, of atomic ones what was there before.
 * With from= and to=, only accesses of addresses in [from, to).
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include "tcg-plugin.h"

typedef struct Trace {
    FILE *file;
    int pid;
    uint64_t from, to;
    unsigned which;
} Trace;

static void access_made(TcgThread *t, const TcgAccess *a, void *user)
{
    const Trace *trace = user;
    if (a->address - trace->from >= trace->to - trace->from) {
        return;
    }
    fprintf(trace->file,
            "%d %u 0x%" PRIx64 " %s %u 0x%" PRIx64 " 0x%" PRIx64 "\n",
            trace->pid, tcg_thread_id(t), a->insn,
            !a->store ? "load"
            : a->load ? "atomic"
                      : "store",
            a->bytes, a->address, a->value);
}

static void translate(TcgBlock *b, void *user)
{
    const Trace *trace = user;
    for (size_t i = 0; i < tcg_block_count(b); i++) {
        tcg_insn_on_access(tcg_block_insn(b, i), trace->which, access_made,
                           TCG_NO_FP, user);
    }
}

/* At a fork nothing may be buffered, or both processes write it. */
static void system_call(TcgThread *t, const TcgSyscall *s, void *user)
{
    const Trace *trace = user;
    (void)t;
    if (s->name && strncmp(s->name, "clone", 5) == 0) {
        fflush(trace->file);
    }
}

static void forked(void *user)
{
    Trace *trace = user;
    trace->pid = getpid();
}

static void program_end(void *user)
{
    const Trace *trace = user;
    fclose(trace->file);
}

static const char *parse(Trace *trace, const char *word)
{
    const char *value;
    if ((value = tcg_argument(word, "file"))) {
        trace->file = fopen(value, "ae");
        return trace->file ? NULL : strerror(errno);
    } else if ((value = tcg_argument(word, "from"))) {
        trace->from = strtoull(value, NULL, 0);
    } else if ((value = tcg_argument(word, "to"))) {
        trace->to = strtoull(value, NULL, 0);
    } else if (tcg_argument(word, "loads")) {
        trace->which = TCG_LOADS;
    } else if (tcg_argument(word, "stores")) {
        trace->which = TCG_STORES;
    } else {
        return "unknown argument";
    }
    return NULL;
}

static const char *install(TcgPlugin *plugin, int argc, char **argv)
{
    Trace *trace = calloc(1, sizeof(*trace));
    const char *error = trace ? NULL : "out of memory";
    if (trace) {
        *trace = (Trace){
            .pid = getpid(), .to = UINT64_MAX, .which = TCG_LOADS | TCG_STORES};
    }
    for (int i = 0; i < argc && !error; i++) {
        error = parse(trace, argv[i]);
    }
    if (!error && !trace->file) {
        error = "file= is missing";
    }
    if (!error) {
        tcg_on_translate(plugin, translate, trace);
        tcg_on_syscall(plugin, system_call, trace);
        tcg_on_fork(plugin, forked, trace);
        tcg_on_exit(plugin, program_end, trace);
    }
    return error;
}

TCG_PLUGIN(memory, "writes a trace of memory accesses",
           "file=FILE, loads, stores, from=ADDRESS, to=ADDRESS", install)
