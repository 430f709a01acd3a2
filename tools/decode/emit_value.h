/* Assignments to arguments, in C. */
#ifndef DECODE_EMIT_VALUE_H
#define DECODE_EMIT_VALUE_H

#include <stdio.h>

#include "model.h"

/* A value calls a function, which is given ctx. */
bool value_uses_ctx(const Bindings *bindings);

/* One assignment a line; `target` comes before each argument's name. */
void value_emit(FILE *out, int indent, const char *target,
                const Bindings *bindings);

#endif
