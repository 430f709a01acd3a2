/* The profile as text: folded stacks, and tables. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "profile/tree.h"
#include "util/check.h"

/* ---- Folded
 * -------------------------------------------------------------------- */

/* Separators in a name would end it. */
static void print_name(const char *name, FILE *f)
{
    for (; *name; name++) {
        fputc(*name == ';' ? ',' : *name == '\n' ? ' ' : *name, f);
    }
}

static void print_stack(const Node *n, FILE *f)
{
    if (n->parent->parent) {
        print_stack(n->parent, f);
        fputc(';', f);
    }
    print_name(n->function, f);
}

static void print_folded(const Node *n, FILE *f)
{
    if (n->self) {
        print_stack(n, f);
        fprintf(f, " %" PRIu64 "\n", n->self);
    }
    for (const Node *c = n->child; c; c = c->next) {
        print_folded(c, f);
    }
}

void tree_print_folded(const Tree *t, FILE *f)
{
    for (const Node *c = t->root->child; c; c = c->next) {
        print_folded(c, f);
    }
}

/* ---- Functions
 * ------------------------------------------------------------------ */

typedef struct Function {
    const char *function, *module;
    uint64_t self, total;
} Function;

typedef struct Functions {
    Function *at;
    size_t n, room;
} Functions;

static Function *function_of(Functions *fs, const Node *n)
{
    for (size_t i = 0; i < fs->n; i++) {
        if (fs->at[i].function == n->function &&
            fs->at[i].module == n->module) {
            return &fs->at[i];
        }
    }
    if (fs->n == fs->room) {
        fs->room = 2 * fs->room + 64;
        fs->at = reallocarray(fs->at, fs->room, sizeof(Function));
        check(fs->at, "out of memory");
    }
    fs->at[fs->n] = (Function){n->function, n->module, 0, 0};
    return &fs->at[fs->n++];
}

/* In a recursion the outermost call counts. */
static bool is_recursive(const Node *n)
{
    for (const Node *p = n->parent; p; p = p->parent) {
        if (p->function == n->function && p->module == n->module) {
            return true;
        }
    }
    return false;
}

static void collect(Functions *fs, const Node *n)
{
    for (; n; n = n->next) {
        Function *f = function_of(fs, n);
        f->self += n->self;
        f->total += is_recursive(n) ? 0 : n->total;
        collect(fs, n->child);
    }
}

static int by_self(const void *a, const void *b)
{
    const Function *x = a, *y = b;
    return x->self != y->self ? (x->self < y->self) - (x->self > y->self)
                              : (x->total < y->total) - (x->total > y->total);
}

static double percent(const Tree *t, uint64_t weight)
{
    return t->root->total ? 100.0 * (double)weight / (double)t->root->total : 0;
}

static void print_functions(const Tree *t, FILE *f, unsigned limit)
{
    Functions fs = {0};
    collect(&fs, t->root->child);
    qsort(fs.at, fs.n, sizeof(Function), by_self);
    fprintf(f, "\n  self  total  function\n");
    for (size_t i = 0; i < fs.n && i < limit; i++) {
        const Function *fn = &fs.at[i];
        fprintf(f, "%5.1f%% %5.1f%%  %-36s %s\n", percent(t, fn->self),
                percent(t, fn->total), fn->function, fn->module);
    }
    free(fs.at);
}

/* ---- Lines
 * ------------------------------------------------------------------------ */

static int by_weight(const void *a, const void *b)
{
    const LineCount *x = *(LineCount *const *)a, *y = *(LineCount *const *)b;
    return (x->weight < y->weight) - (x->weight > y->weight);
}

static size_t list_lines(const Tree *t, const LineCount **all)
{
    size_t n = 0;
    for (unsigned i = 0; i < LINE_BUCKETS; i++) {
        for (const LineCount *l = t->lines[i]; l; l = l->next) {
            if (l->file && all) {
                all[n] = l;
            }
            n += l->file != NULL;
        }
    }
    return n;
}

static void print_lines(const Tree *t, FILE *f, unsigned limit)
{
    size_t n = list_lines(t, NULL);
    const LineCount **all = calloc(n + 1, sizeof(*all));
    check(all, "out of memory");
    list_lines(t, all);
    qsort(all, n, sizeof(*all), by_weight);
    if (n) {
        fprintf(f, "\n  self  line\n");
    }
    for (size_t i = 0; i < n && i < limit; i++) {
        fprintf(f, "%5.1f%%  %s:%d (%s)\n", percent(t, all[i]->weight),
                all[i]->file, all[i]->line, all[i]->function);
    }
    free(all);
}

void tree_print_table(const Tree *t, FILE *f, unsigned limit)
{
    double seconds = 1e-9 * (double)(t->root->total * t->unit);
    fprintf(f,
            "%s: %.2f s of CPU time, %" PRIu64 " samples, %u thread%s in %u "
            "process%s\nguest code %.1f%%, system calls %.1f%%, emulator "
            "%.1f%%\n",
            t->program, seconds, t->nb_samples, t->nb_threads,
            t->nb_threads == 1 ? "" : "s", t->nb_processes,
            t->nb_processes == 1 ? "" : "es",
            percent(t, t->place[PROFILE_CODE]),
            percent(t, t->place[PROFILE_SYSCALL]),
            percent(t, t->place[PROFILE_EMULATOR]));
    print_functions(t, f, limit);
    print_lines(t, f, limit);
}
