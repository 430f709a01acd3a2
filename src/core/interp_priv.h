/*
 * What the interpreter's files share.  Values are kept as the host's memory
 * would hold them (little-endian), bytes beyond the type's size 0.  Globals
 * live in the guest state only, so it is exact at any time.
 */
#ifndef CORE_INTERP_PRIV_H
#define CORE_INTERP_PRIV_H

#include "core/interp.h"

_Static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__, "host byte order");

typedef struct Value {
    uint64_t w[4];
} Value;

_Static_assert(sizeof(Value) == INTERP_TEMP_BYTES, "interp.h");

typedef struct Interp {
    const IR *ir;
    InterpEnv *env;
    Value *temps;             /* by TempId; unused for globals and constants */
    const uint32_t *label_op; /* index of the set_label, by LabelId */
    uint32_t next;            /* index of the next op */
    bool carry;               /* or borrow */
    bool left;                /* the run is over: exit says how */
    InterpExit exit;
} Interp;

/* Input and output i of an op.  64 bits: a narrower value has zeros above. */
Value interp_in(const Interp *in, const Op *op, unsigned i);
uint64_t interp_in64(const Interp *in, const Op *op, unsigned i);
void interp_out(Interp *in, const Op *op, unsigned i, Value v);
void interp_out64(Interp *in, const Op *op, unsigned i, uint64_t v);
Type interp_in_type(const Interp *in, const Op *op, unsigned i);

/* Does c hold for two values of that many bits? */
bool interp_cond(Cond c, uint64_t a, uint64_t b, unsigned bits);

static inline uint64_t interp_mask(unsigned bits)
{
    return bits >= 64 ? UINT64_MAX : (1ull << bits) - 1;
}

/* The low bits of v, sign-extended; 1 <= bits <= 64. */
static inline int64_t interp_sext(uint64_t v, unsigned bits)
{
    return (int64_t)(v << (64 - bits)) >> (64 - bits);
}

/* Each executes op and returns true if it is one of its file's. */
bool interp_int_op(Interp *in, const Op *op);
bool interp_fp_op(Interp *in, const Op *op);
bool interp_vec_op(Interp *in, const Op *op);

#endif
