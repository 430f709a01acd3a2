/* See write_function.h. */
#include "tools/explore/write_function.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include "guest/tables.h"
#include "tools/explore/graph.h"
#include "tools/explore/write_source.h"
#include "tools/explore/write_unit.h"
#include "util/check.h"

enum {
    MAX_BYTES = 6000, /* of one function's code */
    MAX_UNITS = 400,
    MAX_REGIONS = 24,
};

typedef struct Writer {
    Json *j;
    Pipeline *p;
    const Sources *sources;
    Graph graph;
    const GuestTables *tables;
    const Pattern **patterns; /* those that instructions match */
    size_t nb_patterns;
    SourceFiles files;
    unsigned nb_regions;
} Writer;

/* Instructions ------------------------------------------------------------ */

static int64_t pattern_index(Writer *w, const Pattern *p)
{
    for (size_t i = 0; i < w->nb_patterns; i++) {
        if (w->patterns[i] == p) {
            return (int64_t)i;
        }
    }
    w->patterns =
        reallocarray(w->patterns, w->nb_patterns + 1, sizeof(*w->patterns));
    check(w->patterns, "out of memory");
    w->patterns[w->nb_patterns] = p;
    return (int64_t)w->nb_patterns++;
}

static void write_insn(Writer *w, uint64_t pc, const GuestInsn *insn)
{
    Json *j = w->j;
    const Program *program = w->p->program;
    const Profile *profile = &w->sources->profile;
    uint64_t code = 0;
    char text[24], name[256] = "";
    program->code.read(program->code.opaque, pc, &code, insn->length);
    snprintf(text, sizeof(text), "%0*" PRIx64, (int)insn->length * 2, code);
    const Pattern *p = insn->pattern ? pattern_find(w->tables, insn->pattern,
                                                    (int)insn->length * 8, code)
                                     : NULL;
    json_open(j, NULL, '{');
    json_number(j, "pc", (int64_t)pc);
    json_text(j, "code", text);
    json_text(j, "text", insn->text);
    json_number(j, "pattern", p ? pattern_index(w, p) : -1);
    source_files_note(&w->files, j, w->sources->source, pc);
    json_number(j, "heat",
                (int64_t)profile_between(profile, pc, pc + insn->length));
    json_text(j, "to",
              insn->has_target
                  ? program_name(program, insn->target, name, sizeof(name))
                  : "");
    json_close(j, '}');
}

static void write_insns(Writer *w)
{
    Function f = w->graph.function;
    GuestInsn insn;
    json_open(w->j, "insns", '[');
    for (uint64_t pc = f.start; pc < f.end; pc += insn.length) {
        program_insn(w->p->program, pc, &insn);
        write_insn(w, pc, &insn);
    }
    json_close(w->j, ']');
}

static void write_patterns(const Writer *w)
{
    json_open(w->j, "patterns", '[');
    for (size_t i = 0; i < w->nb_patterns; i++) {
        const Pattern *p = w->patterns[i];
        json_open(w->j, NULL, '{');
        json_text(w->j, "name", p->name);
        json_text(w->j, "format", p->format);
        json_number(w->j, "width", p->width);
        json_number(w->j, "mask", (int64_t)p->mask);
        json_number(w->j, "bits", (int64_t)p->bits);
        json_text(w->j, "file", p->file);
        json_number(w->j, "line", p->line);
        json_text(w->j, "fields", p->fields);
        json_close(w->j, '}');
    }
    json_close(w->j, ']');
}

/* Units ------------------------------------------------------------------- */

static void write_one(Writer *w, const char *tier, const BlockRequest *rq)
{
    Unit u;
    char name[256] = "";
    if (!pipeline_run(w->p, rq, &u)) {
        unit_free(&u);
        return;
    }
    json_open(w->j, NULL, '{');
    json_text(w->j, "tier", tier);
    json_number(w->j, "pc", (int64_t)rq->pc);
    json_text(w->j, "name",
              program_name(w->p->program, rq->pc, name, sizeof(name)));
    json_open(w->j, "blocks", '[');
    for (uint32_t i = 0; i < rq->nb_blocks; i++) {
        json_number(w->j, NULL, (int64_t)rq->blocks[i].pc);
    }
    json_close(w->j, ']');
    write_unit(w->j, w->p, &u);
    json_close(w->j, '}');
    unit_free(&u);
}

/* Blocks end with the function, if it has been cut. */
static uint32_t insns_from(const Writer *w, uint64_t pc)
{
    uint32_t n = 0;
    for (; pc < w->graph.function.end && n < w->p->max_insns; pc++) {
        n += w->graph.place[pc - w->graph.function.start] & GRAPH_INSN;
    }
    return n;
}

static void write_region(void *opaque, const BlockRequest *rq)
{
    Writer *w = opaque;
    if (w->nb_regions++ < MAX_REGIONS) {
        write_one(w, "region", rq);
    }
}

static void write_units(Writer *w)
{
    Function f = w->graph.function;
    json_open(w->j, "units", '[');
    for (size_t i = 0; i < w->graph.nb_blocks && i < MAX_UNITS; i++) {
        BlockRequest rq = {.pc = w->graph.blocks[i],
                           .max_insns = insns_from(w, w->graph.blocks[i]),
                           .code = w->p->program->code};
        write_one(w, "block", &rq);
    }
    exec_plan_regions(w->p->planner, f.start, f.end, write_region, w);
    json_close(w->j, ']');
}

void write_function(Json *j, Pipeline *p, const Sources *s, Function f)
{
    Writer w = {.j = j,
                .p = p,
                .sources = s,
                .tables = guest_tables(p->program->guest->name)};
    char name[256] = "";
    uint64_t size = f.end - f.start;
    bool cut = size > MAX_BYTES;
    f.end = cut ? f.start + MAX_BYTES : f.end;
    graph_make(&w.graph, p, f);
    json_open(j, NULL, '{');
    json_text(j, "name", program_name(p->program, f.start, name, sizeof(name)));
    json_address(j, "addr", f.start);
    json_number(j, "size", (int64_t)size);
    json_number(j, "cut", cut);
    json_number(j, "heat",
                (int64_t)profile_between(&s->profile, f.start, f.start + size));
    write_insns(&w);
    write_patterns(&w);
    source_files_write(&w.files, j);
    graph_write(j, "graph", &w.graph, p);
    write_units(&w);
    json_close(j, '}');
    source_files_free(&w.files);
    graph_free(&w.graph);
    free(w.patterns);
}
