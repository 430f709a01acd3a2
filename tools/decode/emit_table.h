/*
 * The patterns as a table, for who shows how an instruction was decoded.
 *
 * A row for each pattern, in the order of the files, to be included where
 * DECODE_PATTERN is defined:
 *
 *     DECODE_PATTERN(name, format, width, mask, bits, file, line, fields)
 *
 * name, format ("" if it has none), file and fields are strings.  fields are
 * the arguments in the notation of the files, the pattern's own first, with
 * commas between the parts of one:
 *
 *     "imm=31:s1,7:1,25:6,8:4!field_shl1 rs1=15:5 rs2=0"
 */
#ifndef DECODE_EMIT_TABLE_H
#define DECODE_EMIT_TABLE_H

#include <stdio.h>

#include "model.h"

/* Requires check_spec. */
void emit_table(FILE *out, const Spec *spec);

#endif
