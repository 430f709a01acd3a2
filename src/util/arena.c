#include "util/arena.h"
#include <stdbool.h>
#include <stdlib.h>
#include "util/pages.h"

enum { SMALL_BYTES = 1 << 18, SMALL_CHUNKS = 4, ALIGN = 16 };

struct ArenaChunk {
    ArenaChunk *next;
    size_t size;
    _Alignas(ALIGN) uint8_t data[];
};

/* Who has filled a chunk will fill another; after some, a huge page. */
static ArenaChunk *new_chunk(Arena *a, size_t size)
{
    size_t bytes = sizeof(ArenaChunk) + size;
    bool huge = a->nb_chunks >= SMALL_CHUNKS && bytes <= HUGE_PAGE_BYTES;
    size_t least = huge ? HUGE_PAGE_BYTES : SMALL_BYTES;
    bytes = bytes < least ? least : bytes;
    ArenaChunk *c = huge ? aligned_alloc(HUGE_PAGE_BYTES, bytes)
                         : malloc(bytes);
    if (c && huge) {
        pages_want_huge(c, bytes);
    } else if (c && a->nb_chunks) {
        pages_prefault(c, bytes);
    }
    if (c) {
        c->next = NULL;
        c->size = bytes - sizeof(*c);
        a->nb_chunks++;
    }
    return c;
}

/* Goes on to a chunk with room for size bytes, after the current one. */
static ArenaChunk *next_chunk(Arena *a, size_t size)
{
    ArenaChunk **link = a->current ? &a->current->next : &a->first;
    if (!*link || (*link)->size < size) {
        ArenaChunk *c = new_chunk(a, size);
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
