/* From the text form (core/dump.h) to IR. */
#ifndef CORE_PARSE_H
#define CORE_PARSE_H

#include <stdbool.h>
#include <stddef.h>
#include "core/ir.h"

/*
 * Resets ir and fills it from text.  A global that ir already has (same
 * name, type and offset) is taken as it is, others are added; calls find
 * their helpers in ir->helpers.  Numbers of temps become their TempIds, all
 * moved up alike when they would meet those of globals.  Only syntax is
 * checked; use ir_verify() for the rest.
 *
 * False on error, with "LINE: message" in msg.
 */
bool ir_parse(IR *ir, const char *text, char *msg, size_t size);
/* The same for a part of a text, whose first line has the number `line`. */
bool ir_parse_from(IR *ir, const char *text, unsigned line, char *msg,
                   size_t size);

#endif
