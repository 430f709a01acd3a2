/*
 * Guest code that changes without exec_invalidate().
 *
 * A *suspect* is a page with blocks whose code may have changed since they
 * were made.  Pages become that when code is translated of which the embedder
 * will not be told each change (CodePages.watch), and by exec_suspect().  A
 * fence verifies them: the blocks whose code is another now, by its hash, are
 * invalidated, and no others; so a fence costs what may have changed.
 *
 * What always holds: a published block of which a byte has changed lies in a
 * suspect page or is in the midst of being invalidated.  A page is no suspect
 * any more when it has no blocks, or when it was verified after the embedder
 * said that it will tell.
 *
 * A page's own hash saves looking at its blocks while it stays the same.
 */
#include <stdatomic.h>
#include <stdlib.h>
#include "exec/internal.h"
#include "util/hash.h"

enum {
    QUIET_FENCES = 16,  /* then it is cheaper to be told of a change */
    WATCH_AT_ONCE = 64, /* pages, by one fence */
};

bool code_peek(const Exec *e, uint64_t addr, void *buf, size_t n)
{
    const CodePages *pages = &e->cfg.pages;
    const CodeReader *code = &e->cfg.code;
    if (pages->peek) {
        return pages->peek(pages->opaque, addr, buf, n);
    }
    for (size_t got; n; n -= got, addr += got, buf = (uint8_t *)buf + got) {
        got = code->read(code->opaque, addr, buf, n);
        if (!got) {
            return false;
        }
    }
    return true;
}

/* --- the set of suspects; under Exec.lock --- */

static uint32_t *bucket_of(Suspects *s, uint64_t page)
{
    return &s->bucket[(page >> PAGE_BITS) % SUSPECT_BUCKETS];
}

static CodePage *find_page(Suspects *s, uint64_t page)
{
    uint32_t i = *bucket_of(s, page);
    while (i && s->page[i - 1].addr != page) {
        i = s->page[i - 1].next;
    }
    return i ? &s->page[i - 1] : NULL;
}

static bool has_room(Suspects *s)
{
    uint32_t max = s->max ? s->max * 2 : 64;
    if (s->n < s->max) {
        return true;
    }
    CodePage *page = realloc(s->page, max * sizeof(*page));
    if (!page) {
        return false;
    }
    s->page = page;
    s->max = max;
    return true;
}

static void add_to_bucket(Suspects *s, uint32_t i)
{
    uint32_t *bucket = bucket_of(s, s->page[i].addr);
    s->page[i].next = *bucket;
    *bucket = i + 1;
}

/* Without memory for the set the next fence takes all code for changed. */
static void suspect_page(Suspects *s, uint64_t page)
{
    CodePage *p = find_page(s, page);
    if (p) {
        p->hash = 0;
        p->quiet = 0;
        p->watched = false;
    } else if (has_room(s)) {
        s->page[s->n] = (CodePage){.addr = page};
        add_to_bucket(s, s->n++);
    } else {
        s->lost = true;
    }
}

void suspect_tb(Exec *e, const TB *tb)
{
    uint64_t last = (tb_start(tb) + tb->nb_bytes - 1) & PAGE_START;
    for (uint64_t page = tb_start(tb) & PAGE_START; page <= last;
         page += PAGE_BYTES) {
        suspect_page(&e->suspects, page);
    }
}

void suspects_clear(Suspects *s)
{
    for (uint32_t i = 0; i < s->n; i++) {
        *bucket_of(s, s->page[i].addr) = 0;
    }
    s->n = 0;
    s->lost = false;
}

/* Some have been taken out: n are left, in order. */
static void rebuild(Suspects *s, uint32_t n)
{
    for (uint32_t i = 0; i < SUSPECT_BUCKETS; i++) {
        s->bucket[i] = 0;
    }
    s->n = n;
    for (uint32_t i = 0; i < n; i++) {
        add_to_bucket(s, i);
    }
}

/* --- becoming suspect --- */

typedef struct Range {
    Suspects *suspects;
    uint64_t start, end;
} Range;

static void suspect_part(void *range, TB *tb)
{
    const Range *r = range;
    uint64_t start = tb_start(tb), end = start + tb->nb_bytes;
    start = (start > r->start ? start : r->start) & PAGE_START;
    end = end < r->end ? end : r->end;
    for (uint64_t page = start; page < end; page += PAGE_BYTES) {
        suspect_page(r->suspects, page);
    }
}

/* Translations that go on meanwhile may have read what was there before. */
void exec_suspect(CPUState *cpu, uint64_t start, uint64_t len)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    Range range = {&e->suspects, start, start + len};
    atomic_fetch_add(&e->store.generation, 1);
    exec_lock(t);
    store_in_range(&e->store, start, start + len, suspect_part, &range);
    images_changed(t, start, start + len);
    pthread_mutex_unlock(&e->lock);
}

/* --- verifying --- */

typedef struct Verify {
    ExecThread *t;
    uint32_t nb_tbs, nb_changed;
} Verify;

static void verify_tb(void *verify, TB *tb)
{
    Verify *v = verify;
    uint8_t bytes[BLOCK_MAX_SPAN];
    v->nb_tbs++;
    v->t->stats.verified++;
    if (!code_peek(v->t->exec, tb_start(tb), bytes, tb->nb_bytes) ||
        hash_bytes(bytes, tb->nb_bytes) != tb->hash) {
        invalidate_locked(v->t, tb);
        v->nb_changed++;
    }
}

/* 0: nothing can be read there. */
static uint64_t page_hash(const Exec *e, uint64_t page)
{
    uint8_t bytes[PAGE_BYTES];
    return code_peek(e, page, bytes, sizeof(bytes))
               ? hash_bytes(bytes, sizeof(bytes))
               : 0;
}

/* False: the page has no blocks any more, or will be told of. */
static bool verify_page(ExecThread *t, CodePage *p)
{
    Exec *e = t->exec;
    Verify v = {.t = t};
    uint64_t hash = page_hash(e, p->addr);
    if (!hash || hash != p->hash) {
        store_in_range(&e->store, p->addr, p->addr + PAGE_BYTES, verify_tb, &v);
        if (v.nb_tbs == v.nb_changed) {
            return false;
        }
        /* The blocks were compared with what is hashed, if it stays. */
        p->hash = page_hash(e, p->addr) == hash ? hash : 0;
    }
    p->quiet = v.nb_changed ? 0 : p->quiet + 1;
    return !p->watched || v.nb_changed;
}

static void verify_all(ExecThread *t)
{
    Suspects *s = &t->exec->suspects;
    uint32_t n = 0;
    for (uint32_t i = 0; i < s->n; i++) {
        if (verify_page(t, &s->page[i])) {
            s->page[n++] = s->page[i];
        }
    }
    if (n < s->n) {
        rebuild(s, n);
    }
}

static uint32_t quiet_pages(ExecThread *t, uint64_t page[WATCH_AT_ONCE])
{
    Suspects *s = &t->exec->suspects;
    uint32_t n = 0;
    exec_lock(t);
    for (uint32_t i = 0; i < s->n && n < WATCH_AT_ONCE; i++) {
        if (s->page[i].quiet >= QUIET_FENCES) {
            s->page[i].quiet = 0;
            page[n++] = s->page[i].addr;
        }
    }
    pthread_mutex_unlock(&t->exec->lock);
    return n;
}

/*
 * A change after this is told of, by exec_suspect(), which counts the
 * generation; one before it is seen when the page is verified next.
 */
static void watch_page(ExecThread *t, uint64_t page)
{
    Exec *e = t->exec;
    const CodePages *pages = &e->cfg.pages;
    uint64_t generation = e->store.generation;
    if (!pages->watch || !pages->watch(pages->opaque, page)) {
        return;
    }
    exec_lock(t);
    CodePage *p = find_page(&e->suspects, page);
    if (p && generation == e->store.generation) {
        p->watched = true;
    }
    pthread_mutex_unlock(&e->lock);
}

static void watch_quiet_pages(ExecThread *t)
{
    uint64_t page[WATCH_AT_ONCE];
    uint32_t n = quiet_pages(t, page);
    for (uint32_t i = 0; i < n; i++) {
        watch_page(t, page[i]);
    }
}

/*
 * What other threads translate in this moment may be of code before the
 * change, and is not published.
 */
void exec_fence(CPUState *cpu)
{
    ExecThread *t = thread_of(cpu);
    Exec *e = t->exec;
    const CodePages *pages = &e->cfg.pages;
    t->stats.fences++;
    if (pages->fence) {
        pages->fence(pages->opaque);
    }
    watch_quiet_pages(t);
    uint64_t flushes = e->flushes;
    atomic_fetch_add(&e->store.generation, 1);
    exec_lock(t);
    bool lost = e->suspects.lost;
    if (!lost) {
        verify_all(t);
    }
    pthread_mutex_unlock(&e->lock);
    if (lost) {
        flush_code(t, flushes);
    }
}
