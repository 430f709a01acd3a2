/* What tools that take IR from files share: reading it, globals as text. */
#ifndef CORE_LOAD_H
#define CORE_LOAD_H

#include <stdio.h>
#include "core/ir.h"

/*
 * Reads IR, text or binary, from a file, "-" for the standard input.  False
 * with a message that starts with the file's name.
 */
bool ir_load(IR *, const char *name, char *msg, size_t size);

/*
 * "a0=0x10": the low 64 bits of global a0, in the guest state.  False with a
 * message.
 */
bool ir_set_global(const IR *, uint8_t *state, const char *setting, char *msg,
                   size_t size);

/* "a0 = 0x0000000000000010", one line for each global. */
void ir_show_globals(FILE *, const IR *, const uint8_t *state);

#endif
