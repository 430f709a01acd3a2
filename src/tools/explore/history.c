/*
 * Which op of a stage is which of the next.
 *
 * Ops are compared part by part; a part is what stands between two
 * insn_starts.  First the parts of both stages are aligned by their pc, then
 * the ops of those that correspond by their text; both times by a longest
 * common subsequence.
 */
#include "tools/explore/history.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "core/dump.h"
#include "util/check.h"

typedef struct Slice {
    uint32_t first, count; /* in a list of identities */
    uint64_t pc;
} Slice;

/* A list of identities, and its parts. */
typedef struct Parts {
    const HistoryOp *ops;
    const uint32_t *ids;
    Slice *slice;
    uint32_t count;
} Parts;

typedef bool EqualFn(const void *a, uint32_t i, const void *b, uint32_t j);

static void *alloc(size_t n, size_t size)
{
    void *p = calloc(n + 1, size);
    check(p, "out of memory");
    return p;
}

/* to[j]: which of a's n is b's j, or NO_OP. */
static void align(const void *a, uint32_t n, const void *b, uint32_t m,
                  EqualFn *equal, uint32_t *to)
{
    uint32_t *best = alloc((size_t)(n + 1) * (m + 1), sizeof(*best));
#define BEST(i, j) best[(size_t)(i) * (m + 1) + (j)]
    for (uint32_t i = n; i-- > 0;) {
        for (uint32_t j = m; j-- > 0;) {
            uint32_t skip = BEST(i + 1, j) > BEST(i, j + 1) ? BEST(i + 1, j)
                                                            : BEST(i, j + 1);
            uint32_t take = equal(a, i, b, j) ? BEST(i + 1, j + 1) + 1 : 0;
            BEST(i, j) = take > skip ? take : skip;
        }
    }
    uint32_t i = 0;
    for (uint32_t j = 0; j < m; j++) {
        to[j] = NO_OP;
        while (i < n && BEST(i + 1, j) == BEST(i, j)) {
            i++;
        }
        if (i < n && equal(a, i, b, j) && BEST(i, j) > BEST(i, j + 1)) {
            to[j] = i++;
        }
    }
#undef BEST
    free(best);
}

static bool same_pc(const void *a, uint32_t i, const void *b, uint32_t j)
{
    const Parts *x = a, *y = b;
    return x->slice[i].pc == y->slice[j].pc;
}

/* One part of a list, for align(). */
typedef struct PartOps {
    const HistoryOp *ops;
    const uint32_t *ids;
} PartOps;

static bool same_text(const void *a, uint32_t i, const void *b, uint32_t j)
{
    const PartOps *x = a, *y = b;
    return strcmp(x->ops[x->ids[i]].text, y->ops[y->ids[j]].text) == 0;
}

static Parts parts_of(const HistoryOp *ops, const uint32_t *ids, uint32_t count)
{
    Parts p = {ops, ids, alloc(count, sizeof(*p.slice)), 0};
    for (uint32_t i = 0; i < count; i++) {
        uint64_t pc = ops[ids[i]].pc;
        if (!p.count || p.slice[p.count - 1].pc != pc) {
            p.slice[p.count++] = (Slice){i, 0, pc};
        }
        p.slice[p.count - 1].count++;
    }
    return p;
}

/* The destination of an op's text: up to the comma. */
static bool same_output(const char *a, const char *b)
{
    const char *x = strchr(a, ' '), *y = strchr(b, ' ');
    size_t n = x ? strcspn(x, ",") : 0;
    return x && y && n == strcspn(y, ",") && memcmp(x, y, n) == 0;
}

/* What became of those of the old part that are not in the new one. */
static void find_changed(History *h, const uint32_t *old, uint32_t n,
                         const uint32_t *new, uint32_t m, const uint32_t *to)
{
    uint32_t next = 0;
    for (uint32_t j = 0; j < m; j++) {
        if (to[j] != NO_OP) {
            next = to[j] + 1;
            continue;
        }
        uint32_t end = n;
        for (uint32_t k = j + 1; k < m && end == n; k++) {
            end = to[k] != NO_OP ? to[k] : n;
        }
        for (uint32_t i = next; i < end; i++) {
            const HistoryOp *a = &h->ops[old[i]], *b = &h->ops[new[j]];
            if (a->opc == b->opc || same_output(a->text, b->text)) {
                h->ops[new[j]].was = old[i];
                next = i + 1;
                break;
            }
        }
    }
}

/* Ops of the new part that are the old one's take over their identity. */
static void join_part(History *h, const uint32_t *old, uint32_t n,
                      uint32_t *new, uint32_t m)
{
    uint32_t *to = alloc(m, sizeof(*to));
    PartOps a = {h->ops, old}, b = {h->ops, new};
    align(&a, n, &b, m, same_text, to);
    find_changed(h, old, n, new, m, to);
    for (uint32_t j = 0; j < m; j++) {
        new[j] = to[j] != NO_OP ? old[to[j]] : new[j];
    }
    free(to);
}

static void join_stages(History *h, const HistoryStage *last, HistoryStage *now)
{
    Parts a = parts_of(h->ops, last->ids, last->count);
    Parts b = parts_of(h->ops, now->ids, now->count);
    uint32_t *to = alloc(b.count, sizeof(*to));
    align(&a, a.count, &b, b.count, same_pc, to);
    for (uint32_t j = 0; j < b.count; j++) {
        if (to[j] != NO_OP) {
            Slice x = a.slice[to[j]], y = b.slice[j];
            join_part(h, last->ids + x.first, x.count, now->ids + y.first,
                      y.count);
        }
    }
    free(to);
    free(a.slice);
    free(b.slice);
}

static uint32_t add_op(History *h, const IR *ir, const Op *op, uint64_t pc)
{
    size_t size;
    if (h->nb_ops == h->room) {
        h->room = h->room * 2 + 256;
        h->ops = reallocarray(h->ops, h->room, sizeof(*h->ops));
        check(h->ops, "out of memory");
    }
    HistoryOp *o = &h->ops[h->nb_ops];
    *o = (HistoryOp){NULL, pc, NO_OP, op->opc};
    FILE *f = open_memstream(&o->text, &size);
    check(f, "out of memory");
    ir_dump_op(f, ir, op);
    check(fclose(f) == 0, "out of memory");
    o->text[strcspn(o->text, "\n")] = '\0';
    return h->nb_ops++;
}

static void add_ops(History *h, const IR *ir, HistoryStage *s)
{
    uint64_t pc = NO_PC;
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        const Op *op = &ir->ops[i];
        if (op->opc == OP_insn_start) {
            pc = op->arg[0];
        } else if (op->opc != OP_nop) {
            s->ids[s->count++] = add_op(h, ir, op, pc);
        }
    }
}

/* Those from `base` on that the stage has not taken are known already. */
static void drop_known(History *h, HistoryStage *s, uint32_t base)
{
    uint32_t end = h->nb_ops, next = base;
    for (uint32_t i = 0; i < s->count; i++) {
        if (s->ids[i] < base) {
            continue;
        }
        HistoryOp op = h->ops[s->ids[i]];
        h->ops[s->ids[i]] = h->ops[next]; /* of no use, to be freed */
        h->ops[next] = op;
        s->ids[i] = next++;
    }
    h->nb_ops = next;
    for (; next < end; next++) {
        free(h->ops[next].text);
    }
}

static void index_ops(History *h, const IR *ir, const HistoryStage *s)
{
    const uint32_t *id = s->ids;
    free(h->index);
    h->index = alloc(ir->nb_ops, sizeof(*h->index));
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        unsigned opc = ir->ops[i].opc;
        bool listed = opc != OP_insn_start && opc != OP_nop;
        h->index[i] = listed ? *id++ : NO_OP;
    }
}

void history_note(void *opaque, const IR *ir, const char *pass)
{
    History *h = opaque;
    check(h->nb_stages < MAX_STAGES, "more than %d passes", MAX_STAGES);
    HistoryStage *s = &h->stage[h->nb_stages];
    *s = (HistoryStage){pass, alloc(ir->nb_ops, sizeof(*s->ids)), 0};
    uint32_t base = h->nb_ops;
    add_ops(h, ir, s);
    if (h->nb_stages) {
        join_stages(h, s - 1, s);
        drop_known(h, s, base);
    }
    h->nb_stages++;
    index_ops(h, ir, s);
}

void history_free(History *h)
{
    for (uint32_t i = 0; i < h->nb_ops; i++) {
        free(h->ops[i].text);
    }
    for (unsigned i = 0; i < h->nb_stages; i++) {
        free(h->stage[i].ids);
    }
    free(h->ops);
    free(h->index);
    *h = (History){0};
}
