/* See show_host.h. */
#include "tools/ir/show_host.h"

#include <inttypes.h>
#include "disas/trace_text.h"

HostNamer show_host_namer(const HostView *v)
{
    const Compiler *c = v->compiler;
    return (HostNamer){c->backend, c->ctx, v->ir, v->block,
                       c->buf.rx + v->block->offset};
}

static void show_code(FILE *f, const HostView *v, uint32_t from, uint32_t to)
{
    HostNamer namer = show_host_namer(v);
    HostNames names = host_names(&namer);
    if (v->disas && from < to) {
        host_disas(f, namer.code, from, to, (uintptr_t)namer.code, &names);
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
