/* See host_line.h. */
#include "disas/host_line.h"

#include <inttypes.h>
#include <string.h>
#include "disas/host.h"

enum { TEXT_COLUMNS = 40 };

void host_disas_line(FILE *f, uint64_t offset, const uint8_t *bytes, size_t n,
                     const char *text, const char *comment)
{
    fprintf(f, "%6" PRIx64 ":  ", offset);
    for (size_t i = 0; i < HOST_LINE_BYTES; i++) {
        fprintf(f, i < n ? "%02x" : "  ", i < n ? bytes[i] : 0);
    }
    if (*comment) {
        fprintf(f, "  %-*s # %s\n", TEXT_COLUMNS, text, comment);
    } else {
        fprintf(f, "  %s\n", text);
    }
}

void host_disas_data(FILE *f, const uint8_t *code, uint32_t from, uint32_t to)
{
    while (from < to) {
        uint32_t n = to - from < 8 ? to - from : 8;
        uint64_t value = 0;
        char text[64];
        memcpy(&value, code + from, n);
        snprintf(text, sizeof(text), ".quad      0x%" PRIx64, value);
        host_disas_line(f, from, code + from, n, text, "");
        from += n;
    }
}
