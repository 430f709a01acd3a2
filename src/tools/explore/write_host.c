/*
 * Host code, instruction by instruction, with the op that it is of.  Where an
 * op's code begins, the allocator's trace says.
 */
#include "tools/explore/write_host.h"

#include <stdlib.h>
#include <string.h>
#include "tools/ir/show_host.h"
#include "util/check.h"

enum { IN_LINE, OUT_OF_LINE, DATA, BYTES_COLUMN = 9, MAX_INSN_BYTES = 15 };

typedef struct Code {
    Json *j;
    const uint8_t *bytes; /* of the unit */
    HostNames names;
    int64_t id, pc; /* of the op in hand; -1: none */
    int place;
} Code;

static void write_bytes(const Code *c, uint64_t from, uint64_t to)
{
    char hex[2 * MAX_INSN_BYTES + 1] = "";
    for (uint64_t i = from; i < to && i < from + MAX_INSN_BYTES; i++) {
        snprintf(hex + 2 * (i - from), 3, "%02x", c->bytes[i]);
    }
    json_text(c->j, NULL, hex);
}

/*
 * A line of host_disas(), "  offset:  bytes  text  # comment", cut in place.
 * The instruction ends at `to`: of long ones, the line has not all bytes.
 */
static void write_line(const Code *c, char *line, uint64_t to)
{
    uint64_t from = strtoull(line, NULL, 16);
    char *bytes = line + BYTES_COLUMN;
    char *text = strstr(bytes + strspn(bytes, " "), "  ");
    text = text ? text + strspn(text, " ") : bytes + strlen(bytes);
    char *mark = strstr(text, " # ");
    char *comment = mark ? mark + 3 : text + strlen(text);
    for (char *p = mark ? mark : comment; p > text && p[-1] == ' '; p--) {
        mark = p - 1;
    }
    if (mark) {
        *mark = '\0';
    }
    json_open(c->j, NULL, '[');
    json_number(c->j, NULL, (int64_t)from);
    write_bytes(c, from, to);
    json_text(c->j, NULL, text);
    json_text(c->j, NULL, comment);
    json_number(c->j, NULL, c->id);
    json_number(c->j, NULL, c->pc);
    json_number(c->j, NULL, c->place);
    json_close(c->j, ']');
}

static void write_range(const Code *c, uint32_t from, uint32_t to)
{
    char *text = NULL;
    size_t size;
    FILE *f = open_memstream(&text, &size);
    check(f, "out of memory");
    if (c->place == DATA) {
        host_disas_data(f, c->bytes, from, to);
    } else if (from < to) {
        host_disas(f, c->bytes, from, to, (uintptr_t)c->bytes, &c->names);
    }
    check(fclose(f) == 0, "out of memory");
    for (char *line = text, *next; *line; line = next) {
        next = line + strcspn(line, "\n");
        next += *next ? 1 : 0;
        if (next > line) {
            uint64_t end = *next ? strtoull(next, NULL, 16) : to;
            next[-1] = '\0';
            write_line(c, line, end);
        }
    }
    free(text);
}

static void take_op(Code *c, const IR *ir, const History *h, uint32_t op)
{
    uint32_t id = h->index[op];
    if (ir->ops[op].opc == OP_insn_start) {
        c->pc = (int64_t)ir->ops[op].arg[0];
    } else if (id != NO_OP) {
        c->pc = (int64_t)h->ops[id].pc;
    }
    c->id = id == NO_OP ? -1 : (int64_t)id;
}

void write_host(Json *j, const Pipeline *p, const Unit *u)
{
    const Compiler *k = &p->compiler;
    IRHead head = {0};
    HostView view = {k, p->ir, &head, &u->block, true, false};
    HostNamer namer = show_host_namer(&view);
    Code c = {j, namer.code, host_names(&namer), -1, -1, IN_LINE};
    uint32_t from = 0;
    json_open(j, "host", '[');
    for (size_t i = 0; i < k->nb_events && c.place == IN_LINE; i++) {
        const TraceEvent *e = &k->events[i];
        if (e->kind == TRACE_OP || e->kind == TRACE_END) {
            write_range(&c, from, e->offset);
            from = e->offset;
        }
        if (e->kind == TRACE_OP) {
            take_op(&c, p->ir, &u->history, e->op);
        } else if (e->kind == TRACE_END) {
            c.place = OUT_OF_LINE;
        }
    }
    c.id = c.pc = -1;
    write_range(&c, from, u->block.literals);
    c.place = DATA;
    write_range(&c, u->block.literals, u->block.size);
    json_close(j, ']');
}
