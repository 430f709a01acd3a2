#include "util/arena.h"
#include <stdbool.h>
#include <stdlib.h>
#include "util/pages.h"

enum {
    SMALL_BYTES = 1 << 18,
    SMALL_CHUNKS = 4,
    FIRST_BYTES = 1 << 12, /* many threads need no more */
    AHEAD_BYTES = 1 << 16,
    ALIGN = 16,
};

struct ArenaChunk {
    ArenaChunk *next;
    size_t size;
    size_t ready; /* bytes that have their pages, or that need no care */
    _Alignas(ALIGN) uint8_t data[];
};

/* Who has filled some small chunks may well fill a huge page. */
static ArenaChunk *new_chunk(Arena *a, size_t size)
{
    size_t bytes = sizeof(ArenaChunk) + size;
    bool huge = a->nb_chunks >= SMALL_CHUNKS && bytes <= HUGE_PAGE_BYTES;
    size_t least = huge ? HUGE_PAGE_BYTES : SMALL_BYTES;
    bytes = bytes < least ? least : bytes;
    ArenaChunk *c =
        huge ? aligned_alloc(HUGE_PAGE_BYTES, bytes) : malloc(bytes);
    if (c && huge) {
        pages_want_huge(c, bytes);
    }
    if (c) {
        c->next = NULL;
        c->size = bytes - sizeof(*c);
        c->ready = huge ? c->size : a->nb_chunks ? 0 : FIRST_BYTES;
        a->nb_chunks++;
    }
    return c;
}

/* Before the first `used` bytes are in use: pages for more than these. */
static void make_ready(ArenaChunk *c, size_t used)
{
    size_t end = used + AHEAD_BYTES < c->size ? used + AHEAD_BYTES : c->size;
    pages_prefault(c->data + c->ready, end - c->ready);
    c->ready = end;
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
    if (a->used > c->ready) {
        make_ready(c, a->used);
    }
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
