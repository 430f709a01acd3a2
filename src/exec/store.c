/*
 * The block store: from (guest pc, flags), and from guest pages, to blocks.
 *
 * Reading takes no lock.  Publishing is one compare-and-swap a chain.
 * Removing is for the holder of Exec.lock; a reader that stands on a removed
 * block still finds the rest of the chain.
 */
#include <stdatomic.h>
#include <string.h>
#include "exec/internal.h"

typedef TB *_Atomic Chain;

static Chain *bucket_of(Store *s, uint64_t pc)
{
    uint64_t hash = (pc >> 1) * 0x9e3779b97f4a7c15ull;
    return &s->bucket[hash >> (64 - STORE_BITS)];
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

TB *store_new_tb(Arena *arena, const CompiledBlock *cb)
{
    size_t slot_bytes = cb->nb_slots * sizeof(TBSlot);
    size_t row_bytes = cb->nb_rows * sizeof(PcRow);
    uint8_t *p = arena_alloc(arena, sizeof(TB) + slot_bytes + row_bytes);
    if (!p) {
        return NULL;
    }
    TB *tb = (TB *)p;
    *tb = (TB){
        .code_size = cb->size, .nb_slots = cb->nb_slots,
        .nb_rows = cb->nb_rows, .leave = cb->leave, .slots = (TBSlot *)(p + sizeof(TB)),
        .rows = (PcRow *)(p + sizeof(TB) + slot_bytes),
    };
    for (uint32_t i = 0; i < cb->nb_slots; i++) {
        const ExitSlot *slot = &cb->slots[i];
        tb->slots[i] = (TBSlot){
            .guest_pc = slot->guest_pc, .site = slot->site,
            .stub = slot->stub, .inner = slot->inner,
            .count = slot->count, .count_site = slot->count_site,
            .is_jump = slot->is_jump, .plain = slot->plain, .owner = tb,
        };
    }
    memcpy(tb->rows, cb->rows, row_bytes);
    return tb;
}

static void push(Chain *head, Chain *next, TB *tb)
{
    TB *first = atomic_load(head);
    do {
        atomic_store(next, first);
    } while (!atomic_compare_exchange_weak(head, &first, tb));
}

void store_publish(Store *s, TB *tb)
{
    push(page_of(s, tb->start), &tb->next_in_page, tb);
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

/* Pushes may come between; other removals may not. */
static void unlink_from(Chain *head, Chain *(*link)(TB *), TB *tb)
{
    TB *expected = tb;
    TB *rest = atomic_load(link(tb));
    if (atomic_compare_exchange_strong(head, &expected, rest)) {
        return;
    }
    TB *before = atomic_load(head);
    while (before && atomic_load(link(before)) != tb) {
        before = atomic_load(link(before));
    }
    if (before) {
        atomic_store(link(before), rest);
    }
}

void store_remove(Store *s, TB *tb)
{
    unlink_from(bucket_of(s, tb->pc), link_in_bucket, tb);
    unlink_from(page_of(s, tb->start), link_in_page, tb);
}

static void visit_chain(Chain *chain, uint64_t start, uint64_t end,
                        void (*fn)(void *, TB *), void *arg)
{
    TB *next;
    for (TB *tb = atomic_load(chain); tb; tb = next) {
        next = atomic_load(&tb->next_in_page);
        if (tb->start < end && tb->start + tb->nb_bytes > start) {
            fn(arg, tb);
        }
    }
}

/* A block may start up to BLOCK_MAX_SPAN before the range. */
void store_in_range(Store *s, uint64_t start, uint64_t end,
                    void (*fn)(void *, TB *), void *arg)
{
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
    memset((void *)s->bucket, 0, sizeof(s->bucket));
    memset((void *)s->page, 0, sizeof(s->page));
}

const PcRow *tb_row(const TB *tb, uintptr_t host_pc)
{
    uint32_t offset = host_pc - (uintptr_t)tb->code;
    uint32_t lo = 0, hi = tb->nb_rows;
    while (lo < hi) {  /* the first row after offset */
        uint32_t mid = (lo + hi) / 2;
        if (tb->rows[mid].host_offset <= offset) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    return lo ? &tb->rows[lo - 1] : NULL;
}

uint64_t tb_guest_pc(const TB *tb, uintptr_t host_pc)
{
    const PcRow *row = tb_row(tb, host_pc);
    return tb->pc + (row ? row->guest_offset : 0);
}
