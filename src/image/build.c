/*
 * Making an image: blocks are collected, laid out in their order, moved to
 * where they will be, and linked to each other.
 */
#include "image/image.h"

#include <stdlib.h>
#include <string.h>
#include "util/check.h"
#include "util/hash.h"

enum { NUMBER_BYTES = sizeof(uint64_t), MOVE_ALIGN = 64 };

/* Bytes that grow. */
typedef struct Bytes {
    uint8_t *at;
    size_t n, max;
} Bytes;

/* A block in hand: where its code is in ImageBuild.code, and was made for. */
typedef struct Part {
    size_t code;
    uint64_t distance;
} Part;

struct ImageBuild {
    ImageHost host;
    Bytes record, slot, row, side, outer, code, part;
    uint32_t *bucket; /* number + 1 of the first; 0: none */
    uint32_t nb_buckets;
    Bytes image;
    bool failed; /* no memory, or too much */
};

static void *grow(ImageBuild *b, Bytes *s, size_t n)
{
    size_t max = s->max ? s->max : 4096;
    void *at;

    while (max < s->n + n) {
        max *= 2;
    }
    if (max > s->max) {
        uint8_t *more = max <= IMAGE_MAX_BYTES ? realloc(s->at, max) : NULL;

        if (!more) {
            b->failed = true;
            return NULL;
        }
        s->at = more;
        s->max = max;
    }
    at = s->at + s->n;
    s->n += n;
    return at;
}

static void append(ImageBuild *b, Bytes *s, const void *p, size_t n)
{
    void *at = n ? grow(b, s, n) : NULL;

    if (at) {
        memcpy(at, p, n);
    }
}

ImageBuild *image_build_new(const ImageHost *host)
{
    ImageBuild *b = calloc(1, sizeof(*b));

    if (b) {
        b->host = *host;
    }
    return b;
}

void image_build_free(ImageBuild *b)
{
    if (b) {
        Bytes *all[] = {&b->record, &b->slot, &b->row,  &b->side,
                        &b->outer,  &b->code, &b->part, &b->image};

        for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
            free(all[i]->at);
        }
        free(b->bucket);
        free(b);
    }
}

/* --- collecting --- */

static ImageRecord *record_at(const ImageBuild *b, uint32_t i)
{
    return (ImageRecord *)(void *)b->record.at + i;
}

uint32_t image_build_count(const ImageBuild *b)
{
    return (uint32_t)(b->record.n / sizeof(ImageRecord));
}

static uint32_t *bucket_of(const ImageBuild *b, uint64_t pc)
{
    return &b->bucket[image_bucket(b->nb_buckets, pc)];
}

/* Regions come before the blocks at their heads. */
static void enter(ImageBuild *b, uint32_t i)
{
    ImageRecord *r = record_at(b, i);
    uint32_t *at = bucket_of(b, r->pc);

    while (!r->is_region && *at && record_at(b, *at - 1)->is_region) {
        at = &record_at(b, *at - 1)->next;
    }
    r->next = *at;
    *at = i + 1;
}

static bool has_buckets(ImageBuild *b)
{
    uint32_t n = image_build_count(b), want = b->nb_buckets;

    if (n < want) {
        return true;
    }
    want = want ? want * 2 : 256;
    free(b->bucket);
    b->bucket = calloc(want, sizeof(*b->bucket));
    b->nb_buckets = b->bucket ? want : 0;
    b->failed |= !b->bucket;
    for (uint32_t i = 0; i < n && b->bucket; i++) {
        enter(b, i);
    }
    return b->bucket != NULL;
}

bool image_build_has(const ImageBuild *b, uint64_t pc, uint32_t flags,
                     bool is_region)
{
    uint32_t i = b->bucket ? *bucket_of(b, pc) : 0;

    while (i) {
        const ImageRecord *r = record_at(b, i - 1);

        if (r->pc == pc && r->flags == flags && r->is_region == is_region) {
            return true;
        }
        i = r->next;
    }
    return false;
}

static void append_block(ImageBuild *b, const ImageBlock *block)
{
    ImageRecord r = *block->record;
    Part part = {b->code.n, block->distance};

    r.first_slot = (uint32_t)(b->slot.n / sizeof(ExitSlot));
    r.first_row = (uint32_t)(b->row.n / sizeof(uint32_t));
    r.first_side = (uint32_t)(b->side.n / sizeof(uint32_t));
    r.first_outer = (uint32_t)(b->outer.n / sizeof(uint32_t));
    append(b, &b->code, block->code, r.code_size);
    append(b, &b->slot, block->slots, r.nb_slots * sizeof(ExitSlot));
    append(b, &b->row, block->rows, r.nb_rows * sizeof(uint32_t));
    append(b, &b->side, block->sides,
           r.has_sides ? r.nb_rows * sizeof(uint32_t) : 0);
    append(b, &b->outer, block->outer, r.nb_outer * sizeof(uint32_t));
    append(b, &b->part, &part, sizeof(part));
    append(b, &b->record, &r, sizeof(r));
}

bool image_build_add(ImageBuild *b, const ImageBlock *block)
{
    const ImageRecord *r = block->record;

    if (b->failed || image_build_has(b, r->pc, r->flags, r->is_region) ||
        !has_buckets(b)) {
        return false;
    }
    append_block(b, block);
    if (!b->failed) {
        enter(b, image_build_count(b) - 1);
    }
    return !b->failed;
}

void image_build_add_image(ImageBuild *b, const ImageHeader *h)
{
    uint64_t start = (uint64_t)h->runtime_pages * IMAGE_PAGE;

    for (uint32_t i = 0; i < h->nb_records; i++) {
        const ImageRecord *r = &image_records(h)[i];

        image_build_add(b, &(ImageBlock){
                               .record = r,
                               .code = (const uint8_t *)h + r->code,
                               .distance = start + r->code,
                               .slots = image_slots(h, r),
                               .rows = image_rows(h, r),
                               .sides = image_sides(h, r),
                               .outer = image_outer(h, r),
                           });
    }
}

/* --- layout --- */

static uint32_t aligned(uint64_t n, uint32_t to)
{
    return (uint32_t)((n + to - 1) & ~(uint64_t)(to - 1));
}

/* The next place for code made for this address modulo MOVE_ALIGN. */
static uint64_t place_for(uint64_t at, uint64_t distance)
{
    return at + ((distance - at) & (MOVE_ALIGN - 1));
}

/* Where the arrays begin, and each block's code; the file's size. */
static uint64_t lay_out(ImageBuild *b, ImageHeader *h)
{
    const Part *part = (const Part *)(void *)b->part.at;
    uint64_t at;

    h->records = aligned(sizeof(*h), 8);
    h->slots = h->records + (uint32_t)b->record.n;
    h->rows = h->slots + (uint32_t)b->slot.n;
    h->sides = h->rows + (uint32_t)b->row.n;
    h->outer = h->sides + (uint32_t)b->side.n;
    h->buckets = h->outer + (uint32_t)b->outer.n;
    h->code = aligned(h->buckets + (uint64_t)h->nb_buckets * sizeof(uint32_t),
                      IMAGE_PAGE);
    at = h->code;
    for (uint32_t i = 0; i < h->nb_records; i++) {
        ImageRecord *r = record_at(b, i);

        at = place_for(at + NUMBER_BYTES, part[i].distance);
        r->code = (uint32_t)at;
        at += r->code_size;
    }
    return at;
}

static ImageHeader header_of(const ImageBuild *b, const ImageKey *key)
{
    return (ImageHeader){
        .key = *key,
        .runtime_pages = (b->host.runtime_bytes + IMAGE_PAGE - 1) / IMAGE_PAGE,
        .nb_records = image_build_count(b),
        .nb_slots = (uint32_t)(b->slot.n / sizeof(ExitSlot)),
        .nb_rows = (uint32_t)(b->row.n / sizeof(uint32_t)),
        .nb_sides = (uint32_t)(b->side.n / sizeof(uint32_t)),
        .nb_outer = (uint32_t)(b->outer.n / sizeof(uint32_t)),
        .nb_buckets = b->nb_buckets,
    };
}

/* --- linking --- */

static void link_to(const ImageBuild *b, uint8_t *code, uint32_t site,
                    const uint8_t *target)
{
    b->host.patch(code + site, code + site, target);
}

/* As links are made while it runs; see exec/link.c. */
static void link_slot(const ImageBuild *b, ImageHeader *h, uint8_t *code,
                      ExitSlot *s)
{
    const ImageRecord *to = s->inner || s->plain
                                ? NULL
                                : image_find(h, s->guest_pc, s->flags, false);
    const uint8_t *target = to         ? (uint8_t *)h + to->code
                            : s->inner ? code + s->inner
                                       : code + s->stub;

    if (s->count) {
        link_to(b, code, s->count_site, s->inner ? code + s->stub : target);
    }
    if (s->count && to) {
        target = code + s->count;
    }
    link_to(b, code, s->site, target);
}

/* To where it will run, counted from the runtime's start, from where it did. */
static void move_block(const ImageBuild *b, ImageHeader *h, uint32_t i)
{
    const Part *part = (const Part *)(void *)b->part.at + i;
    const ImageRecord *r = &image_records(h)[i];
    uint8_t *code = (uint8_t *)h + r->code;
    uint64_t distance = (uint64_t)h->runtime_pages * IMAGE_PAGE + r->code;
    uint64_t number = i;

    memcpy(code - NUMBER_BYTES, &number, NUMBER_BYTES);
    memcpy(code, b->code.at + part->code, r->code_size);
    b->host.move(code, image_outer(h, r), r->nb_outer,
                 (int64_t)(distance - part->distance));
}

static void link_block(const ImageBuild *b, ImageHeader *h, uint32_t i)
{
    const ImageRecord *r = &image_records(h)[i];
    ExitSlot *slots = (ExitSlot *)((uint8_t *)h + h->slots) + r->first_slot;

    for (unsigned k = 0; k < r->nb_slots; k++) {
        if (slots[k].site) {
            link_slot(b, h, (uint8_t *)h + r->code, &slots[k]);
        }
    }
}

static void copy_arrays(const ImageBuild *b, ImageHeader *h)
{
    uint8_t *at = (uint8_t *)h;

    memcpy(at + h->records, b->record.at, b->record.n);
    memcpy(at + h->slots, b->slot.at, b->slot.n);
    memcpy(at + h->rows, b->row.at, b->row.n);
    memcpy(at + h->sides, b->side.at, b->side.n);
    memcpy(at + h->outer, b->outer.at, b->outer.n);
    memcpy(at + h->buckets, b->bucket, b->nb_buckets * sizeof(uint32_t));
}

const void *image_build_finish(ImageBuild *b, const ImageKey *key, size_t *n)
{
    ImageHeader head = header_of(b, key), *h;
    uint64_t bytes = b->failed ? IMAGE_MAX_BYTES + 1ull : lay_out(b, &head);
    size_t from = offsetof(ImageHeader, check) + sizeof(head.check);

    if (bytes > IMAGE_MAX_BYTES || !grow(b, &b->image, bytes)) {
        return NULL;
    }
    h = (ImageHeader *)(void *)b->image.at;
    memset(h, 0, bytes);
    head.bytes = (uint32_t)bytes;
    *h = head;
    copy_arrays(b, h);
    for (uint32_t i = 0; i < h->nb_records; i++) {
        move_block(b, h, i);
    }
    for (uint32_t i = 0; i < h->nb_records; i++) {
        link_block(b, h, i);
    }
    h->check = hash_bytes((uint8_t *)h + from, bytes - from);
    *n = bytes;
    return h;
}
