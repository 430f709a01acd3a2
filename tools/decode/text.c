#include "text.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "mem.h"

#define LETTERS    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"
#define DIGITS     "0123456789"
#define HEX_DIGITS DIGITS "abcdefABCDEF"

int text_length(const char *text)
{
    return (int)strlen(text);
}

static bool made_of(const char *text, int length, const char *set)
{
    for (int i = 0; i < length; i++) {
        if (!text[i] || !strchr(set, text[i])) {
            return false;
        }
    }
    return length > 0;
}

bool text_is_def_name(const char *text, int length)
{
    return made_of(text, length, LETTERS DIGITS "_");
}

bool text_is_c_name(const char *text, int length)
{
    return text_is_def_name(text, length) && made_of(text, 1, LETTERS);
}

bool text_number(const char *text, int length, int *value)
{
    if (!made_of(text, length, DIGITS) || length > 6) {
        return false;
    }
    *value = atoi(mem_string(text, length));
    return true;
}

bool text_constant(const char *text, int length, int64_t *value)
{
    bool negative = length > 0 && text[0] == '-';
    int sign = negative || (length > 0 && text[0] == '+');
    bool hex = length - sign > 2 && text[sign] == '0' &&
               (text[sign + 1] | 0x20) == 'x';
    int prefix = sign + (hex ? 2 : 0);
    uint64_t magnitude;

    if (!made_of(text + prefix, length - prefix, hex ? HEX_DIGITS : DIGITS)) {
        return false;
    }
    errno = 0;
    magnitude = strtoull(mem_string(text + prefix, length - prefix), NULL,
                         hex ? 16 : 10);
    *value = (int64_t)(negative ? -magnitude : magnitude);
    return errno == 0;
}

bool text_width(const char *text, int *width, bool *is_signed)
{
    *is_signed = text[0] == 's';
    text += *is_signed;
    return text_number(text, text_length(text), width);
}
