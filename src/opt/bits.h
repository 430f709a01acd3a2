/*
 * What is known of the bits of a value.
 *
 * A value is seen as 64 bits: an I32 sign-extended, an F32 zero-extended, as
 * constants of the IR are kept.  Nothing is known of other types.
 */
#ifndef OPT_BITS_H
#define OPT_BITS_H

#include <stdbool.h>
#include <stdint.h>
#include "core/ir.h"

typedef struct Bits {
    uint64_t zeros; /* bits that are 0 */
    uint64_t ones;  /* bits that are 1 */
    unsigned signs; /* so many high bits are equal, at least 1 */
} Bits;

/* The low n bits, 0 <= n <= 64. */
static inline uint64_t low_mask(unsigned n)
{
    return n >= 64 ? ~0ull : (1ull << n) - 1;
}

/* Bits pos .. pos + len - 1. */
static inline uint64_t field_mask(unsigned pos, unsigned len)
{
    return low_mask(len) << pos;
}

static inline uint64_t sign_extend(uint64_t v, unsigned len)
{
    return (uint64_t)((int64_t)(v << (64 - len)) >> (64 - len));
}

static inline unsigned leading_zeros(uint64_t v)
{
    return v ? (unsigned)__builtin_clzll(v) : 64;
}

static inline unsigned trailing_zeros(uint64_t v)
{
    return v ? (unsigned)__builtin_ctzll(v) : 64;
}

static inline unsigned type_bits(Type t)
{
    return 8 * type_size(t);
}

/* v as a value of type t is kept. */
static inline uint64_t fit_value(Type t, uint64_t v)
{
    return t == TYPE_I32 ? sign_extend(v, 32) : t == TYPE_F32 ? (uint32_t)v : v;
}

static inline bool bits_known(Bits b)
{
    return (b.zeros | b.ones) == ~0ull;
}

static inline Bits bits_of_value(uint64_t v)
{
    unsigned signs = leading_zeros((int64_t)v < 0 ? ~v : v);
    return (Bits){~v, v, signs};
}

/* Brings what was computed of 64 bits into the form for type t. */
static inline Bits bits_fit(Type t, uint64_t zeros, uint64_t ones,
                            unsigned signs)
{
    if (t == TYPE_I32) {
        zeros = sign_extend(zeros, 32);
        ones = sign_extend(ones, 32);
        signs = signs < 33 ? 33 : signs;
    } else if (t == TYPE_F32) {
        zeros |= F32_BOX;
        ones &= ~F32_BOX;
        signs = 32;
    }
    unsigned z = leading_zeros(~zeros), o = leading_zeros(~ones);
    signs = signs < z ? z : signs;
    signs = signs < o ? o : signs;
    return (Bits){zeros, ones, signs ? signs : 1};
}

static inline Bits bits_unknown(Type t)
{
    return bits_fit(t, 0, 0, 1);
}

/* Less than 2^len, as far as the type shows it. */
static inline Bits bits_below(Type t, unsigned len)
{
    return bits_fit(t, ~low_mask(len), 0, 1);
}

/*
 * What is known of the first output of an op whose inputs have bits in[0..).
 * Of the ops that set several, nothing is known.
 */
Bits bits_of_op(const IR *ir, const Op *op, const Bits in[]);

#endif
