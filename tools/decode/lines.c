#include "lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

static int indent_of(const char *text)
{
    int column = 0;

    for (; *text && strchr(BLANKS, *text); text++) {
        column += *text == '\t' ? 8 - column % 8 : 1;
    }
    return column;
}

static bool is_blank(const char *text)
{
    return text[strspn(text, BLANKS)] == '\0';
}

static void split(Words *words, const char *text)
{
    int end = (int)strcspn(text, "#");

    for (int i = 0; i < end;) {
        int blanks = (int)strspn(text + i, BLANKS);
        int length = (int)strcspn(text + i + blanks, BLANKS "#");

        if (length) {
            vec_push(words, mem_string(text + i + blanks, length));
        }
        i += blanks + length;
    }
}

/* Drop a final \; true if there was one. */
static bool take_continuation(Words *words)
{
    if (!words->count || strcmp(words->at[words->count - 1], "\\")) {
        return false;
    }
    words->count--;
    return true;
}

/*
 * Add a physical line to the logical line under construction, which has no
 * words if none is. True if the logical line is complete.
 */
static bool add_physical(Line *line, Pos pos, const char *text)
{
    if (!line->words.count) {
        if (is_blank(text)) {
            return false;
        }
        *line = (Line){.pos = pos, .indent = indent_of(text)};
    }
    split(&line->words, text);
    return !take_continuation(&line->words);
}

static void cannot_read(const char *file)
{
    fprintf(stderr, "decode: %s: %s\n", file, strerror(errno));
    exit(1);
}

static FILE *open_or_die(const char *file)
{
    FILE *in = fopen(file, "r");

    if (!in) {
        cannot_read(file);
    }
    return in;
}

Lines lines_read(const char *file)
{
    FILE *in = open_or_die(file);
    Lines lines = {0};
    Line line = {0};
    Pos pos = {file, 0};
    char *text = NULL;
    size_t size = 0;

    while (getline(&text, &size, in) >= 0) {
        pos.line++;
        if (add_physical(&line, pos, text)) {
            vec_push(&lines, line);
            line = (Line){0};
        }
    }
    if (ferror(in)) { /* a folder, say */
        cannot_read(file);
    }
    if (line.words.count) {
        vec_push(&lines, line);
    }
    fclose(in);
    return lines;
}
