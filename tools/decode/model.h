/*
 * What a set of decode files says: the data between parser and emitter.
 *
 *     lines -> parse -> model -> check -> tree -> emit
 *
 * Bit 0 is the least significant bit of the instruction word. In a
 * variable-width decoder instructions are left-aligned in a word of
 * options->insn_width bits, and the bits after them are undefined.
 *
 * Always true once parsing is over:
 *  - names are unique within fields, argument sets and formats;
 *  - a Value has parts, or a function, or is a constant;
 *  - fixed_bits lie within fixed_mask; fixed, undefined and field bits of a
 *    definition are disjoint; a pattern's cover the whole word;
 *  - a pattern and its format set each argument of its set exactly once;
 *  - a group has at least one member.
 */
#ifndef DECODE_MODEL_H
#define DECODE_MODEL_H

#include <stdbool.h>
#include <stdint.h>

#include "mem.h"
#include "options.h"

typedef uint64_t Bits;

typedef struct Pos {
    const char *file;
    int line;
} Pos;

/* One piece of a field; the first piece of a Value is the most significant. */
typedef struct Part {
    const char *ref; /* low bits of this argument; NULL: of the word */
    int pos;         /* least significant bit, in the word */
    int len;         /* 1 .. insn_width */
    bool is_signed;
} Part;

/* How an argument gets its value. */
typedef struct Value {
    VEC(Part) parts;      /* none: `function` alone, or a constant */
    const char *function; /* applied to the joined parts; or NULL */
    bool is_constant;
    int64_t constant;
    Bits mask; /* bits of the word it reads */
} Value;

typedef struct Field {
    const char *name;
    Value value;
} Field;

typedef struct Arg {
    const char *name;
    const char *type;
} Arg;

typedef struct ArgSet {
    const char *name;
    VEC(Arg) args;
    bool is_extern; /* its C type is declared elsewhere */
} ArgSet;

typedef struct Binding {
    const char *arg;
    const Value *value;
} Binding;

typedef VEC(Binding) Bindings;

/* A format, or a pattern, which may build on a format. */
typedef struct Insn Insn;
struct Insn {
    Pos pos;
    const char *name;
    const Insn *format; /* of a pattern; or NULL */
    const ArgSet *args;
    Bindings bindings; /* its own, without its format's */
    Bits fixed_bits;   /* the masks of a pattern include its format's */
    Bits fixed_mask;
    Bits undef_mask;
    Bits field_mask;
    int width;        /* bits; 0 in a format that names no bits */
    bool format_last; /* the format's values refer to this pattern's */
};

typedef enum NodeKind {
    NODE_PATTERN,
    NODE_OVERLAP,   /* { }: members are tried in order */
    NODE_EXCLUSIVE, /* [ ] and the outermost level: at most one matches */
} NodeKind;

typedef struct Node Node;
typedef struct Tree Tree;
struct Node {
    NodeKind kind;
    Pos pos;
    Insn *pattern;       /* NODE_PATTERN */
    VEC(Node *) members; /* groups */
    Bits fixed_bits;     /* bits with one value in all patterns below */
    Bits fixed_mask;
    int width;
    Tree *tree; /* NODE_EXCLUSIVE: how to tell the members apart */
};

typedef struct Spec {
    const Options *options;
    Bits word_mask;
    VEC(Field *) fields;
    VEC(ArgSet *) arg_sets;
    VEC(Insn *) formats;
    VEC(Insn *) patterns; /* in the order of the files */
    Node *root;           /* NODE_EXCLUSIVE */
} Spec;

Spec *model_new(const Options *options);

/* NULL if there is none of that name. */
Field *model_field(const Spec *spec, const char *name);
ArgSet *model_arg_set(const Spec *spec, const char *name);
Insn *model_format(const Spec *spec, const char *name);

const Arg *model_arg(const ArgSet *set, const char *name);
const Value *model_binding(const Bindings *bindings, const char *arg);

/*
 * The argument set that holds exactly these arguments, all int: the first
 * one declared, or else a new one named after the decoder.
 */
const ArgSet *model_infer_args(Spec *spec, const Bindings *bindings);

/* Print "file:line: error: ..." and end the program. */
_Noreturn void model_error(const Spec *spec, Pos pos, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

#endif
