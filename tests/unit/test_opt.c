/*
 * Optimiser tests in text form: tests/ir/opt/NAME.ir.
 *
 * A case is: a line `# what it shows`, IR, a line `---`, the IR expected
 * after all passes; cases are parted by an empty line.  The globals at hand
 * are a0-a3 (I64), w0 w1 (I32), f0 f1 (F64), v0 v1 (V128).  An exit_tb is put
 * behind each case, and nops are not shown.  Temps are compared by their
 * order, not their numbers.  Where the first line has [life], each op ends in
 * what liveness said: `; dead I... sync I... low`, where sync of an input is
 * aside.  Where it has [region], the goto_tb of slot 63 is an inner jump to L0.
 * Of the target that all passes run for it may have less: see lesser[].
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>
#include <ctype.h>
#include <glob.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "core/parse.h"
#include "core/verify.h"
#include "opt/opt.h"

enum { MAX_CASES = 1000, MESSAGE = 256, MAX_NUMBERS = 256 };

typedef struct Case {
    char *name, *input, *expected;
    bool life, region;
    OptTarget target;
} Case;

typedef struct Lesser {
    const char *word;
    OptTarget target;
} Lesser;

#define MUCH .vec_bytes = 32, .movcond_ops = 3
static const Lesser lesser[] = {
    {"[tso]", {MEMORY_TSO, {MUCH, .index_shifts = 0xf, .index_disp = true}}},
    {"[narrow]", {MEMORY_ARM, {.vec_bytes = 16}}},
    {"[branches]", {MEMORY_RVWMO, {.vec_bytes = 32}}},
    {"[no index]", {MEMORY_RVWMO, {MUCH, .index_disp = true}}},
    {"[own shift]", {MEMORY_ARM, {MUCH, .index_shifts = 1,
                                  .index_own_shift = true}}},
};
enum { NB_LESSER = sizeof(lesser) / sizeof(lesser[0]) };

static uint64_t helper_fn(uint64_t a)
{
    return a;
}

#define HELPER(text, effects)                                        \
    {text, (void *)(uintptr_t)helper_fn, TYPE_I64, 1, {TYPE_I64}, effects}

static const Helper helper_pure = HELPER("pure", HELPER_PURE);
static const Helper helper_plain = HELPER("plain", 0);
static const Helper helper_reads = HELPER("reads", HELPER_READS_STATE);
static const Helper helper_writes =
    HELPER("writes", HELPER_READS_STATE | HELPER_WRITES_STATE);
static const Helper *const helpers[] = {
    &helper_pure, &helper_plain, &helper_reads, &helper_writes, NULL,
};

static const char globals[] =
    "global i64 a0 @0\nglobal i64 a1 @8\nglobal i64 a2 @16\n"
    "global i64 a3 @24\nglobal f64 f0 @32\nglobal f64 f1 @40\n"
    "global i32 w0 @48\nglobal i32 w1 @52\n"
    "global v128 v0 @64\nglobal v128 v1 @80\n";

/* ---- text ---------------------------------------------------------------- */

/* Numbers the temps of text by their order; the caller frees it. */
static char *renumber(const char *text)
{
    long seen[MAX_NUMBERS];
    unsigned nb_seen = 0;
    char *out = NULL;
    size_t size;
    FILE *f = open_memstream(&out, &size);
    for (const char *p = text; *p; p++) {
        bool temp = (*p == 't' || *p == 'T') && isdigit((unsigned char)p[1]) &&
                    p > text && p[-1] == ' ';
        fputc(*p, f);
        if (!temp) {
            continue;
        }
        char *end;
        long number = strtol(p + 1, &end, 10);
        unsigned i = 0;
        while (i < nb_seen && seen[i] != number) {
            i++;
        }
        assert_true(i < MAX_NUMBERS);
        seen[i] = number;
        nb_seen += i == nb_seen;
        fprintf(f, "%u", i);
        p = end - 1;
    }
    fclose(f);
    return out;
}

static void dump_life(FILE *f, const Op *op)
{
    fputs(" ;", f);
    for (unsigned kind = 0; kind < 2; kind++) {
        uint32_t life = op->life & ~LIFE_LOW;
        uint32_t bits = kind ? life >> 16 : life & 0xffff;
        if (bits) {
            fputs(kind ? " sync" : " dead", f);
        }
        for (unsigned i = 0; bits >> i; i++) {
            if (bits >> i & 1) {
                fprintf(f, " %u", i);
            }
        }
    }
    fputs(op->life & LIFE_LOW ? " low\n" : "\n", f);
}

/* The ops, without the exit behind them. */
static char *dump_ops(const IR *ir, bool life)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    uint32_t last = ir->nb_ops;
    while (last && ir->ops[last - 1].opc == OP_nop) {
        last--;
    }
    last -= last && ir->ops[last - 1].opc == OP_exit_tb;
    for (uint32_t i = 0; i < last; i++) {
        if (ir->ops[i].opc != OP_nop) {
            char *line = NULL;
            size_t length;
            FILE *g = open_memstream(&line, &length);
            ir_dump_op(g, ir, &ir->ops[i]);
            fclose(g);
            fprintf(f, "%.*s", (int)length - life, line);
            free(line);
            if (life) {
                dump_life(f, &ir->ops[i]);
            }
        }
    }
    fclose(f);
    return text;
}

/* ---- cases ----------------------------------------------------------------- */

static void run_case(void **state)
{
    const Case *c = *state;
    char msg[MESSAGE] = "";
    char *text = malloc(sizeof(globals) + strlen(c->input) + 32);
    sprintf(text, "%s%sexit_tb 0\n", globals, c->input);
    IR *ir = ir_new();
    ir->helpers = helpers;
    if (!ir_parse(ir, text, msg, sizeof(msg)) ||
        !ir_verify(ir, msg, sizeof(msg))) {
        fail_msg("input: %s", msg);
    }
    if (c->region) {
        ir->region = ir->loop = true;
        ir_link_inner(ir, IR_MAX_SLOTS - 1, 0);
    }
    opt_run(ir, OPT_ALL, &c->target);
    if (!ir_verify(ir, msg, sizeof(msg))) {
        fail_msg("output: %s", msg);
    }
    char *dump = dump_ops(ir, c->life);
    char *got = renumber(dump), *expected = renumber(c->expected);
    if (strcmp(got, expected) != 0) {
        fail_msg("got:\n%sexpected:\n%s", got, expected);
    }
    free(got);
    free(expected);
    free(dump);
    free(text);
    ir_free(ir);
}

static char *read_file(const char *path)
{
    FILE *f = fopen(path, "r");
    char *text = NULL;
    size_t size = 0;
    if (!f || getdelim(&text, &size, '\0', f) < 0) {
        fprintf(stderr, "cannot read %s\n", path);
        exit(1);
    }
    fclose(f);
    return text;
}

/* From p on: the end of the part before `separator`, or the text's end. */
static char *part_end(char *p, const char *separator)
{
    char *end = strstr(p, separator);
    return end ? end + 1 : p + strlen(p);
}

static OptTarget target_of(const char *name)
{
    OptTarget target = opt_any_target;
    for (unsigned i = 0; i < NB_LESSER; i++) {
        if (strstr(name, lesser[i].word)) {
            target = lesser[i].target;
        }
    }
    return target;
}

/* Splits one case off; what follows it, or NULL at the end. */
static char *read_case(char *p, const char *file, Case *c)
{
    char *name = strchr(p, '#');
    if (!name) {
        return NULL;
    }
    char *input = strchr(name, '\n') + 1;
    char *line = part_end(input - 1, "\n---\n");
    char *expected = *line ? line + 4 : line;
    char *end = part_end(expected - 1, "\n\n");
    if (asprintf(&c->name, "%s: %.*s", file, (int)(input - name - 3),
                 name + 2) < 0) {
        exit(1);
    }
    c->life = strstr(c->name, "[life]") != NULL;
    c->region = strstr(c->name, "[region]") != NULL;
    c->target = target_of(c->name);
    c->input = strndup(input, (size_t)(line - input));
    c->expected = strndup(expected, (size_t)(end - expected));
    return end;
}

static size_t read_cases(Case cases[])
{
    glob_t g;
    size_t n = 0;
    if (glob("tests/ir/opt/*.ir", 0, NULL, &g) != 0) {
        fprintf(stderr, "no tests/ir/opt/*.ir here\n");
        exit(1);
    }
    for (size_t i = 0; i < g.gl_pathc; i++) {
        char *text = read_file(g.gl_pathv[i]), *p = text;
        const char *file = strrchr(g.gl_pathv[i], '/') + 1;
        while (n < MAX_CASES && (p = read_case(p, file, &cases[n]))) {
            n++;
        }
        free(text);
    }
    globfree(&g);
    return n;
}

int main(void)
{
    static Case cases[MAX_CASES];
    static struct CMUnitTest tests[MAX_CASES];
    size_t n = read_cases(cases);
    for (size_t i = 0; i < n; i++) {
        tests[i] = (struct CMUnitTest){
            .name = cases[i].name,
            .test_func = run_case,
            .initial_state = &cases[i],
        };
    }
    return _cmocka_run_group_tests("opt", tests, n, NULL, NULL);
}
