#include "tree.h"

#include <stdio.h>

typedef VEC(Node *) Nodes;

/* Bits that all nodes fix. */
static Bits common_mask(const Spec *spec, const Nodes *nodes)
{
    Bits mask = spec->word_mask;

    VEC_EACH (Node *, node, nodes) {
        mask &= (*node)->fixed_mask;
    }
    return mask;
}

/* Those of `mask` that do not have the same value in all nodes. */
static Bits varying_bits(const Nodes *nodes, Bits mask)
{
    Bits varying = 0;

    VEC_EACH (Node *, node, nodes) {
        varying |= ((*node)->fixed_bits ^ nodes->at[0]->fixed_bits) & mask;
    }
    return varying;
}

static bool seen_before(const Nodes *nodes, int index, Bits mask)
{
    for (int i = 0; i < index; i++) {
        if (!((nodes->at[i]->fixed_bits ^ nodes->at[index]->fixed_bits) &
              mask)) {
            return true;
        }
    }
    return false;
}

static int count_values(const Nodes *nodes, Bits mask)
{
    int count = 0;

    for (int i = 0; i < nodes->count; i++) {
        count += !seen_before(nodes, i, mask);
    }
    return count;
}

/* The run of ones that starts with the lowest one of `mask`. */
static Bits lowest_run(Bits mask)
{
    Bits low = mask & -mask;

    return mask & ~(mask + low);
}

static int bit_count(Bits mask)
{
    return __builtin_popcountll(mask);
}

/* 0 if no bit of `mask` tells two nodes apart; the narrower run of equals. */
static Bits best_run(const Nodes *nodes, Bits mask)
{
    Bits best = 0;
    int most = 1;

    while (mask) {
        Bits run = lowest_run(mask);
        int count = count_values(nodes, run);

        if (count > most ||
            (count == most && bit_count(run) < bit_count(best))) {
            most = count;
            best = run;
        }
        mask &= ~run;
    }
    return best;
}

static Nodes with_value(const Nodes *nodes, Bits mask, Bits value)
{
    Nodes chosen = {0};

    VEC_EACH (Node *, node, nodes) {
        if (((*node)->fixed_bits & mask) == value) {
            vec_push(&chosen, *node);
        }
    }
    return chosen;
}

static const char *node_name(const Node *node)
{
    if (node->kind == NODE_PATTERN) {
        return node->pattern->name;
    }
    return mem_format("the group of line %d", node->pos.line);
}

static _Noreturn void overlap_error(const Spec *spec, const Nodes *nodes)
{
    const Node *last = nodes->at[nodes->count - 1];

    model_error(spec, last->pos, "%s overlaps %s (%s:%d)", node_name(last),
                node_name(nodes->at[0]), nodes->at[0]->pos.file,
                nodes->at[0]->pos.line);
}

static Tree *build(const Spec *spec, const Nodes *nodes, Bits known);

static void add_cases(const Spec *spec, const Nodes *nodes, Bits known,
                      Bits run, Tree *tree)
{
    for (int i = 0; i < nodes->count; i++) {
        Bits value = nodes->at[i]->fixed_bits & run;
        Nodes same = with_value(nodes, run, value);

        if (!seen_before(nodes, i, run)) {
            vec_push(&tree->cases,
                     ((Case){value >> tree->shift, build(spec, &same, known)}));
        }
    }
}

static Tree *build(const Spec *spec, const Nodes *nodes, Bits known)
{
    Tree *tree = mem_new(sizeof *tree);
    Bits run = best_run(nodes, common_mask(spec, nodes) & ~known);

    if (nodes->count == 1) {
        tree->leaf = nodes->at[0];
        return tree;
    }
    if (!run) {
        overlap_error(spec, nodes);
    }
    tree->shift = __builtin_ctzll(run);
    tree->run = run >> tree->shift;
    add_cases(spec, nodes, known | run, run, tree);
    return tree;
}

static Nodes members_of(const Node *group)
{
    Nodes nodes = {0};

    VEC_EACH (Node *, member, &group->members) {
        vec_push(&nodes, *member);
    }
    return nodes;
}

Tree *tree_build(const Spec *spec, const Node *group, Bits known)
{
    Nodes nodes = members_of(group);

    return nodes.count ? build(spec, &nodes, known) : NULL;
}

/* --- Sizes --- */

static void width_range(const Nodes *nodes, int *least, int *most)
{
    *least = *most = nodes->at[0]->width;
    VEC_EACH (Node *, node, nodes) {
        *least = (*node)->width < *least ? (*node)->width : *least;
        *most = (*node)->width > *most ? (*node)->width : *most;
    }
}

static SizeTree *build_sizes(const Spec *spec, const Nodes *nodes, int bits,
                             Bits known);

static void add_size_cases(const Spec *spec, const Nodes *nodes, int bits,
                           Bits known, SizeTree *tree)
{
    for (int i = 0; i < nodes->count; i++) {
        Bits value = nodes->at[i]->fixed_bits & tree->mask;
        Nodes same = with_value(nodes, tree->mask, value);

        if (!seen_before(nodes, i, tree->mask)) {
            SizeTree *below =
                build_sizes(spec, &same, bits, known | tree->mask);

            vec_push(&tree->cases, ((SizeCase){value, below}));
        }
    }
}

static Bits top_bits(const Spec *spec, int bits)
{
    int full = spec->options->insn_width;

    return bits ? spec->word_mask & ~(Bits)0 << (full - bits) : 0;
}

/*
 * With `bits` loaded and the bits of `known` told apart. All nodes have at
 * least `bits` bits; no more than the shortest has are loaded to find out.
 */
static SizeTree *build_sizes(const Spec *spec, const Nodes *nodes, int bits,
                             Bits known)
{
    SizeTree *tree = mem_new(sizeof *tree);
    Bits common = common_mask(spec, nodes) & top_bits(spec, bits) & ~known;
    int least, most;

    width_range(nodes, &least, &most);
    tree->bytes = bits / 8;
    tree->mask = varying_bits(nodes, common);
    if (least == most) {
        tree->bytes = least / 8;
        tree->mask = 0;
    } else if (tree->mask) {
        add_size_cases(spec, nodes, bits, known, tree);
    } else if (bits < least) {
        return build_sizes(spec, nodes, bits + 8, known);
    } else {
        overlap_error(spec, nodes);
    }
    return tree;
}

SizeTree *tree_build_sizes(const Spec *spec)
{
    Nodes nodes = members_of(spec->root);

    return nodes.count ? build_sizes(spec, &nodes, 0, 0) : NULL;
}
