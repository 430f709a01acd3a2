/*
 * Memory of the decoder generator.
 *
 * The generator is a short-lived process that reads a few kilobytes: nothing
 * is ever freed, every pointer stays valid until exit, and running out of
 * memory ends the program. Memory is handed out zeroed.
 */
#ifndef DECODE_MEM_H
#define DECODE_MEM_H

#include <stddef.h>

void *mem_new(size_t size);
char *mem_string(const char *text, size_t length);
char *mem_format(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* Storage for one more item of `size` bytes after `count` items. */
void *mem_room(void *items, int count, int *capacity, size_t size);

/* A growing array; all zero is the empty one. */
#define VEC(type)                                                              \
    struct {                                                                   \
        type *at;                                                              \
        int count;                                                             \
        int capacity;                                                          \
    }

#define vec_push(vec, item)                                                    \
    ((vec)->at = mem_room((vec)->at, (vec)->count, &(vec)->capacity,           \
                          sizeof *(vec)->at),                                  \
     (void)((vec)->at[(vec)->count++] = (item)))

#define VEC_EACH(type, it, vec)                                                \
    for (type *it = (vec)->at; it < (vec)->at + (vec)->count; it++)

#endif
