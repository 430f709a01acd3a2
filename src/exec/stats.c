/* Statistics: sums over threads, and their two forms. */
#include <inttypes.h>
#include <string.h>
#include <unistd.h>
#include "exec/internal.h"

typedef enum Unit { COUNT, BYTES, NS } Unit;

typedef struct StatInfo {
    const char *title; /* of a group, which has nothing else */
    const char *name, *of, *text;
    Unit unit;
    size_t offset;
} StatInfo;

static const StatInfo stat_info[] = {
#define GROUP(title) {title, NULL, NULL, NULL, COUNT, 0},
#define STAT(name, unit, of, text)                                             \
    {NULL, #name, #of, text, unit, offsetof(ExecStats, name)},
#include "exec/stats.def"
};

enum { NB_STATS = sizeof(stat_info) / sizeof(stat_info[0]) };

static uint64_t value_of(const ExecStats *s, const StatInfo *info)
{
    return *(const uint64_t *)((const char *)s + info->offset);
}

/* What code has counted is the cpu's. */
void stats_add(ExecStats *sum, const ExecStats *s, const CPUState *cpu)
{
#define GROUP(title)
#define STAT(name, unit, of, text) sum->name += s->name;
#include "exec/stats.def"
    const CodeCounts *c = &cpu->counts;
    sum->code_lookups += c->lookups;
    sum->code_misses += s->exits_lookup;
    sum->returns += c->returns;
    sum->returns_skipped += c->returns_skipped;
    sum->returns_lost += c->returns_lost;
    for (unsigned i = 0; i < MAX_HELPERS; i++) {
        sum->helper[i] += c->helper[i];
    }
}

static ExecStats sum_of(Exec *e)
{
    pthread_mutex_lock(&e->lock);
    ExecStats sum = e->retired;
    for (const ExecThread *t = e->threads; t; t = t->next) {
        stats_add(&sum, &t->stats, t->cpu);
    }
    pthread_mutex_unlock(&e->lock);
    sum.flushes = e->flushes;
    sum.ns_translating = sum.ns_frontend + sum.ns_opt + sum.ns_backend;
    return sum;
}

/* ---- The table -------------------------------------------------------------
 */

static const StatInfo *find_stat(const char *name)
{
    for (unsigned i = 0; i < NB_STATS; i++) {
        if (stat_info[i].name && strcmp(stat_info[i].name, name) == 0) {
            return &stat_info[i];
        }
    }
    return NULL;
}

static void print_row(const ExecStats *s, const StatInfo *info, FILE *f)
{
    const StatInfo *whole = find_stat(info->of);
    uint64_t value = value_of(s, info);
    uint64_t all = whole ? value_of(s, whole) : 0;
    fprintf(f, "  %s%-*s", whole ? "  " : "", whole ? 38 : 40, info->text);
    switch (info->unit) {
    case COUNT: fprintf(f, " %14" PRIu64, value); break;
    case BYTES: fprintf(f, " %11.1f KiB", (double)value / 1024); break;
    case NS: fprintf(f, " %12.2f ms", 1e-6 * (double)value); break;
    }
    if (all) {
        fprintf(f, " %6.1f%%", 100 * (double)value / (double)all);
    }
    fputc('\n', f);
}

static void print_helpers(const Exec *e, const ExecStats *s, FILE *f)
{
    const Helper *const *helper = e->cfg.frontend->helpers;
    fputs("Helper calls\n", f);
    for (unsigned i = 0; helper[i] && i < MAX_HELPERS; i++) {
        fprintf(f, "  %-40s %14" PRIu64 "\n", helper[i]->name, s->helper[i]);
    }
}

void exec_stats_print(Exec *e, FILE *f)
{
    ExecStats s = sum_of(e);
    for (unsigned i = 0; i < NB_STATS; i++) {
        if (stat_info[i].title) {
            fprintf(f, "%s\n", stat_info[i].title);
        } else {
            print_row(&s, &stat_info[i], f);
        }
    }
    print_helpers(e, &s, f);
}

/* ---- JSON
 * -------------------------------------------------------------------- */

void exec_stats_print_json(Exec *e, FILE *f)
{
    const Helper *const *helper = e->cfg.frontend->helpers;
    ExecStats s = sum_of(e);
    fprintf(f, "{\n  \"pid\": %d", getpid());
    for (unsigned i = 0; i < NB_STATS; i++) {
        if (stat_info[i].name) {
            fprintf(f, ",\n  \"%s\": %" PRIu64, stat_info[i].name,
                    value_of(&s, &stat_info[i]));
        }
    }
    fputs(",\n  \"helpers\": {", f);
    for (unsigned i = 0; helper[i] && i < MAX_HELPERS; i++) {
        fprintf(f, "%s\"%s\": %" PRIu64, i ? ", " : "", helper[i]->name,
                s.helper[i]);
    }
    fputs("}\n}\n", f);
}
