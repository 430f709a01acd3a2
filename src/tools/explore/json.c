/* See json.h. */
#include "tools/explore/json.h"

#include <inttypes.h>

static void string(FILE *f, const char *s)
{
    fputc('"', f);
    for (; *s; s++) {
        unsigned char c = (unsigned char)*s;
        if (c < ' ' || c == '<' || c == 0x7f) {
            fprintf(f, "\\u%04x", c);
        } else {
            fprintf(f, c == '"' || c == '\\' ? "\\%c" : "%c", c);
        }
    }
    fputc('"', f);
}

static void begin_value(Json *j, const char *key)
{
    if (j->comma) {
        fputc(',', j->f);
    }
    if (key) {
        string(j->f, key);
        fputc(':', j->f);
    }
    j->comma = true;
}

void json_open(Json *j, const char *key, char bracket)
{
    begin_value(j, key);
    fputc(bracket, j->f);
    j->comma = false;
}

void json_close(Json *j, char bracket)
{
    fputc(bracket, j->f);
    j->comma = true;
}

void json_text(Json *j, const char *key, const char *text)
{
    begin_value(j, key);
    string(j->f, text);
}

void json_number(Json *j, const char *key, int64_t number)
{
    begin_value(j, key);
    fprintf(j->f, "%" PRId64, number);
}

void json_address(Json *j, const char *key, uint64_t address)
{
    char text[24];
    snprintf(text, sizeof(text), "0x%" PRIx64, address);
    json_text(j, key, text);
}
