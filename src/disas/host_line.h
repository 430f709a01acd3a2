/* A line of host code; apart from host.c, which needs Capstone. */
#ifndef DISAS_HOST_LINE_H
#define DISAS_HOST_LINE_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum { HOST_LINE_BYTES = 11 }; /* of a long instruction, no more are shown */

/* comment: "", none. */
void host_disas_line(FILE *, uint64_t offset, const uint8_t *bytes, size_t n,
                     const char *text, const char *comment);

#endif
