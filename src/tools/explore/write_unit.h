/*
 * A translated unit as JSON:
 *
 *   stages  [{pass, ops: [id]}]; an op keeps its id while it stays the same
 *   ops     by id: [text, pc or -1, id that it was or -1]
 *   temps   [name, type, kind] of those that the last stage has
 *   final   [{id, args: [[temp, flags]], low}]: liveness of the last stage;
 *           flags 1 dies, 2 to its home, 4 only the side reads it, 8 output
 *   pins    [[global, register]] at every entry and exit
 *   alloc   [{id or -1, ev: [[what, temp, register, from, reason]]}]
 *   host    [[offset, bytes, text, comment, id or -1, pc or -1, place]];
 *           place: 0 in line, 1 out of line, 2 data
 */
#ifndef TOOLS_EXPLORE_WRITE_UNIT_H
#define TOOLS_EXPLORE_WRITE_UNIT_H

#include "tools/explore/json.h"
#include "tools/explore/pipeline.h"

/* Members of the object that is open. */
void write_unit(Json *, const Pipeline *, const Unit *);
/* The texts of reasons that events have by number, an array. */
void write_reasons(Json *, const char *key);

#endif
