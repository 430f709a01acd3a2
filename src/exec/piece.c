/*
 * Pieces: the code buffer cut into parts, each filled by one thread, so that
 * threads translate without a lock and blocks are found by host address.
 */
#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "exec/internal.h"
#include "util/check.h"
#include "util/cond.h"
#include "util/pages.h"

enum {
    PIECE_MAX_BYTES = 1 << 20,
    PIECE_MIN_BYTES = 16 << 10,
    PIECES_WANTED = 8,
    TB_MIN_BYTES = 16,         /* of code and header: so many TBs at most */
    PREFAULT_BYTES = 64 << 10, /* in the writable view; the kernel maps as
                                  many at once in the other one */
    PREFAULT_FROM = 4 << 10,   /* a thread may translate little */
};

static size_t choose_piece_bytes(size_t code_bytes)
{
    size_t n = code_bytes / PIECES_WANTED & ~(size_t)4095;
    return n > PIECE_MAX_BYTES   ? PIECE_MAX_BYTES
           : n < PIECE_MIN_BYTES ? PIECE_MIN_BYTES
                                 : n;
}

/* Of the array of a piece's TBs. */
static size_t tbs_bytes(const Exec *e)
{
    return e->piece_bytes / TB_MIN_BYTES * sizeof(TB *);
}

/* The arrays of TBs are address space that is used as blocks come. */
int pieces_new(Exec *e)
{
    e->piece_bytes = choose_piece_bytes(e->mem.size);
    e->nb_pieces = e->mem.size / e->piece_bytes;
    check(e->nb_pieces, "a piece larger than the buffer");
    e->piece = calloc(e->nb_pieces, sizeof(*e->piece));
    uint8_t *tbs =
        mmap(NULL, e->nb_pieces * tbs_bytes(e), PROT_READ | PROT_WRITE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (!e->piece || tbs == MAP_FAILED) {
        free(e->piece);
        e->piece = NULL;
        errno = ENOMEM;
        return -1;
    }
    for (uint32_t i = 0; i < e->nb_pieces; i++) {
        e->piece[i].tbs = (TB **)(tbs + i * tbs_bytes(e));
    }
    return 0;
}

void pieces_free(Exec *e)
{
    if (e->piece) {
        munmap(e->piece[0].tbs, e->nb_pieces * tbs_bytes(e));
        free(e->piece);
    }
}

/* The piece's TBs stay: there is room behind them, if the thread has none. */
static void take_arena(ExecThread *t, Piece *p)
{
    if (t->arena.first) {
        arena_keep(&t->exec->retired_tbs, &p->arena);
    } else {
        t->arena = p->arena;
        p->arena = (Arena){0};
    }
}

static Piece *take_piece(ExecThread *t)
{
    Exec *e = t->exec;
    exec_lock(t);
    Piece *p = e->spare;
    if (p) {
        e->spare = p->next_spare;
        take_arena(t, p);
    } else if (e->next_piece < e->nb_pieces) {
        p = &e->piece[e->next_piece++];
    }
    pthread_mutex_unlock(&e->lock);
    return p;
}

bool piece_take(ExecThread *t)
{
    Exec *e = t->exec;
    Piece *p = take_piece(t);
    if (!p) {
        return false;
    }
    size_t start = (p - e->piece) * e->piece_bytes;
    check(p->used <= e->piece_bytes, "a piece of which %zu are used", p->used);
    t->piece = p;
    t->buf = (CodeBuf){e->mem.rw + start, e->mem.rx + start, e->piece_bytes,
                       p->used};
    return true;
}

void piece_prepare(ExecThread *t)
{
    Piece *p = t->piece;
    size_t used = t->buf.used;
    if (used < p->ready || used < PREFAULT_FROM) {
        return;
    }
    size_t end = (used + PREFAULT_BYTES) & ~(size_t)(PREFAULT_BYTES - 1);
    p->ready = end < t->buf.size ? end : t->buf.size;
    pages_prefault(t->buf.rw + used, p->ready - used);
}

void piece_give_back(ExecThread *t)
{
    Exec *e = t->exec;
    check(lock_is_held(&e->lock), "a piece is left without the lock");
    if (!t->piece) {
        arena_keep(&e->retired_tbs, &t->arena); /* of images, if any */
        return;
    }
    t->piece->arena = t->arena;
    t->arena = (Arena){0};
    t->piece->next_spare = e->spare;
    e->spare = t->piece;
}

void piece_add_tb(ExecThread *t, TB *tb)
{
    Piece *p = t->piece;
    uint32_t n = atomic_load_explicit(&p->nb_tbs, memory_order_relaxed);
    check(n < t->buf.size / TB_MIN_BYTES, "%u blocks in a piece", n);
    check(tb->code >= t->buf.rx + p->used &&
              tb->code + tb->code_size <= t->buf.rx + t->buf.used,
          "a block at %p beyond its piece", (const void *)tb->code);
    check(t->buf.used <= t->buf.size, "%zu bytes of a piece", t->buf.used);
    p->tbs[n] = tb;
    p->used = t->buf.used;
    atomic_store_explicit(&p->nb_tbs, n + 1, memory_order_release);
}

/* The first piece starts behind the runtime. */
void pieces_clear(Exec *e)
{
    for (uint32_t i = 0; i < e->nb_pieces; i++) {
        atomic_store(&e->piece[i].nb_tbs, 0);
        e->piece[i].used = i == 0 ? e->runtime_bytes : 0;
        arena_free(&e->piece[i].arena);
    }
    e->next_piece = 0;
    e->spare = NULL;
}

int pieces_copy_for_child(Exec *e)
{
    check(e->stop, "code is copied while threads write it");
    if (mem_begin_copy(&e->mem, e->cfg.reserve) < 0) {
        return -1;
    }
    for (uint32_t i = 0; i < e->next_piece || i == 0; i++) {
        mem_copy(&e->mem, i * e->piece_bytes, e->piece[i].used);
    }
    images_copy_for_child(e);
    return 0;
}

TB *piece_find_tb(const Exec *e, uintptr_t host_pc)
{
    uintptr_t offset = host_pc - (uintptr_t)e->mem.rx;
    if (offset / e->piece_bytes >= e->nb_pieces) {
        return NULL;
    }
    const Piece *p = &e->piece[offset / e->piece_bytes];
    uint32_t lo = 0;
    uint32_t hi = atomic_load_explicit(&p->nb_tbs, memory_order_acquire);
    while (lo < hi) { /* the first block that starts after host_pc */
        uint32_t mid = (lo + hi) / 2;
        if ((uintptr_t)p->tbs[mid]->code <= host_pc) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    TB *tb = lo ? p->tbs[lo - 1] : NULL;
    return tb && host_pc < (uintptr_t)tb->code + tb->code_size ? tb : NULL;
}

bool code_place(const Exec *e, uintptr_t host_pc, CodePlace *place)
{
    const TB *tb = piece_find_tb(e, host_pc);
    if (!tb) {
        return images_place(e, host_pc, place);
    }
    *place = (CodePlace){
        tb->pc,
        tb->code,
        tb->leave,
        pc_row(tb_rows(tb), tb->has_sides ? tb_sides(tb) : NULL, tb->nb_rows,
               (uint32_t)(host_pc - (uintptr_t)tb->code)),
    };
    return true;
}
