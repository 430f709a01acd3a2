/* See show_host.h. */
#include "tools/ir/show_host.h"

#include <inttypes.h>
#include <string.h>
#include "disas/host.h"
#include "disas/trace_text.h"

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
            trace_text_temp(v->ir, t, buf + 8, size - 8);
        }
    }
    return buf;
}

HostNames show_host_names(const HostView *v)
{
    return (HostNames){
        .address = {address_name, (void *)v},
        .state = {state_name, (void *)v},
        .env_bias = v->compiler->backend->env_bias,
    };
}

/* The block --------------------------------------------------------------- */

static void show_code(FILE *f, const HostView *v, uint32_t from, uint32_t to)
{
    HostNames names = show_host_names(v);
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
    TraceText text = {v->ir, c->backend, 0};
    trace_text_op(f, v->ir, op);
    for (i++; i < c->nb_events && c->events[i].kind != TRACE_OP &&
              c->events[i].kind != TRACE_END;
         i++) {
        if (v->alloc) {
            trace_text(f, &text, &c->events[i]);
        }
    }
    trace_text_end(f, &text);
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
    TraceText text = {v->ir, c->backend, 0};
    while (i < c->nb_events && c->events[i].kind != TRACE_OP) {
        if (v->alloc) {
            trace_text(f, &text, &c->events[i]);
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
