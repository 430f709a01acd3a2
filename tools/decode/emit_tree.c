#include "emit_tree.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "emit_value.h"
#include "tree.h"

/*
 * Control falls out of the code for a node if nothing matched, or if a trans
 * function refused and somebody else is to be asked. Inside a switch that is
 * a break, so that the code after the outermost switch is reached.
 */
typedef struct Emitter {
    FILE *out;
    const Spec *spec;
    int indent;
} Emitter;

static void line(Emitter *e, const char *format, ...)
    __attribute__((format(printf, 2, 3)));

static void line(Emitter *e, const char *format, ...)
{
    va_list args;

    fprintf(e->out, "%*s", e->indent * 4, "");
    va_start(args, format);
    vfprintf(e->out, format, args);
    va_end(args);
    fputc('\n', e->out);
}

const char *emit_word_type(const Spec *spec)
{
    return mem_format("uint%d_t", spec->options->insn_width);
}

static const char *hex(const Emitter *e, Bits bits)
{
    return mem_format("0x%" PRIx64 "%s", bits,
                      e->spec->options->insn_width == 64 ? "ull" : "u");
}

/* --- Leaves --- */

static void emit_format_args(Emitter *e, const Insn *pattern)
{
    const Insn *format = pattern->format;

    if (format && format->bindings.count) {
        line(e, "%s_extract_%s(ctx, &u.f_%s, insn);",
             e->spec->options->decode_name, format->name, format->args->name);
    }
}

static void emit_own_args(Emitter *e, const Insn *pattern)
{
    const char *target = mem_format("u.f_%s.", pattern->args->name);

    value_emit(e->out, e->indent * 4, target, &pattern->bindings);
}

static void emit_args(Emitter *e, const Insn *pattern)
{
    if (pattern->format_last) {
        emit_own_args(e, pattern);
        emit_format_args(e, pattern);
    } else {
        emit_format_args(e, pattern);
        emit_own_args(e, pattern);
    }
}

/* True if control can fall out. `next`: there is somebody else to ask. */
static bool emit_pattern(Emitter *e, const Insn *pattern, bool next)
{
    const char *call =
        mem_format("%s_%s(ctx, &u.f_%s)", e->spec->options->trans_prefix,
                   pattern->name, pattern->args->name);

    line(e, "/* %s:%d */", pattern->pos.file, pattern->pos.line);
    emit_args(e, pattern);
    if (!next) {
        line(e, "return %s;", call);
        return false;
    }
    line(e, "if (%s) return true;", call);
    return true;
}

/* --- Groups --- */

static bool emit_node(Emitter *e, const Node *node, Bits known, bool next);

static void emit_case(Emitter *e, const Case *branch, Bits known, bool next);

static bool emit_tree(Emitter *e, const Tree *tree, Bits known, bool next)
{
    if (tree->leaf) {
        return emit_node(e, tree->leaf, known, next);
    }
    line(e, "switch (%s & %s) {",
         tree->shift ? mem_format("(insn >> %d)", tree->shift) : "insn",
         hex(e, tree->run));
    VEC_EACH (const Case, branch, &tree->cases) {
        emit_case(e, branch, known | tree->run << tree->shift, next);
    }
    line(e, "}");
    return true;
}

static void emit_case(Emitter *e, const Case *branch, Bits known, bool next)
{
    line(e, "case %s:", hex(e, branch->value));
    e->indent++;
    if (emit_tree(e, branch->tree, known, next)) {
        line(e, "break;");
    }
    e->indent--;
}

/* Members are asked in order; one that cannot fall out hides the rest. */
static bool emit_overlap(Emitter *e, const Node *group, Bits known, bool next)
{
    for (int i = 0; i < group->members.count; i++) {
        bool more = next || i + 1 < group->members.count;

        if (!emit_node(e, group->members.at[i], known, more)) {
            return false;
        }
    }
    return true;
}

static bool emit_body(Emitter *e, const Node *node, Bits known, bool next)
{
    switch (node->kind) {
    case NODE_PATTERN: return emit_pattern(e, node->pattern, next);
    case NODE_OVERLAP: return emit_overlap(e, node, known, next);
    case NODE_EXCLUSIVE: return emit_tree(e, node->tree, known, next);
    }
    return true;
}

/* What the node fixes beyond `known` is tested first. */
static bool emit_node(Emitter *e, const Node *node, Bits known, bool next)
{
    Bits test = node->fixed_mask & ~known;

    if (!test) {
        return emit_body(e, node, known, next);
    }
    line(e, "if ((insn & %s) == %s) {", hex(e, test),
         hex(e, node->fixed_bits & test));
    e->indent++;
    emit_body(e, node, known | node->fixed_mask, next);
    e->indent--;
    line(e, "}");
    return true;
}

/* --- Functions --- */

static bool is_used(const Spec *spec, const ArgSet *set)
{
    VEC_EACH (Insn *, pattern, &spec->patterns) {
        if ((*pattern)->args == set) {
            return true;
        }
    }
    return false;
}

static void emit_union(Emitter *e)
{
    line(e, "union {");
    VEC_EACH (ArgSet *, set, &e->spec->arg_sets) {
        if (is_used(e->spec, *set)) {
            line(e, "    arg_%s f_%s;", (*set)->name, (*set)->name);
        }
    }
    line(e, "} u;");
    fputc('\n', e->out);
}

static void emit_unmatched(Emitter *e)
{
    line(e, "(void)ctx;");
    line(e, "(void)insn;");
}

void emit_decode_function(FILE *out, const Spec *spec)
{
    Emitter emitter = {out, spec, 0};
    Emitter *e = &emitter;
    const char *head =
        mem_format("%sbool %s(DisasContext *ctx, %s insn)",
                   spec->options->static_decode ? "static " : "",
                   spec->options->decode_name, emit_word_type(spec));

    line(e, "\n%s;\n\n%s\n{", head, head);
    e->indent++;
    if (spec->patterns.count) {
        emit_union(e);
        line(e, "(void)insn;");
        emit_tree(e, spec->root->tree, 0, false);
    } else {
        emit_unmatched(e);
    }
    line(e, "return false;");
    e->indent--;
    line(e, "}");
}

/* --- Loading --- */

static void emit_sizes(Emitter *e, const SizeTree *tree, int have)
{
    if (tree->bytes > have) {
        line(e, "insn = %s_load_bytes(ctx, insn, %d, %d);",
             e->spec->options->decode_name, have, tree->bytes);
    }
    if (!tree->mask) {
        line(e, "return insn;");
        return;
    }
    line(e, "switch (insn & %s) {", hex(e, tree->mask));
    VEC_EACH (const SizeCase, branch, &tree->cases) {
        line(e, "case %s:", hex(e, branch->value));
        e->indent++;
        emit_sizes(e, branch->tree, tree->bytes);
        e->indent--;
    }
    line(e, "}");
    line(e, "return insn;");
}

void emit_load_function(FILE *out, const Spec *spec)
{
    Emitter emitter = {out, spec, 0};
    Emitter *e = &emitter;
    SizeTree *tree = tree_build_sizes(spec);
    const char *head =
        mem_format("%s%s %s_load(DisasContext *ctx)",
                   spec->options->static_decode ? "static " : "",
                   emit_word_type(spec), spec->options->decode_name);

    line(e, "\n%s;\n\n%s\n{", head, head);
    e->indent++;
    line(e, "%s insn = 0;", emit_word_type(spec));
    fputc('\n', e->out);
    if (tree) {
        emit_sizes(e, tree, 0);
    } else {
        line(e, "(void)ctx;");
        line(e, "return insn;");
    }
    e->indent--;
    line(e, "}");
}
