/*
 * The block store: from (guest pc, flags) and from host addresses to blocks.
 */
#include <stdlib.h>
#include <string.h>
#include "exec/internal.h"

static uint32_t bucket_of(uint64_t pc)
{
    return (pc >> 1) * 0x9e3779b97f4a7c15ull >> (64 - STORE_BITS);
}

TB *store_find(const Store *s, uint64_t pc, uint32_t flags)
{
    TB *tb = s->bucket[bucket_of(pc)];
    while (tb && (tb->pc != pc || tb->flags != flags)) {
        tb = tb->next;
    }
    return tb;
}

static bool room_for_tb(Store *s)
{
    if (s->nb_tbs < s->cap_tbs) {
        return true;
    }
    uint32_t cap = s->cap_tbs ? 2 * s->cap_tbs : 4096;
    TB **tbs = realloc(s->tbs, cap * sizeof(*tbs));
    if (!tbs) {
        return false;
    }
    s->tbs = tbs;
    s->cap_tbs = cap;
    return true;
}

TB *store_new_tb(Store *s, const CompiledBlock *cb)
{
    size_t slot_bytes = cb->nb_slots * sizeof(TBSlot);
    size_t row_bytes = cb->nb_rows * sizeof(PcRow);
    uint8_t *p = arena_alloc(&s->arena, sizeof(TB) + slot_bytes + row_bytes);
    if (!p || !room_for_tb(s)) {
        return NULL;
    }
    TB *tb = (TB *)p;
    *tb = (TB){
        .code_size = cb->size, .nb_slots = cb->nb_slots,
        .nb_rows = cb->nb_rows, .slots = (TBSlot *)(p + sizeof(TB)),
        .rows = (PcRow *)(p + sizeof(TB) + slot_bytes),
    };
    for (uint32_t i = 0; i < cb->nb_slots; i++) {
        const ExitSlot *slot = &cb->slots[i];
        tb->slots[i] = (TBSlot){
            .guest_pc = slot->guest_pc, .site = slot->site,
            .stub = slot->stub, .owner = tb,
        };
    }
    memcpy(tb->rows, cb->rows, row_bytes);
    return tb;
}

void store_publish(Store *s, TB *tb)
{
    TB **head = &s->bucket[bucket_of(tb->pc)];
    tb->next = *head;
    *head = tb;
    s->tbs[s->nb_tbs++] = tb;
    if (tb->pc < s->low || s->nb_tbs == 1) {
        s->low = tb->pc;
    }
    if (tb->pc + tb->nb_bytes > s->high) {
        s->high = tb->pc + tb->nb_bytes;
    }
}

void store_remove(Store *s, TB *tb)
{
    TB **link = &s->bucket[bucket_of(tb->pc)];
    while (*link != tb) {
        link = &(*link)->next;
    }
    *link = tb->next;
    tb->invalid = true;
}

void store_clear(Store *s)
{
    memset(s->bucket, 0, sizeof(s->bucket));
    arena_reset(&s->arena);
    s->nb_tbs = 0;
    s->low = s->high = 0;
}

TB *store_by_host(const Store *s, uintptr_t host_pc)
{
    uint32_t lo = 0, hi = s->nb_tbs;
    while (lo < hi) {  /* the first block that starts after host_pc */
        uint32_t mid = (lo + hi) / 2;
        if ((uintptr_t)s->tbs[mid]->code <= host_pc) {
            lo = mid + 1;
        } else {
            hi = mid;
        }
    }
    TB *tb = lo ? s->tbs[lo - 1] : NULL;
    return tb && host_pc < (uintptr_t)tb->code + tb->code_size ? tb : NULL;
}

uint64_t tb_guest_pc(const TB *tb, uintptr_t host_pc)
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
    return tb->pc + (lo ? tb->rows[lo - 1].guest_offset : 0);
}
