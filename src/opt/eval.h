/* Integer ops on constants, as core/opcode.def gives their semantics. */
#ifndef OPT_EVAL_H
#define OPT_EVAL_H

#include <stdbool.h>
#include <stdint.h>
#include "core/ir.h"

/*
 * The outputs of op for inputs in[], in the form that constants of their
 * types are kept in.  False if it is no pure function of integers, or its
 * result is unspecified for these inputs.
 */
bool eval_op(const Op *op, const uint64_t in[], uint64_t out[2]);

/* Does cond hold between a and b, of type t? */
bool eval_cond(Type t, Cond cond, uint64_t a, uint64_t b);

#endif
