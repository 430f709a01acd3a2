/*
 * The block store: from (guest pc, flags), and from guest pages, to blocks.
 *
 * Reading takes no lock.  Publishing and removing are for the holder of
 * Exec.lock, so that a block is in both of its chains or in none; a reader
 * that stands on a removed block still finds the rest of the chain.
 */
#include <stdatomic.h>
#include <string.h>
#include <sys/mman.h>
#include "exec/store.h"
#include "util/check.h"

typedef TB *_Atomic Chain;

/* Address space that is used as blocks come, and given back by a flush. */
static const size_t bucket_bytes = STORE_BUCKETS * sizeof(Chain);

int store_new(Store *s)
{
    void *p = mmap(NULL, bucket_bytes, PROT_READ | PROT_WRITE,
                   MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    s->bucket = p == MAP_FAILED ? NULL : p;
    return s->bucket ? 0 : -1;
}

void store_free(Store *s)
{
    if (s->bucket) {
        munmap((void *)s->bucket, bucket_bytes);
    }
}

/*
 * Neighbours in guest code are neighbours in the table: code that runs for
 * the first time finds its buckets, and those of what it jumps to, in the
 * cache. Where more code than the table is for has to go is random.
 */
static Chain *bucket_of(Store *s, uint64_t pc)
{
    uint64_t far = pc >> (BUCKET_BITS + STORE_BITS);
    uint64_t hash = far * 0x9e3779b97f4a7c15ull >> (64 - STORE_BITS);
    return &s->bucket[((pc >> BUCKET_BITS) ^ hash) % STORE_BUCKETS];
}

static Chain *page_of(Store *s, uint64_t pc)
{
    return &s->page[(pc >> PAGE_BITS) % PAGE_BUCKETS];
}

TB *store_find(Store *s, uint64_t pc, uint32_t flags)
{
    TB *tb = atomic_load_explicit(bucket_of(s, pc), memory_order_acquire);
    while (tb && (tb->pc != pc || tb->flags != flags)) {
        tb = atomic_load_explicit(&tb->next, memory_order_acquire);
    }
    return tb;
}

TB *store_find_block(Store *s, uint64_t pc, uint32_t flags)
{
    TB *tb = store_find(s, pc, flags);
    while (tb && (tb->pc != pc || tb->flags != flags || tb->is_region)) {
        tb = atomic_load_explicit(&tb->next, memory_order_acquire);
    }
    return tb;
}

TBSlot store_new_slot(const ExitSlot *slot, uint32_t index)
{
    return (TBSlot){
        .guest_pc = slot->guest_pc,
        .site = slot->site,
        .stub = slot->stub,
        .inner = slot->inner,
        .count = slot->count,
        .count_site = slot->count_site,
        .index = index & (COMPILE_MAX_SLOTS - 1),
        .kind = slot->kind & 3,
        .plain = slot->plain,
        .flags = slot->flags & ((1 << TB_FLAG_BITS) - 1),
    };
}

static bool has_sides(const CompiledBlock *cb)
{
    for (uint32_t i = 0; i < cb->nb_rows; i++) {
        if (cb->rows[i].side) {
            return true;
        }
    }
    return false;
}

static void set_rows(TB *tb, const CompiledBlock *cb)
{
    for (uint32_t i = 0; i < cb->nb_rows; i++) {
        const PcRow *row = &cb->rows[i];
        debug_check(row->host_offset <= cb->size &&
                        (!i || row->host_offset >= row[-1].host_offset),
                    "row %u at %u of %u", i, row->host_offset, cb->size);
        tb_rows(tb)[i] = (TBRow){row->host_offset, row->guest_offset};
        if (tb->has_sides) {
            tb_sides(tb)[i] = row->side;
        }
    }
}

TB *store_alloc_tb(Arena *arena, uint32_t nb_slots, uint32_t nb_rows,
                   bool has_sides, uint32_t nb_outer)
{
    size_t row_bytes = sizeof(TBRow) + (has_sides ? sizeof(uint32_t) : 0);
    TB *tb = arena_alloc(arena, sizeof(TB) + nb_slots * sizeof(TBSlot) +
                                    nb_rows * row_bytes +
                                    nb_outer * sizeof(uint32_t));
    if (tb) {
        *tb = (TB){
            .nb_slots = (uint8_t)nb_slots,
            .nb_rows = (uint16_t)nb_rows,
            .nb_outer = (uint16_t)nb_outer,
            .has_sides = has_sides,
        };
    }
    return tb;
}

TB *store_new_tb(Arena *arena, const CompiledBlock *cb, bool movable)
{
    uint32_t nb_outer =
        movable && cb->nb_outer <= COMPILE_MAX_OUTER ? cb->nb_outer : 0;
    check(cb->size && cb->size <= TB_MAX_CODE, "a block of %u bytes", cb->size);
    check(cb->nb_slots <= COMPILE_MAX_SLOTS, "%u slots", cb->nb_slots);
    check(cb->nb_rows <= COMPILE_MAX_ROWS, "%u rows", cb->nb_rows);
    TB *tb = store_alloc_tb(arena, cb->nb_slots, cb->nb_rows, has_sides(cb),
                            nb_outer);
    if (!tb) {
        return NULL;
    }
    tb->code_size = cb->size;
    tb->leave = cb->leave;
    tb->movable = movable && nb_outer == cb->nb_outer;
    for (uint32_t i = 0; i < cb->nb_slots; i++) {
        tb->slots[i] = store_new_slot(&cb->slots[i], i);
    }
    set_rows(tb, cb);
    if (nb_outer) {
        memcpy(tb_outer(tb), cb->outer, nb_outer * sizeof(uint32_t));
    }
    return tb;
}

static void push(Chain *head, Chain *next, TB *tb)
{
    TB *first = atomic_load_explicit(head, memory_order_relaxed);
    atomic_store_explicit(next, first, memory_order_relaxed);
    atomic_store_explicit(head, tb, memory_order_release);
}

void store_publish(Store *s, TB *tb)
{
    check(!tb->invalid && !tb->incoming, "a block that has been published");
    push(page_of(s, tb_start(tb)), &tb->next_in_page, tb);
    push(bucket_of(s, tb->pc), &tb->next, tb);
}

static Chain *link_in_bucket(TB *tb)
{
    return &tb->next;
}

static Chain *link_in_page(TB *tb)
{
    return &tb->next_in_page;
}

static void unlink_from(Chain *at, Chain *(*link)(TB *), TB *tb)
{
    TB *here = atomic_load(at);
    while (here && here != tb) {
        at = link(here);
        here = atomic_load(at);
    }
    check(here, "a valid block is in no chain");
    atomic_store(at, atomic_load(link(tb)));
}

void store_remove(Store *s, TB *tb)
{
    unlink_from(bucket_of(s, tb->pc), link_in_bucket, tb);
    unlink_from(page_of(s, tb_start(tb)), link_in_page, tb);
}

static void visit_chain(Chain *chain, uint64_t start, uint64_t end,
                        void (*fn)(void *, TB *), void *arg)
{
    TB *next;
    for (TB *tb = atomic_load(chain); tb; tb = next) {
        next = atomic_load(&tb->next_in_page);
        if (tb_start(tb) < end && tb_start(tb) + tb->nb_bytes > start) {
            fn(arg, tb);
        }
    }
}

/* A block may start up to BLOCK_MAX_SPAN before the range. */
void store_in_range(Store *s, uint64_t start, uint64_t end,
                    void (*fn)(void *, TB *), void *arg)
{
    check(start < end, "no code from %#lx to %#lx", (long)start, (long)end);
    uint64_t first = start > BLOCK_MAX_SPAN ? start - BLOCK_MAX_SPAN : 0;
    uint64_t pages = ((end - 1) >> PAGE_BITS) - (first >> PAGE_BITS) + 1;
    if (pages > PAGE_BUCKETS) {
        pages = PAGE_BUCKETS;
    }
    for (uint64_t i = 0; i < pages; i++) {
        Chain *chain = page_of(s, first + (i << PAGE_BITS));
        if (atomic_load_explicit(chain, memory_order_relaxed)) {
            visit_chain(chain, start, end, fn, arg);
        }
    }
}

void store_clear(Store *s)
{
    madvise((void *)s->bucket, bucket_bytes, MADV_DONTNEED);
    memset((void *)s->page, 0, sizeof(s->page));
}

PcRow pc_row(const TBRow *rows, const uint32_t *sides, uint32_t n,
             uint32_t offset)
{
    uint32_t lo = 0, hi = n;
    while (lo < hi) { /* the first row after offset */
        uint32_t mid = (lo + hi) / 2;
        if (rows[mid].host_offset <= offset) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo ? (PcRow){rows[lo - 1].host_offset, rows[lo - 1].guest_offset,
                        sides ? sides[lo - 1] : 0}
              : (PcRow){0};
}
