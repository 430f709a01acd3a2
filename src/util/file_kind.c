#include "util/file_kind.h"

#include <ctype.h>
#include <elf.h>
#include <stdbool.h>
#include <string.h>

static bool is_text(const unsigned char *p, size_t n)
{
    for (size_t i = 0; i < n; i++) {
        if (p[i] < 0x80 && !isprint(p[i]) && !isspace(p[i])) {
            return false;
        }
    }
    return n != 0;
}

const char *file_kind(const void *head, size_t n)
{
    if (n == 0) {
        return "an empty file";
    } else if (n >= 2 && memcmp(head, "#!", 2) == 0) {
        return "a script (#!), not an ELF file; run its interpreter";
    } else if (n >= SELFMAG && memcmp(head, ELFMAG, SELFMAG) == 0) {
        return "an ELF file that is cut short";
    } else if (is_text(head, n)) {
        return "a text file, not an ELF file";
    }
    return n < sizeof(Elf64_Ehdr) ? "too short to be a program"
                                  : "not an ELF file";
}
