/* See starts.h. */
#include "profile/starts.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"

struct Starts {
    const ElfFile *file;
    const GuestUnwind *guest;
    CodeRange *at; /* ascending */
    size_t count, room;
};

static void add(Starts *s, uint64_t start, uint64_t end)
{
    if (!elf_file_is_code(s->file, start)) {
        return;
    }
    if (s->count == s->room) {
        s->room = s->room ? 2 * s->room : 256;
        s->at = reallocarray(s->at, s->room, sizeof(*s->at));
        check(s->at, "out of memory");
    }
    s->at[s->count++] = (CodeRange){start, end};
}

static void add_symbols(Starts *s, const Symbols *symbols)
{
    size_t n;
    const Symbol *all = symbols_all(symbols, &n);
    for (size_t i = 0; i < n; i++) {
        if (all[i].is_code) {
            add(s, all[i].addr, all[i].addr + all[i].size);
        }
    }
}

static void add_frames(Starts *s)
{
    size_t n;
    CodeRange *frames = eh_frame_ranges(s->file, &n);
    for (size_t i = 0; i < n; i++) {
        add(s, frames[i].start, frames[i].end);
    }
    free(frames);
}

/* What code, n bytes at addr, calls or takes the address of. */
static void add_used(Starts *s, const uint8_t *code, size_t n, uint64_t addr)
{
    unsigned length;
    for (size_t at = 0; at < n; at += length) {
        uint64_t target;
        length = s->guest->used(code + at, n - at, addr + at, &target);
        if (target) {
            add(s, target, 0);
        }
        if (!length) {
            return;
        }
    }
}

static void add_sections(Starts *s)
{
    const ElfFile *e = s->file;
    for (unsigned i = 0; i < e->nb_sections; i++) {
        size_t n;
        uint8_t *code = e->sections[i].sh_flags & SHF_EXECINSTR
                            ? elf_file_contents(e, &e->sections[i], &n)
                            : NULL;
        if (code) {
            add_used(s, code, n, e->sections[i].sh_addr);
        }
        free(code);
    }
}

static int by_start(const void *a, const void *b)
{
    const CodeRange *x = a, *y = b;
    return x->start != y->start ? (x->start > y->start) - (x->start < y->start)
                                : (x->end < y->end) - (x->end > y->end);
}

/* Of those with the same beginning, the longest. */
static void put_in_order(Starts *s)
{
    size_t kept = 0;
    if (s->count) {
        qsort(s->at, s->count, sizeof(*s->at), by_start);
    }
    for (size_t i = 0; i < s->count; i++) {
        if (!kept || s->at[kept - 1].start != s->at[i].start) {
            s->at[kept++] = s->at[i];
        }
    }
    s->count = kept;
}

Starts *starts_find(const ElfFile *e, const Symbols *symbols,
                    const GuestUnwind *guest)
{
    Starts *s = calloc(1, sizeof(*s));
    check(s, "out of memory");
    s->file = e;
    s->guest = guest;
    add_symbols(s, symbols);
    add_frames(s);
    if (guest) {
        add_sections(s);
    }
    add(s, e->header.e_entry, 0);
    put_in_order(s);
    return s;
}

void starts_free(Starts *s)
{
    if (s) {
        free(s->at);
        free(s);
    }
}

uint64_t starts_of(const Starts *s, uint64_t addr)
{
    size_t low = 0, high = s->count;
    while (low < high) {
        size_t mid = low + (high - low) / 2;
        *(s->at[mid].start <= addr ? &low : &high) =
            s->at[mid].start <= addr ? mid + 1 : mid;
    }
    if (!low || !elf_file_is_code(s->file, addr)) {
        return 0;
    }
    const CodeRange *r = &s->at[low - 1];
    return r->end > r->start && addr >= r->end ? r->end : r->start;
}
