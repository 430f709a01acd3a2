/*
 * Second stage: logical lines into the model.
 *
 * A line defines what its first word's mark says: %field, &argument set,
 * @format, a group's brace or bracket, or else a pattern. Rules about a
 * single definition are checked here, as it is read, so that a name can only
 * refer to what stands before it; rules between definitions are check.h's.
 */
#ifndef DECODE_PARSE_H
#define DECODE_PARSE_H

#include "lines.h"
#include "model.h"

void parse_file(Spec *spec, const char *file);

/* One definition each; words->at[0] is its name with its mark. */
void parse_field(Spec *spec, Pos pos, const Words *words);
void parse_arg_set(Spec *spec, Pos pos, const Words *words);
void parse_format(Spec *spec, Pos pos, const Words *words);
Insn *parse_pattern(Spec *spec, Pos pos, const Words *words);

#endif
