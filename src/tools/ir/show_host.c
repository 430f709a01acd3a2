/* See show_host.h. */
#include "tools/ir/show_host.h"

#include <inttypes.h>
#include <string.h>
#include "core/dump.h"
#include "disas/host.h"

/* Names ------------------------------------------------------------------- */

static const char *address_name(void *opaque, uint64_t addr, char *buf,
                                size_t size)
{
    const HostView *v = opaque;
    const Compiler *c = v->compiler;
    char own[128];
    uint64_t offset = addr - (uintptr_t)c->buf.rx - v->block->offset;
    const char *name = c->backend->runtime_name(
        c->ctx, (const void *)(uintptr_t)addr, own, sizeof(own));
    *buf = '\0';
    if (name) {
        snprintf(buf, size, "%s", name);
        return buf;
    }
    for (uint32_t i = 0; i < v->block->nb_slots; i++) {
        const ExitSlot *s = &v->block->slots[i];
        if (s->site &&
            (offset == s->stub || (s->count && offset == s->count))) {
            snprintf(buf, size, "slot %" PRIu32 ": 0x%" PRIx64, i, s->guest_pc);
        }
    }
    return buf;
}

/* A field of CPUState, as an offset from the guest's state. */
static const char *field_name(int64_t offset)
{
#define FIELD(name)                                                            \
    {                                                                          \
        (int64_t) offsetof(CPUState, name) -                                   \
            (int64_t)offsetof(CPUState, guest),                                \
            sizeof(((CPUState *)0)->name), #name                               \
    }
    static const struct {
        int64_t offset;
        size_t size;
        const char *name;
    } fields[] = {
        FIELD(jump_cache), FIELD(heat),      FIELD(host_sp),
        FIELD(ret_sp),     FIELD(ret_base),  FIELD(guest_mxcsr),
        FIELD(host_mxcsr), FIELD(exit_site), FIELD(slow_rax),
        FIELD(align_addr), FIELD(vec_wide),  FIELD(vec_saved),
    };
#undef FIELD
    for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++) {
        int64_t at = offset - fields[i].offset;
        if (at >= 0 && at < (int64_t)fields[i].size) {
            return fields[i].name;
        }
    }
    return NULL;
}

static void temp_name(char *buf, size_t size, const IR *ir, TempId t)
{
    FILE *f = fmemopen(buf, size, "w");
    if (f) {
        ir_dump_temp(f, ir, t);
        fclose(f);
    }
}

static const char *state_name(void *opaque, uint64_t addr, char *buf,
                              size_t size)
{
    const HostView *v = opaque;
    int64_t offset = (int64_t)addr;
    int64_t spill = offset - ((int64_t)offsetof(CPUState, spill) -
                              (int64_t)offsetof(CPUState, guest));
    const char *field = field_name(offset);
    *buf = '\0';
    for (TempId t = 1; t < v->ir->nb_globals; t++) {
        int64_t at = offset - v->ir->temps[t].offset;
        if (at >= 0 && at < (int64_t)type_size((Type)v->ir->temps[t].type)) {
            snprintf(buf, size, "%s", v->ir->temps[t].name);
            return buf;
        }
    }
    if (field) {
        snprintf(buf, size, "%s", field);
    } else if (spill >= 0 && spill / SPILL_SLOT_BYTES < v->ir->nb_temps) {
        TempId t = (TempId)(spill / SPILL_SLOT_BYTES);
        snprintf(buf, size, t == v->ir->env ? "for a moment" : "spilled ");
        if (t != v->ir->env) {
            temp_name(buf + 8, size - 8, v->ir, t);
        }
    }
    return buf;
}

/* Allocation ----------------------------------------------------------------
 */

static const char *reason_text(TraceReason why)
{
    static const char *const texts[] = {
#define TRACE_REASON(name, text) text,
        TRACE_REASONS(TRACE_REASON)
#undef TRACE_REASON
    };
    return texts[why];
}

static const char *reg(const HostView *v, const TraceEvent *e, int r)
{
    return v->compiler->backend->reg_name(r, (Type)v->ir->temps[e->temp].type);
}

static void put_place(FILE *f, const HostView *v, const TraceEvent *e,
                      const char *name)
{
    switch (e->kind) {
    case TRACE_IN_REG: fprintf(f, "%s in %s", name, reg(v, e, e->reg)); break;
    case TRACE_IN_MEMORY: fprintf(f, "%s in memory", name); break;
    default: fprintf(f, "%s in the code", name);
    }
}

/* The operands that an op reads are on one line, and those that it makes. */
typedef enum OpenLine { NO_LINE, READS_LINE, MAKES_LINE } OpenLine;

static void show_operand(FILE *f, const HostView *v, const TraceEvent *e,
                         const char *name, OpenLine *open)
{
    bool output = e->arg < op_outs(&v->ir->ops[e->op]);
    OpenLine line = output ? MAKES_LINE : READS_LINE;
    if (*open == line) {
        fputs(", ", f);
    } else {
        fprintf(f, "%s        | %s ", *open ? "\n" : "",
                output ? "makes" : "reads");
    }
    *open = line;
    put_place(f, v, e, name);
}

static void show_move(FILE *f, const HostView *v, const TraceEvent *e,
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

/* What happened for one op. */
static void show_event(FILE *f, const HostView *v, const TraceEvent *e,
                       OpenLine *open)
{
    char name[64] = "";
    temp_name(name, sizeof(name), v->ir, e->temp);
    if (e->kind >= TRACE_IN_REG && e->kind <= TRACE_IN_CODE) {
        show_operand(f, v, e, name, open);
        return;
    }
    fputs(*open ? "\n" : "", f);
    *open = NO_LINE;
    if (e->kind == TRACE_OCCUPY || e->kind == TRACE_FREE) {
        fprintf(f, "        | %s %s %s\n", name,
                e->kind == TRACE_OCCUPY ? "lives in" : "leaves",
                reg(v, e, e->reg));
    } else {
        show_move(f, v, e, name);
    }
}

void show_convention(FILE *f, const Compiler *c, const IR *ir)
{
    TempId t;
    int reg_number;
    fputs("# pinned:", f);
    for (unsigned i = 0; c->backend->pinned(c->ctx, i, &t, &reg_number); i++) {
        fprintf(f, "%s %s in %s", i ? "," : "", ir->temps[t].name,
                c->backend->reg_name(reg_number, (Type)ir->temps[t].type));
    }
    fputs("\n\n", f);
}

/* The block ------------------------------------------------------------------
 */

static void show_code(FILE *f, const HostView *v, uint32_t from, uint32_t to)
{
    HostNames names = {
        .address = {address_name, (void *)v},
        .state = {state_name, (void *)v},
        .env_bias = v->compiler->backend->env_bias,
    };
    const uint8_t *code = v->compiler->buf.rx + v->block->offset;
    if (v->disas && from < to) {
        host_disas(f, code, from, to, (uintptr_t)code, &names);
    }
}

/* From events[i], an op's beginning; returns where the next op's is. */
static size_t show_op(FILE *f, const HostView *v, size_t i)
{
    const Compiler *c = v->compiler;
    const TraceEvent *e = &c->events[i];
    const Op *op = &v->ir->ops[e->op];
    OpenLine open = NO_LINE;
    if (op->opc != OP_nop) {
        fputs(op->opc == OP_insn_start ? "" : "    ", f);
        ir_dump_op(f, v->ir, op);
    }
    for (i++; i < c->nb_events && c->events[i].kind != TRACE_OP &&
              c->events[i].kind != TRACE_END;
         i++) {
        if (v->alloc) {
            show_event(f, v, &c->events[i], &open);
        }
    }
    fputs(open ? "\n" : "", f);
    uint32_t end = i < c->nb_events ? c->events[i].offset : v->block->size;
    show_code(f, v, e->offset, end);
    return i;
}

void show_host(FILE *f, const HostView *v)
{
    const Compiler *c = v->compiler;
    fprintf(f,
            "block 0x%" PRIx64 " %s: %" PRIu32 " bytes of guest code, %" PRIu32
            " of host code\n",
            v->head->pc, v->head->name, v->head->nb_bytes, v->block->size);
    size_t i = 0;
    OpenLine open = NO_LINE;
    while (i < c->nb_events && c->events[i].kind != TRACE_OP) {
        if (v->alloc) {
            show_event(f, v, &c->events[i], &open);
        }
        i++;
    }
    if (i < c->nb_events) {
        show_code(f, v, 0, c->events[i].offset);
    }
    while (i < c->nb_events && c->events[i].kind != TRACE_END) {
        i = c->events[i].kind == TRACE_OP ? show_op(f, v, i) : i + 1;
    }
    if (v->disas && i < c->nb_events) {
        fputs("out of line\n", f);
        show_code(f, v, c->events[i].offset, v->block->literals);
        host_disas_data(f, c->buf.rx + v->block->offset, v->block->literals,
                        v->block->size);
    }
    fputc('\n', f);
}
