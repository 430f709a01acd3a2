#include "util/arena.h"
#include <stdlib.h>

enum { CHUNK_BYTES = 1 << 18, ALIGN = 16 };

struct ArenaChunk {
    ArenaChunk *next;
    size_t size;
    _Alignas(ALIGN) uint8_t data[];
};

static ArenaChunk *new_chunk(size_t size)
{
    if (size < CHUNK_BYTES) {
        size = CHUNK_BYTES;
    }
    ArenaChunk *c = malloc(sizeof(*c) + size);
    if (c) {
        c->next = NULL;
        c->size = size;
    }
    return c;
}

/* Goes on to a chunk with room for size bytes, after the current one. */
static ArenaChunk *next_chunk(Arena *a, size_t size)
{
    ArenaChunk **link = a->current ? &a->current->next : &a->first;
    if (!*link || (*link)->size < size) {
        ArenaChunk *c = new_chunk(size);
        if (!c) {
            return NULL;
        }
        c->next = *link;
        *link = c;
    }
    a->used = 0;
    return a->current = *link;
}

void *arena_alloc(Arena *a, size_t size)
{
    size = (size + ALIGN - 1) & ~(size_t)(ALIGN - 1);
    ArenaChunk *c = a->current;
    if (!c || c->size - a->used < size) {
        c = next_chunk(a, size);
        if (!c) {
            return NULL;
        }
    }
    void *p = c->data + a->used;
    a->used += size;
    return p;
}

void arena_reset(Arena *a)
{
    a->current = NULL;
    a->used = 0;
}

void arena_keep(Arena *to, Arena *from)
{
    ArenaChunk **link = &from->first;
    while (*link) {
        link = &(*link)->next;
    }
    *link = to->first;
    to->first = from->first;
    *from = (Arena){0};
}

void arena_free(Arena *a)
{
    while (a->first) {
        ArenaChunk *next = a->first->next;
        free(a->first);
        a->first = next;
    }
    *a = (Arena){0};
}
