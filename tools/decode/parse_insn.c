/* Formats and patterns. */
#include <string.h>

#include "check.h"
#include "parse.h"
#include "text.h"

/*
 *     format   := '@' name element*
 *     pattern  := name ( element | '@' format )*
 *     element  := ( '0' | '1' | '.' | '-' )+        bits, from the top down
 *               | argument ':' [ 's' ] length       bits that are an argument
 *               | '%' field | argument '=' '%' field
 *               | argument '=' constant
 *               | '&' arg_set
 *
 * While a definition is read its masks are aligned right; width counts the
 * bits so far. Inline fields know their place from the left at once.
 */

static void bind(Spec *spec, Insn *insn, const char *arg, const Value *value)
{
    if (model_binding(&insn->bindings, arg)) {
        model_error(spec, insn->pos, "duplicate field '%s'", arg);
    }
    vec_push(&insn->bindings, ((Binding){arg, value}));
    insn->field_mask |= value->mask;
}

static void bind_field(Spec *spec, Insn *insn, const char *arg,
                       const char *name)
{
    const Field *field = model_field(spec, name);

    if (!field) {
        model_error(spec, insn->pos, "undefined field '%s'", name);
    }
    bind(spec, insn, arg, &field->value);
}

static void shift_masks(Insn *insn, int bits)
{
    insn->fixed_bits = bits < 64 ? insn->fixed_bits << bits : 0;
    insn->fixed_mask = bits < 64 ? insn->fixed_mask << bits : 0;
    insn->undef_mask = bits < 64 ? insn->undef_mask << bits : 0;
}

static bool take_bits(Insn *insn, const char *word)
{
    if (word[strspn(word, "01.-")] != '\0') {
        return false;
    }
    for (; *word; word++) {
        shift_masks(insn, 1);
        insn->fixed_bits |= *word == '1';
        insn->fixed_mask |= *word == '0' || *word == '1';
        insn->undef_mask |= *word == '-';
        insn->width++;
    }
    return true;
}

static void add_inline(Spec *spec, Insn *insn, const char *word, Part part)
{
    Value *value = mem_new(sizeof *value);
    int name_length = (int)strcspn(word, ":");

    part.pos = spec->options->insn_width - insn->width - part.len;
    if (part.len == 0) {
        model_error(spec, insn->pos, "field '%s' has no bits", word);
    }
    if (part.pos < 0) {
        model_error(spec, insn->pos, "field '%s' exceeds the instruction",
                    word);
    }
    vec_push(&value->parts, part);
    value->mask = ~(Bits)0 >> (64 - part.len) << part.pos;
    bind(spec, insn, mem_string(word, name_length), value);
    shift_masks(insn, part.len);
    insn->width += part.len;
}

static bool take_inline(Spec *spec, Insn *insn, const char *word)
{
    int name_length = (int)strcspn(word, ":");
    Part part = {0};

    if (!word[name_length] || !text_is_c_name(word, name_length) ||
        !text_width(word + name_length + 1, &part.len, &part.is_signed)) {
        return false;
    }
    add_inline(spec, insn, word, part);
    return true;
}

static bool bind_constant(Spec *spec, Insn *insn, const char *arg,
                          const char *text)
{
    Value *value = mem_new(sizeof *value);

    value->is_constant = true;
    if (!text_constant(text, text_length(text), &value->constant)) {
        return false;
    }
    bind(spec, insn, arg, value);
    return true;
}

static bool take_assignment(Spec *spec, Insn *insn, const char *word)
{
    int length = (int)strcspn(word, "=");
    const char *right = word + length + 1;
    const char *arg = mem_string(word, length);

    if (!word[length] || !text_is_c_name(word, length)) {
        return false;
    }
    if (right[0] != '%') {
        return bind_constant(spec, insn, arg, right);
    }
    bind_field(spec, insn, arg, right + 1);
    return true;
}

static void set_args(Spec *spec, Insn *insn, const char *name)
{
    if (insn->args) {
        model_error(spec, insn->pos, "second argument set '%s'", name);
    }
    insn->args = model_arg_set(spec, name);
    if (!insn->args) {
        model_error(spec, insn->pos, "undefined argument set '%s'", name);
    }
}

static void set_format(Spec *spec, Insn *insn, const char *name)
{
    if (insn->format) {
        model_error(spec, insn->pos, "second format '%s'", name);
    }
    insn->format = model_format(spec, name);
    if (!insn->format) {
        model_error(spec, insn->pos, "undefined format '%s'", name);
    }
}

static void add_element(Spec *spec, Insn *insn, const char *word)
{
    if (word[0] == '&') {
        set_args(spec, insn, word + 1);
    } else if (word[0] == '@') {
        set_format(spec, insn, word + 1);
    } else if (word[0] == '%') {
        bind_field(spec, insn, word + 1, word + 1);
    } else if (!take_bits(insn, word) && !take_inline(spec, insn, word) &&
               !take_assignment(spec, insn, word)) {
        model_error(spec, insn->pos, "invalid word '%s'", word);
    }
}

/* A short instruction of a variable-width decoder starts at the top. */
static void align_left(const Spec *spec, Insn *insn)
{
    int missing = spec->options->insn_width - insn->width;

    shift_masks(insn, missing);
    insn->undef_mask |= ~(Bits)0 >> (64 - missing);
}

static void check_width(const Spec *spec, Insn *insn, bool is_format)
{
    int full = spec->options->insn_width;

    if (insn->width == full || (is_format && insn->width == 0)) {
        return;
    }
    if (!spec->options->variable || insn->width > full ||
        insn->width % 8 != 0) {
        model_error(spec, insn->pos, "definition has %d bits", insn->width);
    }
    align_left(spec, insn);
}

static Insn *parse_elements(Spec *spec, Pos pos, const char *name,
                            const Words *words, bool is_format)
{
    Insn *insn = mem_new(sizeof *insn);

    insn->pos = pos;
    insn->name = name;
    for (int i = 1; i < words->count; i++) {
        add_element(spec, insn, words->at[i]);
    }
    check_width(spec, insn, is_format);
    return insn;
}

void parse_format(Spec *spec, Pos pos, const Words *words)
{
    Insn *format = parse_elements(spec, pos, words->at[0] + 1, words, true);

    if (format->format) {
        model_error(spec, pos, "format refers to a format");
    }
    if (!format->args) {
        format->args = model_infer_args(spec, &format->bindings);
    }
    if (model_format(spec, format->name)) {
        model_error(spec, pos, "duplicate format '%s'", format->name);
    }
    check_format(spec, format);
    vec_push(&spec->formats, format);
}

static void apply_format(Spec *spec, Insn *pattern)
{
    const Insn *format = pattern->format;

    if (pattern->args) {
        model_error(spec, pattern->pos,
                    "pattern has both a format and an argument set");
    }
    if (pattern->fixed_mask & format->fixed_mask) {
        model_error(spec, pattern->pos,
                    "fixed bits overlap those of format '%s'", format->name);
    }
    if (format->width != 0 && format->width != pattern->width) {
        model_error(spec, pattern->pos,
                    "pattern has %d bits, its format '%s' %d", pattern->width,
                    format->name, format->width);
    }
    pattern->args = format->args;
    pattern->field_mask |= format->field_mask;
    pattern->fixed_bits |= format->fixed_bits;
    pattern->fixed_mask |= format->fixed_mask;
    pattern->undef_mask |= format->undef_mask;
}

Insn *parse_pattern(Spec *spec, Pos pos, const Words *words)
{
    Insn *pattern = parse_elements(spec, pos, words->at[0], words, false);

    if (pattern->format) {
        apply_format(spec, pattern);
    } else if (!pattern->args) {
        pattern->args = model_infer_args(spec, &pattern->bindings);
    }
    check_pattern(spec, pattern);
    vec_push(&spec->patterns, pattern);
    return pattern;
}
