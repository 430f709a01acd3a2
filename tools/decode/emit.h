/*
 * Last stage: the decoder in C.
 *
 * The text needs a type DisasContext, the functions that fields name and, in
 * a variable-width decoder, NAME_load_bytes, all declared before it. It
 * declares, for use by the code around it:
 *
 *     arg_SET, arg_PATTERN      what a trans function is given
 *     bool trans_PATTERN(DisasContext *ctx, arg_PATTERN *a);
 *     bool NAME(DisasContext *ctx, uintN_t insn);
 *     uintN_t NAME_load(DisasContext *ctx);     variable width only
 *
 * NAME returns false if nothing matches or every trans function that was
 * asked refused. Several generated files can share one .c file.
 */
#ifndef DECODE_EMIT_H
#define DECODE_EMIT_H

#include <stdio.h>

#include "model.h"

/* Requires check_spec. */
void emit_decoder(FILE *out, const Spec *spec);

#endif
