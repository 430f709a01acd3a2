#include "mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *or_die(void *memory)
{
    if (!memory) {
        fputs("decode: out of memory\n", stderr);
        exit(1);
    }
    return memory;
}

void *mem_new(size_t size)
{
    return or_die(calloc(1, size));
}

char *mem_string(const char *text, size_t length)
{
    char *copy = mem_new(length + 1);

    memcpy(copy, text, length);
    return copy;
}

char *mem_format(const char *format, ...)
{
    va_list args;
    int length;
    char *text;

    va_start(args, format);
    length = vsnprintf(NULL, 0, format, args);
    va_end(args);
    text = mem_new(length + 1);
    va_start(args, format);
    vsnprintf(text, length + 1, format, args);
    va_end(args);
    return text;
}

void *mem_room(void *items, int count, int *capacity, size_t size)
{
    if (count < *capacity) {
        return items;
    }
    *capacity = *capacity ? *capacity * 2 : 8;
    return or_die(realloc(items, *capacity * size));
}
