/*
 * Writing JSON: the caller nests objects and arrays, commas come by
 * themselves.  What is written can stand in a <script> element: there is no
 * '<' in it.
 */
#ifndef TOOLS_EXPLORE_JSON_H
#define TOOLS_EXPLORE_JSON_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

typedef struct Json {
    FILE *f;
    bool comma; /* the next value needs one in front */
} Json;

/* key: of a member of an object; NULL: an element of an array, or the whole. */
void json_open(Json *, const char *key, char bracket); /* '{' or '[' */
void json_close(Json *, char bracket);                 /* '}' or ']' */
void json_text(Json *, const char *key, const char *text);
void json_number(Json *, const char *key, int64_t number);
/* 0x..., as a string: addresses. */
void json_address(Json *, const char *key, uint64_t address);

#endif
