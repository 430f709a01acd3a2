/* Compression as browsers undo it: DecompressionStream("deflate-raw"). */
#ifndef TOOLS_EXPLORE_DEFLATE_H
#define TOOLS_EXPLORE_DEFLATE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* RFC 1951; malloc'ed, *out_size bytes. */
uint8_t *deflate(const uint8_t *data, size_t size, size_t *out_size);

/* RFC 4648, section 4; without line ends. */
void base64_write(FILE *, const uint8_t *data, size_t size);

#endif
