/* See write_unit.h. */
#include "tools/explore/write_unit.h"

#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "tools/explore/write_host.h"
#include "util/check.h"

enum { FLAG_DIES = 1, FLAG_SYNC = 2, FLAG_ASIDE = 4, FLAG_OUTPUT = 8 };

static int64_t or_none(uint64_t n, uint64_t none)
{
    return n == none ? -1 : (int64_t)n;
}

/* Passes ------------------------------------------------------------------ */

static void write_history(Json *j, const History *h)
{
    json_open(j, "stages", '[');
    for (unsigned i = 0; i < h->nb_stages; i++) {
        json_open(j, NULL, '{');
        json_text(j, "pass", h->stage[i].pass);
        json_open(j, "ops", '[');
        for (uint32_t k = 0; k < h->stage[i].count; k++) {
            json_number(j, NULL, h->stage[i].ids[k]);
        }
        json_close(j, ']');
        json_close(j, '}');
    }
    json_close(j, ']');
    json_open(j, "ops", '[');
    for (uint32_t i = 0; i < h->nb_ops; i++) {
        json_open(j, NULL, '[');
        json_text(j, NULL, h->ops[i].text);
        json_number(j, NULL, or_none(h->ops[i].pc, NO_PC));
        json_number(j, NULL, or_none(h->ops[i].was, NO_OP));
        json_close(j, ']');
    }
    json_close(j, ']');
}

/* Liveness ---------------------------------------------------------------- */

static void write_temps(Json *j, const IR *ir)
{
    static const char *const kinds[] = {"ebb", "tb", "global", "fixed",
                                        "const"};
    json_open(j, "temps", '[');
    for (TempId t = 0; t < ir->nb_temps; t++) {
        char name[64] = "";
        FILE *f = fmemopen(name, sizeof(name), "w");
        check(f, "out of memory");
        ir_dump_temp(f, ir, t);
        fclose(f);
        json_open(j, NULL, '[');
        json_text(j, NULL, name);
        json_text(j, NULL, type_name((Type)ir->temps[t].type));
        json_text(j, NULL, kinds[ir->temps[t].kind]);
        json_close(j, ']');
    }
    json_close(j, ']');
}

/* LIFE_ASIDE has the bits of inputs, LIFE_SYNC those of outputs. */
static int arg_flags(const Op *op, unsigned i)
{
    bool output = i < op_outs(op);
    return (op->life & LIFE_DEAD(i) ? FLAG_DIES : 0) |
           (output && op->life & LIFE_SYNC(i) ? FLAG_SYNC : 0) |
           (!output && op->life & LIFE_ASIDE(i) ? FLAG_ASIDE : 0) |
           (output ? FLAG_OUTPUT : 0);
}

static void write_final(Json *j, const IR *ir, const History *h)
{
    json_open(j, "final", '[');
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        if (h->index[i] == NO_OP) {
            continue;
        }
        json_open(j, NULL, '{');
        json_number(j, "id", h->index[i]);
        json_open(j, "args", '[');
        for (unsigned k = 0; k < op_outs(op) + op_ins(op); k++) {
            json_open(j, NULL, '[');
            json_number(j, NULL, (int64_t)op->arg[k]);
            json_number(j, NULL, arg_flags(op, k));
            json_close(j, ']');
        }
        json_close(j, ']');
        if (op->life & LIFE_LOW) {
            json_number(j, "low", 1);
        }
        json_close(j, '}');
    }
    json_close(j, ']');
}

/* Allocation -------------------------------------------------------------- */

static void write_pins(Json *j, const Pipeline *p)
{
    const Backend *be = p->compiler.backend;
    TempId t;
    int reg;
    json_open(j, "pins", '[');
    for (unsigned i = 0; be->pinned(p->compiler.ctx, i, &t, &reg); i++) {
        json_open(j, NULL, '[');
        json_text(j, NULL, p->ir->temps[t].name);
        json_text(j, NULL, be->reg_name(reg, (Type)p->ir->temps[t].type));
        json_close(j, ']');
    }
    json_close(j, ']');
}

static const char *event_name(TraceKind kind)
{
    static const char *const names[] = {
        [TRACE_LOAD] = "load",          [TRACE_STORE] = "store",
        [TRACE_CONST] = "set",          [TRACE_STORE_CONST] = "store value",
        [TRACE_MOVE] = "move",          [TRACE_EXCHANGE] = "swap",
        [TRACE_OCCUPY] = "lives",       [TRACE_FREE] = "leaves",
        [TRACE_IN_REG] = "in register", [TRACE_IN_MEMORY] = "in memory",
        [TRACE_IN_CODE] = "in code",
    };
    return names[kind];
}

static void write_event(Json *j, const Pipeline *p, const TraceEvent *e)
{
    Type type = (Type)p->ir->temps[e->temp].type;
    const Backend *be = p->compiler.backend;
    json_open(j, NULL, '[');
    json_text(j, NULL, event_name(e->kind));
    json_number(j, NULL, e->temp);
    json_text(j, NULL, e->reg < 0 ? "" : be->reg_name(e->reg, type));
    json_text(j, NULL, e->from < 0 ? "" : be->reg_name(e->from, type));
    json_number(j, NULL, e->why);
    json_close(j, ']');
}

static bool begins_op(const TraceEvent *e)
{
    return e->kind == TRACE_OP || e->kind == TRACE_END;
}

/* Events from i on, up to the next op; returns where that begins. */
static size_t write_op_events(Json *j, const Pipeline *p, size_t i)
{
    const Compiler *c = &p->compiler;
    json_open(j, "ev", '[');
    for (; i < c->nb_events && !begins_op(&c->events[i]); i++) {
        write_event(j, p, &c->events[i]);
    }
    json_close(j, ']');
    return i;
}

static void write_alloc(Json *j, const Pipeline *p, const History *h)
{
    const Compiler *c = &p->compiler;
    json_open(j, "alloc", '[');
    for (size_t i = 0; i < c->nb_events && c->events[i].kind != TRACE_END;) {
        const TraceEvent *e = &c->events[i];
        uint32_t id = e->kind == TRACE_OP ? h->index[e->op] : NO_OP;
        json_open(j, NULL, '{');
        json_number(j, "id", or_none(id, NO_OP));
        i = write_op_events(j, p, i + (e->kind == TRACE_OP));
        json_close(j, '}');
    }
    json_close(j, ']');
}

void write_reasons(Json *j, const char *key)
{
    static const char *const texts[] = {
#define TRACE_REASON(name, text) text,
        TRACE_REASONS(TRACE_REASON)
#undef TRACE_REASON
    };
    json_open(j, key, '[');
    for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
        json_text(j, NULL, texts[i]);
    }
    json_close(j, ']');
}

void write_unit(Json *j, const Pipeline *p, const Unit *u)
{
    json_number(j, "guest_bytes", u->info.nb_bytes);
    json_number(j, "nb_insns", u->info.nb_insns);
    write_history(j, &u->history);
    write_temps(j, p->ir);
    write_final(j, p->ir, &u->history);
    write_pins(j, p);
    if (u->compiled) {
        json_number(j, "host_bytes", u->block.size);
        write_alloc(j, p, &u->history);
        write_host(j, p, u);
    }
}
