/*
 * Character-level rules of the decode language, shared by every stage.
 *
 * All take a piece of text by start and length; nothing is NUL-terminated
 * unless said so.
 */
#ifndef DECODE_TEXT_H
#define DECODE_TEXT_H

#include <stdbool.h>
#include <stdint.h>

int text_length(const char *text);

/* Argument, type and function names: a letter, then letters, digits, '_'. */
bool text_is_c_name(const char *text, int length);

/*
 * Names of patterns, and of fields, argument sets and formats after their
 * mark: they only ever follow a prefix in C, so a digit may come first.
 */
bool text_is_def_name(const char *text, int length);

/* Decimal digits only; false too for values no position or width can have. */
bool text_number(const char *text, int length, int *value);

/* An optional sign, then decimal digits or 0x and hexadecimal ones. */
bool text_constant(const char *text, int length, int64_t *value);

/* What follows a field's colon, to the end of `text`: [s]width. */
bool text_width(const char *text, int *width, bool *is_signed);

#endif
