/* See dump_elf.h. */
#include "tools/ir/dump_elf.h"

#include <stdlib.h>
#include <string.h>
#include "backend/backend.h"
#include "core/dump.h"
#include "exec/exec.h"
#include "opt/opt.h"
#include "tools/ir/print.h"
#include "util/check.h"

typedef struct Dump {
    const Program *program;
    const ElfDump *want;
    ElfDumpCounts *counts;
    IR *ir;
    void *translator;
    CPUState *cpu; /* that regions are planned for, or NULL */
    JsonOut json;
} Dump;

static bool is_done(const Dump *d)
{
    return d->counts->blocks >= d->want->max_blocks;
}

/* Output ------------------------------------------------------------------ */

static void write_binary(const Dump *d, const IRHead *head)
{
    size_t size;
    uint8_t *data = ir_serialize_block(d->ir, head, &size);
    fwrite(data, 1, size, d->want->binary);
    free(data);
}

static char *region_lines(const IR *ir)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    check(f, "out of memory");
    ir_dump_region(f, ir);
    check(fclose(f) == 0, "out of memory");
    return text;
}

/* Optimises the IR if that is wanted. */
static void write_text(Dump *d, const IRHead *head)
{
    char *region = region_lines(d->ir);
    Listing before = listing_new(d->ir), after = {0};
    BlockView v = {d->program, *head, &before, NULL, region};
    if (d->want->beside) {
        opt_run(d->ir, OPT_ALL, &opt_any_target);
        after = listing_new(d->ir);
        v.after = &after;
    }
    if (d->want->json) {
        json_block(&d->json, &v);
    } else if (v.after) {
        print_beside(d->want->text, &v);
    } else {
        print_text(d->want->text, &v);
    }
    listing_free(&before);
    listing_free(&after);
    free(region);
}

/* Returns the bytes of guest code, 0: there is none to be translated. */
static uint32_t dump_block(Dump *d, const BlockRequest *rq)
{
    BlockInfo info;
    char name[256] = "";
    ir_reset(d->ir);
    d->program->guest->frontend->translate(d->translator, rq, &info);
    if (!info.nb_insns || d->ir->error) {
        return 0;
    }
    IRHead head = {rq->pc, info.nb_bytes,
                   program_name(d->program, rq->pc, name, sizeof(name))};
    for (char *p = name; *p; p++) {
        *p = *p == ' ' ? '_' : *p;
    }
    if (d->want->binary) {
        write_binary(d, &head);
    }
    if (d->want->text) {
        write_text(d, &head);
    }
    d->counts->blocks++;
    d->counts->insns += info.nb_insns;
    return info.nb_bytes;
}

/* Functions --------------------------------------------------------------- */

/* Code that cannot be translated, if it ends in the middle of an instruction,
   is passed over. */
static void dump_blocks(Dump *d, Function f)
{
    Leaders leaders = program_leaders(d->program, f);
    for (uint64_t pc = f.start; pc < f.end && !is_done(d);) {
        BlockRequest rq = {
            .pc = pc,
            .code = d->program->code,
            .max_insns =
                program_run(d->program, &leaders, pc, d->want->max_insns),
        };
        uint32_t bytes = dump_block(d, &rq);
        if (!bytes) {
            break;
        }
        pc += bytes;
    }
    free(leaders.is_leader);
}

static void dump_region(void *opaque, const BlockRequest *rq)
{
    Dump *d = opaque;
    if (!is_done(d)) {
        dump_block(d, rq);
    }
}

static void dump_function(Dump *d, Function f)
{
    char name[256] = "";
    const ElfDump *w = d->want;
    if (w->text && w->json) {
        json_begin_function(&d->json, d->program, f);
    } else if (w->text) {
        fprintf(w->text, "# ---- %s: 0x%lx to 0x%lx\n\n",
                program_name(d->program, f.start, name, sizeof(name)), f.start,
                f.end);
    }
    if (w->regions) {
        exec_plan_regions(d->cpu, f.start, f.end, dump_region, d);
    } else {
        dump_blocks(d, f);
    }
    if (w->text && w->json) {
        json_end_function(&d->json);
    }
    d->counts->functions++;
}

/* The whole --------------------------------------------------------------- */

static CPUState *planning_cpu(const Program *p)
{
    static const Log no_log;
    ExecConfig cfg;
    exec_config_default(&cfg);
    cfg.frontend = p->guest->frontend;
    cfg.backend = backend_at(0);
    cfg.code = p->code;
    cfg.log = &no_log;
    Exec *e = exec_new(&cfg);
    CPUState *cpu = e ? exec_cpu_new(e) : NULL;
    check(cpu, "no memory to plan regions in");
    return cpu;
}

static void begin_dump(Dump *d, const char *path)
{
    const ElfDump *w = d->want;
    const char *guest = d->program->guest->frontend->name;
    if (w->binary) {
        size_t size;
        uint8_t *data = ir_serialize_header(d->ir, guest, &size);
        fwrite(data, 1, size, w->binary);
        free(data);
    }
    if (w->text && w->json) {
        d->json.f = w->text;
        json_begin(&d->json, d->program, path);
    } else if (w->text) {
        fprintf(w->text, "# %s\nguest %s\n\n", path, guest);
    }
}

static void dump_all(Dump *d)
{
    size_t count;
    Function *all = program_functions(d->program, &count);
    for (size_t i = 0; i < count && !is_done(d); i++) {
        dump_function(d, all[i]);
    }
    free(all);
}

/* What else may be meant: "sum.constprop.0" for "sum"; or NULL. */
static const char *clone_of(const Program *p, const char *name)
{
    size_t count, n = strlen(name);
    const Symbol *s = symbols_all(p->symbols, &count);
    for (size_t i = 0; i < count; i++) {
        if (s[i].is_code && strncmp(s[i].name, name, n) == 0 &&
            s[i].name[n] == '.') {
            return s[i].name;
        }
    }
    return NULL;
}

static void no_start(const Program *p, const char *start, char *msg,
                     size_t size)
{
    const char *clone = clone_of(p, start);
    size_t count;
    symbols_all(p->symbols, &count);
    if (clone) {
        snprintf(msg, size, "no symbol '%s'; there is %s", start, clone);
    } else {
        snprintf(msg, size, "no symbol or address '%s'%s", start,
                 count ? "" : "; the file is stripped of all symbols");
    }
}

/* The function from the start on. */
static bool find_start(const Dump *d, Function *f, char *msg, size_t size)
{
    uint64_t addr;
    if (!program_address(d->program, d->want->start, &addr)) {
        no_start(d->program, d->want->start, msg, size);
        return false;
    }
    if (!program_function_at(d->program, addr, f)) {
        snprintf(msg, size, "no code at 0x%lx", addr);
        return false;
    }
    f->start = addr;
    return true;
}

bool dump_elf(const Program *p, const char *path, const ElfDump *want,
              ElfDumpCounts *counts, char *msg, size_t size)
{
    Dump d = {.program = p, .want = want, .counts = counts};
    Function f;
    *counts = (ElfDumpCounts){0};
    if (want->start && !find_start(&d, &f, msg, size)) {
        return false;
    }
    d.ir = ir_new();
    d.translator =
        p->guest->frontend->create(d.ir, p->guest->frontend->models->features);
    d.cpu = want->regions ? planning_cpu(p) : NULL;
    begin_dump(&d, path);
    if (want->start) {
        dump_function(&d, f);
    } else {
        dump_all(&d);
    }
    if (want->text && want->json) {
        json_end(&d.json);
    }
    p->guest->frontend->destroy(d.translator);
    ir_free(d.ir);
    return true;
}
