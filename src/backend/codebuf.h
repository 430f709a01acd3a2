/*
 * A stretch of the code buffer: written through one mapping, run through
 * another.  Never both in one view.
 */
#ifndef BACKEND_CODEBUF_H
#define BACKEND_CODEBUF_H

#include <stddef.h>
#include <stdint.h>

typedef struct CodeBuf {
    uint8_t *rw;       /* writable view */
    const uint8_t *rx; /* executable view of the same bytes */
    size_t size, used;
} CodeBuf;

#endif
