/*
 * Images in use: blocks of earlier runs, found where they lie on disk.
 *
 * An Origin is a mapping of a file's code of which exec is told all changes;
 * it is asked for when code in it is run for the first time, and has an image
 * if one was kept.  The image is mapped in the window, the part of the
 * executable view behind the code buffer, at a distance from the runtime that
 * it was made for: behind another view of the runtime's pages.
 *
 * A block of an image gets a TB when the run loop comes to it; from then on it
 * is like all others.  Blocks that are only reached by links within the image
 * never get one.
 *
 * The image's pages are the disk's until something must be written in one:
 * then the page is *thawed*, that is, copied to the page of the code buffer's
 * memory that has its place in the writable view, and that is mapped over it.
 *
 * When code of an origin changes or goes away, the whole image is let go: each
 * of its slots leads to its stub, and nothing in it is found any more.
 */
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>
#include "exec/exec_log.h"
#include "exec/internal.h"
#include "host/machine.h"
#include "util/check.h"
#include "util/cond.h"
#include "util/hash.h"

/* ---- Keys ---------------------------------------------------------------- */

/* Settings that shape code, and the host's features. */
static uint64_t config_hash(const Exec *e)
{
    const ExecConfig *c = &e->cfg;
    const uint64_t words[] = {
        hash_bytes(c->frontend->name, strlen(c->frontend->name)),
        hash_bytes(c->backend->name, strlen(c->backend->name)),
        c->backend->code_key(e->runtime->backend),
        c->features,
        c->guest_base,
        c->max_insns,
        c->hot != 0,
        (uint64_t)c->max_pinned,
        (uint64_t)c->max_scratch,
        c->opt_off,
        c->no_ret_stack,
        c->stats,
        e->runtime_bytes,
    };

    return hash_bytes(words, sizeof(words));
}

void images_open(Exec *e)
{
    Images *im = &e->images;
    static const char magic[8] = "tcgimg1";

    if (!e->cfg.image_dir || e->cfg.no_link || e->cfg.instrument ||
        e->cfg.every_pc || e->cfg.perf_map || e->cfg.jitdump ||
        !e->cfg.pages.origin || !e->cfg.backend->move) {
        return;
    }
    im->dir = e->cfg.image_dir;
    memcpy(im->key.magic, magic, sizeof(magic));
    image_build_id(im->key.build);
    im->key.config = config_hash(e);
}

/* ---- Mapping ------------------------------------------------------------- */

/* The runtime's pages, then the file's. */
static bool map_image(Exec *e, uint8_t *at, size_t runtime, int fd,
                      size_t bytes)
{
    return mremap(e->mem.rx, 0, runtime, MREMAP_MAYMOVE | MREMAP_FIXED, at) !=
               MAP_FAILED &&
           mmap(at + runtime, bytes, PROT_READ | PROT_EXEC,
                MAP_PRIVATE | MAP_FIXED, fd, 0) != MAP_FAILED;
}

static bool is_ours(const ImageHeader *h, const ImageKey *key, size_t runtime,
                    const ImageFile *file)
{
    return !memcmp(&h->key, key, sizeof(*key)) && h->bytes == file->bytes &&
           h->runtime_pages * (size_t)IMAGE_PAGE == runtime &&
           (file->verified || image_is_sound(h, file->bytes));
}

static size_t pages_up(size_t n)
{
    return (n + IMAGE_PAGE - 1) & ~(size_t)(IMAGE_PAGE - 1);
}

/* Room for what the process notes of an image; false: no memory. */
static bool new_notes(Image *image, const ImageHeader *h)
{
    image->tb = calloc(h->nb_records, sizeof(*image->tb));
    image->thawed = calloc(pages_up(h->bytes) / IMAGE_PAGE, 1);
    if (!image->tb || !image->thawed) {
        free((void *)image->tb);
        free((void *)image->thawed);
        return false;
    }
    image->h = h;
    return true;
}

static void load(Exec *e, const ImageFile *file, Origin *o)
{
    Images *im = &e->images;
    size_t runtime = pages_up(e->runtime_bytes);
    size_t bytes = pages_up(file->bytes);
    uint8_t *at = e->mem.rx + e->mem.size + im->used;
    const ImageHeader *h = (const ImageHeader *)(void *)(at + runtime);

    if (runtime + bytes > e->mem.window - im->used ||
        !map_image(e, at, runtime, file->fd, bytes) ||
        !is_ours(h, &o->key, runtime, file) || !new_notes(&o->image, h)) {
        return;
    }
    im->used += runtime + bytes;
    if (!file->verified) {
        image_set_verified(im->dir, file);
    }
}

/* ---- Origins ------------------------------------------------------------- */

static Origin *find_origin(const Images *im, uint64_t pc)
{
    uint32_t n = atomic_load_explicit(&im->nb_origins, memory_order_acquire);
    for (uint32_t i = 0; i < n; i++) {
        Origin *o = im->origin[i];
        if (pc - o->start < o->end - o->start && !o->gone) {
            return o;
        }
    }
    return NULL;
}

/* Under the lock, which another thread may have had before. */
static Origin *add_origin(ExecThread *t, const CodeOrigin *from)
{
    Exec *e = t->exec;
    Images *im = &e->images;
    uint32_t n = im->nb_origins;
    Origin *o = find_origin(im, from->start);
    ImageFile file;
    if (o || n == MAX_ORIGINS || !(o = calloc(1, sizeof(*o)))) {
        return o;
    }
    o->start = from->start;
    o->end = from->end;
    o->path = from->path;
    o->key = im->key;
    o->key.file = from->id;
    o->key.bias = from->bias;
    if (image_open(im->dir, &o->key, &file)) {
        load(e, &file, o);
        close(file.fd);
    }
    im->origin[n] = o;
    atomic_store_explicit(&im->nb_origins, n + 1, memory_order_release);
    return o;
}

/* The generation is that before it was asked for. */
static Origin *origin_of(ExecThread *t, uint64_t pc, uint64_t generation)
{
    Exec *e = t->exec;
    const CodePages *pages = &e->cfg.pages;
    CodeOrigin from;
    Origin *o = find_origin(&e->images, pc);
    if (o || !pages->origin(pages->opaque, pc, &from)) {
        return o;
    }
    exec_lock(t);
    if (generation == e->store.generation) {
        o = add_origin(t, &from);
    }
    pthread_mutex_unlock(&e->lock);
    return o;
}

/* The image that a host address of the window is in. */
static Origin *image_at(const Exec *e, uintptr_t host_pc)
{
    const Images *im = &e->images;
    uint32_t n = atomic_load_explicit(&im->nb_origins, memory_order_acquire);
    for (uint32_t i = 0; i < n; i++) {
        const ImageHeader *h = im->origin[i]->image.h;
        if (h && host_pc - (uintptr_t)h < h->bytes) {
            return im->origin[i];
        }
    }
    return NULL;
}

/* ---- Blocks -------------------------------------------------------------- */

static const uint8_t *code_of(const ImageHeader *h, const ImageRecord *r)
{
    return (const uint8_t *)h + r->code;
}

static TB *new_tb(ExecThread *t, const ImageHeader *h, const ImageRecord *r)
{
    TB *tb =
        store_alloc_tb(&t->arena, r->nb_slots, r->nb_rows, r->has_sides, 0);
    if (!tb) {
        return NULL;
    }
    tb->pc = r->pc;
    tb->flags = r->flags;
    tb->code = code_of(h, r);
    tb->code_size = r->code_size;
    tb->leave = r->leave;
    tb->before = r->before;
    tb->nb_bytes = r->nb_bytes;
    tb->is_region = r->is_region;
    tb->hash = r->hash;
    for (uint32_t i = 0; i < r->nb_slots; i++) {
        tb->slots[i] = store_new_slot(&image_slots(h, r)[i], i);
    }
    memcpy(tb_rows(tb), image_rows(h, r), r->nb_rows * sizeof(TBRow));
    if (r->has_sides) {
        memcpy(tb_sides(tb), image_sides(h, r), r->nb_rows * sizeof(uint32_t));
    }
    return tb;
}

/* Under the lock. NULL: it is let go, or there is no memory. */
static TB *made_locked(ExecThread *t, Origin *o, const ImageRecord *r)
{
    Exec *e = t->exec;
    const ImageHeader *h = o->image.h;
    TB *_Atomic *at = &o->image.tb[r - image_records(h)];
    TB *tb = atomic_load_explicit(at, memory_order_relaxed);
    if (!tb && !o->gone && (tb = new_tb(t, h, r))) {
        store_publish(&e->store, tb);
        atomic_store_explicit(at, tb, memory_order_release);
        t->stats.image_blocks++;
    }
    return tb && !tb->invalid ? tb : NULL;
}

/* The block that a region stands for is in the store behind it. */
static TB *made(ExecThread *t, Origin *o, const ImageRecord *r,
                uint64_t generation)
{
    Exec *e = t->exec;
    TB *tb = NULL;
    exec_lock(t);
    if (generation == e->store.generation) {
        const ImageRecord *block =
            r->is_region ? image_find(o->image.h, r->pc, r->flags, true) : NULL;
        if (!block || made_locked(t, o, block)) {
            tb = made_locked(t, o, r);
        }
    }
    pthread_mutex_unlock(&e->lock);
    return tb;
}

static bool in_use(const Exec *e, uint32_t flags)
{
    return e->images.dir && !(flags & TB_STEP) && !e->debug.nb_stops &&
           !e->debug.watch_bytes;
}

TB *images_find(ExecThread *t, uint64_t pc, uint32_t flags, bool plain)
{
    Exec *e = t->exec;
    if (!in_use(e, flags)) {
        return NULL;
    }
    uint64_t generation = atomic_load(&e->store.generation);
    Origin *o = origin_of(t, pc, generation);
    if (!o || !o->image.h) {
        return NULL;
    }
    const ImageRecord *r = image_find(o->image.h, pc, flags, plain);
    return r ? made(t, o, r, generation) : NULL;
}

void images_note_translated(ExecThread *t, const TB *tb)
{
    Origin *o = in_use(t->exec, tb->flags)
                    ? find_origin(&t->exec->images, tb->pc)
                    : NULL;
    if (o) {
        atomic_fetch_add_explicit(&o->nb_new, 1, memory_order_relaxed);
    }
}

/* ---- What a host address belongs to -------------------------------------- */

static const ImageRecord *record_of(const Exec *e, uintptr_t host_pc,
                                    Origin **o)
{
    *o = image_at(e, host_pc);
    return *o ? image_find_code((*o)->image.h,
                                (uint32_t)(host_pc - (uintptr_t)(*o)->image.h))
              : NULL;
}

bool images_place(const Exec *e, uintptr_t host_pc, CodePlace *place)
{
    Origin *o;
    const ImageRecord *r = record_of(e, host_pc, &o);
    if (!r) {
        return false;
    }
    const ImageHeader *h = o->image.h;
    const uint8_t *code = code_of(h, r);
    *place = (CodePlace){
        r->pc,
        code,
        r->leave,
        pc_row((const TBRow *)image_rows(h, r), image_sides(h, r), r->nb_rows,
               (uint32_t)(host_pc - (uintptr_t)code)),
    };
    return true;
}

void images_left_by(ExecThread *t, const uint8_t *code, uint32_t slot,
                    LeftBy *left)
{
    Origin *o = image_at(t->exec, (uintptr_t)code);
    uint64_t number;
    check(o, "no image at %p", (const void *)code);
    memcpy(&number, code - sizeof(number), sizeof(number));
    check(number < o->image.h->nb_records, "block %zu of an image",
          (size_t)number);
    const ImageRecord *r = &image_records(o->image.h)[number];
    check(slot < r->nb_slots, "exit slot %u of %u", slot, r->nb_slots);
    const ExitSlot *s = &image_slots(o->image.h, r)[slot];
    exec_lock(t);
    TB *tb = made_locked(t, o, r);
    pthread_mutex_unlock(&t->exec->lock);
    *left = (LeftBy){s->guest_pc, s->plain, tb ? &tb->slots[slot] : NULL};
}

/* ---- Thawing ------------------------------------------------------------- */

/*
 * The window's part of the code memory, executable, to make views of: what is
 * mapped over a page must be executable from its first moment.  NULL: there is
 * no memory.
 */
static uint8_t *shadow_of(Exec *e)
{
    Images *im = &e->images;
    if (!im->shadow) {
        void *p =
            mremap(e->mem.rw + e->mem.size, 0, e->mem.window, MREMAP_MAYMOVE);
        if (p == MAP_FAILED) {
            return NULL;
        }
        mprotect(p, e->mem.window, PROT_READ | PROT_EXEC);
        im->shadow = p;
    }
    return im->shadow;
}

static bool thaw(Exec *e, Image *image, size_t page)
{
    uint8_t *rx = (uint8_t *)image->h + page * IMAGE_PAGE;
    size_t offset = (size_t)(rx - e->mem.rx);
    uint8_t *shadow = shadow_of(e);
    if (!shadow) {
        return false;
    }
    memcpy(e->mem.rw + offset, rx, IMAGE_PAGE);
    if (mremap(shadow + (offset - e->mem.size), 0, IMAGE_PAGE,
               MREMAP_MAYMOVE | MREMAP_FIXED, rx) == MAP_FAILED) {
        return false;
    }
    atomic_store_explicit(&image->thawed[page], true, memory_order_release);
    return true;
}

/* By the kernel's call: the C library leaves out two signals of its own. */
static uint64_t set_signal_mask(uint64_t mask)
{
    uint64_t old = 0;
    syscall(SYS_rt_sigprocmask, SIG_SETMASK, &mask, &old, sizeof(mask));
    return old;
}

/* Signal handlers thaw too: none comes while the lock is held. */
static bool thaw_locked(Exec *e, Image *image, size_t page)
{
    Images *im = &e->images;
    uint64_t mask = set_signal_mask(UINT64_MAX);
    while (atomic_exchange_explicit(&im->thawing, true, memory_order_acquire)) {
        host_relax();
    }
    bool done = atomic_load(&image->thawed[page]) || thaw(e, image, page);
    atomic_store_explicit(&im->thawing, false, memory_order_release);
    set_signal_mask(mask);
    return done;
}

bool images_thaw(Exec *e, const uint8_t *rx)
{
    Origin *o = image_at(e, (uintptr_t)rx);
    check(o, "no image at %p", (const void *)rx);
    size_t page = (size_t)(rx - (const uint8_t *)o->image.h) / IMAGE_PAGE;
    return atomic_load_explicit(&o->image.thawed[page], memory_order_acquire) ||
           thaw_locked(e, &o->image, page);
}

/* A page costs as much as some ways through the run loop. */
bool images_link_pays(const Exec *e, TBSlot *slot)
{
    enum { PASSES = 8 };
    const uint8_t *at = slot_owner(slot)->code + slot->site;
    if ((size_t)(at - e->mem.rx) < e->mem.size) {
        return true;
    }
    const Origin *o = image_at(e, (uintptr_t)at);
    size_t page = (size_t)(at - (const uint8_t *)o->image.h) / IMAGE_PAGE;
    return atomic_load_explicit(&o->image.thawed[page], memory_order_relaxed) ||
           atomic_fetch_add_explicit(&slot->passes, 1, memory_order_relaxed) >=
               PASSES;
}

static void slot_to_stub(const Exec *e, const uint8_t *code, const ExitSlot *s)
{
    if (s->count) {
        code_patch(e, code + s->count_site, code + s->stub);
    }
    if (s->site) {
        code_patch(e, code + s->site, code + s->stub);
    }
}

static void record_to_stubs(const Exec *e, const ImageHeader *h,
                            const ImageRecord *r)
{
    const ExitSlot *slots = image_slots(h, r);
    for (uint32_t i = 0; i < r->nb_slots; i++) {
        slot_to_stub(e, code_of(h, r), &slots[i]);
    }
}

void images_kick(const Exec *e, uintptr_t host_pc)
{
    Origin *o;
    const ImageRecord *r = record_of(e, host_pc, &o);
    if (r) {
        record_to_stubs(e, o->image.h, r);
    }
}

/* ---- Letting go ---------------------------------------------------------- */

static void let_go(ExecThread *t, Origin *o)
{
    const ImageHeader *h = o->image.h;
    o->gone = true;
    for (uint32_t i = 0; h && i < h->nb_records; i++) {
        TB *tb = o->image.tb[i];
        record_to_stubs(t->exec, h, &image_records(h)[i]);
        if (tb) {
            invalidate_locked(t, tb);
        }
    }
    t->stats.images_gone += h != NULL;
}

void images_changed(ExecThread *t, uint64_t start, uint64_t end)
{
    const Images *im = &t->exec->images;
    check(lock_is_held(&t->exec->lock), "an image goes without the lock");
    for (uint32_t i = 0; i < im->nb_origins; i++) {
        Origin *o = im->origin[i];
        if (o->start < end && o->end > start && !o->gone) {
            let_go(t, o);
        }
    }
}

void images_clear(Exec *e)
{
    Images *im = &e->images;
    if (!im->nb_origins) {
        return;
    }
    for (uint32_t i = 0; i < im->nb_origins; i++) {
        free((void *)im->origin[i]->image.tb);
        free((void *)im->origin[i]->image.thawed);
        free(im->origin[i]);
    }
    im->nb_origins = 0;
    if (im->used) {
        mmap(e->mem.rx + e->mem.size, im->used, PROT_NONE,
             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE | MAP_FIXED, -1, 0);
    }
    im->used = 0;
}

/* ---- fork ---------------------------------------------------------------- */

/* Calls fn for the place of each thawed page in the code memory. */
static void each_thawed(Exec *e, void (*fn)(CodeMem *, size_t at, size_t n))
{
    const Images *im = &e->images;
    for (uint32_t i = 0; i < im->nb_origins; i++) {
        const Image *image = &im->origin[i]->image;
        size_t n = image->h ? pages_up(image->h->bytes) / IMAGE_PAGE : 0;
        for (size_t page = 0; page < n; page++) {
            if (image->thawed[page]) {
                fn(&e->mem,
                   (size_t)((const uint8_t *)image->h - e->mem.rx) +
                       page * IMAGE_PAGE,
                   IMAGE_PAGE);
            }
        }
    }
}

void images_copy_for_child(Exec *e)
{
    each_thawed(e, mem_copy);
}

/* What was translated before, the parent will keep. */
void images_take_copy(Exec *e)
{
    Images *im = &e->images;
    for (uint32_t i = 0; i < im->nb_origins; i++) {
        im->origin[i]->nb_new = 0;
    }
    each_thawed(e, mem_view_again);
    if (im->shadow) {
        munmap(im->shadow, e->mem.window);
        im->shadow = NULL;
    }
    im->thawing = false;
    im->keeping = false;
}
