/*
 * An arena: memory that is given back all at once.
 *
 * Chunks are kept by arena_reset(), so that a steady state allocates nothing.
 */
#ifndef UTIL_ARENA_H
#define UTIL_ARENA_H

#include <stddef.h>
#include <stdint.h>

typedef struct ArenaChunk ArenaChunk;

typedef struct Arena {
    ArenaChunk *first, *current;
    size_t used; /* bytes of the current chunk */
    size_t nb_chunks;
} Arena;

/* size bytes, aligned to 16, not cleared; NULL when memory runs out. */
void *arena_alloc(Arena *, size_t size);
void arena_reset(Arena *);
/*
 * Everything in `from` is kept in `to`, which is for keeping only: nothing is
 * allocated from it.  from is empty then.
 */
void arena_keep(Arena *to, Arena *from);
void arena_free(Arena *);

#endif
