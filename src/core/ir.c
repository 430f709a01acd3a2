/* The IR context: temps, constants, labels. */
#include "core/ir.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

_Static_assert(IR_MAX_TEMPS <= UINT16_MAX + 1, "temps fit IR.consts");

typedef struct KeptName {
    struct KeptName *next;
    char text[];
} KeptName;

static TempId new_temp(IR *ir, TempKind kind, Type type)
{
    if (__builtin_expect(ir->nb_temps >= IR_MAX_TEMPS, 0)) {
        ir->error = IR_TOO_MANY_TEMPS;
        return 0;
    }
    ir->temps[ir->nb_temps] =
        (Temp){.kind = (uint8_t)kind, .type = (uint8_t)type};
    return ir->nb_temps++;
}

IR *ir_new(void)
{
    IR *ir = calloc(1, sizeof(*ir));
    if (!ir) {
        return NULL;
    }
    ir->ops = calloc(IR_MAX_OPS + 1, sizeof(Op));
    ir->spare = calloc(IR_MAX_OPS + 1, sizeof(Op));
    ir->temps = calloc(IR_MAX_TEMPS, sizeof(Temp));
    ir->labels = calloc(IR_MAX_LABELS, sizeof(Label));
    ir->work = calloc(1, IR_WORK_BYTES);
    if (!ir->ops || !ir->spare || !ir->temps || !ir->labels || !ir->work) {
        ir_free(ir);
        return NULL;
    }
    ir_set_fp_policies(ir, &fp_policy_plain, 1);
    ir->env = new_temp(ir, TEMP_FIXED, TYPE_I64);
    ir->temps[ir->env].name = "env";
    ir->nb_globals = 1;
    return ir;
}

void ir_free(IR *ir)
{
    if (!ir) {
        return;
    }
    while (ir->kept_names) {
        KeptName *next = ir->kept_names->next;
        free(ir->kept_names);
        ir->kept_names = next;
    }
    free(ir->ops);
    free(ir->spare);
    free(ir->temps);
    free(ir->labels);
    free(ir->work);
    free(ir);
}

void ir_reset(IR *ir)
{
    ir->nb_ops = 0;
    ir->nb_temps = ir->nb_globals;
    ir->nb_labels = 0;
    ir->region = ir->loop = false;
    ir->inner_slots = 0;
    ir->plain_slot = -1;
    ir->fp = 0;
    ir->error = IR_OK;
    memset(ir->consts, 0, sizeof(ir->consts));
}

void ir_set_fp_policies(IR *ir, const FpPolicy *policies, unsigned n)
{
    check(n >= 1 && n <= IR_MAX_FP_POLICIES, "%u FP policies", n);
    for (unsigned i = 1; i < n; i++) {
        check(policies[i].default_nan == policies[0].default_nan,
              "FP policy %u has a default NaN of its own", i);
    }
    ir->fp_policies = policies;
    ir->nb_fp_policies = (uint8_t)n;
    ir->fp = 0;
}

/* Of two NaNs, or by FMIN_SECOND, an FP op yields one or the other. */
bool op_commutes(const IR *ir, const Op *op)
{
    unsigned flags = op_flags(op);
    bool second = (op->opc == OP_fmin || op->opc == OP_fmax) &&
                  op_const(op, 0) == FMIN_SECOND;
    bool any_nan =
        !(flags & OPF_FPENV) || ir_fp_policy(ir, op)->nan == FP_NAN_ANY;
    return flags & OPF_COMM && any_nan && !second;
}

TempId ir_global(IR *ir, Type type, int32_t offset, const char *name)
{
    check(ir->nb_temps == ir->nb_globals, "global %s after other temps", name);
    TempId t = new_temp(ir, TEMP_GLOBAL, type);
    if (ir->error) {
        return 0;
    }
    ir->temps[t].offset = offset;
    ir->temps[t].name = name;
    ir->nb_globals = ir->nb_temps;
    return t;
}

const char *ir_keep_name(IR *ir, const char *name)
{
    size_t size = strlen(name) + 1;
    KeptName *kept = malloc(sizeof(*kept) + size);
    if (!kept) {
        return NULL;
    }
    memcpy(kept->text, name, size);
    kept->next = ir->kept_names;
    ir->kept_names = kept;
    return kept->text;
}

int ir_find_global(const IR *ir, const char *name)
{
    for (TempId t = 0; t < ir->nb_globals; t++) {
        if (strcmp(ir->temps[t].name, name) == 0) {
            return (int)t;
        }
    }
    return -1;
}

int ir_declare_global(IR *ir, Type type, int32_t offset, const char *name)
{
    int found = ir_find_global(ir, name);
    if (found >= 0) {
        const Temp *t = &ir->temps[found];
        bool same =
            t->kind == TEMP_GLOBAL && t->type == type && t->offset == offset;
        return same ? found : -1;
    }
    name = ir_keep_name(ir, name);
    return name ? (int)ir_global(ir, type, offset, name) : -1;
}

const Helper *ir_find_helper(const IR *ir, const char *name)
{
    for (const Helper *const *h = ir->helpers; h && *h; h++) {
        if (strcmp((*h)->name, name) == 0) {
            return *h;
        }
    }
    return NULL;
}

TempId ir_temp(IR *ir, Type type)
{
    return new_temp(ir, TEMP_EBB, type);
}

TempId ir_temp_tb(IR *ir, Type type)
{
    return new_temp(ir, TEMP_TB, type);
}

static uint16_t *const_bucket(IR *ir, Type type, uint64_t value)
{
    uint64_t h = (value ^ (uint64_t)type << 56) * 0x9e3779b97f4a7c15u;
    return &ir->consts[(h >> 32) % IR_CONST_BUCKETS];
}

TempId ir_const(IR *ir, Type type, int64_t v)
{
    uint64_t value = type == TYPE_I32   ? (uint64_t)(int32_t)v
                     : type == TYPE_F32 ? (uint32_t)v
                                        : (uint64_t)v;
    uint16_t *bucket = const_bucket(ir, type, value);
    for (TempId t = *bucket; t; t = ir->temps[t].next) {
        if (ir->temps[t].value == value && ir->temps[t].type == type) {
            return t;
        }
    }
    TempId t = new_temp(ir, TEMP_CONST, type);
    if (ir->error == IR_OK) {
        ir->temps[t].value = value;
        ir->temps[t].next = *bucket;
        *bucket = (uint16_t)t;
    }
    return t;
}

LabelId ir_label(IR *ir)
{
    if (ir->nb_labels >= IR_MAX_LABELS) {
        ir->error = IR_TOO_MANY_LABELS;
        return 0;
    }
    ir->labels[ir->nb_labels] = (Label){0};
    return ir->nb_labels++;
}

Op *ir_emit_full(IR *ir)
{
    Op *scratch = &ir->ops[IR_MAX_OPS];
    ir->error = IR_TOO_MANY_OPS;
    *scratch = (Op){.opc = OP_nop};
    return scratch;
}

void ir_link_inner(IR *ir, unsigned slot, LabelId label)
{
    ir->inner_slots |= 1ull << slot;
    ir->inner[slot] = label;
    ir->labels[label].refs++;
}

void ir_set_plain(IR *ir, unsigned slot, uint64_t pc, uint32_t flags)
{
    ir->plain_slot = (int)slot;
    ir->entry_pc = pc;
    ir->entry_flags = flags;
}

unsigned op_access_bytes(const Op *op)
{
    switch (op->opc) {
    case OP_ld8u:
    case OP_ld8s:
    case OP_st8: return 1;
    case OP_ld16u:
    case OP_ld16s:
    case OP_st16: return 2;
    case OP_ld32u:
    case OP_ld32s:
    case OP_st32: return 4;
    case OP_vdupm: return 1u << op->vece;
    default: return type_size((Type)op->type);
    }
}
