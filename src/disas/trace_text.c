/* See trace_text.h. */
#include "disas/trace_text.h"

#include "core/dump.h"

static const char *reason_text(TraceReason why)
{
    static const char *const texts[] = {
#define TRACE_REASON(name, text) text,
        TRACE_REASONS(TRACE_REASON)
#undef TRACE_REASON
    };
    return texts[why];
}

static const char *reg(const TraceText *v, const TraceEvent *e, int r)
{
    return v->backend->reg_name(r, (Type)v->ir->temps[e->temp].type);
}

static void put_place(FILE *f, const TraceText *v, const TraceEvent *e,
                      const char *name)
{
    switch (e->kind) {
    case TRACE_IN_REG: fprintf(f, "%s in %s", name, reg(v, e, e->reg)); break;
    case TRACE_IN_MEMORY: fprintf(f, "%s in memory", name); break;
    default: fprintf(f, "%s in the code", name);
    }
}

/* Operands that an op reads are on one line, and those that it makes: which
   of the two TraceText.open is. */
enum { NO_LINE, READS_LINE, MAKES_LINE };

static void show_operand(FILE *f, const TraceText *v, const TraceEvent *e,
                         const char *name, int *open)
{
    bool output = e->arg < op_outs(&v->ir->ops[e->op]);
    int line = output ? MAKES_LINE : READS_LINE;
    if (*open == line) {
        fputs(", ", f);
    } else {
        fprintf(f, "%s        | %s ", *open ? "\n" : "",
                output ? "makes" : "reads");
    }
    *open = line;
    put_place(f, v, e, name);
}

static void show_move(FILE *f, const TraceText *v, const TraceEvent *e,
                      const char *name)
{
    switch (e->kind) {
    case TRACE_LOAD:
        fprintf(f, "        | load  %s -> %s", name, reg(v, e, e->reg));
        break;
    case TRACE_STORE:
        fprintf(f, "        | store %s -> %s", reg(v, e, e->reg), name);
        break;
    case TRACE_CONST:
        fprintf(f, "        | set   %s -> %s", name, reg(v, e, e->reg));
        break;
    case TRACE_STORE_CONST:
        fprintf(f, "        | store its value -> %s", name);
        break;
    case TRACE_MOVE:
        fprintf(f, "        | move  %s: %s -> %s", name, reg(v, e, e->from),
                reg(v, e, e->reg));
        break;
    case TRACE_EXCHANGE:
        fprintf(f, "        | swap  %s, %s", reg(v, e, e->from),
                reg(v, e, e->reg));
        break;
    default: return;
    }
    fprintf(f, "  (%s)\n", reason_text(e->why));
}

const char *trace_text_temp(const IR *ir, TempId t, char *buf, size_t size)
{
    FILE *f = fmemopen(buf, size, "w");
    *buf = '\0';
    if (f) {
        ir_dump_temp(f, ir, t);
        fclose(f);
    }
    return buf;
}

void trace_text_op(FILE *f, const IR *ir, const Op *op)
{
    if (op->opc != OP_nop) {
        fputs(op->opc == OP_insn_start ? "" : "    ", f);
        ir_dump_op(f, ir, op);
    }
}

void trace_text_end(FILE *f, TraceText *v)
{
    fputs(v->open ? "\n" : "", f);
    v->open = NO_LINE;
}

void trace_text(FILE *f, TraceText *v, const TraceEvent *e)
{
    char name[64];
    trace_text_temp(v->ir, e->temp, name, sizeof(name));
    if (e->kind >= TRACE_IN_REG && e->kind <= TRACE_IN_CODE) {
        show_operand(f, v, e, name, &v->open);
        return;
    }
    trace_text_end(f, v);
    if (e->kind == TRACE_OP) {
        trace_text_op(f, v->ir, &v->ir->ops[e->op]);
    } else if (e->kind == TRACE_OCCUPY || e->kind == TRACE_FREE) {
        fprintf(f, "        | %s %s %s\n", name,
                e->kind == TRACE_OCCUPY ? "lives in" : "leaves",
                reg(v, e, e->reg));
    } else {
        show_move(f, v, e, name);
    }
}

void trace_text_pins(FILE *f, const Backend *be, const BackendContext *ctx,
                     const IR *ir)
{
    TempId t;
    int r;
    fputs("# pinned:", f);
    for (unsigned i = 0; be->pinned(ctx, i, &t, &r); i++) {
        fprintf(f, "%s %s in %s", i ? "," : "", ir->temps[t].name,
                be->reg_name(r, (Type)ir->temps[t].type));
    }
    fputc('\n', f);
}
