#include "check.h"

#include <inttypes.h>
#include <string.h>

#include "tree.h"

/* --- Bits --- */

static void check_disjoint(const Spec *spec, const Insn *insn, Bits overlap,
                           const char *what)
{
    if (overlap) {
        model_error(spec, insn->pos, "%s overlap (0x%" PRIx64 ")", what,
                    overlap);
    }
}

static void check_masks(const Spec *spec, const Insn *insn)
{
    check_disjoint(spec, insn, insn->field_mask & insn->fixed_mask,
                   "fields and fixed bits");
    check_disjoint(spec, insn, insn->field_mask & insn->undef_mask,
                   "fields and undefined bits");
    check_disjoint(spec, insn, insn->fixed_mask & insn->undef_mask,
                   "fixed and undefined bits");
}

static void check_covered(const Spec *spec, const Insn *insn)
{
    Bits covered = insn->field_mask | insn->fixed_mask | insn->undef_mask;

    if (covered != spec->word_mask) {
        model_error(spec, insn->pos, "bits left unspecified (0x%" PRIx64 ")",
                    covered ^ spec->word_mask);
    }
}

/* --- Arguments --- */

static void check_members(const Spec *spec, const Insn *insn)
{
    VEC_EACH (const Binding, it, &insn->bindings) {
        if (!model_arg(insn->args, it->arg)) {
            model_error(spec, insn->pos, "'%s' is not in argument set '%s'",
                        it->arg, insn->args->name);
        }
    }
}

static bool format_binds(const Insn *pattern, const char *arg)
{
    return pattern->format && model_binding(&pattern->format->bindings, arg);
}

static void check_set_once(const Spec *spec, const Insn *pattern)
{
    VEC_EACH (const Arg, arg, &pattern->args->args) {
        bool by_format = format_binds(pattern, arg->name);
        bool by_pattern = model_binding(&pattern->bindings, arg->name);

        if (by_format && by_pattern) {
            model_error(spec, pattern->pos,
                        "'%s' is set by both format and pattern", arg->name);
        }
        if (!by_format && !by_pattern) {
            model_error(spec, pattern->pos, "'%s' is not set", arg->name);
        }
    }
}

/* --- References from values to other arguments --- */

/* All arguments of `bindings` that `value` refers to are in `done`. */
static bool is_ready(const Value *value, const Bindings *bindings,
                     const Bindings *done)
{
    VEC_EACH (const Part, part, &value->parts) {
        if (part->ref && model_binding(bindings, part->ref) &&
            !model_binding(done, part->ref)) {
            return false;
        }
    }
    return true;
}

/*
 * Sort bindings so that references point backwards, else keep their order:
 * take all that are ready, again and again. A round without progress is a
 * cycle.
 */
static void order_bindings(const Spec *spec, Insn *insn)
{
    Bindings *all = &insn->bindings;
    Bindings done = {0};

    while (done.count < all->count) {
        int before = done.count;

        VEC_EACH (const Binding, it, all) {
            if (!model_binding(&done, it->arg) &&
                is_ready(it->value, all, &done)) {
                vec_push(&done, *it);
            }
        }
        if (done.count == before) {
            model_error(spec, insn->pos, "fields refer in a circle");
        }
    }
    *all = done;
}

/* The first reference of `insn` to what it does not itself set, or NULL. */
static const char *outside_ref(const Insn *insn)
{
    VEC_EACH (const Binding, it, &insn->bindings) {
        VEC_EACH (const Part, part, &it->value->parts) {
            if (part->ref && !model_binding(&insn->bindings, part->ref)) {
                return part->ref;
            }
        }
    }
    return NULL;
}

static void check_refs(const Spec *spec, const Insn *pattern,
                       const Bindings *bindings)
{
    VEC_EACH (const Binding, it, bindings) {
        VEC_EACH (const Part, part, &it->value->parts) {
            if (part->ref && !model_binding(&pattern->bindings, part->ref) &&
                !format_binds(pattern, part->ref)) {
                model_error(spec, pattern->pos,
                            "'%s' refers to '%s', which is not set", it->arg,
                            part->ref);
            }
        }
    }
}

static void check_format_refs(const Spec *spec, Insn *pattern)
{
    pattern->format_last = outside_ref(pattern->format);
    check_refs(spec, pattern, &pattern->format->bindings);
    if (pattern->format_last && outside_ref(pattern)) {
        model_error(spec, pattern->pos,
                    "format and pattern refer to each other's fields");
    }
}

void check_format(Spec *spec, Insn *format)
{
    check_members(spec, format);
    check_masks(spec, format);
    order_bindings(spec, format);
}

void check_pattern(Spec *spec, Insn *pattern)
{
    check_members(spec, pattern);
    check_set_once(spec, pattern);
    check_masks(spec, pattern);
    check_covered(spec, pattern);
    order_bindings(spec, pattern);
    check_refs(spec, pattern, &pattern->bindings);
    if (pattern->format) {
        check_format_refs(spec, pattern);
    }
}

/* --- All patterns --- */

/* Patterns of one name share a trans function, so they share its set. */
static void check_same_args(const Spec *spec)
{
    VEC_EACH (Insn *, a, &spec->patterns) {
        for (Insn **b = spec->patterns.at; b < a; b++) {
            if (!strcmp((*a)->name, (*b)->name) && (*a)->args != (*b)->args) {
                model_error(spec, (*a)->pos,
                            "'%s' has other arguments than on line %d",
                            (*a)->name, (*b)->pos.line);
            }
        }
    }
}

/* The bits that all members fix, to one value. */
static void collect_masks(const Spec *spec, Node *node)
{
    Bits mask = spec->word_mask;
    Bits first;

    if (node->kind == NODE_PATTERN) {
        node->fixed_bits = node->pattern->fixed_bits;
        node->fixed_mask = node->pattern->fixed_mask;
        return;
    }
    VEC_EACH (Node *, member, &node->members) {
        collect_masks(spec, *member);
    }
    first = node->members.count ? node->members.at[0]->fixed_bits : 0;
    VEC_EACH (Node *, member, &node->members) {
        mask &= (*member)->fixed_mask & ~((*member)->fixed_bits ^ first);
    }
    node->fixed_mask = mask;
    node->fixed_bits = first & mask;
}

static void collect_widths(const Spec *spec, Node *node)
{
    if (node->kind == NODE_PATTERN) {
        node->width = node->pattern->width;
        return;
    }
    VEC_EACH (Node *, member, &node->members) {
        collect_widths(spec, *member);
        node->width = node->members.at[0]->width;
        if (node != spec->root && (*member)->width != node->width) {
            model_error(spec, (*member)->pos,
                        "patterns of different widths in one group");
        }
    }
}

static void build_trees(const Spec *spec, Node *node, Bits known)
{
    if (node->kind == NODE_EXCLUSIVE) {
        node->tree = tree_build(spec, node, known);
    }
    VEC_EACH (Node *, member, &node->members) {
        build_trees(spec, *member, (*member)->fixed_mask);
    }
}

void check_spec(Spec *spec)
{
    check_same_args(spec);
    collect_masks(spec, spec->root);
    if (spec->options->variable) {
        collect_widths(spec, spec->root);
    }
    build_trees(spec, spec->root, 0);
}
