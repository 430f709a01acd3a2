/* Globals as text, for tools that run IR: setting and showing them. */
#ifndef CORE_GLOBALS_H
#define CORE_GLOBALS_H

#include <stdio.h>
#include "core/ir.h"

/*
 * "a0=0x10": the low 64 bits of global a0, in the guest state.  False with a
 * message.
 */
bool ir_set_global(const IR *, uint8_t *state, const char *setting, char *msg,
                   size_t size);

/* "a0 = 0x0000000000000010", one line for each global. */
void ir_show_globals(FILE *, const IR *, const uint8_t *state);

#endif
