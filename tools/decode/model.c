#include "model.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

Spec *model_new(const Options *options)
{
    Spec *spec = mem_new(sizeof *spec);

    spec->options = options;
    spec->word_mask = ~(Bits)0 >> (64 - options->insn_width);
    spec->root = mem_new(sizeof *spec->root);
    spec->root->kind = NODE_EXCLUSIVE;
    return spec;
}

Field *model_field(const Spec *spec, const char *name)
{
    VEC_EACH (Field *, it, &spec->fields) {
        if (!strcmp((*it)->name, name)) {
            return *it;
        }
    }
    return NULL;
}

ArgSet *model_arg_set(const Spec *spec, const char *name)
{
    VEC_EACH (ArgSet *, it, &spec->arg_sets) {
        if (!strcmp((*it)->name, name)) {
            return *it;
        }
    }
    return NULL;
}

Insn *model_format(const Spec *spec, const char *name)
{
    VEC_EACH (Insn *, it, &spec->formats) {
        if (!strcmp((*it)->name, name)) {
            return *it;
        }
    }
    return NULL;
}

const Arg *model_arg(const ArgSet *set, const char *name)
{
    VEC_EACH (const Arg, arg, &set->args) {
        if (!strcmp(arg->name, name)) {
            return arg;
        }
    }
    return NULL;
}

const Value *model_binding(const Bindings *bindings, const char *arg)
{
    VEC_EACH (const Binding, it, bindings) {
        if (!strcmp(it->arg, arg)) {
            return it->value;
        }
    }
    return NULL;
}

static bool holds_exactly(const ArgSet *set, const Bindings *bindings)
{
    VEC_EACH (const Arg, arg, &set->args) {
        if (strcmp(arg->type, "int") || !model_binding(bindings, arg->name)) {
            return false;
        }
    }
    return set->args.count == bindings->count;
}

static const char *fresh_set_name(const Spec *spec)
{
    int number = spec->arg_sets.count;
    const char *name;

    do {
        name = mem_format("%s%d", spec->options->decode_name, number++);
    } while (model_arg_set(spec, name));
    return name;
}

const ArgSet *model_infer_args(Spec *spec, const Bindings *bindings)
{
    ArgSet *set;

    VEC_EACH (ArgSet *, it, &spec->arg_sets) {
        if (holds_exactly(*it, bindings)) {
            return *it;
        }
    }
    set = mem_new(sizeof *set);
    set->name = fresh_set_name(spec);
    VEC_EACH (const Binding, it, bindings) {
        vec_push(&set->args, ((Arg){it->arg, "int"}));
    }
    vec_push(&spec->arg_sets, set);
    return set;
}

void model_error(const Spec *spec, Pos pos, const char *format, ...)
{
    va_list args;

    fprintf(stderr, "%s:%d: error: ", pos.file, pos.line);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
    exit(spec->options->test_for_error ? 0 : 1);
}
