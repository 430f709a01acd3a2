/*
 * First stage: a decode file as logical lines of blank-separated words.
 *
 * Comments are gone and lines that end in the word \ are joined with the
 * next. Empty lines are skipped; a line with nothing but a comment comes out
 * with no words, because its indentation counts too.
 */
#ifndef DECODE_LINES_H
#define DECODE_LINES_H

#include "model.h"

typedef VEC(const char *) Words;

typedef struct Line {
    Pos pos;    /* of the first physical line */
    int indent; /* columns, tabs expanded to multiples of 8 */
    Words words;
} Line;

typedef VEC(Line) Lines;

/* Ends the program if the file cannot be read. */
Lines lines_read(const char *file);

#endif
