/*
 * .tcgir, all numbers little-endian:
 *
 *     "TCGIR\0", u16 version, u32 fingerprint of the opcode table
 *     name of the guest, u32 globals, helpers
 *     globals:  u8 type, i32 offset, name
 *     helpers:  name
 *
 * and then blocks up to the end:
 *
 *     u32 bytes of what follows
 *     u64 pc, u32 guest bytes, name
 *     u8 flags, u32 plain slot + 1, u64 entry pc, u32 entry tb_flags,
 *     u64 inner slots, u16 label for each of those
 *     u32 temps, labels, ops
 *     temps:    u8 kind, u8 type, and for a constant u64 value
 *     ops:      u16 opc, u8 type, vece, fp, then
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
    VERSION = 5,
    MAGIC_SIZE = 6,
    MAX_GLOBALS = IR_MAX_TEMPS / 2,
    MAX_HELPERS = 4096,
    SIZE_BYTES = 4, /* of a block's size */
};
enum { FLAG_REGION = 1, FLAG_LOOP = 2 };
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
    size_t n = strnlen(name, UINT8_MAX);
    put(w, n, 1);
    for (size_t i = 0; i < n; i++) {
        put(w, (uint8_t)name[i], 1);
    }
}

static uint32_t nb_helpers(const IR *ir)
{
    uint32_t n = 0;
    while (ir->helpers && ir->helpers[n]) {
        n++;
    }
    return n;
}

static uint32_t helper_index(const IR *ir, const Helper *h)
{
    uint32_t i = 0, n = nb_helpers(ir);
    while (i < n && ir->helpers[i] != h) {
        i++;
    }
    check(i < n, "helper %s is not among the IR's", h->name);
    return i;
}

uint8_t *ir_serialize_header(const IR *ir, const char *guest, size_t *size)
{
    Writer w = {0};
    for (unsigned i = 0; i < MAGIC_SIZE; i++) {
        put(&w, (uint8_t)magic[i], 1);
    }
    put(&w, VERSION, 2);
    put(&w, opcode_fingerprint(), 4);
    put_name(&w, guest);
    put(&w, ir->nb_globals - 1, 4);
    put(&w, nb_helpers(ir), 4);
    for (TempId t = 1; t < ir->nb_globals; t++) {
        put(&w, ir->temps[t].type, 1);
        put(&w, (uint32_t)ir->temps[t].offset, 4);
        put_name(&w, ir->temps[t].name);
    }
    for (uint32_t i = 0; i < nb_helpers(ir); i++) {
        put_name(&w, ir->helpers[i]->name);
    }
    *size = w.size;
    return w.data;
}

static void put_head(Writer *w, const IR *ir, const IRHead *head)
{
    put(w, head->pc, 8);
    put(w, head->nb_bytes, 4);
    put_name(w, head->name);
    put(w, (ir->region ? FLAG_REGION : 0) | (ir->loop ? FLAG_LOOP : 0), 1);
    put(w, (uint32_t)(ir->plain_slot + 1), 4);
    put(w, ir->plain_slot >= 0 ? ir->entry_pc : 0, 8);
    put(w, ir->plain_slot >= 0 ? ir->entry_flags : 0, 4);
    put(w, ir->inner_slots, 8);
    for (uint64_t s = ir->inner_slots; s; s &= s - 1) {
        put(w, ir->inner[__builtin_ctzll(s)], 2);
    }
    put(w, ir->nb_temps - ir->nb_globals, 4);
    put(w, ir->nb_labels, 4);
    put(w, ir->nb_ops, 4);
}

static void put_temp(Writer *w, const Temp *temp)
{
    put(w, temp->kind, 1);
    put(w, temp->type, 1);
    if (temp->kind == TEMP_CONST) {
        put(w, temp->value, 8);
    }
}

static void put_op(Writer *w, const IR *ir, const Op *op)
{
    put(w, op->opc, 2);
    put(w, op->type, 1);
    put(w, op->vece, 1);
    put(w, ir_follows_policy(op) ? op->fp : 0, 1);
    if (op->opc == OP_call) {
        put(w, op->call_outs, 1);
        put(w, op->call_ins, 1);
    }
    for (unsigned i = 0; i < op_outs(op) + op_ins(op); i++) {
        put(w, op->arg[i], 2);
    }
    if (op->opc == OP_call) {
        put(w, helper_index(ir, op_helper(op)), 2);
        return;
    }
    for (unsigned i = 0; i < op_consts(op); i++) {
        put(w, op_const(op, i), 8);
    }
}

uint8_t *ir_serialize_block(const IR *ir, const IRHead *head, size_t *size)
{
    Writer w = {0};
    put(&w, 0, SIZE_BYTES);
    put_head(&w, ir, head);
    for (TempId t = ir->nb_globals; t < ir->nb_temps; t++) {
        put_temp(&w, &ir->temps[t]);
    }
    for (uint32_t i = 0; i < ir->nb_ops; i++) {
        put_op(&w, ir, &ir->ops[i]);
    }
    for (unsigned i = 0; i < SIZE_BYTES; i++) {
        w.data[i] = (uint8_t)((w.size - SIZE_BYTES) >> 8 * i);
    }
    *size = w.size;
    return w.data;
}

/* Reading ---------------------------------------------------------------- */

struct IRReader {
    IR *ir;
    const uint8_t *p, *end; /* what is left of the header, or the block */
    const uint8_t *next;    /* the block after it */
    const uint8_t *limit;   /* of the image */
    const char *error;      /* the first one; later reads give 0 */
    char name[UINT8_MAX + 1];
    uint32_t nb_globals, nb_helpers, nb_temps, nb_labels, nb_ops;
    uint16_t temp[IR_MAX_TEMPS];       /* by number in the file */
    const Helper *helper[MAX_HELPERS]; /* NULL: not known here */
};
typedef struct IRReader Reader;

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

/* Printable, and without blanks. */
static void get_name(Reader *r, char name[UINT8_MAX + 1])
{
    unsigned n = (unsigned)get(r, 1);
    for (unsigned i = 0; i < n; i++) {
        name[i] = (char)get(r, 1);
        if (!isgraph((unsigned char)name[i])) {
            fail(r, "bad name");
        }
    }
    name[n] = '\0';
}

/* A name of the text form. */
static void get_word(Reader *r, char name[UINT8_MAX + 1])
{
    get_name(r, name);
    for (const char *p = name; *p; p++) {
        if (!isalnum((unsigned char)*p) && *p != '_') {
            fail(r, "bad name");
        }
    }
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
    get_name(r, r->name);
    r->nb_globals = get_below(r, 4, MAX_GLOBALS, "too many globals");
    r->nb_helpers = get_below(r, 4, MAX_HELPERS, "too many helpers");
}

static void get_slots(Reader *r)
{
    IR *ir = r->ir;
    unsigned flags = get_below(r, 1, (FLAG_REGION | FLAG_LOOP) + 1, "bad flag");
    ir->region = flags & FLAG_REGION;
    ir->loop = flags & FLAG_LOOP;
    ir->plain_slot = (int)get_below(r, 4, IR_MAX_SLOTS + 1, "bad slot") - 1;
    ir->entry_pc = get(r, 8);
    ir->entry_flags = (uint32_t)get(r, 4);
    ir->inner_slots = get(r, 8);
    for (uint64_t s = ir->inner_slots; s; s &= s - 1) {
        ir->inner[__builtin_ctzll(s)] = (LabelId)get(r, 2);
    }
}

/* When the block's labels are there: each inner slot refers to one. */
static void link_slots(Reader *r)
{
    IR *ir = r->ir;
    for (uint64_t s = r->error ? 0 : ir->inner_slots; s; s &= s - 1) {
        unsigned slot = (unsigned)__builtin_ctzll(s);
        if (ir->inner[slot] >= r->nb_labels) {
            fail(r, "bad label");
            return;
        }
        ir_link_inner(ir, slot, ir->inner[slot]);
    }
}

static void get_head(Reader *r, IRHead *head)
{
    head->pc = get(r, 8);
    head->nb_bytes = (uint32_t)get(r, 4);
    get_name(r, r->name);
    head->name = r->name;
    get_slots(r);
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
        get_word(r, name);
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
        get_word(r, name);
        r->helper[i] = ir_find_helper(r->ir, name);
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
        if (!r->error && !r->helper[n]) {
            fail(r, "unknown helper");
        }
        return r->error ? 0 : (uintptr_t)r->helper[n];
    }
    bool label = opcode_label((Opcode)op->opc) == (int)i;
    return label ? get_below(r, 8, r->nb_labels, "bad label") : get(r, 8);
}

static void get_op(Reader *r)
{
    Op op = {.opc = (uint16_t)get_below(r, 2, OP_COUNT, "bad op")};
    op.type = (uint8_t)get_below(r, 1, TYPE_COUNT, "bad type");
    op.vece = (uint8_t)get_below(r, 1, 4, "bad element size");
    op.fp = (uint8_t)get_below(r, 1, r->ir->nb_fp_policies, "bad policy");
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

static void get_block(Reader *r, IRHead *head)
{
    get_head(r, head);
    if (!r->error) {
        get_temps(r);
    }
    link_slots(r);
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

/* Up to where the next block goes. */
static void find_block(Reader *r)
{
    r->p = r->next;
    r->end = r->limit;
    size_t size = (size_t)get(r, SIZE_BYTES);
    if (!r->error && size > (size_t)(r->limit - r->p)) {
        fail(r, "truncated");
    }
    if (!r->error) {
        r->end = r->next = r->p + size;
    }
}

bool ir_image_guest(const uint8_t *data, size_t size, char guest[256])
{
    size_t at = MAGIC_SIZE + 2 + 4;
    if (size <= at || memcmp(data, magic, MAGIC_SIZE) != 0) {
        return false;
    }
    size_t n = size - at - 1 < data[at] ? size - at - 1 : data[at];
    memcpy(guest, data + at + 1, n);
    guest[n] = '\0';
    return true;
}

IRReader *ir_reader_new(IR *ir, const uint8_t *data, size_t size, char *msg,
                        size_t msg_size)
{
    Reader *r = calloc(1, sizeof(*r));
    check(r, "out of memory for %zu bytes", sizeof(*r));
    ir_reset(ir);
    r->ir = ir;
    r->p = data;
    r->end = r->limit = data + size;
    get_header(r);
    get_globals(r);
    get_helpers(r);
    r->next = r->p;
    if (r->error) {
        snprintf(msg, msg_size, "%s", r->error);
        free(r);
        return NULL;
    }
    return r;
}

int ir_reader_next(IRReader *r, IRHead *head, char *msg, size_t msg_size)
{
    ir_reset(r->ir);
    if (r->next == r->limit) {
        return 0;
    }
    find_block(r);
    if (!r->error) {
        get_block(r, head);
    }
    if (r->error) {
        ir_reset(r->ir);
        snprintf(msg, msg_size, "%s", r->error);
        return -1;
    }
    return 1;
}

void ir_reader_free(IRReader *r)
{
    free(r);
}
