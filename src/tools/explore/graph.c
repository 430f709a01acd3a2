/* See graph.h. */
#include "tools/explore/graph.h"

#include <stdlib.h>
#include "util/check.h"

typedef struct Exit {
    const char *kind;
    int64_t target; /* -1: not known */
} Exit;

/* What an op that leaves a block does: up to two exits. */
static unsigned exits_of(const Op *op, Exit exit[2])
{
    switch (op->opc) {
    case OP_goto_tb: exit[0] = (Exit){"jump", (int64_t)op->arg[1]}; return 1;
    case OP_call_tb:
        exit[0] = (Exit){"call", (int64_t)op->arg[1]};
        exit[1] = (Exit){"back", (int64_t)op->arg[3]};
        return 2;
    case OP_call_ptr:
        exit[0] = (Exit){"call", -1};
        exit[1] = (Exit){"back", (int64_t)op->arg[2]};
        return 2;
    case OP_goto_ptr: exit[0] = (Exit){"indirect", -1}; return 1;
    case OP_ret_ptr: exit[0] = (Exit){"return", -1}; return 1;
    case OP_exit_tb: exit[0] = (Exit){"exit", -1}; return 1;
    default: return 0;
    }
}

static BlockRequest request(const Pipeline *p, uint64_t pc, uint32_t max)
{
    return (BlockRequest){.pc = pc, .max_insns = max, .code = p->program->code};
}

/* Blocks ------------------------------------------------------------------ */

static bool is_inside(const Graph *g, uint64_t pc)
{
    return pc >= g->function.start && pc < g->function.end;
}

static uint8_t *place(const Graph *g, uint64_t pc)
{
    return &g->place[pc - g->function.start];
}

static void add_block(Graph *g, uint64_t pc)
{
    if (is_inside(g, pc) && *place(g, pc) & GRAPH_INSN) {
        *place(g, pc) |= GRAPH_BLOCK;
    }
}

static void cover(Graph *g, uint64_t pc, const BlockInfo *info)
{
    for (uint64_t end = pc + info->nb_bytes; pc < end && is_inside(g, pc);
         pc++) {
        *place(g, pc) |= GRAPH_COVERED;
    }
}

static void look_at_block(Graph *g, Pipeline *p, uint64_t pc)
{
    BlockRequest rq = request(p, pc, p->max_insns);
    BlockInfo info;
    *place(g, pc) |= GRAPH_DONE | GRAPH_COVERED;
    if (!pipeline_translate(p, &rq, &info)) {
        return;
    }
    cover(g, pc, &info);
    for (uint32_t i = 0; i < p->ir->nb_ops; i++) {
        Exit exit[2];
        unsigned n = exits_of(&p->ir->ops[i], exit);
        for (unsigned k = 0; k < n; k++) {
            if (*exit[k].kind != 'c') { /* calls leave the function */
                add_block(g, (uint64_t)exit[k].target);
            }
        }
    }
}

/* Looks at all blocks that are known; false: there were none to look at. */
static bool look_at_all(Graph *g, Pipeline *p)
{
    bool any = false;
    for (uint64_t pc = g->function.start; pc < g->function.end; pc++) {
        if ((*place(g, pc) & (GRAPH_BLOCK | GRAPH_DONE)) == GRAPH_BLOCK) {
            look_at_block(g, p, pc);
            any = true;
        }
    }
    return any;
}

/* The first instruction in no block becomes one. */
static bool take_leftover(Graph *g)
{
    for (uint64_t pc = g->function.start; pc < g->function.end; pc++) {
        if ((*place(g, pc) & (GRAPH_INSN | GRAPH_COVERED)) == GRAPH_INSN) {
            *place(g, pc) |= GRAPH_BLOCK;
            return true;
        }
    }
    return false;
}

static void find_insns(Graph *g, const Program *p)
{
    GuestInsn insn;
    for (uint64_t pc = g->function.start; pc < g->function.end;
         pc += insn.length) {
        program_insn(p, pc, &insn);
        if (!insn.length) {
            g->function.end = pc;
            return;
        }
        *place(g, pc) |= GRAPH_INSN;
    }
}

static void list_blocks(Graph *g)
{
    g->blocks =
        calloc(g->function.end - g->function.start + 1, sizeof(*g->blocks));
    check(g->blocks, "out of memory");
    for (uint64_t pc = g->function.start; pc < g->function.end; pc++) {
        if (*place(g, pc) & GRAPH_BLOCK) {
            g->blocks[g->nb_blocks++] = pc;
        }
    }
}

void graph_make(Graph *g, Pipeline *p, Function f)
{
    *g = (Graph){.function = f, .place = calloc(f.end - f.start + 1, 1)};
    check(g->place, "out of memory");
    find_insns(g, p->program);
    add_block(g, f.start);
    do {
        while (look_at_all(g, p)) {
        }
    } while (take_leftover(g));
    list_blocks(g);
}

void graph_free(Graph *g)
{
    free(g->place);
    free(g->blocks);
}

/* Writing ----------------------------------------------------------------- */

static void write_exit(Json *j, const Program *p, Exit e, uint64_t end)
{
    char name[256] = "";
    bool next = *e.kind == 'j' && (uint64_t)e.target == end;
    json_open(j, NULL, '[');
    json_text(j, NULL, next ? "next" : e.kind);
    json_number(j, NULL, e.target);
    json_text(j, NULL,
              e.target < 0
                  ? ""
                  : program_name(p, (uint64_t)e.target, name, sizeof(name)));
    json_close(j, ']');
}

static void write_block(Json *j, const Graph *g, Pipeline *p, size_t i)
{
    uint64_t pc = g->blocks[i];
    uint64_t limit = i + 1 < g->nb_blocks ? g->blocks[i + 1] : g->function.end;
    uint32_t n = 0;
    for (uint64_t at = pc; at < limit; at++) {
        n += *place(g, at) & GRAPH_INSN;
    }
    BlockRequest rq = request(p, pc, n);
    BlockInfo info = {0};
    bool ok = pipeline_translate(p, &rq, &info);
    uint64_t end = pc + info.nb_bytes;
    json_open(j, NULL, '{');
    json_number(j, "pc", (int64_t)pc);
    json_number(j, "end", (int64_t)(ok ? end : limit));
    json_open(j, "exits", '[');
    for (uint32_t k = 0; ok && k < p->ir->nb_ops; k++) {
        Exit exit[2];
        unsigned nb = exits_of(&p->ir->ops[k], exit);
        for (unsigned m = 0; m < nb; m++) {
            write_exit(j, p->program, exit[m], end);
        }
    }
    json_close(j, ']');
    json_close(j, '}');
}

void graph_write(Json *j, const char *key, const Graph *g, Pipeline *p)
{
    json_open(j, key, '[');
    for (size_t i = 0; i < g->nb_blocks; i++) {
        write_block(j, g, p, i);
    }
    json_close(j, ']');
}
