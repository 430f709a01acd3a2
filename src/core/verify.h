/* Is this IR well formed? */
#ifndef CORE_VERIFY_H
#define CORE_VERIFY_H

#include <stdbool.h>
#include <stddef.h>
#include "core/ir.h"

/*
 * Checks what opcode.def and ir.h demand: types, ranges of constants, calls
 * against their helpers, labels, carry chains, EBB temps written before they
 * are read, and a leaving op at the end of every path.  Ops that cannot be
 * reached are well formed.  On failure msg gets "op N: reason: text".
 */
bool ir_verify(const IR *ir, char *msg, size_t size);

#endif
