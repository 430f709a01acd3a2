/* Value types of the IR and sets of them. */
#ifndef CORE_TYPES_H
#define CORE_TYPES_H

typedef enum Type {
    TYPE_I32,
    TYPE_I64,
    TYPE_I128,
    TYPE_F32,
    TYPE_F64,
    TYPE_V64,
    TYPE_V128,
    TYPE_V256,
    TYPE_COUNT
} Type;

/* Sets of types, as the column `types` of opcode.def uses them. */
enum {
    TYPES_I32 = 1 << TYPE_I32,
    TYPES_I64 = 1 << TYPE_I64,
    TYPES_I128 = 1 << TYPE_I128,
    TYPES_F32 = 1 << TYPE_F32,
    TYPES_F64 = 1 << TYPE_F64,
    TYPES_V128 = 1 << TYPE_V128,
    TYPES_INT = TYPES_I32 | TYPES_I64,
    TYPES_FP = TYPES_F32 | 1 << TYPE_F64,
    TYPES_NUM = TYPES_INT | TYPES_FP,
    TYPES_VEC = 1 << TYPE_V64 | 1 << TYPE_V128 | 1 << TYPE_V256,
    TYPES_SCALAR = TYPES_INT | TYPES_I128 | TYPES_FP,
    TYPES_ANY = (1 << TYPE_COUNT) - 1,
};

/* Size in bytes: 4 8 16 4 8 8 16 32. */
static inline unsigned type_size(Type t)
{
    static const unsigned char size[TYPE_COUNT] = {4, 8, 16, 4, 8, 8, 16, 32};
    return size[t];
}

static inline int type_in(Type t, unsigned set)
{
    return (set >> t) & 1;
}

/* "i32", "i64", "i128", "f32", "f64", "v64", "v128", "v256" */
const char *type_name(Type t);

#endif
