/* Fields and argument sets. */
#include <string.h>

#include "parse.h"
#include "text.h"

/*
 *     field    := '%' name part* [ '!function=' name ]
 *     part     := ( position | argument ) ':' [ 's' ] length
 *     arg_set  := '&' name ( argument [ ':' type ] )* [ '!extern' ]
 */

#define FUNCTION "!function="

static void set_function(Spec *spec, Pos pos, Value *value, const char *word)
{
    const char *name = word + strlen(FUNCTION);

    if (value->function) {
        model_error(spec, pos, "second function of a field, '%s'", name);
    }
    if (!text_is_c_name(name, text_length(name))) {
        model_error(spec, pos, "invalid function name '%s'", name);
    }
    value->function = name;
}

static bool split_part(const char *word, Part *part)
{
    int left = (int)strcspn(word, ":");

    if (!word[left] ||
        !text_width(word + left + 1, &part->len, &part->is_signed)) {
        return false;
    }
    if (text_number(word, left, &part->pos)) {
        return true;
    }
    part->ref = mem_string(word, left);
    return text_is_c_name(word, left);
}

static Bits part_mask(const Spec *spec, const Part *part)
{
    int unused = 64 - part->len;

    return part->ref ? 0 : (~(Bits)0 >> unused << part->pos) & spec->word_mask;
}

static void add_part(Spec *spec, Pos pos, Value *value, const char *word)
{
    Part part = {0};

    if (!split_part(word, &part)) {
        model_error(spec, pos, "invalid field part '%s'", word);
    }
    if (part.len == 0) {
        model_error(spec, pos, "field part '%s' has no bits", word);
    }
    if (part.pos + part.len > spec->options->insn_width) {
        model_error(spec, pos, "field part '%s' exceeds the instruction", word);
    }
    if (value->mask & part_mask(spec, &part)) {
        model_error(spec, pos, "field part '%s' overlaps another", word);
    }
    value->mask |= part_mask(spec, &part);
    vec_push(&value->parts, part);
}

static void check_value(Spec *spec, Pos pos, const Value *value)
{
    int width = 0;

    VEC_EACH (const Part, part, &value->parts) {
        width += part->len;
    }
    if (width > spec->options->insn_width) {
        model_error(spec, pos, "field of %d bits is too wide", width);
    }
    if (width == 0 && !value->function) {
        model_error(spec, pos, "field has no value");
    }
}

void parse_field(Spec *spec, Pos pos, const Words *words)
{
    Field *field = mem_new(sizeof *field);

    field->name = words->at[0] + 1;
    for (int i = 1; i < words->count; i++) {
        if (!strncmp(words->at[i], FUNCTION, strlen(FUNCTION))) {
            set_function(spec, pos, &field->value, words->at[i]);
        } else {
            add_part(spec, pos, &field->value, words->at[i]);
        }
    }
    check_value(spec, pos, &field->value);
    if (model_field(spec, field->name)) {
        model_error(spec, pos, "duplicate field '%s'", field->name);
    }
    vec_push(&spec->fields, field);
}

static void add_arg(Spec *spec, Pos pos, ArgSet *set, const char *word)
{
    int length = (int)strcspn(word, ":");
    const char *type = word[length] ? word + length + 1 : "int";
    Arg arg = {mem_string(word, length), type};

    if (!text_is_c_name(word, length) ||
        !text_is_c_name(type, text_length(type))) {
        model_error(spec, pos, "invalid argument '%s'", word);
    }
    if (model_arg(set, arg.name)) {
        model_error(spec, pos, "duplicate argument '%s'", arg.name);
    }
    vec_push(&set->args, arg);
}

void parse_arg_set(Spec *spec, Pos pos, const Words *words)
{
    ArgSet *set = mem_new(sizeof *set);

    set->name = words->at[0] + 1;
    for (int i = 1; i < words->count; i++) {
        if (!strcmp(words->at[i], "!extern")) {
            set->is_extern = true;
        } else {
            add_arg(spec, pos, set, words->at[i]);
        }
    }
    if (model_arg_set(spec, set->name)) {
        model_error(spec, pos, "duplicate argument set '%s'", set->name);
    }
    vec_push(&spec->arg_sets, set);
}
