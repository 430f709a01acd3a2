/*
 * .tcgir, all numbers little-endian:
 *
 *     "TCGIR\0", u16 version, u32 fingerprint of the opcode table
 *     u32 globals, helpers, temps, labels, ops
 *     globals:  u8 type, i32 offset, name
 *     helpers:  name
 *     temps:    u8 kind, u8 type, and for a constant u64 value
 *     ops:      u8 opc, type, vece, then
 *               call: u8 outs, u8 ins, u16 each temp, u16 helper
 *               else: u16 each temp, u64 each constant
 *
 * A name is a u8 length and that many bytes.  Temps count env as 0, then the
 * globals, then the temps.  Labels' records follow from the ops.
 */
#include "core/serialize.h"

#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "util/check.h"

enum {
    VERSION = 1,
    MAGIC_SIZE = 6,
    MAX_GLOBALS = IR_MAX_TEMPS / 2,
    MAX_HELPERS = 4096
};
static const char magic[MAGIC_SIZE] = "TCGIR";

/* FNV-1a over the rows, so that files of another opcode table are refused. */
static uint32_t opcode_fingerprint(void)
{
    uint32_t hash = 2166136261u;
    for (unsigned i = 0; i < OP_COUNT; i++) {
        const char *texts[] = {opcode_info[i].name, opcode_info[i].sig};
        for (unsigned j = 0; j < 2; j++) {
            for (const char *p = texts[j]; *p; p++) {
                hash = (hash ^ (uint8_t)*p) * 16777619u;
            }
            hash = (hash ^ opcode_info[i].outs) * 16777619u;
        }
    }
    return hash;
}

/* Writing --------------------------------------------------------------- */

typedef struct Writer {
    uint8_t *data;
    size_t size, room;
    const Helper **helpers; /* those called, in order of appearance */
    uint32_t nb_helpers;
} Writer;

static void put(Writer *w, uint64_t value, unsigned bytes)
{
    if (w->size + bytes > w->room) {
        w->room = w->room * 2 + 4096;
        w->data = realloc(w->data, w->room);
        check(w->data, "out of memory for %zu bytes", w->room);
    }
    for (unsigned i = 0; i < bytes; i++) {
        w->data[w->size++] = (uint8_t)(value >> 8 * i);
    }
}

static void put_name(Writer *w, const char *name)
{
    size_t n = strlen(name);
    check(n <= UINT8_MAX, "a name of %zu letters", n);
    put(w, n, 1);
    for (size_t i = 0; i < n; i++) {
        put(w, (uint8_t)name[i], 1);
    }
}

/* The index of h in the file; enters it when new. */
static uint32_t helper_index(Writer *w, const Helper *h)
{
    uint32_t i = 0;
    while (i < w->nb_helpers && w->helpers[i] != h) {
        i++;
    }
    if (i == w->nb_helpers) {
        check(i < MAX_HELPERS, "more than %d helpers", MAX_HELPERS);
        w->helpers[w->nb_helpers++] = h;
    }
    return i;
}

static void collect_helpers(Writer *w, const IR *ir)
{
    w->helpers = malloc(MAX_HELPERS * sizeof(*w->helpers));
    check(w->helpers, "out of memory for %d helpers", MAX_HELPERS);
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        if (ir->ops[i].opc == OP_call) {
            helper_index(w, op_helper(&ir->ops[i]));
        }
    }
}

static void put_header(Writer *w, const IR *ir)
{
    for (unsigned i = 0; i < MAGIC_SIZE; i++) {
        put(w, (uint8_t)magic[i], 1);
    }
    put(w, VERSION, 2);
    put(w, opcode_fingerprint(), 4);
    put(w, ir->nb_globals - 1, 4);
    put(w, w->nb_helpers, 4);
    put(w, ir->nb_temps - ir->nb_globals, 4);
    put(w, ir->nb_labels, 4);
    put(w, ir->nb_ops, 4);
}

static void put_temps(Writer *w, const IR *ir)
{
    for (TempId t = 1; t < ir->nb_globals; t++) {
        put(w, ir->temps[t].type, 1);
        put(w, (uint32_t)ir->temps[t].offset, 4);
        put_name(w, ir->temps[t].name);
    }
    for (uint32_t i = 0; i < w->nb_helpers; i++) {
        put_name(w, w->helpers[i]->name);
    }
    for (TempId t = ir->nb_globals; t < ir->nb_temps; t++) {
        put(w, ir->temps[t].kind, 1);
        put(w, ir->temps[t].type, 1);
        if (ir->temps[t].kind == TEMP_CONST) {
            put(w, ir->temps[t].value, 8);
        }
    }
}

static void put_op(Writer *w, const Op *op)
{
    put(w, op->opc, 1);
    put(w, op->type, 1);
    put(w, op->vece, 1);
    if (op->opc == OP_call) {
        put(w, op->call_outs, 1);
        put(w, op->call_ins, 1);
    }
    for (unsigned i = 0; i < op_outs(op) + op_ins(op); i++) {
        put(w, op->arg[i], 2);
    }
    if (op->opc == OP_call) {
        put(w, helper_index(w, op_helper(op)), 2);
        return;
    }
    for (unsigned i = 0; i < op_consts(op); i++) {
        put(w, op_const(op, i), 8);
    }
}

uint8_t *ir_serialize(const IR *ir, size_t *size)
{
    Writer w = {0};
    collect_helpers(&w, ir);
    put_header(&w, ir);
    put_temps(&w, ir);
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        put_op(&w, &ir->ops[i]);
    }
    free(w.helpers);
    *size = w.size;
    return w.data;
}

/* Reading ---------------------------------------------------------------- */

typedef struct Reader {
    IR *ir;
    const uint8_t *p, *end;
    const char *error; /* the first one; later reads give 0 */
    uint32_t nb_globals, nb_helpers, nb_temps, nb_labels, nb_ops;
    uint16_t temp[IR_MAX_TEMPS]; /* by number in the file */
    const Helper *helper[MAX_HELPERS];
} Reader;

static void fail(Reader *r, const char *error)
{
    if (!r->error) {
        r->error = error;
    }
}

static uint64_t get(Reader *r, unsigned bytes)
{
    if (r->error || (size_t)(r->end - r->p) < bytes) {
        fail(r, "truncated");
        return 0;
    }
    uint64_t value = 0;
    for (unsigned i = 0; i < bytes; i++) {
        value |= (uint64_t)*r->p++ << 8 * i;
    }
    return value;
}

/* A number below limit. */
static uint32_t get_below(Reader *r, unsigned bytes, uint32_t limit,
                          const char *what)
{
    uint64_t value = get(r, bytes);
    if (value >= limit) {
        fail(r, what);
        return 0;
    }
    return (uint32_t)value;
}

static void get_name(Reader *r, char name[UINT8_MAX + 1])
{
    unsigned n = (unsigned)get(r, 1);
    for (unsigned i = 0; i < n; i++) {
        name[i] = (char)get(r, 1);
        if (!isalnum((unsigned char)name[i]) && name[i] != '_') {
            fail(r, "bad name");
        }
    }
    name[n] = '\0';
}

static void get_header(Reader *r)
{
    if (r->end - r->p < MAGIC_SIZE || memcmp(r->p, magic, MAGIC_SIZE) != 0) {
        fail(r, "not a .tcgir file");
        return;
    }
    r->p += MAGIC_SIZE;
    if (get(r, 2) != VERSION || get(r, 4) != opcode_fingerprint()) {
        fail(r, "written by another version");
    }
    r->nb_globals = get_below(r, 4, MAX_GLOBALS, "too many globals");
    r->nb_helpers = get_below(r, 4, MAX_HELPERS, "too many helpers");
    r->nb_temps =
        get_below(r, 4, IR_MAX_TEMPS - r->nb_globals, "too many temps");
    r->nb_labels = get_below(r, 4, IR_MAX_LABELS + 1, "too many labels");
    r->nb_ops = get_below(r, 4, IR_MAX_OPS + 1, "too many ops");
}

static void get_globals(Reader *r)
{
    r->temp[0] = (uint16_t)r->ir->env;
    for (uint32_t i = 1; i <= r->nb_globals && !r->error; i++) {
        char name[UINT8_MAX + 1];
        Type type = (Type)get_below(r, 1, TYPE_COUNT, "bad type");
        int32_t offset = (int32_t)get(r, 4);
        get_name(r, name);
        if (r->error) {
            return;
        }
        int t = ir_declare_global(r->ir, type, offset, name);
        if (t < 0 || !name[0]) {
            fail(r, "bad global");
        }
        r->temp[i] = (uint16_t)t;
    }
}

static void get_helpers(Reader *r)
{
    for (uint32_t i = 0; i < r->nb_helpers && !r->error; i++) {
        char name[UINT8_MAX + 1];
        get_name(r, name);
        r->helper[i] = ir_find_helper(r->ir, name);
        if (!r->helper[i]) {
            fail(r, "unknown helper");
        }
    }
}

static TempId get_temp(Reader *r)
{
    TempKind kind = (TempKind)get_below(r, 1, TEMP_CONST + 1, "bad kind");
    Type type = (Type)get_below(r, 1, TYPE_COUNT, "bad type");
    switch (kind) {
    case TEMP_EBB: return ir_temp(r->ir, type);
    case TEMP_TB: return ir_temp_tb(r->ir, type);
    case TEMP_CONST: return ir_const(r->ir, type, (int64_t)get(r, 8));
    default: fail(r, "bad kind"); return 0;
    }
}

static void get_temps(Reader *r)
{
    for (uint32_t i = 0; i < r->nb_temps && !r->error; i++) {
        r->temp[1 + r->nb_globals + i] = (uint16_t)get_temp(r);
    }
    for (uint32_t i = 0; i < r->nb_labels; i++) {
        ir_label(r->ir);
    }
}

static void get_call_counts(Reader *r, Op *op)
{
    op->call_outs = (uint8_t)get_below(r, 1, 2, "bad call");
    op->call_ins = (uint8_t)get_below(r, 1, HELPER_MAX_ARGS + 1, "bad call");
}

static Arg get_const(Reader *r, const Op *op, unsigned i)
{
    if (op->opc == OP_call) {
        uint32_t n = get_below(r, 2, r->nb_helpers, "bad helper");
        return r->error ? 0 : (uintptr_t)r->helper[n];
    }
    bool label = opcode_label((Opcode)op->opc) == (int)i;
    return label ? get_below(r, 8, r->nb_labels, "bad label") : get(r, 8);
}

static void get_op(Reader *r)
{
    Op op = {.opc = (uint8_t)get_below(r, 1, OP_COUNT, "bad op")};
    op.type = (uint8_t)get_below(r, 1, TYPE_COUNT, "bad type");
    op.vece = (uint8_t)get_below(r, 1, 4, "bad element size");
    if (op.opc == OP_call) {
        get_call_counts(r, &op);
    }
    unsigned temps = op_outs(&op) + op_ins(&op);
    for (unsigned i = 0; i < temps; i++) {
        op.arg[i] = r->temp[get_below(r, 2, 1 + r->nb_globals + r->nb_temps,
                                      "bad temp")];
    }
    for (unsigned i = 0; i < op_consts(&op); i++) {
        op.arg[temps + i] = get_const(r, &op, i);
    }
    if (!r->error) {
        *ir_emit(r->ir, (Opcode)op.opc, (Type)op.type) = op;
        ir_note_label(r->ir, &op);
    }
}

static void get_all(Reader *r)
{
    get_header(r);
    get_globals(r);
    get_helpers(r);
    if (!r->error) {
        get_temps(r);
    }
    for (uint32_t i = 0; i < r->nb_ops && !r->error; i++) {
        get_op(r);
    }
    if (!r->error && r->p != r->end) {
        fail(r, "more bytes than it says");
    }
    if (r->ir->error) {
        fail(r, "too large");
    }
}

bool ir_deserialize(IR *ir, const uint8_t *data, size_t size, char *msg,
                    size_t msg_size)
{
    Reader *r = calloc(1, sizeof(*r));
    check(r, "out of memory for %zu bytes", sizeof(*r));
    ir_reset(ir);
    r->ir = ir;
    r->p = data;
    r->end = data + size;
    get_all(r);
    if (r->error) {
        ir_reset(ir);
        snprintf(msg, msg_size, "%s", r->error);
    }
    bool ok = !r->error;
    free(r);
    return ok;
}
