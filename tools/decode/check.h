/*
 * Third stage: rules between the elements of a definition, and between
 * definitions. Each function ends the program on the first broken rule.
 *
 * check_format and check_pattern also put the bindings in such an order that
 * an argument comes before the values that refer to it; check_pattern sets
 * format_last.
 */
#ifndef DECODE_CHECK_H
#define DECODE_CHECK_H

#include "model.h"

void check_format(Spec *spec, Insn *format);

/* Requires the masks of the format already merged in. */
void check_pattern(Spec *spec, Insn *pattern);

/* Rules over all patterns; fills in the nodes' masks, widths and trees. */
void check_spec(Spec *spec);

#endif
