/* The functions that tell instructions, and their lengths, apart. */
#ifndef DECODE_EMIT_TREE_H
#define DECODE_EMIT_TREE_H

#include <stdio.h>

#include "model.h"

/* The unsigned type of an instruction word. */
const char *emit_word_type(const Spec *spec);

void emit_decode_function(FILE *out, const Spec *spec);
void emit_load_function(FILE *out, const Spec *spec);

#endif
