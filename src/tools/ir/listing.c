/* See listing.h. */
#include "tools/ir/listing.h"

#include <stdio.h>
#include <stdlib.h>
#include "core/dump.h"
#include "util/check.h"

static bool begins_part(const IR *ir, uint32_t i)
{
    return i == 0 || ir->ops[i].opc == OP_insn_start;
}

/* The part from op i on; returns where the next begins. */
static uint32_t fill_part(Part *p, const IR *ir, uint32_t i)
{
    size_t size;
    FILE *f = open_memstream(&p->text, &size);
    check(f, "out of memory");
    p->has_pc = ir->ops[i].opc == OP_insn_start;
    p->pc = p->has_pc ? ir->ops[i].arg[0] : 0;
    p->nb_ops = 0;
    do {
        const Op *op = &ir->ops[i++];
        if (op->opc != OP_insn_start && op->opc != OP_nop) {
            ir_dump_op(f, ir, op);
            p->nb_ops++;
        }
    } while (i < ir->nb_ops && !begins_part(ir, i));
    check(fclose(f) == 0, "out of memory");
    return i;
}

Listing listing_new(const IR *ir)
{
    Listing l = {calloc(ir->nb_ops + 1, sizeof(*l.parts)), 0};
    check(l.parts, "out of memory");
    for (uint32_t i = 0; i < ir->nb_ops;) {
        i = fill_part(&l.parts[l.count++], ir, i);
    }
    return l;
}

void listing_free(Listing *l)
{
    for (size_t i = 0; i < l->count; i++) {
        free(l->parts[i].text);
    }
    free(l->parts);
    *l = (Listing){0};
}
