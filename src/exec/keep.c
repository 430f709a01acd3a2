/*
 * Keeping translations: what was made of each origin's code becomes, with what
 * its image has, the image of the next run.
 *
 * A block is kept if the file has the bytes that it was made of, at the time
 * of keeping; so what a debugger or the program itself put there is not.
 */
#include <fcntl.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>
#include "exec/internal.h"
#include "util/hash.h"

enum {
    NEW_LEAST = 2,   /* so many blocks are worth a new image, */
    NEW_SHARE = 128, /* and of what it has one in so many */
};

/* The guest's file, still the same; -1: it is not. */
static int open_source(const Origin *o)
{
    int fd = open(o->path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    struct stat st;
    if (fd < 0) {
        return -1;
    }
    if (fstat(fd, &st) == 0) {
        FileId id = file_id(&st);
        if (file_id_equal(&id, &o->key.file)) {
            return fd;
        }
    }
    close(fd);
    return -1;
}

typedef struct Keep {
    const Exec *exec;
    const Origin *origin;
    ImageBuild *build;
    int source;
} Keep;

static bool source_agrees(const Keep *k, const TB *tb)
{
    uint8_t bytes[BLOCK_MAX_SPAN];
    uint64_t offset = tb_start(tb) - k->origin->key.bias;
    return pread(k->source, bytes, tb->nb_bytes, (off_t)offset) ==
               tb->nb_bytes &&
           hash_bytes(bytes, tb->nb_bytes) == tb->hash;
}

/* As it was compiled, but for the count of what has been hot. */
static ExitSlot exit_slot(const TBSlot *s)
{
    return (ExitSlot){
        .guest_pc = s->guest_pc,
        .site = s->site,
        .stub = s->stub,
        .inner = s->inner,
        .count = s->counted ? 0 : s->count,
        .count_site = s->counted ? 0 : s->count_site,
        .flags = s->flags,
        .kind = s->kind,
        .plain = s->plain,
    };
}

static ImageRecord image_record(const TB *tb)
{
    return (ImageRecord){
        .pc = tb->pc,
        .hash = tb->hash,
        .flags = tb->flags,
        .code_size = tb->code_size,
        .leave = tb->leave,
        .before = tb->before,
        .nb_bytes = tb->nb_bytes,
        .nb_rows = tb->nb_rows,
        .nb_outer = tb->nb_outer,
        .nb_slots = tb->nb_slots,
        .is_region = tb->is_region,
        .has_sides = tb->has_sides,
    };
}

/* The code is the executable view's: who else writes it makes links, which are
   made anew. */
static void keep_tb(Keep *k, const TB *tb)
{
    ExitSlot slots[COMPILE_MAX_SLOTS];
    ImageRecord record = image_record(tb);
    for (uint32_t i = 0; i < tb->nb_slots; i++) {
        slots[i] = exit_slot(&tb->slots[i]);
    }
    image_build_add(k->build,
                    &(ImageBlock){
                        .record = &record,
                        .code = tb->code,
                        .slots = slots,
                        .distance = (uint64_t)(tb->code - k->exec->mem.rx),
                        .rows = (const uint32_t *)tb_rows(tb),
                        .sides = tb->has_sides ? tb_sides(tb) : NULL,
                        .outer = tb_outer(tb),
                    });
}

static void keep_if_new(void *keep, TB *tb)
{
    Keep *k = keep;
    const Origin *o = k->origin;
    if (tb->movable && tb_start(tb) >= o->start &&
        tb_start(tb) + tb->nb_bytes <= o->end && !(tb->flags & TB_STEP) &&
        !image_build_has(k->build, tb->pc, tb->flags, tb->is_region) &&
        source_agrees(k, tb)) {
        keep_tb(k, tb);
    }
}

/* What is on disk now, maybe of another process. */
static void keep_old(Keep *k)
{
    const Origin *o = k->origin;
    ImageFile file;
    if (!image_open(k->exec->images.dir, &o->key, &file)) {
        return;
    }
    void *p = mmap(NULL, file.bytes, PROT_READ, MAP_PRIVATE, file.fd, 0);
    close(file.fd);
    if (p == MAP_FAILED) {
        return;
    }
    const ImageHeader *h = p;
    if (image_is_sound(h, file.bytes) &&
        !memcmp(&h->key, &o->key, sizeof(o->key))) {
        image_build_add_image(k->build, h);
    }
    munmap(p, file.bytes);
}

static bool is_worth_it(const Exec *e, const Origin *o)
{
    uint32_t old = o->image.h ? o->image.h->nb_records : 0;
    return !o->gone && o->nb_new >= NEW_LEAST + old / NEW_SHARE &&
           !image_is_being_written(e->images.dir, &o->key);
}

static void write_image(Keep *k)
{
    const Exec *e = k->exec;
    size_t n;
    const void *bytes = image_build_finish(k->build, &k->origin->key, &n);
    if (bytes) {
        image_replace(e->images.dir, &k->origin->key, bytes, n);
    }
}

static void keep_origin(ExecThread *t, Origin *o)
{
    Exec *e = t->exec;
    const ImageHost host = {e->cfg.backend->patch, e->cfg.backend->move,
                            (uint32_t)e->runtime_bytes};
    Keep k = {e, o, image_build_new(&host), open_source(o)};
    if (k.build && k.source >= 0) {
        keep_old(&k);
        uint32_t before = image_build_count(k.build);
        exec_lock(t);
        store_in_range(&e->store, o->start, o->end, keep_if_new, &k);
        pthread_mutex_unlock(&e->lock);
        if (image_build_count(k.build) > before) {
            write_image(&k);
        }
        o->nb_new = 0;
    }
    if (k.source >= 0) {
        close(k.source);
    }
    image_build_free(k.build);
}

void exec_keep(CPUState *cpu)
{
    ExecThread *t = thread_of(cpu);
    Images *im = &t->exec->images;
    bool expected = false;
    if (!im->dir || im->spoilt ||
        !atomic_compare_exchange_strong(&im->keeping, &expected, true)) {
        return;
    }
    for (uint32_t i = 0; i < im->nb_origins; i++) {
        if (is_worth_it(t->exec, im->origin[i])) {
            keep_origin(t, im->origin[i]);
        }
    }
    im->keeping = false;
}
