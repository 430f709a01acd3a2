#include "emit_value.h"

#include <inttypes.h>

bool value_uses_ctx(const Bindings *bindings)
{
    VEC_EACH (const Binding, it, bindings) {
        if (it->value->function) {
            return true;
        }
    }
    return false;
}

/* Only the most significant part can carry a sign to the whole. */
static const char *part_text(const char *target, const Part *part, bool first)
{
    const char *sign = first && part->is_signed ? "s" : "";

    if (part->ref) {
        return mem_format("decode_%sbits(%s%s, 0, %d)", sign, target, part->ref,
                          part->len);
    }
    return mem_format("decode_%sbits(insn, %d, %d)", sign, part->pos,
                      part->len);
}

static const char *parts_text(const char *target, const Value *value)
{
    const char *text = part_text(target, &value->parts.at[0], true);

    for (int i = 1; i < value->parts.count; i++) {
        const Part *part = &value->parts.at[i];

        text = mem_format("decode_join(%s, %s, %d)", text,
                          part_text(target, part, false), part->len);
    }
    return text;
}

/* Written so that the least constant is an expression C can hold. */
static const char *constant_text(int64_t constant)
{
    if (constant == INT64_MIN) {
        return "INT64_MIN";
    }
    return mem_format("%" PRId64, constant);
}

static const char *value_text(const char *target, const Value *value)
{
    if (value->is_constant) {
        return constant_text(value->constant);
    }
    if (!value->parts.count) {
        return mem_format("%s(ctx)", value->function);
    }
    if (value->function) {
        return mem_format("%s(ctx, %s)", value->function,
                          parts_text(target, value));
    }
    return parts_text(target, value);
}

void value_emit(FILE *out, int indent, const char *target,
                const Bindings *bindings)
{
    VEC_EACH (const Binding, it, bindings) {
        fprintf(out, "%*s%s%s = %s;\n", indent, "", target, it->arg,
                value_text(target, it->value));
    }
}
