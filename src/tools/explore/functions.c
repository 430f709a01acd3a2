/* See functions.h. */
#include "tools/explore/functions.h"

#include <stdlib.h>
#include "util/check.h"

typedef struct Targets {
    uint64_t *at;
    size_t count, room;
} Targets;

static void add_target(Targets *t, uint64_t addr)
{
    if (t->count == t->room) {
        t->room = t->room * 2 + 1024;
        t->at = reallocarray(t->at, t->room, sizeof(*t->at));
        check(t->at, "out of memory");
    }
    t->at[t->count++] = addr;
}

static int compare(const void *x, const void *y)
{
    uint64_t a = *(const uint64_t *)x, b = *(const uint64_t *)y;
    return a < b ? -1 : a > b;
}

/* Has no symbol at its start, as what lies between two others. */
static bool is_nameless(const Program *p, Function f)
{
    const Symbol *s = symbols_find(p->symbols, f.start);
    return !s || s->addr != f.start;
}

static bool is_call(Pipeline *p, uint64_t pc)
{
    BlockRequest rq = {.pc = pc, .max_insns = 1, .code = p->program->code};
    BlockInfo info;
    if (!pipeline_translate(p, &rq, &info)) {
        return false;
    }
    for (uint32_t i = 0; i < p->ir->nb_ops; i++) {
        if (p->ir->ops[i].opc == OP_call_tb) {
            return true;
        }
    }
    return false;
}

static void find_calls(Pipeline *p, Function f, Targets *t)
{
    GuestInsn insn;
    for (uint64_t pc = f.start; pc < f.end; pc += insn.length) {
        program_insn(p->program, pc, &insn);
        if (!insn.length) {
            return;
        }
        bool outside = insn.target < f.start || insn.target >= f.end;
        if (insn.has_target && (outside || is_nameless(p->program, f)) &&
            is_call(p, pc)) {
            add_target(t, insn.target);
        }
    }
}

/* Where calls lead to, and where the program begins; ordered. */
static Targets find_targets(Pipeline *p, const Function *f, size_t count)
{
    Targets t = {0};
    add_target(&t, p->program->file.header.e_entry);
    for (size_t i = 0; i < count; i++) {
        find_calls(p, f[i], &t);
    }
    qsort(t.at, t.count, sizeof(*t.at), compare);
    return t;
}

Function *functions_find(Pipeline *p, size_t *count)
{
    size_t n, k = 0;
    Function *f = program_functions(p->program, &n);
    Targets t = find_targets(p, f, n);
    Function *out = reallocarray(NULL, n + t.count + 1, sizeof(*out));
    check(out, "out of memory");
    *count = 0;
    for (size_t i = 0; i < n; i++) {
        bool nameless = is_nameless(p->program, f[i]);
        out[(*count)++] = f[i];
        for (; k < t.count && t.at[k] < f[i].end; k++) {
            Function *last = &out[*count - 1];
            if (nameless && t.at[k] > last->start) {
                last->end = t.at[k];
                out[(*count)++] = (Function){t.at[k], f[i].end};
            }
        }
    }
    free(f);
    free(t.at);
    return out;
}
