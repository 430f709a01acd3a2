#include "linux-user/debug/illegal.h"

#include <inttypes.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>
#include "disas/symbol_map.h"
#include "linux-user/task/regs.h"

enum { NAME_BYTES = 256 };

/* Is the program's end what the signal does? */
static bool is_fatal(const Task *t, int signo)
{
    return t->sigmask >> (signo - 1) & 1 ||
           t->actions->at[signo].handler <= (uintptr_t)SIG_IGN;
}

/* "0x10554 main+0x4"; the log's symbols are there if there is a log. */
static void put_place(Task *t, FILE *f, uint64_t pc)
{
    struct SymbolMap *kept = exec_symbols(t->proc->exec);
    struct SymbolMap *map = kept ? kept : symbol_map_new(task_mm(t)->base);
    char name[NAME_BYTES];

    symbol_map_text(map, pc, name, sizeof(name));
    fprintf(f, "0x%" PRIx64 "%s%s", pc, *name ? " " : "", name);
    if (!kept) {
        symbol_map_free(map);
    }
}

static void put_line(Task *t, FILE *f)
{
    const ExecConfig *exec = &t->proc->options->exec;
    uint64_t pc = task_pc(t);
    size_t n = exec->frontend->insn_bytes;
    uint8_t code[n];

    while (n && !mm_read(task_mm(t), code, pc, n)) {
        n--;
    }

    fputs("illegal instruction at ", f);
    put_place(t, f, pc);
    fputs(": ", f);
    task_abi(t)->illegal(f, code, n, pc, exec->features);
    fputc('\n', f);
}

void illegal_note(Task *t, int signo)
{
    const Log *log = &t->proc->options->log;

    if (log_on(log, LOG_unimp)) {
        FILE *f = log_begin(log);

        put_line(t, f);
        log_end(f);
    } else if (is_fatal(t, signo) && isatty(STDERR_FILENO)) {
        fprintf(stderr, "%s: ", t->proc->options->name);
        put_line(t, stderr);
    }
}
