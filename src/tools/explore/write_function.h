/*
 * A function as JSON:
 *
 *   name, addr, size; cut: 1 if only its beginning is shown
 *   heat      counts of the profile in it
 *   patterns  [{name, format, width, mask, bits, file, line, fields}]
 *   files     [{name, lines: [[number, text]]}] of the source
 *   insns     [{pc, code, text, pattern, file, line, heat, to}]; pattern, file:
 *             index or -1; to: name of what it jumps to, ""
 *   graph     basic blocks: see graph.h
 *   units     [{tier: "block" or "region", pc, name, blocks: [pc], ...}]; the
 *             rest: see write_unit.h
 */
#ifndef TOOLS_EXPLORE_WRITE_FUNCTION_H
#define TOOLS_EXPLORE_WRITE_FUNCTION_H

#include "tools/explore/json.h"
#include "tools/explore/pipeline.h"
#include "tools/explore/profile.h"
#include "tools/explore/source.h"

/* What is known of the program besides its code. */
typedef struct Sources {
    Source *source;  /* NULL: nothing */
    Profile profile; /* empty: there is none */
} Sources;

void write_function(Json *, Pipeline *, const Sources *, Function);

#endif
