/* What the allocator did (backend/trace.h) as text. */
#ifndef DISAS_TRACE_TEXT_H
#define DISAS_TRACE_TEXT_H

#include <stdio.h>
#include "backend/backend.h"

typedef struct TraceText {
    const IR *ir; /* that is compiled */
    const Backend *backend;
    int open; /* a line of operands that is not ended: see trace_text.c */
} TraceText;

/*
 * One event: the op itself where it begins; what is moved, loaded or stored,
 * with the reason; where its operands are.
 */
void trace_text(FILE *, TraceText *, const TraceEvent *);
/* The op's, without what was done for it. */
void trace_text_op(FILE *, const IR *, const Op *);
/* Ends the line. */
void trace_text_end(FILE *, TraceText *);
/* Which guest registers live in which host registers. */
void trace_text_pins(FILE *, const Backend *, const BackendContext *,
                     const IR *);

/* "t12", "a0", "$0x5" to buf; returns it. */
const char *trace_text_temp(const IR *, TempId, char *buf, size_t size);

#endif
